"""The never-match list, as conversations: only its owner ever sees it."""

from sqlalchemy import text

from tests.conftest import World
from tests.handlers.conftest import everything, got, joins_second, labels, people_met, second_programme
from tests.handlers.requesting import id_of


async def both_join_another(world: World) -> None:
    """One after the other, a minute later each."""
    await second_programme(world)
    for someone in (world.ben, world.cleo):
        world.clock.moves_by(minutes=1)
        await joins_second(someone)


async def test_added_shown_and_taken_off(world: World) -> None:
    """Ben puts Cleo on it, sees her there, and takes her off."""
    assert "nobody on your list" in await world.ben.types("/connect never")
    said = await world.ben.types("/connect never @cleo")
    assert said.startswith("I never introduce you to @cleo. Only you see this list, and they never hear of it.")
    assert "I never introduce you to\n@cleo" in await world.ben.types("/connect never")
    await world.ben.presses("Take off")
    await world.ben.presses("My list")
    assert "nobody on your list" in world.ben.last()


async def test_nobody_else_sees_it(world: World) -> None:
    """Neither Cleo, who is on it, nor Ana, who runs the programme, nor the channel."""
    await world.joins(world.ana)
    posts = len(world.room.posts())
    before = got(world.cleo), everything(world.ana)
    await world.ben.types("/connect never @cleo")
    await world.balcony.tick()
    assert (got(world.cleo), everything(world.ana)) == before
    assert len(world.room.posts()) == posts
    for someone in (world.cleo, world.ana):
        assert "nobody on your list" in await someone.types("/connect never")
    async with world.database.transaction() as db:
        kept = (await db.session.execute(text("SELECT * FROM nevermatch"))).all()
    assert await id_of(world, world.cleo) not in repr(kept)


async def test_by_the_form(world: World) -> None:
    """With a person's field; a name without a mention opens it, and is not looked for."""
    assert "Whom?" in await world.ben.types("/connect never cleo")
    assert await world.ben.fills(who="") == "Please choose somebody."
    assert "not joined" in await world.ben.fills(who="zoe")
    assert "That is you" in await world.ben.fills(who="ben")
    assert "I never introduce you to @cleo." in await world.ben.fills(who="cleo")
    assert labels(world.ben) == ["Take off", "My list"]


async def test_in_every_programme_they_share(world: World) -> None:
    """Said in one channel, it holds wherever the two are, and is taken off everywhere."""
    await second_programme(world)
    await joins_second(world.ben)
    await joins_second(world.cleo)
    await world.ben.types("/connect never @cleo", channel="second-group")
    assert await world.count("nevermatch") == 2
    assert (await world.ben.types("/connect never")).count("@cleo") == 1
    await world.ben.presses("Take off")
    assert await world.count("nevermatch") == 0


async def test_who_left_is_still_on_it(world: World) -> None:
    """They may come back."""
    await world.ben.types("/connect never @cleo")
    await world.cleo.types("/balcony leave")
    await world.cleo.presses("Leave")
    assert "@cleo" in await world.ben.types("/connect never")
    await world.joins(world.cleo)
    assert "@cleo" in await world.ben.types("/connect never")


async def test_also_in_a_programme_that_they_join_later(world: World) -> None:
    """Never is never: Ben said it in one, and both join another; until he takes her off."""
    await world.ben.types("/connect never @cleo")
    await both_join_another(world)
    await world.waits_until("2026-12-08 09:30")
    assert people_met(world) == []
    await world.ben.types("/connect never")
    await world.ben.presses("Take off")
    await world.waits_until("2026-12-22 09:30")
    assert people_met(world) == [{"ben", "cleo"}] * 2


async def test_who_left_the_place_where_they_said_it(world: World) -> None:
    """Nobody could take it off there any more, so it holds no longer in another programme; joined again, it does."""
    await world.ben.types("/connect never @cleo")
    await both_join_another(world)
    await world.ben.types("/balcony leave", channel="our-move")
    await world.ben.presses("Leave")
    assert "nobody on your list" in await world.ben.types("/connect never")
    await world.waits_until("2026-12-08 09:30")
    assert people_met(world) == [{"ben", "cleo"}]
