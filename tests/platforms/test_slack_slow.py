"""Slack while the database is locked: the ack comes in time and calls nothing kept, and what came of it is shown later."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from slack_bolt.async_app import AsyncBoltRequest

from bot.chat import Answer, Event
from bot.platforms.slack.listen import FAILED, Listener
from tests.fake_slack import View, payloads
from tests.holding import Hold, held
from tests.platforms.conftest import CHANNEL, SlackWorld, button_of, words_of

NURSE = "ring the school nurse"
NOT_YET = "I have not been able to keep that yet"


@pytest.fixture
async def world(slack_world: SlackWorld) -> SlackWorld:
    """Ben has joined."""
    await slack_world.joins("U02")
    return slack_world


@contextmanager
def locked(world: SlackWorld) -> Iterator[Hold]:
    """Somebody else writes, and Balcony says after a moment that something takes longer."""
    before, world.listener._soon.seconds = world.listener._soon.seconds, 0.01
    with held(world.database) as hold:
        yield hold
    world.listener._soon.seconds = before


def inputs(view: View) -> dict[str, object]:
    """What stands in each field before anybody touches it."""
    fields = [block["element"] for block in view.blocks if block["type"] == "input"]
    return {
        one["action_id"]: next((value for name, value in one.items() if name.startswith("initial_")), None)
        for one in fields
    }


async def test_a_command_is_answered_in_time_and_kept_later(world: SlackWorld) -> None:
    """Nothing is called kept while it is not; then it is, and they are told: once."""
    with locked(world) as hold:
        told = await world.says("U02", f"/commit {NURSE} on Friday")
        assert told is not None
        assert NOT_YET in words_of(told)
        assert NURSE in words_of(told)
        assert "Kept" not in words_of(told)
        hold.ends()
        await world.listener.settle()
    seen = [words_of(one) for one in world.slack.seen_by("U02")]
    assert sum("Kept, for you alone." in one for one in seen) == 1
    assert all(one.user == "U02" for one in world.slack.ephemerals)
    assert await world.count("commitment") == 1


async def test_who_types_it_again_meanwhile_has_one(world: SlackWorld) -> None:
    """Both are answered, both are told that it is kept, and it is one."""
    with locked(world) as hold:
        for _ in range(2):
            told = await world.says("U02", f"/commit {NURSE}")
            assert told is not None
            assert NOT_YET in words_of(told)
        hold.ends()
        await world.listener.settle()
    assert await world.count("commitment") == 1


async def test_what_is_read_is_not_called_kept_either(world: SlackWorld) -> None:
    with locked(world) as hold:
        told = await world.says("U02", "/commit list")
        assert told is not None
        assert "takes me longer than usual" in words_of(told)
        hold.ends()
        await world.listener.settle()
    assert "no open commitments" in world.last_seen("U02")


async def test_a_form_that_comes_late_is_opened_by_a_button(world: SlackWorld) -> None:
    """The trigger has run out by then: a sentence with a button, and the button opens it."""
    with locked(world) as hold:
        await world.says("U02", "/commit")
        world.slack.expire_triggers()
        hold.ends()
        await world.listener.settle()
    late = world.slack.seen_by("U02")[-1]
    assert "did not let me open the form" in words_of(late)
    await world.presses("U02", late, "Open the form")
    assert world.slack.views["U02"][-1].callback_id == "commit|"


async def _form(world: SlackWorld) -> View:
    await world.says("U02", "/commit")
    return await world.form("U02")


FILLED = {"what": NURSE, "cue": "a bell", "day": "2026-12-01", "part": "at lunchtime", "witness": "U03"}


async def test_a_form_stays_before_them_with_everything_in_it(world: SlackWorld) -> None:
    """With a sentence above; then it becomes what it becomes when it is kept."""
    await world.joins("U03")
    view = await _form(world)
    with locked(world) as hold:
        waits = await world.slack.submit("U02", view, FILLED)
        assert waits.view is not None
        assert words_of(waits.view).startswith("One moment, please")
        assert str(inputs(waits.view)["what"]) == NURSE
        assert {name: bool(value) for name, value in inputs(waits.view).items()} == dict.fromkeys(FILLED, True)
        hold.ends()
        await world.listener.settle()
    (shown,) = world.slack.views["U02"]
    assert "Kept, for you alone." in words_of(shown)
    assert await world.count("commitment") == 1


async def test_a_form_sent_again_meanwhile_is_the_same_form(world: SlackWorld) -> None:
    """It is still before them, so some will: one commitment."""
    view = await _form(world)
    with locked(world) as hold:
        await world.slack.submit("U02", view, {"what": NURSE})
        (waits,) = world.slack.views["U02"]
        again = await world.slack.submit("U02", waits)
        assert again.view is not None
        assert words_of(again.view).count("One moment, please") == 1
        hold.ends()
        await world.listener.settle()
    (shown,) = world.slack.views["U02"]
    assert "Kept, for you alone." in words_of(shown)
    assert await world.count("commitment") == 1


async def test_a_form_with_a_mistake_comes_back_with_its_sentence(world: SlackWorld) -> None:
    """And with everything that was written in it; mended, it is kept."""
    view = await _form(world)
    with locked(world) as hold:
        await world.slack.submit("U02", view, {"what": NURSE, "day": "2020-01-01"})
        hold.ends()
        await world.listener.settle()
    (wrong,) = world.slack.views["U02"]
    assert words_of(wrong).startswith("That day has already passed.")
    assert inputs(wrong)["what"] == NURSE
    kept = await world.slack.submit("U02", wrong, {"day": "2026-12-01"})
    assert kept.view is not None
    assert "Kept" in words_of(kept.view)
    assert await world.count("commitment") == 1


@pytest.mark.parametrize(("day", "told"), [("2026-12-01", "Kept, for you alone."), ("2020-01-01", "already passed")])
async def test_who_has_closed_the_form_gets_a_message(world: SlackWorld, day: str, told: str) -> None:
    """To them alone: that it is kept, or why not, with their words."""
    view = await _form(world)
    with locked(world) as hold:
        waits = await world.slack.submit("U02", view, {"what": NURSE, "day": day})
        assert waits.view is not None
        await world.slack.close("U02", waits.view)
        hold.ends()
        await world.listener.settle()
    (message,) = world.slack.dms("U02")
    assert told in words_of(message)
    assert NURSE in words_of(message)


async def test_a_press_is_answered_in_time_and_done_later(world: SlackWorld) -> None:
    """Beside the message a sentence, to whoever pressed alone; then the outcome takes the message's place."""
    told = await world.says("U02", f"/commit {NURSE}")
    assert told is not None
    with locked(world) as hold:
        assert (await world.slack.press("U02", told, button_of(told, "Undo"))).status == 200
        await world.slack.wait_for(lambda: "longer than usual" in world.last_seen("U02"))
        assert NURSE in words_of(told)
        hold.ends()
        await world.listener.settle()
    assert "Taken out again" in words_of(told)
    assert await world.count("commitment") == 0


