"""Where people are heard from: kept of members and channels only, written down when it changes; and what waited for them."""

import sqlite3
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.chat import Answer, Channel, Event
from bot.platforms.teams.heard import Heard
from storage.contacts import Reached
from storage.models import Contact
from tests.fake_teams.activities import Place
from tests.platforms.teams_world import CHANNEL, MEETING, TeamsWorld, now_in

pytestmark = pytest.mark.thorough

THREAD = Place(CHANNEL, "channel", "1")


@pytest.fixture
async def world(teams_world: TeamsWorld) -> TeamsWorld:
    """Ben has joined, in his own chat."""
    await teams_world.joins("U02")
    return teams_world


async def contacts(world: TeamsWorld) -> dict[str, Contact]:
    """All that are kept, by address."""
    async with world.database.transaction() as db:
        rows = (await db.session.execute(select(Contact))).scalars().all()
    assert all((row.platform, row.workspace) == ("teams", world.teams.tenant) for row in rows)
    return {row.address: row for row in rows}


def version_of(reader: sqlite3.Connection) -> int:
    """A number that changes with everything that is written, by whomever."""
    (number,) = reader.execute("PRAGMA data_version").fetchone()
    return int(number)


# --- what is kept ----------------------------------------------------------------------------------


async def test_who_has_joined_is_known(world: TeamsWorld) -> None:
    """With their own chat, the address of the service, and how a mention calls them."""
    ben = (await contacts(world))["U02"]
    assert (ben.conversation, ben.service_url) == (world.teams.open_chat("U02").id, world.teams.service_url)
    assert (ben.called, ben.name) == (world.teams.users["U02"].called, "Ben")


async def test_of_who_has_not_joined_nothing_is_kept(world: TeamsWorld) -> None:
    """However often they write; from the moment that they join, it is."""
    for words in ("hi", "home", "commit ring Jo"):
        await world.says("U04", words)
        await world.says("U04", words, CHANNEL)
    assert "U04" not in await contacts(world)
    await world.joins("U04")
    assert "U04" in await contacts(world)


async def test_a_channel_is_known_without_its_thread(world: TeamsWorld) -> None:
    """By the first thing that is heard there, a press or words; a chat of several people too."""
    await world.says("U02", "home", CHANNEL)
    await world.says("U04", "home", MEETING)
    known = await contacts(world)
    assert {CHANNEL, MEETING} <= set(known)
    assert (known[CHANNEL].conversation, known[CHANNEL].called) == (CHANNEL, "")


async def test_heard_in_a_channel_somebody_keeps_their_own_chat(world: TeamsWorld) -> None:
    """And who joined there has none until they write in it."""
    await world.balcony.tick()
    await world.says("U02", "home", CHANNEL)
    assert (await contacts(world))["U02"].conversation == world.teams.open_chat("U02").id
    dialog = await world.opens("U03", world.posts()[0], "Join")
    await world.teams.fills("U03", dialog, issue="x", organisation="y", sector="council")
    assert (await contacts(world))["U03"].conversation == ""
    await world.says("U03", "home")
    assert (await contacts(world))["U03"].conversation == world.teams.open_chat("U03").id


async def test_the_message_extension_tells_of_no_place(world: TeamsWorld) -> None:
    """It works in a chat of two people and in any channel: Balcony has nothing to say there, ever."""
    before = await contacts(world)
    for place in (
        Place("19:ben_and_somebody@unq.gbl.spaces", "personal"),
        Place("19:elsewhere@thread.tacv2", "channel"),
    ):
        saw = await world.teams.commits_to("U02", "<p>ring Jo</p>", place)
        await world.teams.fills("U02", saw.opened)
    after = await contacts(world)
    assert set(after) == set(before)
    assert after["U02"].conversation == world.teams.open_chat("U02").id


