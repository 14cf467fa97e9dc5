"""Socket Mode on a real socket: a connection that looks alive and is dead is left for another, and nothing is lost or doubled."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.platforms.slack.listen import Listener
from bot.platforms.slack.outbound import SlackPlatform, web_client, web_session
from bot.platforms.slack.socket_mode import connected
from tests.fake_slack import payloads
from tests.platforms.conftest import CHANNEL, SlackWorld

pytestmark = pytest.mark.thorough

PING = 0.1  # seconds


@dataclass
class Sockets:
    """Slack's end: gives out addresses, takes connections, and hears what is answered on each."""

    connections: asyncio.Queue["Socket"] = field(default_factory=asyncio.Queue)
    server: Any = None

    async def open(self, _: web.Request) -> web.Response:
        return web.json_response({"ok": True, "url": f"ws://127.0.0.1:{self.server.port}/socket"})

    async def who(self, _: web.Request) -> web.Response:
        return web.json_response({"ok": True, "team_id": "T01TEST", "user_id": "U0BOT"})

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = Socket(web.WebSocketResponse(autoping=False))
        await socket.line.prepare(request)
        await socket.line.send_str(json.dumps({"type": "hello"}))
        await self.connections.put(socket)
        return await socket.hear()


@dataclass
class Socket:
    """One connection. When it `dies`, it reads nothing and answers nothing any more, and does not say so."""

    line: web.WebSocketResponse
    acks: dict[str, dict[str, Any]] = field(default_factory=dict)
    dead: asyncio.Event = field(default_factory=asyncio.Event)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self) -> web.WebSocketResponse:
        while True:
            message = await self.line.receive()
            if self.dead.is_set():
                break
            if message.type == web.WSMsgType.PING:
                await self.line.pong(message.data)
            elif message.type == web.WSMsgType.TEXT:
                ack = json.loads(message.data)
                self.acks[ack["envelope_id"]] = ack.get("payload") or {}
                self.heard.set()
            elif message.type in {web.WSMsgType.CLOSE, web.WSMsgType.CLOSED, web.WSMsgType.CLOSING}:
                return self.line
        await asyncio.Event().wait()  # until the test ends
        return self.line

    async def delivers(self, envelope_id: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Give what is answered."""
        envelope = {"type": "slash_commands", "envelope_id": envelope_id, "payload": payload}
        await self.line.send_str(json.dumps(envelope | {"accepts_response_payload": True}))
        async with asyncio.timeout(20):
            while envelope_id not in self.acks:
                self.heard.clear()
                await self.heard.wait()
        return self.acks[envelope_id]


@asynccontextmanager
async def sockets() -> AsyncIterator[Sockets]:
    slack, app = Sockets(), web.Application()
    app.router.add_post("/api/apps.connections.open", slack.open)
    app.router.add_post("/api/auth.test", slack.who)
    app.router.add_get("/socket", slack.connect)
    async with TestServer(app, host="127.0.0.1", shutdown_timeout=0) as slack.server:
        yield slack


def commit(world: SlackWorld, number: int) -> dict[str, Any]:
    form = payloads.command(world.slack, "U02", world.slack.channels[CHANNEL], "/commit", f"thing number {number}")
    return form | {"trigger_id": f"{number}.1", "response_url": ""}


async def test_a_dead_connection_is_left(slack_world: SlackWorld) -> None:
    """Five times: what was delivered there before and comes again is done once, and what comes next is heard."""
    world = slack_world
    await world.joins("U02")
    async with sockets() as slack, web_session() as session:
        platform = SlackPlatform(web_client("xoxb-x", f"http://127.0.0.1:{slack.server.port}/api/", session))
        await platform.check()
        listener = Listener(platform, world.balcony.answer)
        async with connected(listener, platform, "xapp-x", ping=PING), asyncio.timeout(60):
            for number in range(5):
                socket = await slack.connections.get()
                answer = await socket.delivers(f"first {number}", commit(world, number))
                assert "Kept, for you alone." in json.dumps(answer)
                assert await platform.state() == ""
                socket.dead.set()
                another = await slack.connections.get()
                assert await another.delivers(f"again {number}", commit(world, number)) == {}
                another.dead.set()
    assert await world.count("commitment") == 5
