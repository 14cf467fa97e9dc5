"""Numbers as people say them."""

from collections.abc import Sequence

FLOOR = 8  # nobody is a number under eight
_STEP = 5
_WORDS = (
    "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip


def in_words(number: int) -> str:
    """Up to twelve in letters."""
    return _WORDS[number] if 0 <= number < len(_WORDS) else f"{number:,}"


def people(number: int) -> str:
    return "one person" if number == 1 else f"{in_words(number)} people"


def listed(parts: Sequence[str]) -> str:
    """One, two and three."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def begun(sentence: str) -> str:
    """With a capital letter, and nothing else changed."""
    return sentence[:1].upper() + sentence[1:]


def about(number: int) -> str:
    """A number of people in an aggregate, so that nobody can be found in it: "fewer than eight", or "about 25"."""
    if number < FLOOR:
        return f"fewer than {in_words(FLOOR)}"
    return f"about {(number + _STEP // 2) // _STEP * _STEP:,}"
