"""What Slack sends, and what the person who did it sees: commands, forms, Home."""

import logging

import pytest
from slack_bolt.async_app import AsyncBoltRequest

from bot.chat import Answer, Event, Problems, say
from bot.platforms.slack import render
from bot.platforms.slack.listen import ELSEWHERE, FAILED, Listener, _on_error
from bot.platforms.waiting import AFTER_SILENCE
from tests.fake_slack import payloads
from tests.platforms.conftest import CHANNEL, SlackWorld, words_of


@pytest.fixture
async def world(slack_world: SlackWorld) -> SlackWorld:
    """Ben has joined."""
    await slack_world.joins("U02")
    return slack_world


async def test_a_command_is_answered_in_the_ack(world: SlackWorld) -> None:
    """Its author alone sees it, and no call to Slack is needed."""
    calls = len(world.slack.calls)
    told = await world.says("U02", "/commit ring Jo on Friday")
    assert told is not None
    assert (told.user, told.via) == ("U02", "ack")
    await world.listener.settle()
    assert len(world.slack.calls) == calls


async def test_a_command_that_asks_opens_a_form(world: SlackWorld) -> None:
    """The ack is empty, and the form is before the person who typed."""
    assert await world.says("U02", "/commit") is None
    assert (await world.form("U02")).callback_id == "commit|"


async def test_a_form_that_comes_too_late_says_so(world: SlackWorld) -> None:
    """An expired trigger gets a sentence, to its author alone."""
    world.slack.faults.next("views.open", "expired_trigger_id")
    await world.says("U02", "/commit")
    await world.listener.settle()
    assert world.last_seen("U02").startswith("That took a moment too long")
    assert world.slack.ephemerals[-1].user == "U02"


async def test_words_are_kept_whatever_slack_shows(world: SlackWorld) -> None:
    """Typed text does not depend on a form: it is on disk with the ack, also while Slack is down."""
    for fault in ("500_before", "reset_after", "hang_before"):
        world.slack.faults.next("views.open", fault)
    await world.says("U02", "/commit ring Jo")
    assert await world.count("commitment") == 1


async def test_problems_keep_the_form_open(world: SlackWorld) -> None:
    """The sentence stands beside its field, what was typed stays, and the mended form is taken."""
    await world.says("U02", "/commit")
    view = await world.form("U02")
    refused = await world.slack.submit("U02", view, {"what": "ring Jo", "day": "2020-01-01"})
    assert refused.errors == {"day": "That day has already passed."}
    assert await world.count("commitment") == 0
    taken = await world.slack.submit("U02", view, {"what": "ring Jo", "day": "2026-12-01"})
    assert taken.view is not None
    assert "Kept" in words_of(taken.view)
    assert await world.count("commitment") == 1


async def test_a_form_sent_twice_has_one_effect(world: SlackWorld) -> None:
    """The second time says that it is kept already, also when the whole request comes again."""
    await world.says("U02", "/commit")
    view = await world.form("U02")
    first = await world.slack.submit("U02", view, {"what": "ring Jo"})
    again = await world.slack.replay(first.request)
    assert "sent already" in again.body
    shape = payloads.interaction(world.slack, "view_submission", "U02") | {"trigger_id": world.slack.new_trigger("U02")}
    values = {"what": {"what": {"type": "plain_text_input", "value": "something else"}}}
    second = await world.slack.send_payload(shape | {"view": payloads.view_shape(world.slack, view, values)})
    assert "sent already" in second.body
    assert await world.count("commitment") == 1


async def test_an_event_delivered_four_times_has_one_effect(world: SlackWorld) -> None:
    """Home is drawn once; another opening draws it again."""
    event = {"type": "app_home_opened", "user": "U02", "tab": "home"}
    for event_id, drawn in (("Ev1", 1), ("Ev1", 1), ("Ev2", 2)):
        delivery = await world.slack.event(event, event_id=event_id, copies=4)
        assert [reply.status for reply in delivery.replies] == [200] * 4
        await world.listener.settle()
        assert [method for method, _ in world.slack.calls].count("views.publish") == drawn


async def test_the_messages_tab_draws_no_home(world: SlackWorld) -> None:
    await world.slack.event({"type": "app_home_opened", "user": "U02", "tab": "messages"})
    await world.listener.settle()
    assert "U02" not in world.slack.homes


async def test_a_slow_slack_does_not_delay_the_answer(world: SlackWorld) -> None:
    """Slack's API says nothing at all; the ack of a command, a press and an event comes within half a second."""
    world.slack.ack_timeout = 0.5
    for method in ("views.open", "views.publish", "response_url"):
        world.slack.faults.next(method, "hang_before")
    assert not (await world.slack.command("U02", "/commit", channel=CHANNEL)).timed_out
    assert (await world.slack.open_home("U02")).acked
    press = payloads.interaction(world.slack, "block_actions", "U02") | {"trigger_id": "1.1"}
    press |= {"actions": [{"action_id": "maxims#1"}], "channel": {"id": CHANNEL}}
    press |= {"response_url": world.slack.new_response_url("U02", CHANNEL, None)}
    assert not (await world.slack.send_payload(press)).timed_out
    assert world.slack.faults.pending <= 3