async def test_a_changed_address_is_noted(world: TeamsWorld) -> None:
    """Of the service, for a person and for a channel; of the chat; and a new name."""
    await world.says("U02", "home", CHANNEL)
    world.teams.region = "emea"
    world.teams.users["U02"].name = "Benedict"
    await world.says("U02", "home")
    await world.says("U02", "home", CHANNEL)
    known = await contacts(world)
    assert {known[one].service_url for one in ("U02", CHANNEL)} == {world.teams.service_url}
    assert known["U02"].name == "Benedict"
    other = world.gesture("U02", Place("a:another", "personal")).writes("home")
    await world.sends("U02", other)
    assert (await contacts(world))["U02"].conversation == "a:another"


async def test_an_activity_without_a_name_takes_none_away(world: TeamsWorld) -> None:
    """An installation has none."""
    world.teams.region = "emea"
    await world.teams.installs("U02")
    ben = (await contacts(world))["U02"]
    assert (ben.name, ben.service_url) == ("Ben", world.teams.service_url)


async def test_who_left_and_came_back_is_known_again(world: TeamsWorld) -> None:
    """Though nothing about them has changed since they were forgotten."""
    await world.teams.presses("U02", await world.told("U02", "leave"), "Leave")
    await world.balcony.tick()
    assert "U02" not in await contacts(world)
    await world.joins("U02")
    assert "U02" in await contacts(world)


async def test_what_is_known_is_not_written_again(world: TeamsWorld) -> None:
    """Most activities cost no write for it: the same file, whoever reads it, and the same moment in the row."""
    await world.says("U02", "home", CHANNEL)
    before = await contacts(world)
    world.clock.moves_by(hours=5)
    for _ in range(3):
        await world.says("U02", "home")
        await world.says("U02", "home", CHANNEL)
        await world.teams.presses("U02", await world.told("U02", "home"), "All six maxims")
    after = await contacts(world)
    assert {one: row.heard_at for one, row in after.items()} == {one: row.heard_at for one, row in before.items()}
    reader = sqlite3.connect(str(make_url(world.database.url).database))
    version = version_of(reader)
    for place in (None, THREAD):
        activity = world.gesture("U02", place).writes("home")
        world.listener._note(activity, world.listener._whose(activity))
        await world.listener.settle()
        assert version_of(reader) == version
    reader.close()


async def test_only_so_many_are_remembered(world: TeamsWorld) -> None:
    """Beyond that the memory begins again, and what is forgotten there is noted once more."""
    heard = Heard(world.database, world.clock, most=2)
    for number in range(9):
        channel = Channel("teams", world.teams.tenant, f"19:{number}@thread.v2")
        await heard.note({channel: Reached(channel.channel, world.teams.service_url)})
        assert 1 <= len(heard._known) <= 2
    assert len(await contacts(world)) == 10


