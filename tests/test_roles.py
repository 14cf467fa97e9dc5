"""What a process does in each role, as processes of their own: the web hears, the worker works, any number of each."""

import asyncio
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import select, text, update
from sqlmodel import col

from bot.app import Balcony, utc_now
from bot.chat import Address, Message, Person, say
from bot.config import Settings
from bot.delivery import Waits
from bot.domain.kind import Kind
from bot.platforms.local.outbound import LocalPlatform
from bot.platforms.slack.outbound import SlackPlatform, web_client
from bot.serving import _beating
from storage import outbox, wake
from storage.db import Database
from storage.models import Outbox, OutboxState, Session
from tests.conftest import world_on
from tests.fake_slack import FakeSlack
from tests.platforms.conftest import button_of
from tests.scheduler import serving


@asynccontextmanager
async def running(*arguments: str, settings: dict[str, str], complaint: str = "") -> AsyncIterator[Process]:
    """`serve` with these, told to stop at the end; it must end tidily, and have said nothing but the complaint."""
    process = await serving.balcony("serve", *arguments, settings=settings)
    try:
        yield process
    except BaseException:
        serving.kill(process)
        raise
    process.terminate()
    code, out, err = await serving.ends(process)
    assert (code, out) == (0, "")
    assert bool(err) == bool(complaint)
    assert all(complaint in line for line in err.splitlines()), err


async def ready(port: int) -> set[str]:
    """What it looks after, once all of that is well."""
    async with asyncio.timeout(30):
        while (answer := await serving.asks(port, "/readyz")).status_code != 200:
            pass
    return set(answer.json())


async def all_states(database: Database) -> dict[str, str]:
    async with database.transaction() as db:
        return {row.key: row.state for row in (await db.session.execute(select(Outbox))).scalars()}


async def states(database: Database) -> dict[str, str]:
    """By the beginning of the key."""
    return {key.partition(":")[0]: state for key, state in (await all_states(database)).items()}


async def a_session_today(database: Database, slack: FakeSlack, *, over: bool) -> None:
    """Ana's programme; its first session is over, or still goes on."""
    await serving.bring(database, slack, utc_now())
    ends = utc_now() + (timedelta(seconds=-1) if over else timedelta(days=1))
    async with database.transaction() as db:
        times = {"starts_at": utc_now() - timedelta(hours=2), "ends_at": ends}
        await db.session.execute(update(Session).where(col(Session.slug) == "shared-purpose").values(**times))
        far = {"starts_at": utc_now() + timedelta(days=9), "ends_at": utc_now() + timedelta(days=10)}
        await db.session.execute(update(Session).where(col(Session.slug) == "empathy").values(**far))


@pytest.mark.thorough
async def test_the_web_hears_and_the_worker_works(sqlite: Database) -> None:
    """The web answers, and leaves what is due; the worker does it, and whoever speaks to it is not heard."""
    async with serving.a_slack("U01") as slack, AsyncExitStack() as stack:
        await a_session_today(sqlite, slack, over=True)
        web, worker = serving.free_port(), serving.free_port()
        settings = serving.on(slack, sqlite, web)
        await stack.enter_async_context(running("--role", "web", settings=settings))
        assert await ready(web) == {"database", "slack"}
        slack.connect(f"http://127.0.0.1:{web}/slack/events")
        answer = await slack.command("U01", "/balcony", "session", channel=serving.CHANNEL)
        assert answer.posted is not None
        assert "shared purpose" in str(answer.posted.blocks)
        assert await states(sqlite) == {"welcome": OutboxState.DUE}
        settings = serving.on(slack, sqlite, worker) | {"BALCONY_ROLE": "worker", "SLACK_APP_TOKEN": "xapp-1"}
        del settings["SLACK_SIGNING_SECRET"]
        await stack.enter_async_context(running(settings=settings))
        assert await ready(worker) == {"database", "slack", "scheduler", "delivery"}
        assert (await serving.asks(worker, "/healthz")).text == "ok"
        slack.connect(f"http://127.0.0.1:{worker}/slack/events")
        assert (await slack.command("U01", "/balcony", "session", channel=serving.CHANNEL)).status == 404
        await slack.wait_for(lambda: len(slack.posts) == 2, timeout=30)
        assert "apps.connections.open" not in {method for method, _ in slack.calls}
    assert await states(sqlite) == {"welcome": OutboxState.SENT, "after-session": OutboxState.SENT}


