"""A button, in every place where a button can be: what takes its place, what stands beside it, and who sees it."""

import re

import pytest

from tests.fake_slack import Posted, View
from tests.platforms.conftest import CHANNEL, SlackWorld, words_of


@pytest.fixture
async def world(slack_world: SlackWorld) -> SlackWorld:
    """Ben and Cleo have joined, and the welcome is in the channel."""
    await slack_world.joins("U02")
    await slack_world.joins("U03")
    await slack_world.balcony.tick()
    return slack_world


async def kept(world: SlackWorld) -> Posted:
    told = await world.says("U02", "/commit ring Jo on Friday")
    assert told is not None
    return told


async def test_in_an_answer_that_one_person_sees_it_is_replaced(world: SlackWorld) -> None:
    """Undo takes the place of what it undoes."""
    told = await kept(world)
    await world.presses("U02", told, "Undo")
    assert "Taken out again" in words_of(told)
    assert len(told.edits) == 1


async def test_in_a_direct_message_it_is_replaced(world: SlackWorld) -> None:
    """Nobody else reads there: the outcome stands where the question stood, and it stays a post."""
    await kept(world)
    await world.waits_until("2026-11-27 09:00")
    back = next(post for post in world.slack.dms("U02") if "the day you chose" in words_of(post))
    await world.presses("U02", back, "Done")
    assert "Done. Good." in words_of(back)
    assert back.user is None


async def test_in_the_channel_nothing_is_ever_replaced(world: SlackWorld) -> None:
    """What replaces elsewhere is answered privately there, and everybody still has the post."""
    welcome = world.slack.posts[0]
    before = words_of(welcome)
    for name in ("round.not", "stay", "resume", "weekly.every"):
        await world.slack.press("U03", welcome, welcome.blocks[-1]["elements"][0]["action_id"])
        place = {"container": {"type": "message", "message_ts": welcome.ts, "channel_id": CHANNEL}}
        url = world.slack.new_response_url("U03", CHANNEL, welcome)
        await world.hears_press("U03", name, "2", **place, response_url=url)
        assert world.slack.ephemerals[-1].user == "U03"
    assert words_of(welcome) == before
    assert welcome.edits == []
    assert all(message.via != "response_url" or message.user for message in world.slack.messages)


async def test_in_a_form_it_takes_the_forms_place(world: SlackWorld) -> None:
    """Undo in the confirmation of a form."""
    await world.says("U02", "/commit")
    sent = await world.slack.submit("U02", await world.form("U02"), {"what": "ring Jo", "day": "2026-12-01"})
    assert sent.view is not None
    await world.presses("U02", sent.view, "Undo")
    shown = world.slack.views["U02"]
    assert ["Taken out again" in words_of(view) for view in shown] == [True]
    assert await world.count("commitment") == 0


async def test_a_form_from_a_form_lies_on_top(world: SlackWorld) -> None:
    """And where it is too late to put it on top, it takes the place of what it was opened from."""
    await world.says("U02", "/commit")
    sent = await world.slack.submit("U02", await world.form("U02"), {"what": "ring Jo", "day": "2026-12-01"})
    assert sent.view is not None
    await world.presses("U02", sent.view, "commitment.edit")
    assert len(world.slack.views["U02"]) == 2
    await world.slack.close("U02", world.slack.views["U02"][-1])
    world.slack.faults.next("views.push", "expired_trigger_id")
    await world.presses("U02", sent.view, "commitment.edit")
    (view,) = world.slack.views["U02"]
    assert view.title == "One small thing"


async def home(world: SlackWorld, user: str = "U02") -> View:
    await world.slack.open_home(user)
    await world.listener.settle()
    return world.slack.homes[user]


async def test_at_home_the_answer_opens_and_home_is_drawn_again(world: SlackWorld) -> None:
    """Done, pressed at home: a modal says it, and the commitment has left the list."""
    await kept(world)
    shown = await home(world)
    assert "ring Jo" in words_of(shown)
    await world.presses("U02", shown, "Done")
    assert "Done. Good." in words_of(world.slack.views["U02"][-1])
    assert "ring Jo" not in words_of(world.slack.homes["U02"])


