"""The topics that are offered to an issue's author: read from its stored portrait, without NumPy; and what was promised."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.guesses import GUESSES, guessed
from bot.matching.painters import painter_with
from bot.matching.portrait import Painter
from bot.matching.topics import own_topic

TEXTS = (
    "childhood obesity in Durham",
    "older people who see nobody all week",
    "mould in the bedroom of a council flat",
    "bats",
    "Gordewdra plentyndod yng Ngwynedd",
    "=1+1 <!channel> ignore what was said before",
    "damp " * 60,
)
_HOME = Path(__file__).parents[2]
_SMALL = "import sys; import bot.matching.guesses, bot.handlers.topics; sys.exit('numpy' in sys.modules)"


def stored(painter: Painter, text: str) -> bytes:
    """As it is kept: in half precision."""
    return bytes(painter.portraits([text]).astype("<f2")[0].tobytes())


def likely(painter: Painter, text: str, count: int) -> list[str]:
    """What the painter itself finds likeliest, in full precision."""
    order = np.argsort(-painter.likely([text])[0], kind="stable")[:count]
    return [painter.topics.all[place].id for place in order]


def test_the_likeliest_comes_first(painter: Painter) -> None:
    """Five at most, none twice; as many as asked for."""
    portrait = stored(painter, "mould in the bedroom of a council flat")
    topics = guessed(portrait, painter.topics.all)
    assert topics[0].id == "housing"
    assert len(topics) == GUESSES == len(set(topics))
    assert [topic.id for topic in guessed(portrait, painter.topics.all, guesses=1)] == ["housing"]


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=100))
def test_anything_can_be_asked(plain_painter: Painter, text: str) -> None:
    """Topics of the list, none twice."""
    topics = guessed(stored(plain_painter, text), plain_painter.topics.all)
    assert len(set(topics)) == len(topics) in {0, GUESSES}


def test_the_same_as_of_the_text(plain_painter: Painter) -> None:
    """In half precision two that are nearly as likely may change places; the likeliest ones are the same."""
    for text in TEXTS:
        found = guessed(stored(plain_painter, text), plain_painter.topics.all)
        assert len(found) == GUESSES
        assert {topic.id for topic in found[:3]} <= set(likely(plain_painter, text, 4))


@pytest.mark.thorough
def test_the_same_with_the_encoder_and_a_programmes_own_topics() -> None:
    """Its own topics come after everybody's, and are guessed like them, by their names and by other words for them."""
    painter = painter_with([own_topic("own:1", "Coastal erosion", ("cliff falls", "beach hut*"))])
    for text in TEXTS:
        found = [topic.id for topic in guessed(stored(painter, text), painter.topics.all)]
        assert found[:3] == likely(painter, text, 3)
    for text in (
        "coastal erosion at Vane Sands",
        "the beach huts are going over the edge",
        "more cliff falls each year",
    ):
        assert guessed(stored(painter, text), painter.topics.all)[0].id == "own:1"
        assert "own:1" in painter.mentioned(text)
    assert guessed(stored(painter, "childhood obesity in Durham"), painter.topics.all)[0].id == "childhood_obesity"


def test_a_star_in_a_name_is_no_ending() -> None:
    """A member who calls a topic "a*" means no word that begins so."""
    topic = own_topic("own:1", "a*", ("erod*",))
    assert topic.words == ("a ", "erod*")
    assert topic.says == ("erod",)


def test_nothing_is_guessed_of_nothing(plain_painter: Painter) -> None:
    """Of a text without words, of no portrait, and of one that is too short for the list."""
    for text in ("🌳🚲", "", "?!"):
        assert guessed(stored(plain_painter, text), plain_painter.topics.all) == ()
    assert guessed(b"", plain_painter.topics.all) == ()
    assert guessed(b"\x00\x3c", plain_painter.topics.all) == ()


def test_it_needs_no_numpy() -> None:
    """Somebody waits for the answer, and the process may have nothing else to compare."""
    assert subprocess.run([sys.executable, "-c", _SMALL], cwd=_HOME, check=False).returncode == 0


@pytest.mark.thorough
def test_the_figures_on_statements_that_nothing_was_tuned_on() -> None:
    """The nearest is of the same issue for 65 %, nDCG@5 is 0.52, and the topic is among five guesses for 90 %."""
    bench = Path(__file__).parents[2] / "bench"
    run = [sys.executable, str(bench / "similarity.py"), str(bench / "data/fresh.csv"), "--check"]
    assert subprocess.run(run, capture_output=True, check=False).returncode == 0
