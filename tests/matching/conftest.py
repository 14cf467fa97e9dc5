"""One encoder and one small list of topics for all these tests: opening them takes a moment."""

import pytest

from bot.content import load
from bot.matching.encoder import Encoder, Plain, best_encoder
from bot.matching.portrait import Painter
from bot.matching.topics import Topics, topics_from

FEW = {"housing", "homelessness", "dementia", "discharge", "safeguarding_data", "food", "walking"}


@pytest.fixture(scope="session")
def topics() -> Topics:
    """The whole list."""
    return topics_from(load("topics.toml"))


@pytest.fixture(scope="session")
def few(topics: Topics) -> Topics:
    """Seven of its topics."""
    return Topics([topic for topic in topics.all if topic.id in FEW], topics.general, topics.also_words)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return best_encoder()


@pytest.fixture(scope="session")
def painter(encoder: Encoder, few: Topics) -> Painter:
    return Painter(encoder, few)


@pytest.fixture(scope="session")
def plain_painter(topics: Topics) -> Painter:
    """The whole list without an encoder: quick."""
    return Painter(Plain(), topics)
