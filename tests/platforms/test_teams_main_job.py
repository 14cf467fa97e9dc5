"""The whole main job through the strict fake Teams: real HTTP, real signatures."""

import pytest

from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from tests.conftest import programme
from tests.fake_teams import Posted
from tests.platforms.teams_world import CHANNEL, MEETING, TeamsWorld, now_in, words_of

AFTER_SESSION = "That was The fundamentals"


def with_words(posts: list[Posted], words: str) -> list[Posted]:
    return [post for post in posts if words in words_of(post)]


async def test_the_main_job(teams_world: TeamsWorld) -> None:
    """Welcome, join, commit, session end, reflection, play-back, weekly message, round, did you meet: each arrives, each once."""
    world, teams = teams_world, teams_world.teams
    await world.balcony.tick()
    (welcome,) = world.posts()
    assert "I am Balcony" in now_in(welcome)

    await teams.installs("U02")
    join = await world.opens("U02", welcome, "Join")
    joined = await teams.fills(
        "U02",
        join,
        issue="childhood obesity",
        organisation="Durham",
        sector="council",
        consent=["weekly", "introductions"],
    )
    assert "Welcome" in now_in(joined.opened)
    assert teams.messages == [welcome]
    await world.joins("U03")

    kept = (await teams.writes("U02", "commit ring the school nurse on Friday morning", CHANNEL)).message
    assert kept.conversation == world.teams.open_chat("U02").id
    assert "Friday 27 November" in now_in(kept)
    form = await world.opens("U03", await world.told("U03", "home"), "Commit")
    written = await teams.fills("U03", form, what="have tea with the caretaker", day="2026-11-30", witness="U02")
    assert "Monday 30 November" in now_in(written.opened)

    world.clock.moves_to("2026-11-26 13:00")
    await teams.meeting_starts(CHANNEL, "U01")
    await world.waits_until("2026-11-26 15:00")
    assert with_words(world.posts(), AFTER_SESSION) == []
    world.clock.moves_to("2026-11-26 15:20")
    await teams.meeting_ends(CHANNEL, "U01", times=3)
    await world.balcony.tick()
    (ended,) = with_words(world.posts(), AFTER_SESSION)
    assert "People own what they create" in now_in(ended)

    page = await world.opens("U03", ended, "Reflect")
    thought = await teams.fills("U03", page, q1="That trust is slow", q4="ask the caretaker tomorrow")
    assert "ask the caretaker" in now_in(thought.opened)

    await world.waits_until("2026-11-26 16:00")
    for user in ("U02", "U03"):
        assert len(with_words(world.chat(user), "Two minutes on the balcony")) == 1

    await world.waits_until("2026-11-27 09:00")
    (back,) = with_words(world.chat("U02"), "the day you chose")
    assert "ring the school nurse" in now_in(back)
    await teams.presses("U02", back, "Done")
    learned = await world.opens("U02", back, "commitment.learned")
    noted = await teams.fills("U02", learned, learned="that she had waited for the call")
    assert "Kept with your commitment" in now_in(noted.opened)

    await world.waits_until("2026-12-08 09:30")
    (introduced,) = with_words(world.posts(), "childhood obesity")
    entities = {one["text"]: one["mentioned"]["id"] for one in introduced.card["msteams"]["entities"]}
    assert entities == {"<at>Ben</at>": teams.users["U02"].called, "<at>Cleo</at>": teams.users["U03"].called}

    await world.waits_until("2026-12-15 09:30")
    for user in ("U02", "U03"):
        (asked,) = with_words(world.chat(user), "Did you")
        await teams.presses(user, asked, "Yes")
    assert "connection" in world.last_seen("U03")
    assert teams.refusals == []
    assert len(with_words(world.posts(), AFTER_SESSION)) == len(with_words(world.posts(), "I am Balcony")) == 1


async def test_by_the_timetable(teams_world: TeamsWorld) -> None:
    """Where no meeting is heard of, the session ends when it was to end, once."""
    for moment in ("2026-11-26 14:59", "2026-11-26 15:00", "2026-11-26 15:01"):
        await teams_world.waits_until(moment)
    assert len(with_words(teams_world.posts(), AFTER_SESSION)) == 1


# --- the end of a meeting --------------------------------------------------------------------------


@pytest.fixture
async def world(teams_world: TeamsWorld) -> TeamsWorld:
    """The first session is a meeting with a chat of its own; the second is held in the channel."""
    link = f"https://teams.microsoft.com/l/meetup-join/{MEETING.replace(':', '%3a').replace('@', '%40')}/0?context=x"
    source = programme("teams", teams_world.teams.tenant, CHANNEL, "U01")
    linked = source.replace('theme = "shared purpose"', f'theme = "shared purpose"\nmeeting = "{link}"')
    async with teams_world.database.transaction() as db:
        await bring_in(db, read(linked), teams_world.clock())
    return teams_world


async def test_an_early_end_is_the_end(world: TeamsWorld) -> None:
    """Before the timetable's; what Teams tells three times is said once, and the timetable says it no more."""
    world.clock.moves_to("2026-11-26 14:10")
    saw = await world.teams.meeting_ends(MEETING, "U01", times=3)
    assert [(reply.status, reply.body) for reply in saw.replies] == [(200, None)] * 3
    for moment in ("2026-11-26 14:10", "2026-11-26 15:00", "2026-11-26 15:30"):
        await world.waits_until(moment)
        assert len(with_words(world.posts(), AFTER_SESSION)) == 1


async def test_a_meeting_that_goes_on_is_waited_for(world: TeamsWorld) -> None:
    """Also where it ends twice, because somebody went back in."""
    world.clock.moves_to("2026-11-26 12:55")
    await world.teams.meeting_starts(MEETING, "U01")
    await world.waits_until("2026-11-26 15:30")
    assert with_words(world.posts(), AFTER_SESSION) == []
    for moment in ("2026-11-26 15:40", "2026-11-26 15:50"):
        world.clock.moves_to(moment)
        await world.teams.meeting_ends(MEETING, "U01")
        await world.balcony.tick()
        assert len(with_words(world.posts(), AFTER_SESSION)) == 1


async def test_a_meeting_that_is_no_session_does_nothing(world: TeamsWorld) -> None:
    """In a chat of its own, in the channel while the session is elsewhere, and on another day; nobody is told anything."""
    world.teams.add_channel("19:meeting_other@thread.v2", ["U01", "U02"])
    before = len(world.teams.messages)
    for moment, place in (
        ("2026-11-26 14:30", "19:meeting_other@thread.v2"),
        ("2026-11-26 14:30", CHANNEL),
        ("2026-11-24 14:30", MEETING),
    ):
        world.clock.moves_to(moment)
        await world.teams.meeting_starts(place, "U02")
        await world.teams.meeting_ends(place, "U02")
    assert len(world.teams.messages) == before
    world.clock.moves_to("2026-11-26 14:30")
    await world.balcony.tick()
    assert with_words(world.posts(), AFTER_SESSION) == []


async def test_other_events_do_nothing(world: TeamsWorld) -> None:
    """People who come and go, and what nobody has heard of."""
    world.clock.moves_to("2026-11-26 14:30")
    for name in ("application/vnd.microsoft.meetingParticipantJoin", "application/vnd.microsoft.readReceipt", "", None):
        saw = await world.sends("U01", world.gesture("U01").does("event", name=name, value={}))
        assert (saw.reply.status, saw.reply.body) == (200, None)
    await world.balcony.tick()
    assert with_words(world.posts(), AFTER_SESSION) == []
