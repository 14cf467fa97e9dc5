"""Cuts a long text into pieces: together they are the text, and no cut goes through what a reader sees as one sign."""

import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)  # the letters inside the flags of England, Scotland and Wales
_SPACING = "\u0e33\u0eb3"  # Thai and Lao vowels that belong to the letter before them
_VIRAMA = 9  # joins an Indic letter to the next one
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def pieces(text: str, room: int) -> Iterator[str]:
    """Pieces of at most `room` characters, cut after white space where there is some."""
    start = 0
    while len(text) - start > room:
        cut = _cut(text, start, start + room)
        yield text[start:cut]
        start = cut
    yield text[start:]


def _cut(text: str, start: int, end: int) -> int:
    """The best place to cut, from `end` backwards; where half a piece holds none, `end` itself."""
    fallback = 0
    for place in range(end, (start + end) // 2, -1):
        spaced = text[place - 1].isspace()
        if (spaced or not fallback) and not _is_inside(text, place):
            if spaced:
                return place
            fallback = place
    return fallback or end


def _is_inside(text: str, place: int) -> bool:
    """Whether this place is inside an emoji family, a flag, an accented letter or the end of a line."""
    before, after = text[place - 1], text[place]
    if _JOINER in (before, after) or unicodedata.category(after) in {"Mn", "Mc", "Me"} or after in _SPACING:
        return True
    if unicodedata.combining(before) == _VIRAMA and after.isalpha():
        return True
    if ord(after) in _SKIN_TONES or ord(after) in _TAGS or (before, after) == ("\r", "\n"):
        return True
    return ord(after) in _FLAG_LETTERS and _flag_letters_before(text, place) % 2 == 1


def _flag_letters_before(text: str, place: int) -> int:
    count = 0
    while count < place and ord(text[place - 1 - count]) in _FLAG_LETTERS:
        count += 1
    return count
