"""Repair of misspelt words: so that they are understood, never to be shown to anybody."""

import re
from collections.abc import Callable, Iterable, Iterator

_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['’][^\W\d_]+)*(?!\w)")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST = 4  # letters: in shorter words almost everything is one letter away from something else
_LONGEST = 20
_FAR = 7  # letters: from here on two slips are forgiven, if the first letter is right
_ENDINGS = ("'s", "’s", "s", "es", "ed", "d", "ing", "er", "ers", "ly", "r", "y", "ness", "al", "ally", "ments", "ment")
_OPENINGS = ("un", "re", "pre", "over", "non", "co", "mis", "dis", "under")


class Spelling:
    """What words there are. `topical` are likelier to be meant; `rank` says how common a word is, 0 the commonest.

    Without ranks it does not know English: then only long words one slip away from a topical one are repaired.
    """

    def __init__(self, topical: Iterable[str], rank: Callable[[str], int | None] | None = None) -> None:
        self._topical = frozenset(topical)
        self._rank = rank or (lambda _: None)
        self._shortest, self._far = (_SHORTEST, _FAR) if rank else (_FAR, _LONGEST + 1)
        self._by_opening: dict[str, list[str]] = {}
        for word in sorted(self._topical):
            if len(word) >= _FAR - 1 and word.isalpha():
                self._by_opening.setdefault(word[0], []).append(word)

    def repaired(self, text: str, leave: Callable[[str], bool] = lambda _: False) -> str:
        """The text with words that are none replaced by the nearest that is one. `leave` says what is not to be touched.

        Capitals are kept in words that are right; a word in capitals is a name or an acronym and stays.
        """
        return _WORD.sub(lambda match: self._repaired(match.group(), leave), text)

    def _repaired(self, written: str, leave: Callable[[str], bool]) -> str:
        word = written.lower()
        plain = self._shortest <= len(word) <= _LONGEST and word.isascii() and word.isalpha()
        if not plain or sum(letter.isupper() for letter in written) > 1 or leave(written) or self._known(word):
            return written
        near = {other for other in _one_slip(word) if self._is_word(other)}
        if not near and len(word) >= self._far:
            near = {other for other in self._by_opening.get(word[0], ()) if _slips(word, other, 2) <= 2}  # noqa: PLR2004
        return min(near, key=lambda other: self._unlikely(word, other), default=written)

    def _known(self, word: str) -> bool:
        if self._is_word(word):
            return True
        stems = [word[: -len(ending)] for ending in _ENDINGS if word.endswith(ending)]
        stems += [word[len(opening) :] for opening in _OPENINGS if word.startswith(opening)]
        doubled = [stem[:-1] for stem in stems if len(stem) > 2 and stem[-1] == stem[-2]]  # noqa: PLR2004
        silent = [stem + "e" for stem in stems]
        return any(len(stem) >= 3 and self._is_word(stem) for stem in (*stems, *doubled, *silent))  # noqa: PLR2004

    def _is_word(self, word: str) -> bool:
        return word in self._topical or self._rank(word) is not None

    def _unlikely(self, written: str, other: str) -> tuple[bool, int, int, int, str]:
        rank = self._rank(other)
        slips = _slips(written, other, 2)
        return (other not in self._topical, slips, written[0] != other[0], rank if rank is not None else 10**6, other)


def _one_slip(word: str) -> Iterator[str]:
    """Every string one letter more, less, other, or two letters exchanged."""
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]


def _slips(one: str, other: str, most: int) -> int:
    """Letters to add, drop, change or exchange with the next; anything above `most` may be said as `most + 1`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
