"""Nobody says anything twice by himself: neither we nor the clients below us; and what was never written is told apart."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import pytest

from bot.chat import Channel, DeliveryError, Outcome, Person, say
from bot.domain import trouble
from bot.platforms.slack.outbound import SlackPlatform, web_client, web_session
from bot.platforms.teams.outbound import TeamsPlatform
from storage.db import Database
from tests.platforms.raw_server import ok, raw
from tests.platforms.teams_stage import PLACE as TEAMS_PLACE
from tests.platforms.teams_stage import Here, here_on, platform_at

HELLO = say("Hello.")
BEN, PLACE = Person("slack", "T01TEST", "U02"), Channel("slack", "T01TEST", "C01GEN")
SAID = ok('{"ok": true, "channel": "C01GEN", "ts": "1.5"}')
TAKEN = ok('{"id": "1"}', "201 Created")
ENDS = ["close", "reset", "half"]


@pytest.fixture
async def here(sqlite: Database) -> AsyncIterator[Here]:
    async with here_on(sqlite) as world:
        yield world


def slack_at(url: str, session: aiohttp.ClientSession) -> SlackPlatform:
    """One that knows whose token it has."""
    platform = SlackPlatform(web_client("xoxb-x", f"{url}/api/", session))
    platform.workspace, platform.problem = "T01TEST", ""
    return platform


def teams_at(here: Here, url: str, timeout: float = 10) -> TeamsPlatform:
    return platform_at(
        here.database, here.url, here.clock, allow=lambda _: True, service_url=f"{url}/", timeout=timeout
    )


async def failure(platform: SlackPlatform | TeamsPlatform) -> DeliveryError:
    to = PLACE if isinstance(platform, SlackPlatform) else TEAMS_PLACE
    with pytest.raises(DeliveryError) as caught:
        await platform.send(to, HELLO, "k")
    return caught.value


@pytest.mark.parametrize("then", ENDS)
async def test_slack_is_told_once_on_a_connection_that_breaks(then: str) -> None:
    """Kept from the post before, it closes after it took this one: one request, and nobody is sure."""
    async with raw(SAID, then) as server, web_session() as session:
        platform = slack_at(server.url, session)
        assert await platform.send(PLACE, HELLO, "k1") == "C01GEN:1.5"
        error = await failure(platform)
        assert (error.outcome, error.reason.partition(":")[0]) == (Outcome.UNSURE, trouble.UNKNOWN)
        assert server.heard == ["POST /api/chat.postMessage HTTP/1.1"] * 2


@pytest.mark.parametrize("then", ENDS)
async def test_teams_is_told_once_on_a_connection_that_breaks(here: Here, then: str) -> None:
    """The same, with another client."""
    async with raw(TAKEN, then) as server:
        platform = teams_at(here, server.url)
        await platform.send(TEAMS_PLACE, HELLO, "k1")
        error = await failure(platform)
        assert (error.outcome, error.reason.partition(":")[0]) == (Outcome.UNSURE, trouble.UNKNOWN)
        assert [line.split(" ")[0] for line in server.heard] == ["POST"] * 2
        await platform.close()


async def test_aiohttp_does_ask_again_what_only_reads() -> None:
    """So this server shows it where it happens: GET is among what aiohttp tries again, and POST is not."""
    async with raw(SAID) as server, web_session() as session:
        for expected in (1, 3):
            async with session.get(server.url) as answer:
                assert answer.status == 200
            assert len(server.heard) == expected
    assert "POST" not in aiohttp.client.IDEMPOTENT_METHODS


async def test_nobody_is_followed_anywhere() -> None:
    """Who sends us elsewhere may have taken it; a failure there would look as if nobody had."""
    nowhere = free_port()
    for status in ("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"):
        elsewhere = ok("", status, f"Location: http://127.0.0.1:{nowhere}/\r\n")
        async with raw(elsewhere) as server, web_session() as session:
            error = await failure(slack_at(server.url, session))
            assert (error.outcome, len(server.heard)) == (Outcome.UNSURE, 1), status


async def test_no_connection_in_time_is_later() -> None:
    """A firewall that swallows everything: Slack's client gives up on it early, and knows that nothing was written."""
    with wall() as url:
        async with web_session(timeout=0.5) as session:
            error = await failure(slack_at(url, session))
    assert (error.outcome, error.reason) == (Outcome.LATER, trouble.UNREACHABLE)


async def test_no_free_connection_in_time_is_later() -> None:
    """All of them are taken by what came before: this one never began."""

    async def never(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun.set()
        await over.wait()
        writer.close()

    begun, over = asyncio.Event(), asyncio.Event()
    server = await asyncio.start_server(never, "127.0.0.1", 0)
    timeout, one = aiohttp.ClientTimeout(connect=0.05), aiohttp.TCPConnector(limit=1)
    async with aiohttp.ClientSession(timeout=timeout, connector=one) as session:
        platform = slack_at(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", session)
        platform.client.timeout = 0.5  # type: ignore[assignment]  # seconds, for asyncio
        first = asyncio.create_task(failure(platform))
        await begun.wait()
        assert (await failure(platform)).outcome == Outcome.LATER
        assert (await first).outcome == Outcome.UNSURE
    over.set()
    server.close()
    await server.wait_closed()


async def test_no_encryption_is_later() -> None:
    """Who cannot show a certificate is told nothing; so is a proxy that does not let us through."""
    async with raw(ok("", "403 Forbidden")) as server, web_session(timeout=1) as session:
        platform = slack_at(server.url.replace("http:", "https:"), session)
        assert (await failure(platform)).outcome == Outcome.LATER
        platform.client.proxy = server.url
        assert (await failure(platform)).outcome == Outcome.LATER
        assert [line.split(" ")[0] for line in server.heard] == ["CONNECT"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "nowhere", "http://no:port", "ftp://127.0.0.1"])
async def test_an_address_that_is_none_is_later(address: str) -> None:
    """Nobody was there to take it."""
    async with web_session() as session:
        error = await failure(slack_at(address, session))
    assert (error.outcome, error.reason) == (Outcome.LATER, trouble.UNREACHABLE)


@contextmanager
def wall() -> Iterator[str]:
    """An address where nobody picks up, and the line is full."""
    with socket.socket() as listening, socket.socket() as first, socket.socket() as second:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for knocking in (first, second):
            knocking.setblocking(False)
            knocking.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
