"""Teams while the database is locked: the request is answered in time and calls nothing kept; what came of it comes later."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.chat import Answer, Event
from tests.fake_teams import Json, Posted
from tests.fake_teams.activities import BOT_NAME, Gesture, Place, Sender
from tests.fake_teams.line import Reply
from tests.holding import Hold, held
from tests.platforms.teams_world import CHANNEL, TeamsWorld, now_in

NURSE = "ring the school nurse"
NOT_YET = "I have not been able to keep that yet"


@pytest.fixture
async def world(teams_world: TeamsWorld) -> TeamsWorld:
    """Ben and Cleo have joined."""
    await teams_world.joins("U02")
    await teams_world.joins("U03")
    return teams_world


@contextmanager
def locked(world: TeamsWorld) -> Iterator[Hold]:
    """Somebody else writes, and Balcony says after a moment that something takes longer."""
    soon, names = world.listener._soon, world.listener._showing._names
    before, soon.seconds, names.seconds = soon.seconds, 0.01, 0.01
    with held(world.database) as hold:
        yield hold
    soon.seconds = names.seconds = before


async def answered(world: TeamsWorld, activity: Json) -> Reply:
    """What the request is answered with; nobody waits for what follows."""
    return await world.teams._deliver(activity, {})


async def settled(world: TeamsWorld, hold: Hold) -> None:
    hold.ends()
    await world.listener.settle()


def does(world: TeamsWorld, user: str = "U02") -> Gesture:
    return world.gesture(user)


def seen(world: TeamsWorld, user: str = "U02") -> list[str]:
    return [now_in(one) for one in world.teams.seen_by(user)]


async def shows(world: TeamsWorld, words: str, user: str = "U02") -> None:
    """Wait until they see it."""
    await world.teams.wait_for(lambda: any(words in one for one in seen(world, user)))


async def test_a_message_is_answered_in_time_and_kept_later(world: TeamsWorld) -> None:
    """First that it is not kept yet, with their words; then, once, that it is."""
    with locked(world) as hold:
        assert (await answered(world, does(world).writes(f"commit {NURSE} on Friday"))).status == 200
        await shows(world, NOT_YET)
        assert NURSE in seen(world)[-1]
        assert not any("Kept, for you alone." in one for one in seen(world))
        await settled(world, hold)
    assert sum("Kept, for you alone." in one for one in seen(world)) == 1
    assert await world.count("commitment") == 1


async def test_the_same_activity_while_the_first_is_at_work(world: TeamsWorld) -> None:
    """After 15 seconds Teams sends it again: one effect, one sentence meanwhile and one answer."""
    activity = does(world).writes(f"commit {NURSE}")
    with locked(world) as hold:
        for _ in range(3):
            assert (await answered(world, activity)).status == 200
        await shows(world, NOT_YET)
        await settled(world, hold)
    assert sum(NOT_YET in one for one in seen(world)) == 1
    assert sum("Kept, for you alone." in one for one in seen(world)) == 1
    assert await world.count("commitment") == 1


async def test_what_was_written_in_the_channel_waits_in_their_own_chat(world: TeamsWorld) -> None:
    """Nobody else sees that something is not kept yet, or what."""
    before = len(world.posts())
    with locked(world) as hold:
        await answered(world, await _in_channel(world, f"commit {NURSE}"))
        await shows(world, NOT_YET)
        await settled(world, hold)
    assert len(world.posts()) == before
    assert NURSE not in world.seen_by_others("U02")
    assert "where others read along" in seen(world)[-1]


async def _in_channel(world: TeamsWorld, words: str) -> Json:
    """What Teams sends when Ben mentions Balcony there."""
    gesture = world.gesture("U02", Place(CHANNEL, "channel", "1"))
    return gesture.writes(f"<at>{BOT_NAME}</at> {words}", Sender(world.teams.bot_id, "", BOT_NAME))


async def _kept(world: TeamsWorld) -> Posted:
    return await world.told("U02", f"commit {NURSE} on Friday")


def _undo(world: TeamsWorld, told: Posted) -> Json:
    action = next(one for one in told.card["body"][-1]["actions"] if one["title"] == "Undo")
    return does(world).executes(told.id, {"verb": action["verb"], "data": action["data"]})


async def test_a_press_is_answered_in_time_and_done_later(world: TeamsWorld) -> None:
    """A short line meanwhile; then the outcome takes the card's place. The repeat says the same, and does nothing."""
    told = await _kept(world)
    press = _undo(world, told)
    with locked(world) as hold:
        for _ in range(2):
            reply = await answered(world, press)
            assert reply.sentence == "That is not done yet and takes a moment longer. My answer will be below."
        assert NURSE in now_in(told)
        await settled(world, hold)
    assert sum("Taken out again" in one for one in seen(world)) == 1
    assert await world.count("commitment") == 0


