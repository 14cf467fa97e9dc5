"""A round that was made and not yet posted, mended before anybody sees it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.chat import DeliveryError, Outcome
from bot.handlers.repair import mend
from storage import introductions, never_match
from storage.models import Introduction, Member, Outbox, OutboxState
from storage.outbox import MENDED
from tests.conftest import World
from tests.handlers.conftest import everything, got, meetings, member_of, paints, people_met

Goes = Callable[[World, str], Awaitable[None]]

FELL_THROUGH = "does not work out after all"


async def made(world: World, *more: str) -> list[set[str]]:
    """Ana makes a round; nothing of it has been posted yet. Gives who is with whom."""
    await world.joins(*(world.room.someone(name) for name in more))
    await world.ana.types("/balcony round")
    await world.ana.presses("Introduce them now")
    return await together(world)


async def together(world: World) -> list[set[str]]:
    async with world.database.transaction() as db:
        rows = (await db.session.execute(select(Introduction))).scalars().all()
        groups = [await introductions.people_in(db, row) for row in rows]
    return sorted(({member.user for member in group} for group in groups), key=sorted)


async def leaves(world: World, name: str) -> None:
    await world.room.someone(name).types("/balcony leave")
    await world.room.someone(name).presses("Leave")


async def opts_out(world: World, name: str) -> None:
    await world.room.someone(name).types("/balcony settings")
    await world.room.someone(name).fills(consent=())


async def pauses(world: World, name: str) -> None:
    await world.room.someone(name).types("/balcony pause 2 weeks")


@pytest.mark.parametrize("goes", [leaves, opts_out, pauses])
async def test_of_two_one_is_left_and_told(world: World, goes: Goes) -> None:
    """Nothing is posted, Cleo hears why and that she comes first, and the enabler is not bothered."""
    await made(world)
    await goes(world, "ben")
    await world.balcony.tick()
    assert meetings(world) == []
    [said] = [text for text in got(world.cleo) if FELL_THROUGH in text]
    assert "you come first then" in said
    assert "@ben" not in said
    assert FELL_THROUGH not in "".join(got(world.ben))
    async with world.database.transaction() as db:
        rows = (await db.session.execute(select(Outbox).where(col(Outbox.kind) == "introduction"))).scalars().all()
        assert [(row.state, row.error) for row in rows] == [(OutboxState.SETTLED, MENDED)]
    assert "left out" not in await world.ana.types("/balcony session")
    assert (await member_of(world, world.cleo)).silent == 0


@pytest.mark.parametrize("goes", [leaves, opts_out, pauses])
async def test_of_three_two_are_left_and_meet(world: World, goes: Goes) -> None:
    """Their message is another one: two names, and nothing of who went."""
    assert await made(world, "dev") == [{"ben", "cleo", "dev"}]
    await goes(world, "dev")
    await world.balcony.tick()
    assert people_met(world) == [{"ben", "cleo"}]
    assert "@dev" not in meetings(world)[0]
    assert "dev is working" not in everything(world.ana)
    assert "suits both of you" in meetings(world)[0]


async def test_somebody_left_alone_joins_others(world: World) -> None:
    """Of two pairs one breaks: three meet, and everybody of them is asked later."""
    first = (await made(world, "dev", "fay"))[0]
    gone = min(first)
    await leaves(world, gone)
    assert await together(world) == [{"ben", "cleo", "dev", "fay"} - {gone}]
    await world.balcony.tick()
    assert people_met(world) == [{"ben", "cleo", "dev", "fay"} - {gone}]
    assert (
        sum(FELL_THROUGH in text for name in ("ben", "cleo", "dev", "fay") for text in got(world.room.someone(name)))
        == 0
    )
    world.clock.moves_by(days=8)
    await world.balcony.tick()
    asked = [
        name
        for name in ("ben", "cleo", "dev", "fay")
        if any("Did you meet" in text for text in got(world.room.someone(name)))
    ]
    assert set(asked) == {"ben", "cleo", "dev", "fay"} - {gone}


async def test_two_left_alone_meet_each_other(world: World) -> None:
    """One of each pair leaves."""
    one, other = await made(world, "dev", "fay")
    await leaves(world, min(one))
    await leaves(world, min(other))
    await world.balcony.tick()
    assert people_met(world) == [{max(one), max(other)}]


async def test_a_new_never_match_parts_them(world: World) -> None:
    """Of two pairs: those two are in other groups, or in none; and neither hears why."""
    one, _ = await made(world, "dev", "fay")
    mine, theirs = [await member_of(world, world.room.someone(name)) for name in sorted(one)]
    async with world.database.transaction() as db:
        await never_match.add(db, mine, theirs.id, world.clock())
        await mend(db, mine, world.clock())
    await world.balcony.tick()
    assert not [people for people in people_met(world) if one <= people]
    introduced = set().union(*people_met(world))
    told = {name for name in one if any(FELL_THROUGH in text for text in got(world.room.someone(name)))}
    assert introduced | told == {"ben", "cleo", "dev", "fay"}


async def test_what_was_posted_stays(world: World) -> None:
    """Whoever leaves after that changes nothing of it."""
    await made(world)
    await world.balcony.tick()
    await leaves(world, "ben")
    assert people_met(world) == [{"ben", "cleo"}]
    assert FELL_THROUGH not in "".join(got(world.cleo))


async def test_nobody_joins_what_was_posted(world: World) -> None:
    """Of two pairs one is posted, and one waits: whoever is left of that hears so, and the posted one stays as it is."""
    await made(world, "dev", "fay")
    async with world.database.transaction() as db:
        query = select(Outbox).where(col(Outbox.kind) == "introduction").limit(1)
        row = (await db.session.execute(query)).scalar_one()
        row.state, row.sent_at = OutboxState.SENT, world.clock()
        introduction = await db.session.get_one(Introduction, row.key.removeprefix("introduction:"))
        posted = {member.user for member in await introductions.people_in(db, introduction)}
    gone, left = sorted({"ben", "cleo", "dev", "fay"} - posted)
    await leaves(world, gone)
    assert await together(world) == [posted]
    await world.balcony.tick()
    assert meetings(world) == []
    assert any(FELL_THROUGH in text for text in got(world.room.someone(left)))


async def test_what_may_have_been_posted_stays(world: World) -> None:
    """Nobody knows whether it arrived: it is not written anew."""
    await made(world)
    world.platform.fail = [DeliveryError("timeout", Outcome.UNSURE)]
    await world.balcony.tick()
    await leaves(world, "ben")
    await world.balcony.tick()
    assert FELL_THROUGH not in "".join(got(world.cleo))


async def test_what_waits_for_the_platform_is_mended(world: World) -> None:
    """It was tried and may be tried again: by then Ben has left."""
    await made(world, "dev")
    world.platform.fail = [DeliveryError("busy", Outcome.LATER)]
    await world.balcony.tick()
    await leaves(world, "ben")
    world.clock.moves_by(hours=1)
    await world.balcony.tick()
    assert people_met(world) == [{"cleo", "dev"}]


@pytest.mark.parametrize("says", ["/connect never @cleo", "/connect know @cleo"])
async def test_whom_one_asks_to_be_kept_apart_from_one_does_not_meet(world: World, says: str) -> None:
    """Between the round and its message: nothing is posted, and Cleo does not learn whose doing it was."""
    assert await made(world) == [{"ben", "cleo"}]
    await world.ben.types(says)
    await world.balcony.tick()
    assert meetings(world) == []
    [said] = [text for text in got(world.cleo) if FELL_THROUGH in text]
    assert "@ben" not in said


async def test_other_words_before_it_is_posted(world: World) -> None:
    """Ben changes what he works on: the channel reads only the new words, and of what it was nothing."""
    await made(world)
    await world.ben.types("/balcony issue")
    await world.ben.presses("Change")
    await world.ben.fills(issue="falls at home")
    await world.balcony.tick()
    assert "falls at home" in meetings(world)[0]
    assert "what ben is working on" not in everything(world.ana)


async def test_an_issue_taken_away_before_it_is_posted(world: World) -> None:
    """The channel reads nothing of it; and put back, it is there."""
    await made(world)
    await world.ben.types("/balcony issue")
    await world.ben.presses("Take away")
    await world.cleo.types("/balcony issue")
    await world.cleo.presses("Take away")
    await world.cleo.presses("Put it back")
    await world.balcony.tick()
    assert "what ben is working on" not in everything(world.ana)
    assert "what cleo is working on" in meetings(world)[0]


async def test_a_topic_unticked_before_it_is_posted(world: World) -> None:
    """Both ticked it, and Ben thought better of it: nobody is told that both work on it."""
    for someone in (world.ben, world.cleo):
        await paints(world, someone, "housing", ticked=True)
    await made(world)
    await world.ben.types("/balcony issue")
    await world.ben.presses("Topics")
    [ticked] = [one.label for one in world.ben.buttons() if one.label.startswith("✓")]
    await world.ben.presses(ticked)
    await world.balcony.tick()
    assert "You both work on" not in meetings(world)[0]


async def test_a_topic_named_before_it_is_posted(world: World) -> None:
    """Ben calls it what Cleo ticked: both have said so, and the channel reads it."""
    await paints(world, world.ben, "housing")
    await paints(world, world.cleo, "housing", ticked=True)
    await made(world)
    await world.ben.types("/balcony issue")
    await world.ben.presses("None of these: call it …")
    await world.ben.fills(label="housing conditions and affordable homes")
    await world.balcony.tick()
    assert "You both work on" in meetings(world)[0]


async def test_another_organisation_and_other_times_before_it_is_posted(world: World) -> None:
    """What the settings and the half-hours say now is what the channel reads."""
    for someone in (world.ben, world.cleo):
        await someone.types("/balcony introductions free mon-fri 10-12")
    await made(world)
    await world.ben.types("/balcony settings")
    await world.ben.fills(organisation="Durham County Council", issue="falls at home")
    await world.cleo.types("/balcony introductions free")
    await world.cleo.fills(free="")
    await world.balcony.tick()
    [post] = meetings(world)
    assert "Durham County Council" in post
    assert "ben's place" not in post
    assert "falls at home" in post
    assert "usually a good time" not in post


async def test_what_could_not_be_posted_is_mended_too(world: World) -> None:
    """It failed, and Ben leaves before the enabler has it tried again: his name is not posted then."""
    await made(world)
    world.platform.fail = [DeliveryError("the channel is gone", Outcome.NEVER)]
    await world.balcony.tick()
    await world.ana.types("/balcony session")
    await leaves(world, "ben")
    await world.ana.presses("Try again now")
    await world.balcony.tick()
    assert "@ben" not in "".join(meetings(world))
    assert FELL_THROUGH in "".join(got(world.cleo))


async def test_what_is_never_posted_any_more_is_left_as_it_is(world: World) -> None:
    """Weeks after it failed it cannot be tried again: who leaves then falls through nowhere."""
    await made(world)
    world.platform.fail = [DeliveryError("the channel is gone", Outcome.NEVER)]
    await world.balcony.tick()
    world.clock.moves_by(days=8)
    await leaves(world, "ben")
    await world.balcony.tick()
    assert FELL_THROUGH not in "".join(got(world.cleo))


async def test_other_words_leave_the_first_move_where_it_is(world: World) -> None:
    """Whose turn it was does not change because somebody put it otherwise."""
    await made(world)
    before = await first_moves(world)
    for someone in (world.ben, world.cleo):
        await someone.types("/balcony issue")
        await someone.presses("Change")
        await someone.fills(issue=f"falls at home, says {someone.person.user}")
        assert await first_moves(world) == before


async def first_moves(world: World) -> list[str | None]:
    async with world.database.transaction() as db:
        return [row.first_move_id for row in (await db.session.execute(select(Introduction))).scalars().all()]


async def test_somebody_whose_account_was_closed_is_not_named(world: World) -> None:
    """Their platform says so while the introduction waits: it is held until a job has mended it."""
    assert await made(world, "dev") == [{"ben", "cleo", "dev"}]
    dev = await member_of(world, world.dev)
    async with world.database.transaction() as db:
        (await db.session.get_one(Member, dev.id)).left_at = world.clock()  # as delivery notes it, which mends nothing
    await world.balcony.deliver()
    assert meetings(world) == []
    assert "left out" not in await world.ana.types("/balcony session")
    world.clock.now += timedelta(minutes=1)
    await world.balcony.tick()
    assert people_met(world) == [{"ben", "cleo"}]
    assert "@dev" not in meetings(world)[0]


async def test_of_two_one_account_was_closed(world: World) -> None:
    """Nothing is posted, and the other hears that it fell through, once."""
    assert await made(world) == [{"ben", "cleo"}]
    cleo = await member_of(world, world.cleo)
    async with world.database.transaction() as db:
        (await db.session.get_one(Member, cleo.id)).left_at = world.clock()
    for _ in range(3):
        await world.balcony.tick()
        world.clock.now += timedelta(minutes=1)
    assert meetings(world) == []
    assert len([text for text in got(world.ben) if FELL_THROUGH in text]) == 1
