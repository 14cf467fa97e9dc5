"""The painters of this process: one for everybody's topics, kept once it is there, and others with topics besides."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from bot.matching.encoder import best_encoder
from bot.matching.portrait import Painter
from bot.matching.recipe import everybodys_topics
from bot.matching.topics import Topic


@cache
def painter() -> Painter:
    """Everybody's. Its first portrait takes some seconds; it keeps about 30 MB, most of it NumPy."""
    return Painter(best_encoder(), everybodys_topics())


def painter_with(own: Mapping[str, str]) -> Painter:
    """One that knows topics besides, labels by id: a topic's name is also what says it."""
    usual = painter()
    if not own:
        return usual
    topics = [Topic(name, label, words=(label,)) for name, label in own.items()]
    heard = usual.encoder.encode(list(own.values()))
    return Painter(usual.encoder, usual.topics.extended(topics), np.vstack([usual.phrases(), heard]))
