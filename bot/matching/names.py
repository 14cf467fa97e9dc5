"""Names of places and organisations taken out of a text before it is compared.

Two people of one town are not working on the same issue because both say so.
"""

import re
from collections.abc import Iterable

_NAME = r"[A-Z][a-z'’]+(?:[- ](?:(?:and|of|upon|under|on|le|the|&)[- ])?[A-Z][a-z'’]+)*"
_SOMEWHERE = re.compile(rf"\s*\b(?:in|across|around|at|near|throughout|for|from|within)\s+(?:the\s+)?({_NAME})")
_SHORTEST = 3  # letters: a name of two is a word somewhere else
_WORD = re.compile(r"[^\W_]+")


def without_names(text: str, known: Iterable[str], topical: frozenset[str]) -> str:
    """The text without the names in `known`, and without "in Durham": a preposition, and capitals that are no topic's.

    `topical` are the words of topics in small letters: an organisation called Housing keeps its word. A text of which
    nothing would be left stays as it is.
    """
    left = text
    telling = {name.strip() for name in known if len(name.strip()) >= _SHORTEST and not _all_topical(name, topical)}
    for name in sorted(telling, key=lambda name: (-len(name), name)):
        left = re.sub(rf"(?<!\w){re.escape(name)}(?:['’]s)?(?!\w)", " ", left, flags=re.IGNORECASE)
    if not _is_title(left):
        left = _SOMEWHERE.sub(lambda match: match.group() if _says_a_topic(match.group(1), topical) else "", left)
    left = " ".join(left.split())
    return left if _WORD.search(left) else text


def _says_a_topic(name: str, topical: frozenset[str]) -> bool:
    words = {word.lower() for word in _WORD.findall(name)}
    return not topical.isdisjoint(words - {"and", "of", "on", "under", "upon", "the", "le"})


def _all_topical(name: str, topical: frozenset[str]) -> bool:
    return all(word.lower() in topical for word in _WORD.findall(name))


def _is_title(text: str) -> bool:
    """Every Word Has a Capital: then capitals say nothing. The first word of a sentence always has one."""
    words = _WORD.findall(_SOMEWHERE.sub("", text))[1:]
    long: list[str] = [word for word in words if len(word) > _SHORTEST]  # "in" and "the" are small in titles too
    return sum(word[0].isupper() for word in long) > len(long) / 2
