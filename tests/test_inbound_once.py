"""Whatever comes several times has one effect: events, forms, presses, signed requests, activities, also at the same moment."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.async_app import AsyncBoltRequest

from bot.app import Balcony
from bot.chat import Button, Event, Kind, Message, Person
from bot.handlers import BUTTONS
from bot.platforms.local.render import as_text
from storage.db import Database
from storage.keys import KeyRing
from tests.conftest import KEYS, World, world_on
from tests.fake_slack import Posted, payloads
from tests.handlers.conftest import button
from tests.platforms.conftest import CHANNEL, SlackWorld, slack_world_on, words_of
from tests.platforms.teams_world import TeamsWorld, teams_world_on

HOME = Path(__file__).parent.parent
NURSE = "ring the school nurse"


@pytest.fixture
async def world(database: Database) -> World:
    """Ana, Ben and Cleo have joined."""
    world = world_on(database)
    await world.imports()
    await world.joins(world.ana, world.ben, world.cleo)
    return world


@pytest.fixture
async def several(world: World) -> AsyncIterator[list[Balcony]]:
    """Four Balconies on one PostgreSQL, two on one SQLite file: each with connections of its own, as in other processes."""
    async with AsyncExitStack() as stack:
        balconies = [world.balcony]
        for _ in range(1 if world.database.sqlite else 3):
            database = Database(world.database.url, KeyRing(KEYS))
            stack.push_async_callback(database.close)
            balconies.append(Balcony(database, {"local": world.platform}, world.clock))
        yield balconies


def events(world: World) -> dict[str, Event]:
    """One of each kind that leaves something behind, by what it leaves."""
    ben = world.ben.person
    return {
        "a command": Event(Kind.COMMAND, "/commit", ben, "k1", "our-move", NURSE),
        "a page by command": Event(Kind.COMMAND, "/reflect", ben, "k2", "our-move", "trust is slow"),
        "a form": Event(Kind.FORM, "commit", ben, "k3", "", "", {"what": "walk with Cleo", "witness": "cleo"}),
        "a page by form": Event(Kind.FORM, "reflect.page", ben, "k4", "", "", {"page": "the caretaker"}),
        "somebody who joins": Event(Kind.FORM, "join", world.dev.person, "k5", "our-move", "", JOINING),
    }  # fmt: skip


JOINING = {"issue": "School meals", "organisation": "Durham Council", "sector": "council"}
TABLES = ("commitment", "reflection", "member", "outbox", "round", "introduction", "session")


async def rows(world: World) -> dict[str, int]:
    return {table: await world.count(table) for table in TABLES}


# --- at the same moment ----------------------------------------------------------------------------


async def test_four_deliveries_at_the_same_moment_have_one_effect(world: World, several: Sequence[Balcony]) -> None:
    """Each kind of event, four times to several at once: one answer, and one of what it leaves."""
    for name, event in events(world).items():
        before = await rows(world)
        answers = await asyncio.gather(*(several[n % len(several)].answer(event) for n in range(4)))
        told = [one for one in answers if one is not None]
        assert len(told) == 1, name
        assert isinstance(told[0], Message), name
        after = await rows(world)
        assert sum(after.values()) - sum(before.values()) in ({1} if name != "a form" else {2}), name
        assert [await one.answer(event) for one in several] == [None] * len(several), name
        assert await rows(world) == after, name


async def test_the_same_words_at_the_same_moment_are_one(world: World, several: Sequence[Balcony]) -> None:
    """Typed again while nobody knew what came of the first, and then both were heard at once: each is told, of one."""
    event = events(world)["a command"]
    answers = await asyncio.gather(
        *(one.answer(replace(event, key=f"typed {n}")) for n, one in enumerate(several))
    )  # fmt: skip
    assert ["Kept, for you alone." in as_text(one) for one in answers if isinstance(one, Message)] == [True] * len(
        several
    )
    assert await world.count("commitment") == 1


async def test_every_button_pressed_twice_at_the_same_moment(world: World, several: Sequence[Balcony]) -> None:
    """A double click is two presses: of each button there is, what one press would do; and nobody sees a failure."""
    for press, person in await presses(world):
        before = await rows(world)
        pair = [Event(Kind.BUTTON, press.name, person, f"{press}:{n}", "our-move", press.value) for n in range(2)]
        answers = await asyncio.gather(several[0].answer(pair[0]), several[-1].answer(pair[1]))
        after = await rows(world)
        for answer in answers:
            assert not isinstance(answer, Message) or "went wrong" not in as_text(answer), press.name
        await several[0].answer(Event(Kind.BUTTON, press.name, person, f"{press}:3", "our-move", press.value))
        assert await rows(world) == after, press.name
        if press.name in ONE_MORE:
            assert sum(after.values()) - sum(before.values()) == ONE_MORE[press.name], press.name


ONE_MORE = {"witness.yes": 1, "round.now": 3, "session.end": 1, "commitment.undo": -1, "reflect.forget": -1}


async def presses(world: World) -> list[tuple[Button, Person]]:
    """Every button that there is, in a world where each does something."""
    await world.ben.types(f"/commit {NURSE}")
    commitment = button(world.ben, "Undo").value
    await world.balcony.answer(replace(events(world)["a form"], key="asks"))
    await world.balcony.tick()
    witness = button(world.cleo, "Yes, I will").value
    await world.ben.types("/reflect trust is slow")
    page = button(world.ben, "Take it out again").value
    world.clock.moves_to("2026-11-26 14:00")
    await world.ana.types("/balcony session")
    planned, later = (button.value for button in world.ana.buttons() if button.label == "Change")
    programme = button(world.ana, "Add a session").value
    ben, cleo, ana = world.ben.person, world.cleo.person, world.ana.person
    special = {
        "witness.yes": (witness, cleo), "witness.no": (witness, cleo), "reflect.forget": (page, ben),
        "session.end": (planned, ana), "session.cancel": (later, ana), "session.restore": (later, ana),
        "session.change": (later, ana), "session.add": (programme, ana), "session.list": (programme, ana),
        "round.now": (programme, ana), "round.not": (programme, ana), "join": (programme, ben),
        "commitment.close": (f"{commitment}:done", ben), "commitment.day": (f"{commitment}:2026-12-01", ben),
        "weekly.every": ("2", ben), "pause": ("1 week", ben), "met": (f"{commitment}:met", ben),
    }  # fmt: skip
    last = ["round.now", "commitment.undo", "leave"]  # what others need is taken away at the end
    order = [*(name for name in BUTTONS if name not in last), *last]
    order.remove("pause")
    order.insert(order.index("resume"), "pause")
    found = []
    for name in order:
        value, person = special.get(name, (commitment if name.startswith("commitment.") else "", ben))
        found.append((Button("?", name, value), person))
    return found


@pytest.mark.thorough
async def test_four_processes_hear_the_same_events(world: World) -> None:
    """Real processes, each with the same events in another order, all at once: each event is answered once, by one."""
    ben = world.ben.person
    told = [Event(Kind.COMMAND, "/commit", ben, f"k{n}", "our-move", f"thing number {n}") for n in range(60)]
    told += [Event(Kind.FORM, "reflect.page", ben, f"f{n}", "", "", {"page": f"page {n}"}) for n in range(20)]
    lines = [json.dumps([one.kind, one.name, one.key, one.words, dict(one.answers)]) for one in told]
    command = [sys.executable, "-m", "tests.hearer", world.database.url, KEYS[0]]
    hearers = [await asyncio.create_subprocess_exec(*command, stdin=-1, stdout=-1, cwd=HOME) for _ in range(4)]
    for one in hearers:
        assert one.stdout is not None
        assert await one.stdout.readline() == b"ready\n"
    said = [f"{n}\n".encode() + "\n".join(lines[n * 20 :] + lines[: n * 20]).encode() for n in range(4)]
    ended = await asyncio.gather(*(one.communicate(words) for one, words in zip(hearers, said, strict=True)))
    answered = Counter(key for out, _ in ended for key in out.decode().split())
    assert answered == Counter(one.key for one in told)
    assert await world.count("commitment") == 60
    assert await world.count("reflection") == 20


# --- a signed request, once more -------------------------------------------------------------------


@pytest.fixture
async def slack(sqlite: Database) -> AsyncIterator[SlackWorld]:
    """Ben has joined."""
    async with slack_world_on(sqlite) as world:
        await world.joins("U02")
        yield world


async def everything(world: SlackWorld) -> tuple[object, ...]:
    """What is kept, and what anybody sees or was called for."""
    counts = [await world.count(table) for table in ("commitment", "reflection", "member", "outbox")]
    return (*counts, len(world.slack.messages), len(world.slack.calls))


async def test_a_replayed_command_does_nothing_and_tells_nothing(slack: SlackWorld) -> None:
    """One that keeps, one that only reads, one that opens a form, one that was refused: an empty answer to each copy."""
    for words in (f"/commit {NURSE}", "/commit list", "/commit", "/commit on Friday", "/balcony", "/no-such-thing"):
        command, _, text = words.partition(" ")
        first = await slack.slack.command("U02", command, text, channel=CHANNEL)
        await slack.listener.settle()
        before = await everything(slack)
        for _ in range(3):
            again = await slack.slack.replay(first.request)
            await slack.listener.settle()
            assert again.status == 200
            assert NURSE not in again.body, words
            assert (await everything(slack)) == before, words


async def test_what_was_refused_is_not_done_by_a_copy(slack: SlackWorld) -> None:
    """Dev types before he has joined. Once he has, the same signed request does nothing for whoever kept a copy."""
    refused = await slack.slack.command("U04", "/commit", NURSE, channel=CHANNEL)
    assert "not joined" in refused.body
    await slack.joins("U04")
    assert (await slack.slack.replay(refused.request)).body == ""
    assert await slack.count("commitment") == 0


async def test_a_replayed_press_does_nothing(slack: SlackWorld) -> None:
    """Done, undone by its person, and then the press once more by somebody who kept it: it stays undone."""
    told = await slack.says("U02", f"/commit {NURSE} on Friday")
    assert told is not None
    row = next(block for block in told.blocks if block["type"] == "actions")
    commitment = row["elements"][0]["value"]
    done = await slack.hears_press("U02", "commitment.close", f"{commitment}:done")
    await slack.hears_press("U02", "commitment.reopen", commitment)
    before = await everything(slack)
    for _ in range(3):
        assert (await slack.slack.replay(done.request)).status == 200
    await slack.listener.settle()
    assert await everything(slack) == before
    assert NURSE in words_of(await _list(slack))


async def test_a_replayed_form_does_nothing(slack: SlackWorld) -> None:
    """Kept, taken out by its author, and then sent once more by somebody who kept it: it stays out."""
    await slack.says("U02", "/commit")
    sent = await slack.slack.submit("U02", await slack.form("U02"), {"what": NURSE, "day": "2026-12-01"})
    assert sent.view is not None
    await slack.presses("U02", sent.view, "Undo")
    for _ in range(3):
        assert "sent already" in (await slack.slack.replay(sent.request)).body
    assert await slack.count("commitment") == 0


async def test_a_replayed_opening_of_home_draws_nothing(slack: SlackWorld) -> None:
    first = await slack.slack.open_home("U02")
    await slack.listener.settle()
    before = await everything(slack)
    for _ in range(3):
        assert (await slack.slack.replay(first.replies[0].request)).status == 200
    await slack.listener.settle()
    assert await everything(slack) == before


async def test_socket_mode_delivers_again(slack: SlackWorld) -> None:
    """An envelope whose ack was lost comes with another envelope's id and the same payload: one effect of each kind."""
    command = payloads.command(slack.slack, "U02", slack.slack.channels[CHANNEL], "/commit", NURSE)
    filled = {"values": {"page": {"page": {"value": "the caretaker"}}}}
    view = {"id": "V1", "type": "modal", "callback_id": "reflect.page|", "state": filled}
    form = payloads.interaction(slack.slack, "view_submission", "U02") | {"view": view, "trigger_id": "2.2"}
    press = payloads.interaction(slack.slack, "block_actions", "U02") | {
        "actions": [{"type": "button", "action_id": "maxims#1"}]
    }
    press |= {"trigger_id": "3.3", "response_url": slack.slack.new_response_url("U02", CHANNEL, None)}
    press |= {"channel": {"id": CHANNEL}}
    event = payloads.envelope(slack.slack, {"type": "app_home_opened", "user": "U02", "tab": "home"}, "Ev1")
    for body in (command | {"trigger_id": "1.1"}, form, press, event):
        await _through_socket(slack, body)
        before = await everything(slack)
        for _ in range(3):
            await _through_socket(slack, body)
        assert await everything(slack) == before
    assert (await slack.count("commitment"), await slack.count("reflection")) == (1, 1)


