"""What people write, made safe to keep: nothing invisible that breaks a database, nothing too long."""

import re

COMMITMENT_LIMIT = 300
CUE_LIMIT = 300
NOTE_LIMIT = 2000
ISSUE_LIMIT = 300
NAME_LIMIT = 80

# Control characters but tab and new line, and lone surrogates.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


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
