"""Bugs that bots of this kind really had, of what comes in, by their number in the list they come from.

Bug 8, two processes that renew one token at the same moment, cannot be had: Balcony's tokens do not expire.
"""

import asyncio
import os
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from bot.chat import Answer, Event, Kind, Person, say
from bot.config import Settings
from bot.platforms.slack.connection import connect
from bot.platforms.slack.listen import Listener, Respond
from storage.db import Database
from tests.conftest import World, world_on
from tests.fake_slack import View, payloads
from tests.holding import held
from tests.platforms.conftest import CHANNEL, SlackWorld, slack_world_on, words_of
from tests.platforms.teams_world import TeamsWorld, now_in

NURSE = "ring the school nurse"


@pytest.fixture
async def slack(slack_world: SlackWorld) -> SlackWorld:
    """Ben has joined."""
    await slack_world.joins("U02")
    return slack_world


class Slow:
    """A Balcony behind which something takes as long as `ready` says: ten seconds, twenty, whatever a test needs."""

    def __init__(self, respond: Respond) -> None:
        self.ready = asyncio.Event()
        self.effects: Counter[str] = Counter()
        self._respond = respond

    async def __call__(self, event: Event) -> Answer:
        await self.ready.wait()
        answer = await self._respond(event)
        self.effects[event.key] += answer is not None
        return answer


@pytest.mark.thorough
async def test_bug_1_a_slow_answer_is_an_event_handled_four_times(world: World) -> None:
    """A thousand events, four copies of each, all before the first one is done: a thousand effects."""
    ben = world.ben.person
    events = [Event(Kind.COMMAND, "/commit", ben, f"k{n}", "our-move", f"thing number {n}") for n in range(1000)]
    slow = Slow(world.balcony.answer)
    copies = [asyncio.create_task(slow(event)) for _ in range(4) for event in events]
    await asyncio.sleep(0)
    slow.ready.set()
    await asyncio.gather(*copies)
    assert slow.effects == Counter(event.key for event in events)
    assert await world.count("commitment") == 1000


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """Ben has joined, on both databases."""
    world = world_on(database)
    await world.imports()
    await world.joins(world.ben)
    yield world


async def test_bug_1_through_slacks_door(slack: SlackWorld) -> None:
    """The answer takes longer than Slack waits: acknowledged all the same, done once, and told once."""
    slow = Slow(slack.balcony.answer)
    listener = Listener(slack.platform, slow, patience=0.01)
    slack.listener.app._async_listeners[:] = listener.app._async_listeners
    first = await slack.slack.command("U02", "/commit", NURSE, channel=CHANNEL)
    for _ in range(3):
        assert (await slack.slack.replay(first.request)).status == 200
    slow.ready.set()
    await listener.settle()
    assert await slack.count("commitment") == 1
    assert [words_of(one).count("Kept, for you alone.") for one in slack.slack.seen_by("U02")].count(1) == 1


async def test_bug_4_the_trigger_of_a_form_runs_out(slack: SlackWorld) -> None:
    """A database that is locked for as long as Slack waits, a command and a press: a button opens the form after all."""
    told = await slack.says("U02", f"/commit {NURSE}")
    assert told is not None
    slack.listener._soon.seconds = 0.01
    for act in (slack.slack.command("U02", "/commit", channel=CHANNEL), slack.hears_press("U02", "reflect.page")):
        with held(slack.database) as hold:
            doing = asyncio.create_task(act)
            await slack.slack.wait_for(lambda: "longer than usual" in slack.last_seen("U02"))
            slack.slack.expire_triggers()
            hold.ends()
            await doing
            await slack.listener.settle()
        late = slack.slack.seen_by("U02")[-1]
        assert "did not let me open the form" in words_of(late)
        slack.listener._soon.seconds = 30
        await slack.presses("U02", late, "Open the form")
        slack.listener._soon.seconds = 0.01
        assert isinstance(slack.slack.views["U02"][-1], View)
        assert slack.slack.views["U02"][-1].blocks
    assert [view.callback_id for view in slack.slack.views["U02"]][-1] == "reflect.page|"


async def test_bug_4_typed_text_does_not_depend_on_a_form(slack: SlackWorld) -> None:
    """Words after a command are kept without one, though every trigger is too old and Slack opens nothing."""
    slack.slack.faults.next("views.open", "expired_trigger_id")
    told = await slack.says("U02", f"/commit {NURSE}")
    assert told is not None
    assert NURSE in words_of(told)
    assert await slack.count("commitment") == 1


