"""Text to the word pieces that a BERT encoder knows: lower case, no accents, longest piece first."""

import unicodedata
from collections.abc import Iterator, Mapping

_LONGEST_WORD = 100  # letters; a longer one is unknown, as in the original


class WordPieces:
    """The pieces of one vocabulary, a line each; its place in the list is its number."""

    def __init__(self, vocabulary: str) -> None:
        self._numbers: Mapping[str, int] = {piece: number for number, piece in enumerate(vocabulary.splitlines())}
        self._unknown, self._first, self._last = (self._numbers[name] for name in ("[UNK]", "[CLS]", "[SEP]"))

    def rank(self, word: str) -> int | None:
        """The place of a whole word in the vocabulary: whole words stand by how common they are. None if unknown."""
        return self._numbers.get(word) if word.isalpha() else None

    def numbers(self, text: str, limit: int) -> list[int]:
        """The text as numbers between the two that mark its ends; never more than `limit` of them."""
        found: list[int] = []
        for word in _words(text):
            found.extend(self._pieces(word))
            if len(found) >= limit - 2:
                break
        return [self._first, *found[: limit - 2], self._last]

    def _pieces(self, word: str) -> list[int]:
        if len(word) > _LONGEST_WORD:
            return [self._unknown]
        pieces: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._numbers.get(prefix + word[start:end])
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