@pytest.mark.thorough
async def test_a_worker_is_woken_by_another_process(postgres: Database) -> None:
    """Ana ends a session: a web process puts it, and this one, a worker that beats once an hour, says it now."""
    async with serving.a_slack("U01") as slack, aiohttp.ClientSession() as http, AsyncExitStack() as stack:
        await a_session_today(postgres, slack, over=False)
        platform = SlackPlatform(web_client(slack.bot_token, slack.api_url, http))
        worker = Balcony(postgres, {"slack": platform}, utc_now, waits=Waits(beat=timedelta(hours=1)))
        await stack.enter_async_context(_beating(worker, [platform], Settings(balcony_tick_seconds=3600)))
        await slack.wait_for(lambda: len(slack.posts) == 1, timeout=30)  # the welcome: its first turn
        web = serving.free_port()
        await stack.enter_async_context(running("--role", "web", settings=serving.on(slack, postgres, web)))
        await ready(web)
        slack.connect(f"http://127.0.0.1:{web}/slack/events")
        shown = (await slack.command("U01", "/balcony", "session", channel=serving.CHANNEL)).posted
        assert shown is not None
        await slack.press("U01", shown, button_of(shown, "End session"))
        await slack.wait_for(lambda: len(slack.posts) == 2, timeout=30)
    assert (await states(postgres))["after-session"] == OutboxState.SENT


@pytest.mark.thorough
async def test_who_joins_is_soon_asked_what_it_is_about(postgres: Database) -> None:
    """The web process keeps the issue; the worker, which beats once an hour, reads it now and offers topics to tick."""
    async with serving.a_slack("U01") as slack, aiohttp.ClientSession() as http, AsyncExitStack() as stack:
        await a_session_today(postgres, slack, over=False)
        platform = SlackPlatform(web_client(slack.bot_token, slack.api_url, http))
        worker = Balcony(postgres, {"slack": platform}, utc_now, waits=Waits(beat=timedelta(hours=1)))
        await stack.enter_async_context(_beating(worker, [platform], Settings(balcony_tick_seconds=3600)))
        await slack.wait_for(lambda: len(slack.posts) == 1, timeout=30)  # the welcome: its first turn
        web = serving.free_port()
        await stack.enter_async_context(running("--role", "web", settings=serving.on(slack, postgres, web)))
        await ready(web)
        slack.connect(f"http://127.0.0.1:{web}/slack/events")
        await slack.command("U01", "/balcony", "join", channel=serving.CHANNEL)
        await slack.wait_for(lambda: bool(slack.views.get("U01")), timeout=30)
        said = {
            "issue": "childhod obesitty",
            "organisation": "Durham Council",
            "sector": "council",
            "consent": ["found"],
        }
        await slack.submit("U01", slack.views["U01"][-1], said)
        await slack.wait_for(lambda: bool(slack.dms("U01")), timeout=60)
        assert "Childhood obesity and healthy weight" in str(slack.dms("U01")[-1].blocks)


@pytest.mark.thorough
async def test_a_worker_whose_connection_is_cut_says_it_at_its_beat(postgres: Database) -> None:
    """The one that wakes it is cut off again and again: what is put still comes, and the connection is made again."""
    async with serving.a_slack("U01") as slack, AsyncExitStack() as stack:
        programme_id = await serving.bring(postgres, slack, utc_now())
        await stack.enter_async_context(
            running("--role", "worker", settings=serving.on(slack, postgres), complaint="was lost and is made again")
        )
        for number in range(2):
            await _is_listened_to(postgres)
            async with postgres.transaction() as db:
                to = Person("slack", slack.team_id, "U01")
                await db.session.execute(text(_CUT), {"name": wake.NAME})
                await outbox.put(
                    db, f"note:{number}", to, say("hello"), utc_now(), kind=Kind.TROUBLE, programme_id=programme_id
                )
            await slack.wait_for(lambda enough=2 + number: len(slack.posts) == enough, timeout=30)  # type: ignore[misc]
        await _is_listened_to(postgres)


