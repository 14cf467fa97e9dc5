"""Which topics a statement may be about, for its author to tick."""

from collections.abc import Iterable

import numpy as np

from bot.matching.guesses import GUESSES
from bot.matching.portrait import Painter
from bot.matching.topics import Topic


def suggested(text: str, painter: Painter, names: Iterable[str] = (), guesses: int = GUESSES) -> tuple[Topic, ...]:
    """The likeliest topics, likeliest first. None for a text without words; none twice.

    Always as many as asked for: whoever reads them can say that it is none of these.
    """
    likely = painter.likely([text], names)[0]
    if not likely.any():
        return ()
    order = np.argsort(-likely, kind="stable")[:guesses]
    return tuple(painter.topics.all[place] for place in order)
