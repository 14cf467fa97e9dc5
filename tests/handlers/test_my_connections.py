"""My connections, and meeting again, as conversations."""

import pytest
from sqlalchemy import text

from bot.chat import Button
from bot.platforms.local.listen import Someone
from storage import connections, members, programmes
from tests.conftest import World
from tests.handlers.conftest import SECOND, button, everything, got, joins_second, labels, second_programme, stranger

SHOW = "/balcony connections"
AGREED = "Yes, with pleasure"


@pytest.fixture
async def met(world: World) -> World:
    """Ben and Cleo were introduced on 8 December, and Ben has said that they met."""
    await world.waits_until("2026-12-08 09:30")
    await world.waits_until("2026-12-15 09:30")
    await world.ben.presses("Yes")
    return world


async def test_before_anybody_was_met(world: World) -> None:
    """It says how somebody becomes one; who has not joined is shown the way in."""
    assert "You have no connections yet." in await world.ben.types(SHOW)
    assert "You have not joined" in await world.dev.types(SHOW)
    assert "Introduced lately" not in world.ben.last()
    assert "tick it in" not in world.ben.last()
    assert labels(world.ben) == ["Find somebody", "Whom I know"]
    await world.ben.types("/balcony settings")
    await world.ben.fills(consent=())
    assert "To be introduced each round, tick it in /balcony settings." in await world.ben.types(SHOW)


async def test_whom_i_met(met: World) -> None:
    """When and through what; from home, too; and for Cleo as well, who was not asked any more."""
    assert "• @cleo. Introduced on Tuesday 8 December, in a round." in await met.ben.types(SHOW)
    await met.ben.opens_home()
    assert "@cleo" in await met.ben.presses("My connections")
    assert "• @ben. Introduced on Tuesday 8 December, in a round." in await met.cleo.types(SHOW)
    await met.ben.presses("Not this time")
    assert "no connections yet" in await met.cleo.types(SHOW)


async def test_what_came_of_it_is_beside(met: World) -> None:
    """For its author alone: Cleo's list does not have it."""
    await met.ben.presses("What came of it?")
    await met.ben.fills(line="We share a waiting list now")
    assert "“We share a waiting list now”\n  For you alone." in await met.ben.types(SHOW)
    await met.ben.presses("What came of it?")
    await met.ben.fills()
    await met.ben.presses("Let the enablers read it")
    assert "The enablers can read it." in await met.ben.types(SHOW)
    assert "waiting list" not in await met.cleo.types(SHOW)


async def test_whom_i_know(met: World) -> None:
    """Only whom Ben himself said he knows; whom he met as well is among those he met."""
    await met.joins(met.dev, met.ana)
    for user in ("dev", "cleo"):
        await met.ben.types(f"/connect know @{user}")
    await met.ana.types("/connect know @ben")
    said = await met.ben.types(SHOW)
    assert said.index("Whom I met") < said.index("@cleo") < said.index("Whom I know") < said.index("@dev")
    assert said.count("@cleo") == 1
    assert "@ana" not in said
    assert "@ben" not in await met.dev.types(SHOW)
    await met.ben.presses("Change whom I know")
    assert "@dev" in met.ben.last()


async def test_who_left_is_not_shown(met: World) -> None:
    """Neither whom one met nor whom one knows; and an old button says so."""
    await met.joins(met.dev)
    await met.ben.types("/connect know @dev")
    await met.ben.types(SHOW)
    again = button(met.ben, "Meet again")
    for someone in (met.cleo, met.dev):
        await someone.types("/balcony leave")
        await someone.presses("Leave")
    assert "no connections yet" in await met.ben.types(SHOW)
    assert "have left the programme" in await met.ben.presses_button(again)


