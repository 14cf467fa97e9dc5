"""Whether now is the time, decided when a message goes: left, paused, quiet hours, the budget of a week, too late."""

from datetime import timedelta

import pytest

from bot.chat import Person
from bot.delivery import Delivered
from bot.domain.kind import Kind
from storage import members, outbox, programmes
from storage.models import OutboxState
from tests.conftest import World, london
from tests.scheduler.sending import BEN, put, said, state


async def due(world: World, key: str) -> str:
    """Until when it waits, in London."""
    async with world.database.transaction() as db:
        row = await outbox.by_key(db, key)
    assert row is not None
    assert row.state == OutboxState.DUE
    return f"{row.due_at.astimezone(london('2026-11-23 10:00').tzinfo):%a %H:%M}"


async def ben_has(world: World, **values: object) -> None:
    async with world.database.transaction() as db:
        [home] = await programmes.all_of_them(db)
        ben = await members.joined(db, home.id, "ben")
        assert ben is not None
        for name, value in values.items():
            setattr(ben, name, value)


async def passes(world: World) -> None:
    """The jobs' own messages of that moment are not what these tests are about."""
    await world.balcony.deliver()


async def test_at_night_nobody_is_written_to_unasked(world: World) -> None:
    """It comes at eight in their morning; what they asked for, or pressed a button for, comes at once."""
    world.clock.moves_to("2026-11-24 22:30")
    await put(world, "met", to=BEN, user="ben", kind=Kind.MET)
    await put(world, "answer", to=BEN, user="ben", kind=Kind.WITNESSED)
    await put(world, "own day", to=BEN, user="ben", kind=Kind.PLAY_BACK)
    await passes(world)
    assert said(world, to=BEN) == ["answer", "own day"]
    assert (await due(world, "met"), (await state(world, "met"))[1]) == ("Wed 08:00", "waits: quiet hours")
    world.clock.moves_to("2026-11-25 08:00")
    await passes(world)
    assert said(world, to=BEN)[-1] == "met"


async def test_the_weekly_message_comes_at_the_hour_they_chose(world: World) -> None:
    """Also at ten in the evening, for they said so; hours late it waits for the morning."""
    await ben_has(world, weekly_time=london("2026-11-26 22:00").time())
    world.clock.moves_to("2026-11-26 22:00")
    await put(world, "on time", to=BEN, user="ben", kind=Kind.WEEKLY)
    await passes(world)
    assert said(world, to=BEN) == ["on time"]
    await ben_has(world, weekly_time=london("2026-11-26 16:00").time())
    await put(world, "late", to=BEN, user="ben", kind=Kind.WEEKLY)
    await passes(world)
    assert await due(world, "late") == "Fri 08:00"


async def test_three_a_week_and_one_of_them_is_the_weekly(world: World) -> None:
    """Two others, then the weekly message; the rest waits for Monday, unless it helps nobody by then."""
    for key, kind in (("met 1", Kind.MET), ("met 2", Kind.MET), ("met 3", Kind.MET), ("tomorrow", Kind.WARNING)):
        await put(world, key, to=BEN, user="ben", kind=kind)
    await passes(world)
    assert said(world, to=BEN) == ["met 1", "met 2"]
    assert (await state(world, "met 3"))[1] == "waits: enough was said this week"
    await put(world, "weekly", "another weekly", to=BEN, user="ben", kind=Kind.WEEKLY)
    await passes(world)
    assert said(world, to=BEN) == ["met 1", "met 2", "weekly"]
    assert await due(world, "met 3") == await due(world, "another weekly") == "Mon 08:00"
    world.clock.moves_to("2026-11-30 08:00")
    await passes(world)
    assert said(world, to=BEN)[3:] == ["met 3"]
    for key in ("tomorrow", "another weekly"):
        assert await state(world, key) == (OutboxState.SETTLED, "skipped: it would have come too late to help")


async def test_the_budget_is_the_persons_and_not_the_programmes(world: World) -> None:
    """What they get from another programme counts as well; what somebody else gets does not."""
    await put(world, "met 1", "met 2", to=BEN, user="ben", kind=Kind.MET)
    await put(world, "cleo 1", to=Person("local", "demo", "cleo"), user="cleo", kind=Kind.MET)
    await passes(world)
    await put(world, "other programme", to=BEN, user="ben", kind=Kind.MET)
    await put(world, "cleo 2", to=Person("local", "demo", "cleo"), user="cleo", kind=Kind.MET)
    await passes(world)
    assert said(world, to=BEN) == ["met 1", "met 2"]
    assert "cleo 2" in said(world)


@pytest.mark.parametrize("kind", [Kind.WEEKLY, Kind.MET])
async def test_who_paused_since_is_left_in_peace(world: World, kind: Kind) -> None:
    """It was planned before the pause; it waits for its end, or is too late by then."""
    await put(world, "k", to=BEN, user="ben", kind=kind)
    await ben_has(world, paused_until=london("2026-11-25 09:00"))
    await passes(world)
    assert (await due(world, "k"), (await state(world, "k"))[1]) == ("Wed 09:00", "waits: they are on a pause")
    world.clock.moves_to("2026-11-25 09:00")
    await passes(world)
    assert (await state(world, "k"))[0] == (OutboxState.SENT if kind == Kind.MET else OutboxState.SETTLED)


async def test_who_left_since_gets_nothing(world: World) -> None:
    """Whatever was on its way."""
    await put(world, "k", to=BEN, user="ben", kind=Kind.PLAY_BACK)
    await ben_has(world, left_at=world.clock())
    assert await world.balcony.deliver() == [Delivered("k", "settled", "skipped: they have left")]
    assert said(world, to=BEN) == []


async def test_what_is_too_late_to_help_is_left_out(world: World) -> None:
    """The message after a session, found a day later because nobody was running."""
    await put(world, "k", kind=Kind.AFTER_SESSION)
    world.clock.now += timedelta(hours=12, seconds=1)
    await passes(world)
    assert "k" not in said(world)
    assert await state(world, "k") == (OutboxState.SETTLED, "skipped: it would have come too late to help")


async def test_waiting_costs_no_try(world: World) -> None:
    """What waited for the morning is not slowed down by it, and takes nothing of the pace."""
    world.clock.moves_to("2026-11-24 22:30")
    await put(world, "met", to=BEN, user="ben", kind=Kind.MET)
    await passes(world)
    async with world.database.transaction() as db:
        row = await outbox.by_key(db, "met")
    assert row is not None
    assert (row.tries, row.tried_at) == (0, None)