async def test_a_press_at_home_is_done_later(world: SlackWorld) -> None:
    """Where there is no place for a sentence, nothing is said until it is done; then home shows it."""
    await world.says("U02", f"/commit {NURSE}")
    await world.slack.open_home("U02")
    await world.listener.settle()
    home = world.slack.homes["U02"]
    with locked(world) as hold:
        assert (await world.slack.press("U02", home, button_of(home, "Done"))).status == 200
        hold.ends()
        await world.listener.settle()
    assert NURSE not in words_of(world.slack.homes["U02"])


async def test_an_opening_of_home_is_answered_at_once(world: SlackWorld) -> None:
    with locked(world):
        assert (await world.slack.open_home("U02")).acked


# --- when it does not end well ---------------------------------------------------------------------


class Slow:
    """What takes long, and what comes of it in the end: an answer, a failure, or nothing at all."""

    def __init__(self, outcome: Answer | Exception = None) -> None:
        self.outcome = outcome
        self.ready = asyncio.Event()

    async def __call__(self, _: Event) -> Answer:
        await self.ready.wait()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def hears(world: SlackWorld, slow: Slow) -> Listener:
    listener = Listener(world.platform, slow, patience=0.01)
    world.listener.app._async_listeners[:] = listener.app._async_listeners
    return listener


async def test_what_fails_late_is_told(world: SlackWorld, caplog: pytest.LogCaptureFixture) -> None:
    """With a sentence for its person and a line in the log, neither with a private word."""
    slow = Slow(ValueError("the secret of the caretaker"))
    listener = hears(world, slow)
    await world.says("U02", f"/commit {NURSE}")
    slow.ready.set()
    await listener.settle()
    assert world.last_seen("U02") == FAILED
    assert "what took long has failed" in caplog.text


async def test_what_is_cut_short_is_told(world: SlackWorld) -> None:
    """Balcony is told to stop while it waits: nobody knows, so they are told to look, with their words."""
    listener = hears(world, Slow())
    await world.says("U02", f"/commit {NURSE}")
    await listener._soon.settle(0)
    await listener.settle()
    assert "I do not know whether it is kept" in world.last_seen("U02")
    assert NURSE in world.last_seen("U02")


async def test_a_command_through_a_socket_waits_no_longer(world: SlackWorld) -> None:
    """Socket Mode has the same three seconds."""
    body = payloads.command(world.slack, "U02", world.slack.channels[CHANNEL], "/commit", NURSE)
    body |= {"trigger_id": "1.1", "response_url": world.slack.new_response_url("U02", CHANNEL, None)}
    with locked(world) as hold:
        answer = await world.listener.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        assert NOT_YET in str(answer.body)
        hold.ends()
        await world.listener.settle()
    assert "Kept, for you alone." in world.last_seen("U02")
