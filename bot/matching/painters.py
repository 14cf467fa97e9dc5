"""The painters of this process: one for everybody's topics, kept once it is there, and others with topics besides."""

from collections.abc import Sequence
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


def painter_with(own: Sequence[Topic]) -> Painter:
    """One that knows topics besides, such as bot.matching.topics.own_topic makes."""
    usual = painter()
    if not own:
        return usual
    heard = usual.encoder.encode([said for topic in own for said in (topic.label, *topic.says)])
    return Painter(usual.encoder, usual.topics.extended(own), np.vstack([usual.phrases(), heard]))