async def test_a_slack_that_never_answers_is_given_up(world: SlackWorld, caplog: pytest.LogCaptureFixture) -> None:
    """On a session that is shared the client's own limit does not hold: ours does."""
    world.slack.faults.next("views.open", "hang_before")
    await world.says("U02", "/commit")
    await world.listener.settle()
    assert "Slack did not show an answer: TimeoutError" in caplog.messages


async def test_a_form_that_slack_refuses_is_logged(world: SlackWorld, caplog: pytest.LogCaptureFixture) -> None:
    """One line without a private word; the commitment whose form it was stays as it is."""
    told = await world.says("U02", "/commit the secret of the caretaker")
    assert told is not None
    for fault in ("500_before", "500_after", "reset_before", "internal_error", "429"):
        caplog.clear()
        world.slack.faults.next("views.open", fault)
        await world.presses("U02", told, "commitment.edit")
        (line,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        assert line.startswith("Slack did not show an answer: "), fault
        assert "caretaker" not in caplog.text
    assert await world.count("commitment") == 1


async def test_people_of_another_workspace_get_a_sentence(world: SlackWorld) -> None:
    """Their ids may be other people's ids here: nothing is done for them, and no Home is drawn for anybody."""
    form = payloads.command(world.slack, "U02", world.slack.channels[CHANNEL], "/commit", "ring Jo")
    reply = await world.slack.send_form(form | {"team_id": "T02ELSE", "trigger_id": world.slack.new_trigger("U02")})
    assert render.plain(ELSEWHERE) in reply.body
    event = payloads.envelope(world.slack, {"type": "app_home_opened", "user": "U02", "tab": "home"}, "Ev9")
    await world.slack.send_json(event | {"team_id": "T02ELSE", "authorizations": []})
    await world.listener.settle()
    assert "what U02 is working on" not in str(world.slack.homes)
    assert await world.count("commitment") == 0


async def test_home_is_not_drawn_before_we_know_whose_token_we_have(world: SlackWorld) -> None:
    """With Slack away at the start, nothing is published; as soon as it answers, Home is."""
    world.platform.workspace = ""
    world.slack.faults.next("auth.test", "500_before")
    await world.slack.open_home("U02")
    await world.listener.settle()
    assert "U02" not in world.slack.homes
    world.clock.moves_by(seconds=AFTER_SILENCE)
    await world.slack.open_home("U02")
    await world.listener.settle()
    assert "U02" in world.slack.homes


async def answers(slack_world: SlackWorld, answer: Answer | Exception) -> Listener:
    async def respond(_: Event) -> Answer:
        if isinstance(answer, Exception):
            raise answer
        return answer

    listener = Listener(slack_world.platform, respond)
    slack_world.listener.app._async_listeners[:] = listener.app._async_listeners
    return listener


async def test_a_failure_below_the_handlers_is_a_plain_sentence(
    world: SlackWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """A command gets words; a press and a form get an empty 200; the log has the type and the place."""
    await answers(world, RuntimeError("the private words"))
    told = await world.says("U02", "/commit x")
    assert told is not None
    assert told.text == FAILED
    assert (await world.hears_press("U02", "maxims")).status == 200
    assert any(record.exc_info for record in caplog.records)


async def test_a_handler_that_fails_is_a_plain_sentence(world: SlackWorld) -> None:
    """Nothing is kept and the sentence says so, by command and by button."""
    async with world.database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE commitment RENAME TO elsewhere")
    told = await world.says("U02", "/commit ring Jo")
    assert told is not None
    assert "Something went wrong" in words_of(told)
    await world.hears_press("U02", "commitment.list")
    assert "Something went wrong" in world.last_seen("U02")


async def test_unknown_commands_get_a_sentence(world: SlackWorld) -> None:
    """An older manifest may still have them; nothing in their name is alive."""
    told = await world.says("U02", "/commmit")
    assert told is not None
    assert "I do not know" in words_of(told)


async def test_a_message_that_cannot_be_shown_raises_nothing() -> None:
    """What Bolt raises for shapes without a command ends as an empty 200."""
    assert (await _on_error(ValueError("x"), {})).status == 200
    assert (await _on_error(ValueError("x"), {"command": "/x"})).body != ""


async def test_socket_mode_ends_in_the_same_listeners(world: SlackWorld) -> None:
    """What came through a socket is answered by the same function; no HTTP, no signature."""
    heard: list[Event] = []

    async def respond(event: Event) -> Answer:
        heard.append(event)
        return say("heard") if event.name != "commit" else Problems({"what": "Say more."})

    listener = Listener(world.platform, respond)
    command = payloads.command(world.slack, "U02", world.slack.channels[CHANNEL], "/commit", "ring Jo &amp; Sam")
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "commit|abc",
        "state": {"values": {"what": {"a": {"value": "x"}}}},
    }
    submission = payloads.interaction(world.slack, "view_submission", "U02") | {"view": view, "trigger_id": "1.3"}
    first = await listener.app.async_dispatch(
        AsyncBoltRequest(mode="socket_mode", body=command | {"trigger_id": "1.2"})
    )
    second = await listener.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=submission))
    assert (first.status, second.status) == (200, 200)
    assert '"heard"' in str(first.body)
    assert "Say more." in str(second.body)
    assert [(event.name, event.words) for event in heard] == [("/commit", "ring Jo & Sam"), ("commit", "abc")]
    assert heard[1].answers == {"what": "x"}
