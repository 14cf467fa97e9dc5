"""The same Balcony, behind a real HTTP door, on the strict fake Teams."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from bot.app import Balcony
from bot.chat import Pace
from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from bot.platforms.teams import door
from bot.platforms.teams.gate import Gate, Hosts, cloud
from bot.platforms.teams.keys import Keys
from bot.platforms.teams.listen import Listener
from bot.platforms.teams.outbound import TeamsPlatform
from bot.platforms.teams.tokens import BotTokens
from storage.db import Database
from tests.conftest import Clock, london, programme
from tests.fake_slack.server import LoopServer
from tests.fake_teams import Dialog, FakeTeams, Json, Posted, Saw
from tests.fake_teams.activities import Gesture, Place

TENANT = "0f0c0b0a-0000-4000-8000-000000000001"
APP_ID = "0f0c0b0a-0000-4000-8000-00000000b07a"
CHANNEL = "19:our-move@thread.tacv2"
MEETING = "19:meeting_empathy@thread.v2"  # the chat of an online meeting
NAMES = {"U01": "Ana", "U02": "Ben", "U03": "Cleo", "U04": "Dev"}


@dataclass
class TeamsWorld:
    """Balcony in a Teams tenant: Ana (U01) runs the programme, Ben (U02) and Cleo (U03) can join, Dev (U04) does not."""

    teams: FakeTeams
    balcony: Balcony
    clock: Clock
    database: Database
    platform: TeamsPlatform
    listener: Listener
    url: str

    async def says(self, user: str, line: str, channel: str | None = None, *, slash: bool = False) -> Posted | None:
        """Something written, in their own chat or in a channel; gives what is new before that user."""
        saw = await self.teams.writes(user, line, channel, slash=slash)
        assert [reply.status for reply in saw.replies] == [200]
        return saw.shown[-1] if saw.shown else None

    async def told(self, user: str, line: str, channel: str | None = None) -> Posted:
        """The same, where something must be answered."""
        posted = await self.says(user, line, channel)
        assert posted is not None
        return posted

    async def joins(self, user: str, **answers: Any) -> Saw:
        """By the word, in their own chat."""
        said: dict[str, Any] = {
            "issue": f"what {user} is working on", "organisation": f"{user}'s place", "sector": "council",
            "consent": ["weekly", "introductions"],
        }  # fmt: skip
        return await self.teams.fills(user, await self.told(user, "join"), **said | answers)

    async def opens(self, user: str, shown: Posted | Dialog, label: str) -> Dialog:
        """They press what opens a dialog."""
        return (await self.teams.presses(user, shown, label)).opened

    async def hears_press(
        self, user: str, name: str, value: str = "", *, place: Place | None = None, card: str = "1"
    ) -> Saw:
        """A press as Teams would tell it, of a button that may be nowhere: old, forged, somebody else's."""
        action = {"verb": name, "data": {"verb": name, "value": value}}
        return await self.sends(user, self.gesture(user, place).executes(card, action))

    def gesture(self, user: str, place: Place | None = None) -> Gesture:
        """Something that this user does now: in their own chat, or at another place."""
        return self.teams.gesture(user, place or Place(self.teams.open_chat(user).id, "personal"))

    async def sends(self, user: str, activity: Json, *, times: int = 1) -> Saw:
        """Any activity, as if this user had made it."""
        before = {one.id: len(one.former) for one in self.teams.seen_by(user)}
        saw = Saw(await self.teams.deliver(activity, times=times))
        saw.shown = [one for one in self.teams.seen_by(user) if len(one.former) != before.get(one.id, -1)]
        return saw

    def chat(self, user: str) -> list[Posted]:
        """What stands in their own chat with Balcony."""
        return self.teams.in_conversation(self.teams.open_chat(user).id)

    def posts(self) -> list[Posted]:
        """What everybody in the channel sees."""
        return self.teams.posts(CHANNEL)

    def last_seen(self, user: str) -> str:
        """The words of the last message that this user can read."""
        return words_of(self.teams.seen_by(user)[-1])

    def seen_by_others(self, user: str) -> str:
        """Everything that anybody but this user can read."""
        others = [words_of(one) for other in self.teams.users if other != user for one in self.teams.seen_by(other)]
        return "\n".join(others)

    async def count(self, table: str) -> int:
        async with self.database.transaction() as db:
            return int((await db.session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())

    async def waits_until(self, moment: str) -> None:
        self.clock.moves_to(moment)
        await self.balcony.tick()


def words_of(shown: Posted | Dialog) -> str:
    """All text of a message or a dialog as a reader would see it, with its buttons, and what it was before."""
    cards = [one["attachments"][0]["content"] for one in shown.former] if isinstance(shown, Posted) else []
    return "\n".join(line for card in (*cards, shown.card) for line in _lines(card))


def now_in(shown: Posted | Dialog) -> str:
    """The same of what stands there now."""
    return "\n".join(_lines(shown.card))


def _lines(card: Json) -> list[str]:
    lines = [_line(part) for part in card["body"]]
    return [*lines, *(action["title"] for action in card.get("actions", []))]


def _line(part: Any) -> str:
    """One element; what was escaped for Markdown is read as its reader sees it."""
    if part["type"] == "RichTextBlock":
        return "".join(run["text"] for run in part["inlines"])
    if part["type"] == "ActionSet":
        return " ".join(f"[{action['title']}]" for action in part["actions"])
    return str(part.get("text") or f"{part.get('label')}: {part.get('value', '')}").replace("\\", "")


@asynccontextmanager
async def teams_world_on(database: Database, tenant: str = TENANT) -> AsyncIterator[TeamsWorld]:
    """It is Monday 23 November 2026, 10:00; the programme is in, everybody has the app, nobody has joined."""
    ticks = map(float, count())  # every look at it is a second later: nothing is ever too much at once
    async with FakeTeams(tenant, APP_ID, "the secret", clock=ticks.__next__) as teams, _plain_http() as http:
        teams.token_life = 1_000_000
        for user, name in NAMES.items():
            teams.add_user(user, name)
            teams.open_chat(user)
        for place in (CHANNEL, MEETING):
            teams.add_channel(place, NAMES)
        clock, hosts = Clock(london("2026-11-23 10:00")), Hosts(teams.base_url)
        tokens = BotTokens(APP_ID, tenant, secret="the secret", development=teams.base_url)
        platform = TeamsPlatform(
            database, tokens, tenant, APP_ID, hosts.allow, pace=Pace(), service_url=teams.service_url, clock=ticks.__next__, trust_env=False,
        )  # fmt: skip
        balcony = Balcony(database, {"teams": platform}, clock)
        listener = Listener(platform, database, balcony.answer, clock)
        there = cloud(teams.base_url)
        gate = Gate(APP_ID, tenant, hosts, Keys(there, http, clock), there, skew=platform.skew)
        server = LoopServer(Starlette(routes=[door.route(gate, listener.hear)]))
        await server.start()
        url = f"{server.url}/api/messages"
        teams.connect(url, listener.settle)
        async with database.transaction() as db:
            await bring_in(db, read(programme("teams", tenant, CHANNEL, "U01")), clock())
        await platform.check()
        try:
            yield TeamsWorld(teams, balcony, clock, database, platform, listener, url)
        finally:
            await listener.settle()
            await server.stop()
            await platform.close()


def _plain_http() -> httpx.AsyncClient:
    """Without certificates, which take a while to load."""
    return httpx.AsyncClient(trust_env=False, verify=False)


@pytest.fixture
async def teams_world(sqlite: Database) -> AsyncIterator[TeamsWorld]:
    async with teams_world_on(sqlite) as world:
        yield world
