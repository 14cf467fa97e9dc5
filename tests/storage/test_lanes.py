"""Whose turn it is: one pace for all workers, who was served longest ago comes first, and who rests is left alone."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.chat import Channel, Pace, Person
from storage import claims, lanes
from storage.db import Database
from storage.models import Lane, Method
from tests.storage.rows import NOW, claim, put

FIVE = Pace(per_minute=300)  # one in a fifth of a second
EVERY = {"slack": Pace(), "teams": Pace()}


async def turns(
    database: Database, at: datetime, paces: Mapping[str, Pace], *, take: int = 10_000, most: int = 100
) -> list[tuple[str, int | None]]:
    """The workspaces that have their turn, with how much each may have; and they take it."""
    async with database.transaction() as db:
        found = []
        for turn in await lanes.turns(db, Method.SAY, paces, at, most):
            found.append((turn.lane.workspace, turn.most))
            lanes.taken(turn, paces[turn.lane.platform], min(take, turn.most or 0), at)
        return found


async def lane(database: Database, workspace: str = "T1") -> Lane:
    async with database.transaction() as db:
        return await db.session.get_one(Lane, ("slack", workspace, Method.SAY))


async def test_the_pace_is_kept_by_all_together(database: Database) -> None:
    """However often and by whomever it is asked: three hundred a minute are five a second, evenly."""
    await put(database, "k")
    taken: Counter[int] = Counter()
    for step in range(120):  # six seconds
        at = NOW + timedelta(milliseconds=50 * step)
        taken[step // 20] += sum(most or 0 for _, most in await turns(database, at, {"slack": FIVE}))
    assert list(taken.values()) == [5] * 6


async def test_who_comes_late_catches_up_a_little(database: Database) -> None:
    """A tenth of a second is made good; a minute of silence is no credit for a burst."""
    await put(database, "k")
    assert await turns(database, NOW, {"slack": Pace(per_minute=6000)}) == [("T1", 1)]
    assert await turns(database, NOW + timedelta(minutes=1), {"slack": Pace(per_minute=6000)}) == [("T1", 11)]


async def test_without_a_pace_there_is_no_limit(database: Database) -> None:
    await put(database, "k")
    for _ in range(3):
        assert await turns(database, NOW, EVERY) == [("T1", None)]


async def test_who_was_served_longest_ago_comes_first(database: Database) -> None:
    """A thousand in one workspace do not keep the single one of another waiting."""
    await put(database, *(f"k{number}" for number in range(50)))
    served = []
    for second in range(3):
        served += await turns(database, NOW + timedelta(seconds=second), EVERY, most=1)
    await put(database, "single", to=Channel("slack", "T2", "C1"), at=NOW)
    served += await turns(database, NOW + timedelta(seconds=4), EVERY, most=1)
    assert [workspace for workspace, _ in served] == ["T1", "T1", "T1", "T2"]


async def test_only_who_waits_has_a_turn(database: Database) -> None:
    """Nothing due, a platform that this process does not have: no turn."""
    await put(database, "k", at=NOW + timedelta(hours=1))
    await put(database, "teams", to=Person("teams", "E1", "U1"))
    assert await turns(database, NOW, {"slack": Pace()}) == []
    assert await turns(database, NOW, EVERY) == [("E1", None)]


async def test_a_workspace_rests_alone(database: Database) -> None:
    """Everything due for it waits, also messages to persons; another workspace does not. It can be woken."""
    await put(database, "channel", to=Channel("slack", "T1", "C1"))
    await put(database, "person", to=Person("slack", "T1", "U1"))
    await put(database, "other", to=Channel("slack", "T2", "C1"))
    await put(database, "teams", to=Channel("teams", "T1", "C1"))
    [row] = [row for row in await claim(database, at=NOW, limit=1) if row.workspace == "T1"]
    until = NOW + timedelta(hours=6)
    async with database.transaction() as db:
        await lanes.rest(db, row, until, "revoked:token_revoked")
        await lanes.rest(db, row, until - timedelta(hours=1), "busy")
        assert [(one.workspace, one.why) for one in await lanes.resting(db, NOW)] == [
            ("T1", "revoked:token_revoked")
        ] * 2
    assert {one.key for one in await claim(database, at=until - timedelta(seconds=1))} == {"other", "teams"}
    async with database.transaction() as db:
        assert not await lanes.wake(db, "slack", "T1", "busy")
        assert await lanes.wake(db, "slack", "T1", "revoked")
        assert not await lanes.wake(db, "slack", "T1", "revoked")
    assert {one.key for one in await claim(database, at=NOW)} == {"person"}


async def test_a_busy_platform_is_asked_less_and_then_slowly_more(database: Database) -> None:
    """A fifth less at once; with each message that it bears a thousandth more, up to its own pace and not beyond."""
    await put(database, "k")
    [row] = await claim(database, at=NOW)
    await put(database, "next")
    async with database.transaction() as db:
        await lanes.slow_down(db, row, Method.SAY, FIVE)
    assert (await lane(database)).per_minute == 240
    at, pace = NOW, {"slack": FIVE}
    for number in range(230):
        at += timedelta(seconds=1)
        assert await turns(database, at, pace, take=1)
        if number == 99:
            assert 260 < ((await lane(database)).per_minute or 0) < 300
    assert (await lane(database)).per_minute is None
    for _ in range(30):
        async with database.transaction() as db:
            await lanes.slow_down(db, row, Method.SAY, FIVE)
    assert (await lane(database)).per_minute == 20


async def test_when_the_next_turn_is(database: Database) -> None:
    """The moment at which the pace lets the next one go; none if nothing waits, or it rests for another reason."""
    await put(database, "k")
    await turns(database, NOW, {"slack": FIVE})
    async with database.transaction() as db:
        assert await lanes.next_turn(db, Method.SAY, NOW, ["slack"]) == NOW + timedelta(seconds=0.2)
        assert await lanes.next_turn(db, Method.SAY, NOW, ["teams"]) is None
        assert await lanes.next_turn(db, Method.LOOK, NOW, ["slack"]) is None
    await claim(database, at=NOW + timedelta(seconds=1))
    async with database.transaction() as db:
        assert await lanes.next_turn(db, Method.SAY, NOW, ["slack"]) is None


async def test_a_lane_that_was_undone_is_opened_again(database: Database) -> None:
    """A row that fails inside a job is undone with its lane; the next row of the same job has one all the same."""
    async with database.transaction() as db:
        undone = await db.session.begin_nested()
        await lanes.open_lanes(db, [("slack", "T7")], NOW)
        await undone.rollback()
        await lanes.open_lanes(db, [("slack", "T7")], NOW)
    assert (await lane(database, "T7")).next_at == NOW


async def test_a_clock_that_is_put_back_stops_nobody(database: Database) -> None:
    """The lane's next turn and the place's last message are an hour ahead: that is no reason to wait."""
    await put(database, "first", "second", to=Person("slack", "T1", "U1"))
    ahead = NOW + timedelta(hours=1)
    [first] = await claim(database, at=ahead, spacing=1.0)
    await turns(database, ahead, {"slack": FIVE})
    async with database.transaction() as db:
        await claims.sent(db, first, ahead, "1")
        assert await lanes.next_turn(db, Method.SAY, NOW, ["slack"]) is None
    assert await turns(database, NOW, {"slack": FIVE}) == [("T1", 1)]
    assert await turns(database, NOW, {"slack": FIVE}) == []
    assert [row.key for row in await claim(database, at=NOW + timedelta(seconds=1), spacing=1.0)] == ["second"]
