"""The same Balcony, behind a real HTTP door, on the strict fake Slack."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from starlette.applications import Starlette

from bot.app import Balcony
from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from bot.platforms.slack import door
from bot.platforms.slack.listen import Listener
from bot.platforms.slack.outbound import SlackPlatform, web_client
from storage.db import Database
from tests.conftest import Clock, london, programme
from tests.fake_slack import FakeSlack, Posted, SubmitResult, View
from tests.fake_slack.server import LoopServer

CHANNEL = "C01GEN"


@dataclass
class SlackWorld:
    """Balcony in a Slack workspace: Ana (U01) runs the programme, Ben (U02) and Cleo (U03) can join, Dev (U04) does not."""

    slack: FakeSlack
    balcony: Balcony
    clock: Clock
    database: Database
    platform: SlackPlatform
    listener: Listener

    async def says(self, user: str, line: str) -> Posted | None:
        """A command in the channel; gives what only that user sees."""
        command, _, words = line.partition(" ")
        reply = await self.slack.command(user, command, words, channel=CHANNEL)
        assert reply.status == 200
        return reply.posted

    async def form(self, user: str) -> View:
        """The form that opened."""
        await self.listener.settle()
        return self.slack.views[user][-1]

    async def joins(self, user: str, **answers: object) -> SubmitResult:
        await self.says(user, "/balcony join")
        said: dict[str, object] = {
            "issue": f"what {user} is working on", "organisation": f"{user}'s place", "sector": "council",
            "consent": ["weekly", "introductions"],
        }  # fmt: skip
        return await self.slack.submit(user, await self.form(user), said | answers)

    async def waits_until(self, moment: str) -> None:
        self.clock.moves_to(moment)
        await self.balcony.tick()


def words_of(shown: "Posted | View") -> str:
    """All text of a message or form, as a reader would see it."""
    return "\n".join(_texts(shown.blocks))


def _texts(part: object) -> list[str]:
    if isinstance(part, list):
        return [text for one in part for text in _texts(one)]
    if isinstance(part, dict):
        own = [part["text"]] if isinstance(part.get("text"), str) else []
        return own + [text for one in part.values() if isinstance(one, dict | list) for text in _texts(one)]
    return []


@pytest.fixture
async def slack_world(sqlite: Database) -> AsyncIterator[SlackWorld]:
    """It is Monday 23 November 2026, 10:00; the programme is in, nobody has joined."""
    async with FakeSlack() as slack, aiohttp.ClientSession() as session:
        for user, name in (("U01", "Ana"), ("U02", "Ben"), ("U03", "Cleo"), ("U04", "Dev")):
            slack.add_user(user, name)
        slack.add_channel(CHANNEL, members=["U01", "U02", "U03", "U04", "U0BOT"])
        clock = Clock(london("2026-11-23 10:00"))
        platform = SlackPlatform(web_client(slack.bot_token, slack.api_url, session))
        balcony = Balcony(sqlite, {"slack": platform}, clock)
        listener = Listener(platform, balcony.answer)
        server = LoopServer(Starlette(routes=[door.route(listener.app, slack.signing_secret)]))
        await server.start()
        slack.connect(f"{server.url}/slack/events")
        async with sqlite.transaction() as db:
            await bring_in(db, read(programme("slack", slack.team_id, CHANNEL, "U01")), clock())
        await platform.check()
        yield SlackWorld(slack, balcony, clock, sqlite, platform, listener)
        await listener.settle()
        await server.stop()
