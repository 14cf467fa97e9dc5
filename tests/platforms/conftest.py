"""The same Balcony, behind a real HTTP door, on the strict fake Slack."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from bot.app import Balcony
from bot.chat import Pace
from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from bot.platforms.skew import Skew
from bot.platforms.slack import door
from bot.platforms.slack.listen import Listener
from bot.platforms.slack.outbound import SlackPlatform, web_client, web_session
from storage.db import Database
from tests.conftest import Clock, london, programme
from tests.fake_slack import FakeSlack, Posted, Reply, SubmitResult, View, payloads
from tests.fake_slack.server import LoopServer
from tests.platforms.teams_world import teams_world  # noqa: F401  a fixture, for the tests of this folder

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

    async def presses(self, user: str, shown: Posted | View, label: str) -> Reply:
        """They press the first button with that label; gives Slack's side of it once everything has settled."""
        reply = await self.slack.press(user, shown, button_of(shown, label))
        await self.listener.settle()
        return reply

    async def hears_press(self, user: str, name: str, value: str = "", **more: object) -> Reply:
        """A press as Slack would tell it, of a button that may be nowhere: old, forged, somebody else's."""
        payload = payloads.interaction(self.slack, "block_actions", user)
        action = {"type": "button", "action_id": f"{name}#1", "block_id": "b", "value": value}
        url = self.slack.new_response_url(user, CHANNEL, None)
        payload |= {"trigger_id": self.slack.new_trigger(user), "actions": [action], "response_url": url}
        place = {
            "container": {"type": "message", "message_ts": "1.1", "channel_id": CHANNEL},
            "channel": {"id": CHANNEL},
        }
        reply = await self.slack.send_payload(payload | place | more)
        await self.listener.settle()
        return reply

    def last_seen(self, user: str) -> str:
        """The words of the last message that this user can read."""
        return words_of(self.slack.seen_by(user)[-1])

    async def count(self, table: str) -> int:
        async with self.database.transaction() as db:
            return int((await db.session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())

    async def waits_until(self, moment: str) -> None:
        self.clock.moves_to(moment)
        await self.balcony.tick()


def button_of(shown: Posted | View, label: str) -> str:
    """The action id of the first button with that label, or that name where the label may well change."""
    row = [each for block in shown.blocks if block["type"] == "actions" for each in block["elements"]]
    return next(
        str(each["action_id"]) for each in row if label in (each["text"]["text"], each["action_id"].partition("#")[0])
    )


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


def impatient(platform: SlackPlatform) -> SlackPlatform:
    """It waits for an answer as long as a test may last."""
    platform.client.timeout = 0.3  # type: ignore[assignment]  # seconds, for asyncio
    return platform


class SlacksClock:
    """The world's clock, in seconds, as Slack and the check of its signatures read it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


@asynccontextmanager
async def slack_world_on(database: Database, team: str = "T01TEST") -> AsyncIterator[SlackWorld]:
    """It is Monday 23 November 2026, 10:00; the programme is in, nobody has joined."""
    secrets = {"signing_secret": f"secret-of-{team}", "bot_token": f"xoxb-token-of-{team}"}
    clock = Clock(london("2026-11-23 10:00"))
    now = SlacksClock(clock)
    async with FakeSlack(team, **secrets, now=now.now) as slack, web_session() as session:  # type: ignore[arg-type]
        for user, name in (("U01", "Ana"), ("U02", "Ben"), ("U03", "Cleo"), ("U04", "Dev")):
            slack.add_user(user, name)
        slack.add_channel(CHANNEL, members=["U01", "U02", "U03", "U04", "U0BOT"])
        client = web_client(slack.bot_token, slack.api_url, session)
        platform = impatient(SlackPlatform(client, pace=Pace(), clock=now.now))
        platform.skew = Skew("Slack", wall=now.now, monotonic=now.now)
        balcony = Balcony(database, {"slack": platform}, clock)
        listener = Listener(platform, balcony.answer)
        server = LoopServer(Starlette(routes=[door.route(listener.app, slack.signing_secret, platform.skew)]))
        await server.start()
        slack.connect(f"{server.url}/slack/events")
        async with database.transaction() as db:
            await bring_in(db, read(programme("slack", slack.team_id, CHANNEL, "U01")), clock())
        await platform.check()
        try:
            yield SlackWorld(slack, balcony, clock, database, platform, listener)
        finally:
            await listener.settle()
            await server.stop()


@pytest.fixture
async def slack_world(sqlite: Database) -> AsyncIterator[SlackWorld]:
    async with slack_world_on(sqlite) as world:
        yield world