async def test_a_form_opened_anew_with_other_answers_is_no_repeat(slack: SlackWorld) -> None:
    """Also where it takes the place of the one before, and so has the same id: nothing is called kept that is not."""
    await slack.says("U02", "/commit")
    sent = await slack.slack.submit("U02", await slack.form("U02"), {"what": NURSE, "day": "2026-12-01"})
    assert sent.view is not None
    slack.slack.faults.next("views.push", "expired_trigger_id")
    await slack.presses("U02", sent.view, "commitment.edit")
    (opened,) = slack.slack.views["U02"]
    assert (opened.id, opened.title) == (sent.view.id, "One small thing")
    changed = await slack.slack.submit("U02", opened, {"what": "ring the head teacher", "day": "2026-12-01"})
    assert changed.view is not None
    assert "ring the head teacher" in words_of(changed.view)
    assert "ring the head teacher" in words_of(await _list(slack))
    await slack.says("U02", "/commit")
    again = await slack.slack.submit("U02", await slack.form("U02"), {"what": "walk", "day": "2026-12-01"})
    assert again.view is not None
    assert await slack.count("commitment") == 2


async def _list(slack: SlackWorld) -> Posted:
    told = await slack.says("U02", "/commit list")
    assert told is not None
    return told


async def _through_socket(slack: SlackWorld, body: dict[str, Any]) -> None:
    response = await slack.listener.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    assert response.status == 200
    await slack.listener.settle()