async def test_bug_5_teams_sends_again_after_fifteen_seconds(teams_world: TeamsWorld) -> None:
    """While the first is still being worked on, for twenty: a message, a press, a form; one effect and one answer each."""
    world = teams_world
    await world.joins("U02")
    told = await world.told("U02", f"commit {NURSE} on Friday")
    dialog = await world.opens("U02", await world.told("U02", "home"), "Commit")
    undo = next(one for one in told.card["body"][-1]["actions"] if one["title"] == "Undo")
    gesture = world.gesture("U02")
    slow = Slow(world.balcony.answer)
    world.listener._respond, world.listener._soon.seconds = slow, 0.01
    for activity in (
        world.gesture("U02").writes("commit walk with Ana"),
        gesture.executes(told.id, {"verb": undo["verb"], "data": undo["data"]}),
        world.gesture("U02").submits(dialog.card["actions"][0]["data"] | {"what": "have tea with Jo"}),
    ):
        for _ in range(3):
            assert (await world.teams._deliver(activity, {})).status == 200
    slow.ready.set()
    await world.listener.settle()
    assert set(slow.effects.values()) == {1}
    assert len(slow.effects) == 3
    seen = [now_in(one) for one in world.teams.seen_by("U02")]
    for words in ("walk with Ana", "have tea with Jo", "Taken out again"):
        assert sum(words in one and "not been able" not in one for one in seen) == 1, words
    assert await world.count("commitment") == 2


async def test_bug_12_database_is_locked_despite_a_busy_timeout(sqlite: Database) -> None:
    """A read that turns into a write, while somebody else has written since: nobody is turned away."""
    world = world_on(sqlite)
    await world.imports()
    await world.joins(world.ben)
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        _as_others_do(str(sqlite.engine.url.database))
    lists = world.ben.types("/commit list"), world.ben.types(f"/commit {NURSE}"), world.ben.types("/balcony")
    for told in await asyncio.gather(*lists):
        assert "wrong" not in told
    assert await world.count("commitment") == 1


def _as_others_do(path: str) -> None:
    """Deferred, with all the patience there is: it fails at once, for waiting could not help."""
    reads, writes = (sqlite3.connect(path, timeout=30, isolation_level=None) for _ in range(2))
    try:
        reads.execute("BEGIN")
        reads.execute("SELECT count(*) FROM delivered").fetchone()
        writes.execute("INSERT INTO delivered VALUES ('another', '2026-11-23')")
        reads.execute("INSERT INTO delivered VALUES ('mine', '2026-11-23')")
    finally:
        reads.close()
        writes.close()


@pytest.mark.parametrize("minutes", [-10, -6, 6, 10])
async def test_bug_21_a_wrong_clock_looks_like_a_wrong_secret(slack: SlackWorld, minutes: int) -> None:
    """Everything is refused, and whoever looks is told that it is the clock; a wrong secret is never called one."""
    slack.platform.problem = ""
    body = b"command=%2Fcommit&text=x&team_id=T01TEST&user_id=U02&trigger_id=1.1"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(3):
        await slack.slack.raw(body, form | slack.slack.sign(body, secret="another"))
    assert await slack.platform.state() == ""
    for _ in range(3):
        stamp = int(slack.slack.now()) - minutes * 60
        reply = await slack.slack.raw(body, form | slack.slack.sign(body, timestamp=stamp))
        assert reply.status == 401
    state = await slack.platform.state()
    assert state.startswith(
        f"The clock of this server is about {abs(minutes)} minutes {'fast' if minutes > 0 else 'slow'}"
    )
    assert await slack.count("commitment") == 0


async def test_bug_23_the_same_ids_in_two_workspaces(sqlite: Database) -> None:
    """Users, channels, triggers, views and events with the same ids on one database: neither is taken for the other's."""
    async with slack_world_on(sqlite, "T1") as first, slack_world_on(sqlite, "T2") as second:
        for world in (first, second):
            await world.joins("U02")
            command = payloads.command(
                world.slack, "U02", world.slack.channels[CHANNEL], "/commit", f"of {world.slack.team_id}"
            )
            reply = await world.slack.send_form(command | {"trigger_id": "1.1"})
            assert "Kept, for you alone." in reply.body
            event = {"type": "app_home_opened", "user": "U02", "tab": "home"}
            await world.slack.send_json(payloads.envelope(world.slack, event, "Ev1"))
            await world.listener.settle()
            home = words_of(world.slack.homes["U02"])
            assert f"of {world.slack.team_id}" in home
            assert "of T1" not in home or world is first
        assert await first.count("commitment") == 2


async def test_bug_23_the_token_in_the_environment_is_the_one_that_is_used(slack: SlackWorld) -> None:
    """Bolt says that it ignores SLACK_BOT_TOKEN and uses it: what we say goes with the token of our settings, whatever is set."""
    before = os.environ.get("SLACK_BOT_TOKEN")
    os.environ["SLACK_BOT_TOKEN"] = "xoxb-of-somebody-else"
    try:
        settings = Settings(slack_bot_token=slack.slack.bot_token, slack_api_url=slack.slack.api_url)
        async with connect(settings) as connection:
            await connection.platform.check()
            listener = Listener(connection.platform, slack.balcony.answer)
            assert listener.app.client.token == slack.slack.bot_token
            assert connection.platform.workspace == slack.slack.team_id
            await connection.platform.send(Person("slack", slack.slack.team_id, "U02"), say("Hello."), "k1")
    finally:
        if before is None:
            del os.environ["SLACK_BOT_TOKEN"]
        else:
            os.environ["SLACK_BOT_TOKEN"] = before
    assert "Hello." in words_of(slack.slack.dms("U02")[-1])
