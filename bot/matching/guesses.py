"""The topics that a stored portrait is likeliest about. Without NumPy: this is read where somebody waits for an answer."""

import struct
from collections.abc import Sequence

from bot.matching.topics import Topic

GUESSES = 5


def guessed(portrait: bytes, topics: Sequence[Topic], guesses: int = GUESSES) -> tuple[Topic, ...]:
    """The likeliest first, none twice; none for a text without words. `topics` are those that it was painted with.

    `portrait` is float16, little-endian, and begins with a number for each topic. Always as many as asked for: whoever
    reads them can say that it is none of these.
    """
    if len(portrait) < 2 * len(topics):
        return ()
    shares = struct.unpack_from(f"<{len(topics)}e", portrait)
    if not any(shares):
        return ()
    order = sorted(range(len(topics)), key=lambda place: -shares[place])
    return tuple(topics[place] for place in order[:guesses])