async def test_a_contact_that_cannot_be_noted_harms_no_answer(
    world: TeamsWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """One line in the log; the next time it is noted."""
    answer, engine = world.balcony.answer, world.database.engine

    async def respond(event: Event) -> Answer:
        return await answer(event)

    world.teams.region = "emea"
    async with world.database.transaction() as db:
        await db.session.execute(select(Contact))
        await db.connection.exec_driver_sql("ALTER TABLE contact RENAME TO away")
    world.listener._respond = respond
    posted = await world.told("U02", "commit list")
    assert "no open commitments" in now_in(posted)
    assert [line for line in caplog.messages if "noted" in line] == [
        "where somebody was heard from could not be noted: OperationalError"
    ]
    async with engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE away RENAME TO contact")
    await world.says("U02", "home")
    assert (await contacts(world))["U02"].service_url == world.teams.service_url


# --- what waited for them --------------------------------------------------------------------------


async def test_what_a_guest_missed_comes_when_they_write(world: TeamsWorld) -> None:
    """Joined in the channel, not to be written to first: the weekly message waits, and comes with their first word."""
    await world.balcony.tick()
    world.teams.add_user("U05", "Gus", guest=True, reachable=False)
    world.teams.conversations[CHANNEL].members.append("U05")
    dialog = await world.opens("U05", world.posts()[0], "Join")
    await world.teams.fills("U05", dialog, issue="x", organisation="y", sector="council", consent=["weekly"])
    await world.waits_until("2026-11-26 16:00")
    assert all("Two minutes on the balcony" not in now_in(one) for one in world.teams.seen_by("U05"))
    world.teams.users["U05"].reachable = True
    world.teams.open_chat("U05")
    await world.says("U05", "hello")
    await world.balcony.tick()
    weekly = [one for one in world.chat("U05") if "Two minutes on the balcony" in now_in(one)]
    assert len(weekly) == 1
    await world.says("U05", "hello")
    await world.balcony.tick()
    assert len([one for one in world.chat("U05") if "Two minutes on the balcony" in now_in(one)]) == 1


@pytest.mark.parametrize("place", [None, CHANNEL])
async def test_what_waited_comes_though_nothing_else_is_new(world: TeamsWorld, place: str | None) -> None:
    """Teams did not let Balcony write for a while: the next word counts, also from where they were heard a minute ago."""
    world.clock.moves_to("2026-11-26 15:59")
    for known in (None, CHANNEL):
        await world.says("U02", "home", known)
    await world.balcony.tick()
    world.teams.faults.next("say", "403 BotDisabledByAdmin")
    await world.waits_until("2026-11-26 16:00")
    assert world.teams.faults.pending == 0
    weekly = [one for one in world.chat("U02") if "Two minutes on the balcony" in now_in(one)]
    assert weekly == []
    world.clock.moves_by(minutes=1)
    await world.says("U02", "home", place)
    await world.balcony.tick()
    weekly = [one for one in world.chat("U02") if "Two minutes on the balcony" in now_in(one)]
    assert len(weekly) == 1


async def test_adding_the_app_is_a_contact(world: TeamsWorld) -> None:
    """Of a member who joined in the channel: what waited comes, and nothing else is said."""
    await world.balcony.tick()
    world.teams.add_user("U05", "Gus", reachable=False)
    world.teams.conversations[CHANNEL].members.append("U05")
    dialog = await world.opens("U05", world.posts()[0], "Join")
    await world.teams.fills("U05", dialog, issue="x", organisation="y", sector="council", consent=["weekly"])
    await world.waits_until("2026-11-26 16:00")
    await world.teams.installs("U05")
    await world.balcony.tick()
    (weekly,) = world.chat("U05")
    assert "Two minutes on the balcony" in now_in(weekly)


# --- where it is added -----------------------------------------------------------------------------


async def test_adding_the_app_says_nothing(teams_world: TeamsWorld) -> None:
    """To nobody, in their own chat or in a channel, however often Teams tells it; the first words get the way in."""
    world = teams_world
    await world.teams.installs("U04", times=3)
    for place in (Place(CHANNEL, "channel"), Place(MEETING, "groupChat")):
        gesture = world.gesture("U04", place)
        for activity in (
            gesture.installs(),
            gesture.adds_the_bot(),
            gesture.installs("remove"),
            gesture.installs("add-upgrade"),
        ):
            assert (await world.sends("U04", activity)).reply.status == 200
    assert world.teams.messages == []
    assert "[Join]" in now_in(await world.told("U04", "Hi"))


async def test_a_channel_is_known_from_when_the_app_is_added(teams_world: TeamsWorld) -> None:
    """Not when it is taken away."""
    world = teams_world
    await world.sends("U01", world.gesture("U01", Place(MEETING, "groupChat")).installs("remove"))
    assert await contacts(world) == {}
    await world.sends("U01", world.gesture("U01", Place(CHANNEL, "channel")).installs())
    assert set(await contacts(world)) == {CHANNEL}


async def test_a_person_of_another_tenant_is_not_kept(world: TeamsWorld) -> None:
    """Nor is a channel."""
    before = await contacts(world)
    gesture = world.gesture("U02", THREAD)
    other = replace(gesture, scene=replace(gesture.scene, tenant="another"))
    for activity in (other.installs(), other.adds_the_bot(), other.writes("home"), other.meets("End")):
        assert (await world.listener.hear(activity)).status == 403
    await world.listener.settle()
    assert set(await contacts(world)) == set(before)