async def test_many_are_paged(met: World) -> None:
    """Eight on a page, whom one met before whom one knows; a page that is none says so."""
    people = [met.room.someone(f"p{number}") for number in range(9)]
    await met.joins(*people)
    for someone in people:
        await met.ben.types(f"/connect know @{someone.person.user}")
    first = await met.ben.types(SHOW)
    assert first.count("@") == 8
    second = await met.ben.presses("More of them")
    assert second.count("@") == 2
    assert "Whom I met" not in second
    assert "More of them" not in labels(met.ben)
    assert not [one.person.user for one in people if f"@{one.person.user}" not in first + second]
    for value in ("10", "999"):
        assert "no more" in await met.ben.presses_button(Button("?", "connections", value))


async def test_each_programme_has_its_own(met: World) -> None:
    """Ben is in two: who he met in one is not among those of the other. And the same id elsewhere sees nothing."""
    await second_programme(met)
    await joins_second(met.ben)
    assert "no connections yet" in await met.ben.types(SHOW, channel=SECOND)
    assert "@cleo" in await met.ben.types(SHOW)
    assert "You have not joined" in await stranger(met, "ben").types(SHOW)


# --- introduced lately ---


async def test_who_was_introduced_can_say_so_at_any_time(world: World) -> None:
    """Also before they are asked, or when the question was missed: with what they said, and the answers beside it."""
    await world.waits_until("2026-12-08 09:30")
    said = await world.ben.types(SHOW)
    assert "no connections yet" in said
    assert "Introduced lately\n• @cleo, today. Did you meet?" in said
    await world.ben.presses("Not yet")
    world.clock.moves_by(days=1)
    said = await world.ben.types(SHOW)
    assert "• @cleo, on Tuesday 8 December. Did you meet?\n  You said: not yet." in said
    assert labels(world.ben)[:3] == ["Yes", "Booked", "Not this time"]
    assert "You said" not in await world.cleo.types(SHOW)
    await world.ben.presses("Yes")
    assert "Introduced lately" not in await world.ben.types(SHOW)
    assert "Introduced lately" not in await world.cleo.types(SHOW)
    await world.waits_until("2026-12-15 09:30")
    assert "Did you meet" not in "".join(got(world.cleo))


async def test_what_is_not_posted_or_long_ago_is_not_shown(world: World) -> None:
    """Nor whom they were introduced to and who has left."""
    world.clock.moves_to("2026-12-08 09:30")
    await world.balcony.do_due()
    assert "Introduced lately" not in await world.ben.types(SHOW)
    await world.balcony.tick()
    assert "Introduced lately" in await world.ben.types(SHOW)
    world.clock.moves_by(days=57)
    assert "Introduced lately" not in await world.ben.types(SHOW)
    world.clock.moves_by(days=-2)
    assert "Introduced lately" in await world.ben.types(SHOW)
    await world.cleo.types("/balcony leave")
    await world.cleo.presses("Leave")
    assert "Introduced lately" not in await world.ben.types(SHOW)


# --- meet again ---


async def presses_again(someone: Someone) -> str:
    await someone.types(SHOW)
    return await someone.presses("Meet again")


async def test_it_needs_both(met: World) -> None:
    """Ben asks, Cleo says yes, both hear, both are asked a week later, and both lists have it."""
    assert "you will both hear from me" in await presses_again(met.ben)
    await met.balcony.tick()
    assert "@ben would like to meet you again." in got(met.cleo)[-1]
    assert met.ben.gets() == [one for one in met.ben.gets() if "meet you again" not in str(one)]
    await met.cleo.presses(AGREED)
    await met.waits_until("2026-12-15 09:31")
    assert "You have both said yes to meeting again." in got(met.ben)[-1]
    assert "You have both said yes to meeting again." in got(met.cleo)[-1]
    assert "Please meet" not in got(met.cleo)[-1]
    await met.waits_until("2026-12-22 09:31")
    assert any("you said yes to meeting @cleo again. Did you meet?" in one for one in got(met.ben))
    await met.cleo.presses("Yes")
    assert "• @cleo. Introduced on Tuesday 15 December, because you asked." in await met.ben.types(SHOW)
    assert "• @ben. Introduced on Tuesday 15 December, because they asked." in await met.cleo.types(SHOW)