# --- an activity, once more ------------------------------------------------------------------------


@pytest.fixture
async def teams(sqlite: Database) -> AsyncIterator[TeamsWorld]:
    """Ben has joined."""
    async with teams_world_on(sqlite) as world:
        await world.joins("U02")
        yield world


async def test_an_activity_that_was_refused_is_refused_once(teams: TeamsWorld) -> None:
    """Repeated after 15 seconds, it is not answered a second time; and not done once it could be."""
    activity = teams.gesture("U04").writes(f"commit {NURSE}")
    saw = await teams.sends("U04", activity, times=2)
    assert len(saw.shown) == 1
    await teams.joins("U04")
    assert (await teams.sends("U04", activity)).shown == []
    assert await teams.count("commitment") == 0


async def test_a_press_that_was_refused_says_that_it_was_heard(teams: TeamsWorld) -> None:
    """The repeat claims nothing that was not done."""
    action = {"verb": "commitment.undo", "data": {"verb": "commitment.undo", "value": "nothing"}}
    saw = await teams.sends("U02", teams.gesture("U02").executes("1", action), times=2)
    assert saw.replies[1].sentence == "That reached me already."


async def test_a_form_with_a_mistake_can_be_sent_again(teams: TeamsWorld) -> None:
    """The same activity twice gets the same answer; mended, it is kept, once."""
    dialog = await teams.opens("U02", await teams.told("U02", "home"), "Commit")
    wrong = await teams.teams.fills("U02", dialog, what=NURSE, day="2020-01-01", times=2)
    for reply in wrong.replies:
        assert "already passed" in str(reply.dialog)
    await teams.teams.fills("U02", wrong.opened, what=NURSE, day="2026-12-01", times=3)
    assert await teams.count("commitment") == 1
