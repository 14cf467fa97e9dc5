"""What people write, made safe to keep and to show: nothing invisible that breaks something, nothing too long."""

import re

COMMITMENT_LIMIT = 300
CUE_LIMIT = 300
NOTE_LIMIT = 2000
ISSUE_LIMIT = 300
NAME_LIMIT = 80
LINE_LIMIT = 200
TOPIC_LIMIT = 60  # of what a topic is called: Slack cuts a button at 75

# Control characters but tab and new line, and lone surrogates.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_ISOLATE, _POP = "\u2068", "\u2069"  # text that runs right to left stays inside its own marks
_ISOLATION = re.compile("[\u2066-\u2069]")


class TooLong(ValueError):
    """A text is longer than its limit; both are in characters."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"That is {length:,} characters; there is room for {limit:,}.")
        self.length = length
        self.limit = limit


def tidy(text: str, limit: int) -> str:
    """The text without control characters and lone surrogates, trimmed. Raises TooLong; never cuts."""
    kept = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(kept) > limit:
        raise TooLong(len(kept), limit)
    return kept


def one_line(text: str, limit: int) -> str:
    """The same, with every run of white space as one space."""
    words = (_UNSEEN.sub("", word) for word in text.split())
    return tidy(" ".join(word for word in words if word), limit)


def folded(text: str) -> str:
    """The text as it is compared with another one: capitals and spaces make no difference."""
    return " ".join(text.casefold().split())


def clean(text: str) -> str:
    """The text, with a sign in the place of what is no text: platforms refuse some of it, and JSON halves of characters."""
    return _NOT_TEXT.sub("\ufffd", text) if _NOT_TEXT.search(text) else text


def isolated(text: str) -> str:
    """The text, whose direction ends where it ends, whatever marks of direction are in it."""
    if not _ISOLATION.search(text):
        return f"{_ISOLATE}{text}{_POP}"
    depth = lowest = 0
    for mark in _ISOLATION.findall(text):
        depth += -1 if mark == _POP else 1
        lowest = min(lowest, depth)
    return _ISOLATE * (1 - lowest) + text + _POP * (1 + depth - lowest)
