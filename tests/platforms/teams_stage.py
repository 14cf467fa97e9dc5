"""A platform of our own that speaks to the strict fake of Teams, and somebody to speak to."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.chat import Channel, DeliveryError, Message, Pace, Person, Words, say
from bot.platforms.teams.outbound import Spot, TeamsPlatform
from bot.platforms.teams.tokens import BotTokens
from storage.db import Database
from storage.models import Contact
from tests.conftest import london
from tests.fake_teams.connector import serving
from tests.fake_teams.state import Tenant

TENANT, APP, SECRET = "11111111-2222-3333-4444-abcdefabcdef", "99999999-8888-7777-6666-555555555555", "a~secret~of~ours"
CHANNEL = "19:our-move@thread.tacv2"
ANA_AAD, BEN_AAD, CLEO_AAD, DEV_AAD, GUS_AAD = "aad-ana", "aad-ben", "aad-cleo", "aad-dev", "aad-gus"
PLACE = Channel("teams", TENANT, CHANNEL)
ANA, BEN, CLEO, GUS = (Person("teams", TENANT, aad) for aad in (ANA_AAD, BEN_AAD, CLEO_AAD, GUS_AAD))
HELLO = say("Hello.")
LONG = say(*(Words(f"{number} " + "Ring the school nurse. " * 130) for number in range(10)))


@dataclass
class Seconds:
    """A clock in seconds that only waiting moves."""

    now: float = 1000.0
    waited: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds


@dataclass
class Here:
    """A tenant, and our platform for it. Ben has written to Balcony, Cleo has not; Gus is a guest who must write first."""

    teams: Tenant
    url: str
    platform: TeamsPlatform
    clock: Seconds
    database: Database

    @property
    def chat(self) -> str:
        """Ben's."""
        return self.teams.open_chat(BEN_AAD).id

    @property
    def spot(self) -> Spot:
        """Ben's chat, where it is reached."""
        return Spot(self.chat, f"{self.url}/uk/")

    async def knows(self, address: str, conversation: str, service_url: str, called: str = "", name: str = "") -> None:
        """Somebody was heard from."""
        contact = Contact(
            platform="teams", workspace=TENANT, address=address, conversation=conversation, service_url=service_url,
            called=called, name=name, heard_at=london("2026-11-23 10:00"),
        )  # fmt: skip
        async with self.database.transaction() as db:
            await db.session.merge(contact)

    async def failure(self, to: Person | Channel = PLACE, message: Message = HELLO) -> DeliveryError:
        return await failure_of(self.platform, to, message)

    def asked(self, name: str = "say") -> int:
        """How often the connector was asked for that."""
        return len(self.teams.called(name))


async def failure_of(platform: TeamsPlatform, to: Person | Channel = PLACE, message: Message = HELLO) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await platform.send(to, message, "a-key")
    return caught.value


def tenant(clock: Callable[[], float]) -> Tenant:
    """With its people, and a channel that the bot is in."""
    teams = Tenant(TENANT, APP, SECRET, clock=clock)
    for aad, name in ((ANA_AAD, "Ana"), (BEN_AAD, "Ben"), (CLEO_AAD, "Cleo"), (DEV_AAD, "Dev")):
        teams.add_user(aad, name)
    teams.add_user(GUS_AAD, "Gus", guest=True, reachable=False)
    teams.add_channel(CHANNEL, [ANA_AAD, BEN_AAD, CLEO_AAD, GUS_AAD])
    return teams


def platform_at(
    database: Database, url: str, clock: Callable[[], float], *, allow: Callable[[str], bool] | None = None, **more: Any
) -> TeamsPlatform:
    """One that knows no other host than this."""
    how: dict[str, Any] = {"pace": Pace(), "service_url": f"{url}/teams/", "clock": clock, "trust_env": False}
    tokens = BotTokens(APP, TENANT, secret=SECRET, development=url)
    return TeamsPlatform(database, tokens, TENANT, APP, allow or (lambda host: host.startswith(url)), **(how | more))


@asynccontextmanager
async def here_on(database: Database) -> AsyncIterator[Here]:
    clock = Seconds()
    teams = tenant(clock)
    async with serving(teams) as url:
        platform = platform_at(database, url, clock, sleep=clock.sleep)
        await platform.check()
        world = Here(teams, url, platform, clock, database)
        await world.knows(BEN_AAD, world.chat, f"{url}/uk/", teams.users[BEN_AAD].called, "Ben Field")
        try:
            yield world
        finally:
            await platform.close()
