"""Why something could not be said, in a sentence."""

import pytest

from bot.domain import trouble

REASONS = sorted(value for name, value in vars(trouble).items() if name.isupper() and not name.startswith("_"))


def test_there_are_reasons() -> None:
    """The list that the next tests walk along is the module's own, and not empty."""
    assert len(REASONS) == 12
    assert {"gone", "archived", "unknown"} <= set(REASONS)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_its_own_sentence(reason: str) -> None:
    """A person reads a sentence that ends like one, that is no other reason's, and that has no code in it."""
    sentence = trouble.in_words(reason)
    assert sentence.endswith((".", "@Balcony"))
    assert "_" not in sentence
    assert [other for other in REASONS if trouble.in_words(other) == sentence] == [reason]


@pytest.mark.parametrize("reason", REASONS)
def test_the_platforms_own_word_may_follow(reason: str) -> None:
    """What stands after the colon is for the log, and changes nothing in the sentence."""
    assert trouble.in_words(f"{reason}: account_inactive: 403") == trouble.in_words(reason)


@pytest.mark.parametrize("error", ["", ":", "channel_not_found", "Gone", " gone", "🎉", "x" * 1000])
def test_what_nobody_foresaw_is_said_carefully(error: str) -> None:
    """Any other error reads: it may not have arrived, and is not sent again."""
    assert trouble.in_words(error) == trouble.in_words(trouble.UNKNOWN)
    assert "not send it again" in trouble.in_words(error)