async def test_who_wants_no_rounds_is_asked_about_what_they_said_yes_to(met: World) -> None:
    """Cleo has turned introductions off since: it was her yes, so she is asked."""
    await presses_again(met.ben)
    await met.balcony.tick()
    await met.cleo.presses(AGREED)
    await met.cleo.types("/balcony settings")
    await met.cleo.fills(consent=())
    await met.balcony.tick()
    await met.waits_until("2026-12-22 09:31")
    assert "Did you meet" in got(met.cleo)[-1]


async def test_whoever_knows_each_other_is_not_told_who_it_is(met: World) -> None:
    """Neither in the list of what Ben asked, which has no words of his, nor after Cleo's yes."""
    await presses_again(met.ben)
    await met.balcony.tick()
    assert "To @cleo, to meet again.\n" in await met.ben.types("/connect asked")
    assert "now, with a first step." in await met.cleo.presses("Yes, with pleasure")


async def test_a_no_is_never_told(met: World) -> None:
    """Ben hears nothing, and sees the same as if she had not answered."""
    await presses_again(met.ben)
    await met.balcony.tick()
    before, shown = got(met.ben), await met.ben.types(SHOW)
    await met.cleo.presses("Not this time")
    await met.waits_until("2026-12-15 12:00")
    assert got(met.ben) == before
    assert await met.ben.types(SHOW) == shown
    assert "last three months" in await met.ben.presses("Meet again")


async def test_both_ask_each_other(met: World) -> None:
    """That is a yes of both: also if Cleo had said no to it before, or had not seen it."""
    await presses_again(met.ben)
    await met.balcony.tick()
    await met.cleo.presses("Not this time")
    assert "had asked me the same" in await presses_again(met.cleo)
    await met.balcony.tick()
    assert "You have both said yes to meeting again." in got(met.ben)[-1]
    assert await met.count("request") == 1
    assert await met.count("introduction") == 2


async def test_only_whom_i_met(met: World) -> None:
    """A button that names somebody else, whom Ben only knows, or in another programme, asks nobody."""
    await met.joins(met.dev)
    await met.ben.types("/connect know @dev")
    async with met.database.transaction() as db:
        dev = (await members.memberships(db, met.dev.person))[0].id
        cleo = (await members.memberships(db, met.cleo.person))[0].id
    for value in (dev, "nobody", ""):
        assert "not among those you met" in await met.ben.presses_button(Button("?", "connection.again", value))
    for someone in (met.dev, stranger(met, "ben")):
        assert "not among those you met" in await someone.presses_button(Button("?", "connection.again", cleo))
    assert await met.count("request") == 0


async def test_through_whom(met: World) -> None:
    """Ana brought them together a second time: both read her name."""
    await met.joins(met.ana)
    await met.ana.types("/connect @ben @cleo you both know the schools")
    await met.balcony.tick()
    await met.ben.presses("Yes, introduce us")
    await met.cleo.presses("Yes, introduce us")
    async with met.database.transaction() as db:
        query = "SELECT id FROM introduction WHERE request_id IS NOT NULL"
        brought = (await db.session.execute(text(query))).scalar_one()
    await met.ben.presses_button(Button("Yes", "met", f"{brought}:met"))
    for someone in (met.ben, met.cleo):
        assert "Introduced today, by @ana." in await someone.types(SHOW)
    assert "no connections yet" in await met.ana.types(SHOW)


async def test_everything_is_seen_by_whoever_asked(met: World) -> None:
    """Nothing of it in the channel."""
    before = len(met.room.posts())
    await presses_again(met.ben)
    await met.balcony.tick()
    assert len(met.room.posts()) == before
    assert "Whom I met" not in everything(met.cleo) + everything(met.ana)


async def test_rounds_know_the_same_connections(met: World) -> None:
    """What members see of each other is what counts when the next round is planned."""
    async with met.database.transaction() as db:
        [ben] = await members.memberships(db, met.ben.person)
        [tie] = await connections.met_by(db, ben)
        [connection] = await connections.of_programme(db, await programmes.of_member(db, ben))
    assert {connection.one, connection.other} == {ben.id, tie.other.id}