async def _is_listened_to(database: Database) -> None:
    async with asyncio.timeout(30):
        listeners = 0
        while not listeners:
            async with database.transaction() as db:
                listeners = (await db.session.execute(text(_LISTENERS), {"name": wake.NAME})).scalar_one()


_FROM = "FROM pg_stat_activity WHERE application_name = :name AND datname = current_database()"
_LISTENERS, _CUT = f"SELECT count(*) {_FROM}", f"SELECT count(pg_terminate_backend(pid)) {_FROM}"


@pytest.mark.thorough
async def test_workers_are_killed_and_the_web_goes_on(postgres: Database) -> None:
    """Two workers at a time, three times, each time with messages under way: one that arrived, and one that did not.

    The web answers all the while. Whoever comes afterwards looks, and each message is there once.
    """
    people = [f"U{number:02}" for number in range(1, 31)]
    async with serving.a_slack(*people) as slack, AsyncExitStack() as stack:
        slack.scopes |= {"im:history", "im:write", "channels:history"}
        programme_id = await serving.bring(postgres, slack, utc_now())
        async with postgres.transaction() as db:
            for user in people:
                to = Person("slack", slack.team_id, user)
                key, kind = f"note:{user}", Kind.WITNESSED
                await outbox.put(db, key, to, say("hello"), utc_now(), kind=kind, programme_id=programme_id)
        web = serving.free_port()
        await stack.enter_async_context(running("--role", "web", settings=serving.on(slack, postgres, web)))
        await ready(web)
        slack.connect(f"http://127.0.0.1:{web}/slack/events")
        for _ in range(3):
            for fault in ("hang_after", "hang_before"):
                slack.faults.next("chat.postMessage", fault)
            settings = serving.on(slack, postgres)
            workers = [await serving.balcony("serve", "--role", "worker", settings=settings) for _ in range(2)]
            await slack.wait_for(lambda: not slack.faults.pending, timeout=30)
            for worker in workers:
                serving.kill(worker)
                await serving.ends(worker)
            answer = await slack.command("U01", "/balcony", "session", channel=serving.CHANNEL)
            assert answer.posted is not None
        before = await all_states(postgres)
        for minutes in (2, 5, 6):  # the leases, the quarantine, and what was not there is sent again
            await serving.one_pass(slack, postgres, utc_now() + timedelta(minutes=minutes))
        assert OutboxState.CLAIMED in before.values()
        assert set((await all_states(postgres)).values()) == {OutboxState.SENT}
        copies = Counter(post.metadata["event_payload"]["key"] for post in slack.posts if post.metadata)
        assert copies == dict.fromkeys(await all_states(postgres), 1)


@dataclass
class Slow(LocalPlatform):
    """Says nothing before it is let go."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, to: Address, message: Message, key: str) -> str:
        self.asked.set()
        await self.may_go.wait()
        return await super().send(to, message, key)


async def test_what_is_long_to_say_delays_no_session(sqlite: Database) -> None:
    """While something is being said, a session ends in the timetable; and when Balcony stops, what is said is noted."""
    slow, world = Slow(), world_on(sqlite)
    balcony = Balcony(sqlite, {"local": slow}, world.clock)
    await world.imports()
    world.clock.moves_to("2026-11-26 14:59:50")
    async with _beating(balcony, [], Settings(balcony_tick_seconds=0.05)):
        try:
            async with asyncio.timeout(30):
                await slow.asked.wait()
                world.clock.moves_to("2026-11-26 15:00")
                while "after-session" not in (before := await states(sqlite)):
                    pass
            assert before == {"welcome": OutboxState.CLAIMED, "after-session": OutboxState.DUE}
        finally:
            asyncio.get_running_loop().call_soon(slow.may_go.set)
    assert (await states(sqlite))["welcome"] == OutboxState.SENT
