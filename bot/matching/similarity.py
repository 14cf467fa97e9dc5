"""How alike two issues are, from the words they share."""

import re
import unicodedata

_COMMON = frozenset({
    "a", "about", "across", "after", "all", "also", "an", "and", "are", "as", "at", "be", "been", "between", "by",
    "can", "do", "for", "from", "has", "have", "how", "i", "in", "into", "is", "it", "its", "more", "of", "on",
    "or", "our", "people", "so", "that", "the", "their", "them", "there", "they", "this", "through", "to", "up",
    "us", "we", "what", "when", "which", "who", "will", "with", "within", "work", "working", "would", "you", "your",
})  # fmt: skip


def similarity(one: str, other: str) -> float:
    """The share of telling words that two issues have in common, from 0 to 1."""
    left, right = _telling(one), _telling(other)
    return len(left & right) / len(left | right) if left | right else 0.0


def _telling(issue: str) -> set[str]:
    """Words that say something, without their endings."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", issue).lower())
    return {_stem(word) for word in words if word not in _COMMON and len(word) > 1}


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:  # noqa: PLR2004  a stem shorter than four letters says nothing
            return word[: -len(ending)]
    return word
