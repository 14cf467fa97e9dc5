"""How long a platform asks us to wait, in every form; and how long nobody asks it again by himself."""

import pytest

from bot.platforms import waiting
from tests.platforms.teams_stage import Seconds

DATE = "Wed, 21 Oct 2026 07:28:00 GMT"

# What Retry-After says, what the answer's own Date is, and the seconds that both platforms then wait.
WAITS: list[tuple[str | None, str | None, float]] = [
    ("1", None, 1), ("30", None, 30), ("3600", None, 3600), ("1.5", None, 1.5), ("0", None, 1), ("-5", None, 1),
    (None, None, 30), ("soon", None, 30), ("", None, 30), ("inf", None, 30), ("nan", None, 30), ("1e400", None, 30),
    ("9" * 30, None, 86_400), ("30, 60", None, 30), ("PT5S", None, 30), ("30", DATE, 30),
    ("Wed, 21 Oct 2026 07:29:30 GMT", DATE, 90), ("Wednesday, 21-Oct-26 07:29:30 GMT", DATE, 90), ("Wed Oct 21 07:29:30 2026", DATE, 90),
    ("Wed, 21 Oct 2026 08:29:30 +0100", DATE, 90), ("Wed, 21 Oct 2026 07:00:00 GMT", DATE, 1), (DATE, None, 30), (DATE, "today", 30),
    ("Fri, 21 Oct 2050 07:28:00 GMT", DATE, 86_400), ("Wed, 32 Oct 2026 07:28:00 GMT", DATE, 30), ("Wed, 21 Oct 99999 07:28:00 GMT", DATE, 30),
]  # fmt: skip


@pytest.mark.parametrize(("said", "date", "wait"), WAITS)
def test_every_form_of_retry_after(said: str | None, date: str | None, wait: float) -> None:
    """Never less than is asked for, as far as it can be read; our own clock does not come into it."""
    assert waiting.asked_for(said or "", date or "") == wait


def test_who_refused_us_is_not_asked_for_a_quarter_of_an_hour() -> None:
    """And who could not be reached for some seconds, or for as long as they said."""
    clock = Seconds()
    rest = waiting.Rest(clock)
    assert (rest.over(), rest.no) == (True, "")
    for word, asked, seconds in (("token_revoked", 0, 900), ("", 0, 5), ("", 2, 5), ("", 30, 30)):
        if word:
            rest.refused(word)
        else:
            rest.silent(asked)
        clock.now += seconds - 0.01
        assert (rest.over(), rest.no) == (False, word)
        clock.now += 0.01
        assert rest.over()
    rest.refused("token_revoked")
    rest.end()
    assert (rest.over(), rest.no) == (True, "")
