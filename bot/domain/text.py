"""What people write, made safe to keep: nothing invisible that breaks a database, nothing too long."""

import unicodedata

COMMITMENT_LIMIT = 300
CUE_LIMIT = 300
NOTE_LIMIT = 2000
ISSUE_LIMIT = 300
NAME_LIMIT = 80

_KEPT_CONTROLS = "\n\t"


class TooLong(ValueError):
    """A text is longer than its limit; both are in characters."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"That is {length:,} characters; there is room for {limit:,}.")
        self.length = length
        self.limit = limit


def tidy(text: str, limit: int) -> str:
    """The text without control characters and lone surrogates, trimmed. Raises TooLong; never cuts."""
    kept = "".join(char for char in text.replace("\r\n", "\n").replace("\r", "\n") if _keeps(char)).strip()
    if len(kept) > limit:
        raise TooLong(len(kept), limit)
    return kept


def one_line(text: str, limit: int) -> str:
    """The same, with every run of white space as one space."""
    return tidy(" ".join(text.split()), limit)


def _keeps(char: str) -> bool:
    return char in _KEPT_CONTROLS or unicodedata.category(char) not in {"Cc", "Cs"}