async def test_at_home_what_comes_too_late_stands_above(world: SlackWorld) -> None:
    """An expired trigger: the answer, or the sentence for a form, is drawn on top of home."""
    await kept(world)
    for label, words in (("Commit", "That took a moment too long"), ("Done", "Done. Good.")):
        world.slack.faults.next("views.open", "expired_trigger_id")
        await world.presses("U02", await home(world), label)
        assert words_of(world.slack.homes["U02"]).startswith(words)


async def test_a_form_that_comes_too_late_says_so(world: SlackWorld) -> None:
    """Also for a button: its presser alone sees the sentence, the message stays."""
    told = await kept(world)
    world.slack.expire_triggers()
    world.slack.faults.next("views.open", "expired_trigger_id")
    await world.presses("U02", told, "commitment.edit")
    assert "That took a moment too long" in world.last_seen("U02")
    assert "ring Jo" in words_of(told)


async def test_buttons_of_another_version_get_a_sentence(world: SlackWorld) -> None:
    """Unknown names, old names, names that are none."""
    for name in ("commitment.delete_all", "", "__init__", "x" * 200):
        await world.hears_press("U02", name or "#")
        assert "older version of me" in world.last_seen("U02")


async def test_somebody_elses_button_does_nothing(world: SlackWorld) -> None:
    """Cleo presses what stands under Ben's commitment: one sentence, without a word of what it is."""
    told = await kept(world)
    row = next(block for block in told.blocks if block["type"] == "actions")
    commitment = row["elements"][0]["value"]
    for name in ("commitment.edit", "commitment.undo", "commitment.reopen", "commitment.learned", "witness.yes"):
        await world.hears_press("U03", name, commitment)
        assert "ring Jo" not in world.last_seen("U03")
    for name in ("commitment.close", "commitment.day"):
        await world.hears_press("U03", name, f"{commitment}:done")
        assert "not in your notebook" in world.last_seen("U03")
    assert await world.count("commitment") == 1


async def test_a_press_from_nowhere_does_nothing(world: SlackWorld) -> None:
    """Everything about a press is read before anything is done: half of it understood is not understood."""
    told = await kept(world)
    commitment = next(block for block in told.blocks if block["type"] == "actions")["elements"][0]["value"]
    for odd in ({"view": "x"}, {"container": [1]}, {"channel": "C01GEN"}):
        assert (await world.hears_press("U02", "commitment.undo", commitment, **odd)).status == 200
    assert await world.count("commitment") == 1


async def test_an_answer_is_sent_once(world: SlackWorld) -> None:
    """Slack took it and then cut the connection: it is not sent again."""
    world.platform.client.timeout = 10  # long enough for a client that tries again to do so
    world.slack.faults.next("response_url", "reset_after")
    await world.hears_press("U02", "maxims")
    assert [method for method, _ in world.slack.calls].count("response_url") == 1


async def test_an_answer_that_slack_refuses_is_logged(world: SlackWorld, caplog: pytest.LogCaptureFixture) -> None:
    """A response_url that fails, breaks or hangs: a line without private text; what was done stays done."""
    for fault, said in (
        ("500_before", "500"),
        ("reset_before", r"\w+Error"),
        ("hang_before", "TimeoutError"),
    ):
        told = await world.says("U02", "/commit the secret of the caretaker on Friday")
        assert told is not None
        world.slack.faults.next("response_url", fault)
        await world.presses("U02", told, "Undo")
        assert re.fullmatch(f"Slack did not show an answer: {said}", caplog.messages[-1])
    assert "caretaker" not in caplog.text
    assert await world.count("commitment") == 0


async def test_a_press_delivered_twice_has_one_effect(world: SlackWorld) -> None:
    """The second time nothing is said, for it was said."""
    told = await kept(world)
    reply = await world.presses("U02", told, "Undo")
    seen = len(world.slack.messages)
    again = await world.slack.replay(reply.request)
    await world.listener.settle()
    assert (again.status, len(world.slack.messages)) == (200, seen)