async def test_a_dialog_says_that_its_form_comes_later(world: TeamsWorld) -> None:
    """The form that was asked for comes as a card in their own chat, and works there."""
    home = await world.told("U02", "home")
    fetch = {"verb": "commitment.new", "value": "", "msteams": {"type": "task/fetch"}}
    with locked(world) as hold:
        reply = await answered(world, does(world).fetches(home.id, fetch))
        assert "in your own chat with me" in str(reply.dialog)
        await settled(world, hold)
    form = world.chat("U02")[-1]
    assert "One small thing" in now_in(form)
    await world.teams.fills("U02", form, what=NURSE)
    assert await world.count("commitment") == 1


async def _dialog_sent(world: TeamsWorld, **answers: str) -> Json:
    """What Teams sends when Ben fills in the form of a commitment in a dialog."""
    opened = await world.opens("U02", await world.told("U02", "home"), "Commit")
    (send,) = opened.card["actions"]
    return does(world).submits(send["data"] | answers)


async def test_a_form_is_answered_in_time_and_kept_later(world: TeamsWorld) -> None:
    """The dialog gives their words back and says where the answer comes; it comes there, once."""
    sent = await _dialog_sent(world, what=NURSE, day="2026-12-01")
    with locked(world) as hold:
        for _ in range(2):
            reply = await answered(world, sent)
            assert NOT_YET in str(reply.dialog)
            assert NURSE in str(reply.dialog)
        await settled(world, hold)
    assert sum("Kept, for you alone." in one for one in seen(world)) == 1
    assert await world.count("commitment") == 1


async def test_a_form_with_a_mistake_comes_back_in_their_chat(world: TeamsWorld) -> None:
    """With the sentence and with everything that was written in it; mended there, it is kept."""
    sent = await _dialog_sent(world, what=NURSE, day="2020-01-01")
    with locked(world) as hold:
        await answered(world, sent)
        await settled(world, hold)
    form = world.chat("U02")[-1]
    assert "already passed" in now_in(form)
    assert NURSE in now_in(form)
    await world.teams.fills("U02", form, day="2026-12-01")
    assert await world.count("commitment") == 1


async def test_the_message_extension_is_answered_in_time(world: TeamsWorld) -> None:
    """Opened on a message of somebody's: the form comes later, in their own chat, with the words in it."""
    with locked(world) as hold:
        reply = await answered(world, does(world).uses_extension(html=f"<p>{NURSE}</p>"))
        assert "in your own chat with me" in str(reply.dialog)
        await settled(world, hold)
    assert NURSE in now_in(world.chat("U02")[-1])


async def test_names_that_are_not_known_in_time_are_left_out(world: TeamsWorld) -> None:
    """It was kept, and then the database did not answer any more: nobody is told that it went wrong."""
    told = await world.opens("U02", await world.told("U02", "home"), "Commit")
    (send,) = told.card["actions"]
    holds: list[Hold] = []
    inner = world.listener._respond

    async def respond(event: Event) -> Answer:
        answer = await inner(event)
        holds[0].connection.execute("BEGIN IMMEDIATE")
        return answer

    with locked(world) as hold:
        hold.ends()
        holds.append(hold)
        world.listener._soon.seconds = 30
        world.listener._respond = respond
        reply = await answered(world, does(world).submits(send["data"] | {"what": NURSE, "witness": "U03"}))
        assert "a member" in str(reply.dialog)
        assert "Kept, for you alone." in str(reply.dialog)
        await settled(world, hold)


async def test_a_meeting_that_ends_meanwhile_is_heard(world: TeamsWorld) -> None:
    """The answer comes at once, so that Teams does not send it again; the session has ended when the lock is gone."""
    world.clock.moves_to("2026-11-26 14:50")
    there = Place(CHANNEL, "channel")
    started, ended = (world.gesture("U01", there).meets(name) for name in ("Start", "End"))
    await world.sends("U01", started)
    with locked(world) as hold:
        assert (await answered(world, ended)).status == 200
        await settled(world, hold)
    await world.balcony.tick()
    assert any("That was" in now_in(one) for one in world.posts())


class Slow:
    """What never ends, or ends in a failure."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.ready = asyncio.Event()

    async def __call__(self, _: Event) -> Answer:
        await self.ready.wait()
        raise self.error or AssertionError


async def test_what_fails_late_is_told(world: TeamsWorld, caplog: pytest.LogCaptureFixture) -> None:
    slow = Slow(ValueError("the secret of the caretaker"))
    world.listener._respond, world.listener._soon.seconds = slow, 0.01
    await answered(world, does(world).writes(f"commit {NURSE}"))
    slow.ready.set()
    await world.listener.settle()
    assert "Something went wrong on my side" in seen(world)[-1]
    assert "what took long has failed" in caplog.text


async def test_what_is_cut_short_is_told(world: TeamsWorld) -> None:
    """Balcony is told to stop while it waits: nobody knows, so they are told to look, with their words."""
    world.listener._respond, world.listener._soon.seconds = Slow(), 0.01
    await answered(world, does(world).writes(f"commit {NURSE}"))
    await world.listener._soon.settle(0)
    await world.listener.settle()
    assert "I do not know whether it is kept" in seen(world)[-1]
    assert NURSE in seen(world)[-1]
