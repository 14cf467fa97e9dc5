"""What people and time do, in any order, with the process ending anywhere: every promise is kept, on both databases.

bench/machine.py plays thousands of such programs; here are a few.
"""

import pytest

from bot import handlers
from tests.machine.arena import Arena, on_both
from tests.machine.crash import At
from tests.machine.program import Presses, Program, Step, Ticks, Types, programs
from tests.machine.search import search
from tests.machine.story import STORY, ended_at_awaits, ended_everywhere


def test_programs_on_both_databases(on_sqlite: Arena, on_postgres: Arena) -> None:
    """Everybody is told the same, and the same is kept."""
    search(programs(8, least=4), 5, 1, lambda program: on_both(program, on_sqlite, on_postgres))


@pytest.mark.thorough
def test_longer_programs_on_both_databases(on_sqlite: Arena, on_postgres: Arena) -> None:
    """The same, for longer."""
    search(programs(20, least=10), 12, 2, lambda program: on_both(program, on_sqlite, on_postgres))


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["on_sqlite", "on_postgres"])
def test_the_process_ends_at_any_await(name: str, request: pytest.FixtureRequest) -> None:
    """Also where only one of the databases waits, and with several messages under way at once."""
    where: Arena = request.getfixturevalue(name)
    search(programs(12, least=6, anywhere=True), 10, 3, where.play)


@pytest.mark.thorough
@pytest.mark.parametrize("look", [True, False])
def test_the_story_on_both_databases(on_sqlite: Arena, on_postgres: Arena, look: bool) -> None:
    """Almost every handler has its part in it, and every job."""
    played, _ = on_both(Program(STORY, look=look), on_sqlite, on_postgres)
    reached = {name for name, times in played.did.items() if times}
    assert len([name for name in reached if name.startswith("button")]) > len(handlers.BUTTONS) * 0.6
    assert {f"form {name}" for name in handlers.FORMS} <= reached
    assert {"button introductions.skip", "button introductions.undo", "button introductions.every"} <= reached
    assert {
        "job sessions",
        "job commitments",
        "job weekly",
        "job warnings",
        "job rounds",
        "job met",
        "job met again",
    } <= reached


@pytest.mark.thorough
def test_the_story_ends_at_crash_points(on_sqlite: Arena, on_postgres: Arena) -> None:
    """At a few of its statements, COMMITs and calls of the platform; the bench takes all of them."""
    ended = [on_both(program, on_sqlite, on_postgres)[0].crashes for program in ended_everywhere(on_sqlite, 797)]
    assert len(ended) > 5
    assert set(ended) == {1}


@pytest.mark.thorough
def test_the_story_ends_at_awaits(on_postgres: Arena) -> None:
    """The same for awaits."""
    ended = [on_postgres.play(program).crashes for program in ended_at_awaits(on_postgres, 199)]
    assert len(ended) > 8


def test_what_was_not_kept_is_not_there(on_sqlite: Arena) -> None:
    """A process that ends before COMMIT leaves nothing, one that ends after it leaves everything; nobody is told either way."""
    for at, rows in ((At("statement", 1), 0), (At("commit"), 0), (At("commit", after=True), 1)):
        played = on_sqlite.play(Program((Step(Types("ben", "/commit {}"), at, again=False),)))
        assert played.crashes == 1
        assert len(played.tables["commitment"]) == rows
        assert not any("Kept" in told for told in played.told)


def test_a_session_that_is_perhaps_cancelled_may_end(on_sqlite: Arena) -> None:
    """The process ended before it was cancelled, so its day comes."""
    cancels = Step(Presses("ana", "Cancel"), At("statement", 1), again=False)
    days = [Step(Ticks(until="16:00"))] * 21
    played = on_sqlite.play(Program((Step(Types("ana", "/balcony session")), cancels, *days)))
    assert played.crashes == 1
    assert {word for row in played.tables["session"] for word in row.split() if "state=" in word} == {"state=ended"}


def test_what_was_not_answered_and_comes_again_is_done_once(on_sqlite: Arena) -> None:
    """Whether it had been kept or not."""
    for at, answered in ((At("commit"), 1), (At("commit", after=True), 0)):
        played = on_sqlite.play(Program((Step(Types("ben", "/commit {}"), at),)))
        assert len(played.tables["commitment"]) == 1
        assert sum("Kept" in told for told in played.told) == answered


def test_what_was_under_way_comes_once(on_sqlite: Arena) -> None:
    """The process ends before the channel hears it, just after, or long before: it hears it once."""
    for at in (At("say"), At("say", after=True), At("say", late=True)):
        played = on_sqlite.play(Program((Step(Ticks(), at),)))
        assert played.crashes == 1
        assert sum("hears welcome:demo" in told for told in played.told) == 1
