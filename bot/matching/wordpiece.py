"""Text to the word pieces that a BERT encoder knows: lower case, no accents, longest piece first."""

import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterator

_LONGEST_WORD = 100  # letters; a longer one is unknown, as in the original


class WordPieces:
    """The pieces of one vocabulary, a line each; its place in the list is its number."""

    def __init__(self, vocabulary: str) -> None:
        pieces = vocabulary.splitlines()
        # In order, and not in a dict: that is four megabytes less, and quick enough.
        self._numbers = array("H", sorted(range(len(pieces)), key=pieces.__getitem__))
        self._sorted = [pieces[number] for number in self._numbers]
        self._unknown, self._first, self._last = (pieces.index(name) for name in ("[UNK]", "[CLS]", "[SEP]"))

    def rank(self, word: str) -> int | None:
        """The place of a whole word in the vocabulary: whole words stand by how common they are. None if unknown."""
        return self._number(word) if word.isalpha() else None

    def numbers(self, text: str, limit: int) -> list[int]:
        """The text as numbers between the two that mark its ends; never more than `limit` of them."""
        found: list[int] = []
        for word in _words(text):
            found.extend(self._pieces(word))
            if len(found) >= limit - 2:
                break
        return [self._first, *found[: limit - 2], self._last]

    def _number(self, piece: str) -> int | None:
        place = bisect_left(self._sorted, piece)
        found = place < len(self._sorted) and self._sorted[place] == piece
        return self._numbers[place] if found else None

    def _pieces(self, word: str) -> list[int]:
        if len(word) > _LONGEST_WORD:
            return [self._unknown]
        pieces: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._number(prefix + word[start:end])
                if number is not None:
                    pieces.append(number)
                    start = end
                    break
            else:
                return [self._unknown]
        return pieces


def _words(text: str) -> Iterator[str]:
    """Words and single punctuation marks, in order."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).lower())
    word = ""
    for sign in plain:
        category = unicodedata.category(sign)
        if category == "Mn" or (category.startswith("C") and sign not in "\t\n\r"):
            continue
        if sign.isspace() or _stands_alone(sign, category):
            if word:
                yield word
            word = ""
            if not sign.isspace():
                yield sign
        else:
            word += sign
    if word:
        yield word


def _stands_alone(sign: str, category: str) -> bool:
    """Punctuation, every ASCII sign that is no letter or number, and Chinese characters."""
    ascii_sign = sign.isascii() and not sign.isalnum()
    return ascii_sign or category.startswith("P") or "\u3400" <= sign <= "\u9fff" or "\uf900" <= sign <= "\ufaff"
