"""How much is said in Teams at once: never more than Microsoft allows, and never later than it must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.teams.limits import PER_CONVERSATION, PER_TENANT, Limits

NOON = 1_795_000_000.0  # a clock like the real ones, whose fractions of a second are coarse

Steps = list[tuple[str, float]]


def steps(conversations: str, *, longest: float) -> st.SearchStrategy[Steps]:
    """Tries, each in some conversation and so many seconds after the last."""
    pause = st.one_of(st.just(0.0), st.floats(0, 1), st.floats(0, longest))
    return st.lists(st.tuples(st.sampled_from(conversations), pause), min_size=20, max_size=150)


def sent(tries: Steps) -> list[tuple[str, float]]:
    """Which of them went, and when."""
    limits, clock, went = Limits(), NOON, []
    for conversation, pause in tries:
        clock += pause
        if limits.wait(conversation, clock) == 0:
            went.append((conversation, clock))
    return went


@given(steps("ab", longest=20))
def test_never_more_than_so_many_in_a_conversation(tries: Steps) -> None:
    """Whatever the times: no window of any length that Microsoft names holds more than it may."""
    for place in "ab":
        times = [when for conversation, when in sent(tries) if conversation == place]
        for span, most in PER_CONVERSATION:
            assert all(late >= early + span for early, late in zip(times, times[most:], strict=False))


@given(steps("abcdefghij", longest=0.5))
def test_never_more_than_so_many_in_a_tenant(tries: Steps) -> None:
    """The same for everything together."""
    times = [when for _, when in sent(tries)]
    for span, most in PER_TENANT:
        assert all(late >= early + span for early, late in zip(times, times[most:], strict=False))


@given(steps("abcdefghij", longest=2))
def test_after_the_wait_it_goes(tries: Steps) -> None:
    """What must wait goes when that time is over, if nothing else went meanwhile; so nobody waits twice for one reason."""
    limits, clock = Limits(), NOON
    for conversation, pause in tries:
        clock += pause
        if wait := limits.wait(conversation, clock):
            clock += wait
            assert limits.wait(conversation, clock) == 0


@pytest.mark.parametrize(("span", "most"), PER_CONVERSATION)
def test_as_many_as_allowed(span: int, most: int) -> None:
    """Evenly spread, all of them go; the limit is used, not only kept."""
    limits = Limits()
    assert all(limits.wait("a", NOON + number * span / most) == 0 for number in range(most))


def test_the_eighth_waits_a_second() -> None:
    """Seven at once, the eighth a second later, the ninth another: each is told for how long."""
    limits = Limits()
    assert [limits.wait("a", NOON) for _ in range(8)] == [0] * 7 + [1]
    assert [limits.wait("a", NOON + 1) for _ in range(2)] == [0, 1]
    assert limits.wait("a", NOON + 2) == 0


def test_waiting_gets_somewhere() -> None:
    """A moment before the window opens the wait is still one that a clock can show."""
    limits = Limits()
    assert [limits.wait("a", NOON) for _ in range(7)] == [0] * 7
    assert limits.wait("a", NOON + 0.999_999) == 0.01


def test_one_conversation_does_not_wait_for_another() -> None:
    """Until the tenant's own limit is reached: thirty in a second, whoever they are for."""
    limits = Limits()
    assert [limits.wait(f"to {number}", NOON) for number in range(31)] == [0] * 30 + [1]


def test_what_rested_for_an_hour_is_forgotten() -> None:
    """Ten thousand conversations pass by, beside one that never rests: only those of the last hour are in memory."""
    limits = Limits()
    for number in range(10_000):
        assert limits.wait("all day", NOON + 2 * number) == 0
        assert limits.wait(f"to {number}", NOON + 2 * number) == 0
    assert len(limits) == 1 + 1800
