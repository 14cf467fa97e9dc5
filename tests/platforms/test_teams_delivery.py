"""The outbox and Teams together: what arrives, what waits, and that nothing arrives twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.app import Balcony
from bot.chat import Address, Event, Kind, Person, say
from bot.delivery import Delivered
from bot.domain import kind, trouble
from bot.domain.programme_file import read
from bot.handlers import missed
from bot.handlers.programme import bring_in
from storage import contacts, members, outbox, programmes
from storage.contacts import Reached
from storage.db import Database
from storage.models import OutboxState
from tests.conftest import Clock, london, programme
from tests.fake_teams.connector import serving
from tests.fake_teams.state import Tenant
from tests.platforms.teams_stage import (
    ANA,
    ANA_AAD,
    BEN,
    BEN_AAD,
    CHANNEL,
    CLEO_AAD,
    GUS,
    GUS_AAD,
    PLACE,
    SECRET,
    TENANT,
    platform_at,
    tenant,
)

pytestmark = pytest.mark.thorough


@dataclass
class Programme:
    """Balcony in Teams: Ana runs the programme, Ben has joined, and so has Gus, a guest who must write first."""

    teams: Tenant
    url: str
    balcony: Balcony
    clock: Clock
    database: Database

    async def hears(self, person: Person) -> None:
        """They write to Balcony: it knows where, and what waited for that may come."""
        user, now = self.teams.users[person.user], self.clock()
        where = Reached(self.teams.open_chat(user.aad).id, f"{self.url}/uk/", user.called, user.name)
        async with self.database.transaction() as db:
            await contacts.note(db, person, where, now)
            await missed.comes_now(db, person, now)

    async def put(self, *keys: str, to: Address = PLACE) -> None:
        async with self.database.transaction() as db:
            [home] = await programmes.all_of_them(db)
            member = await members.joined(db, home.id, to.user) if isinstance(to, Person) else None
            for key in keys:
                await outbox.put(
                    db, key, to, say(f"this is {key}"), self.clock(), kind=kind.Kind.WITNESSED, programme_id=home.id, member_id=member.id if member else None
                )  # fmt: skip
                self.clock.moves_by(microseconds=1)

    async def tick(self, **later: float) -> list[Delivered]:
        """So much later, Balcony says what is due; gives what became of what was put."""
        self.clock.moves_by(**later)
        done = [one for one in await self.balcony.tick() if isinstance(one, Delivered)]
        return [one for one in done if one.key.startswith("k")]

    async def state(self, key: str) -> tuple[str, str]:
        async with self.database.transaction() as db:
            row = await outbox.by_key(db, key)
        assert row is not None
        return row.state, row.error

    def said(self, user: str) -> list[str]:
        """Which of what was put this person has read, in order."""
        words = [str(one.card) for one in self.teams.seen_by(user)]
        return [word.split("this is ")[1].split("'")[0] for word in words if "this is k" in word]


@asynccontextmanager
async def programme_on(database: Database) -> AsyncIterator[Programme]:
    clock = Clock(london("2026-11-23 10:00"))
    teams = tenant(lambda: clock().timestamp())
    teams.token_life = 1_000_000  # seconds: the library that keeps tokens reads the real clock
    async with serving(teams) as url:
        platform = platform_at(database, url, teams.clock)
        balcony = Balcony(database, {"teams": platform}, clock)
        world = Programme(teams, url, balcony, clock, database)
        async with database.transaction() as db:
            home = await bring_in(db, read(programme("teams", TENANT, CHANNEL, ANA_AAD)), clock())
        for person in (ANA, BEN, GUS):
            answers: dict[str, str | tuple[str, ...]] = {
                "issue": "an issue",
                "organisation": "a place",
                "sector": "council",
            }
            await balcony.answer(
                Event(Kind.FORM, "join", person, f"joins {person.user}", words=home.programme.id, answers=answers)
            )
        for person in (ANA, BEN):
            await world.hears(person)
        await world.tick(seconds=10)
        try:
            yield world
        finally:
            await platform.close()


@pytest.fixture
async def here(sqlite: Database) -> AsyncIterator[Programme]:
    async with programme_on(sqlite) as world:
        yield world


async def test_busy_then_sent_once(database: Database) -> None:
    """Teams asks to wait: not a second earlier, and then once."""
    async with programme_on(database) as here:
        here.teams.faults.next("say", "429", retry_after="47")
        await here.put("k")
        assert await here.tick() == [Delivered("k", "waiting", f"{trouble.BUSY}:Throttled")]
        assert await here.tick(seconds=46) == []
        assert await here.tick(seconds=1) == [Delivered("k", "sent")]
        assert await here.tick(days=1) == []
        assert here.said(BEN_AAD) == ["k"]


async def test_taken_and_then_no_answer_is_never_said_again(here: Programme) -> None:
    """Teams had it; Microsoft's advice would say it twice."""
    for number, fault in enumerate(("reset_after", "502_after", "504_after", "page"), 1):
        here.teams.faults.next("say", fault)
        await here.put(f"k{number}")
        one = {done.key: done.state for done in await here.tick(minutes=1)}[f"k{number}"]
        assert one == "ambiguous"
    settled = {done.key: done.state for done in await here.tick(minutes=3)}
    assert settled.items() <= {f"k{number}": "settled" for number in range(1, 5)}.items()
    for _ in range(3):
        assert await here.tick(hours=12) == []
    assert here.said(BEN_AAD) == ["k1", "k2", "k3", "k4"]


async def test_who_blocked_balcony_has_left(here: Programme) -> None:
    """Nothing more is tried, and they are a member no longer; the others are."""
    here.teams.block(BEN_AAD)
    await here.put("k1", "k2", to=BEN)
    assert await here.tick() == [Delivered("k1", "failed", f"{trouble.GONE}:MessageWritesBlocked")]
    asked = len(here.teams.calls)
    assert await here.tick(days=3) == []
    assert len(here.teams.calls) == asked
    async with here.database.transaction() as db:
        [home] = await programmes.all_of_them(db)
        assert await members.joined(db, home.id, BEN_AAD) is None
        assert await members.joined(db, home.id, ANA_AAD) is not None


async def test_a_guest_gets_it_when_they_write(database: Database) -> None:
    """It waits, is not tried meanwhile, and comes when they write; once."""
    async with programme_on(database) as here:
        await here.put("k1", "k2", to=GUS)
        (first, *_) = await here.tick()
        assert (first.state, first.reason) == ("waiting", f"{trouble.AWAITED}:BotNotInConversationRoster")
        assert await here.tick(hours=25) == []
        assert here.said(GUS_AAD) == []
        await here.hears(GUS)
        await here.tick()
        assert here.said(GUS_AAD) == ["k1", "k2"]
        assert await here.tick(days=2) == []
        async with here.database.transaction() as db:
            [home] = await programmes.all_of_them(db)
            assert await members.joined(db, home.id, GUS_AAD) is not None


async def test_a_channel_that_balcony_was_taken_out_of(here: Programme) -> None:
    """Ana, who runs it, hears of it once; when the app is back, what was missed is posted."""
    here.teams.remove_app(CHANNEL)
    await here.put("k1", "k2")
    assert await here.tick() == [Delivered("k1", "waiting", f"{trouble.NOT_IN_CHANNEL}:BotNotInConversationRoster")]
    await here.tick(seconds=30)
    told = [one for one in here.teams.seen_by(ANA_AAD) if "I am not in the channel" in str(one.card)]
    assert len(told) == 1
    here.teams.conversations[CHANNEL].bot = True
    assert await here.tick(minutes=15) == [Delivered("k1", "sent"), Delivered("k2", "sent")]
    assert here.said(BEN_AAD) == ["k1", "k2"]


async def test_the_eighth_in_a_second_comes_in_the_next(here: Programme) -> None:
    """Teams is never asked for more than it gives, the order holds, and other places do not wait."""
    keys = [f"k{number}" for number in range(9)]
    here.clock.moves_by(minutes=1)
    await here.put(*keys)
    await here.put("k for Ben", to=BEN)
    done = {one.key: one for one in await here.tick()}
    assert [key for key in keys if key in done and done[key].state == "sent"] == keys[:7]
    assert done["k for Ben"].state == "sent"
    assert done["k7"] == Delivered("k7", "waiting", trouble.BUSY)
    assert await here.tick(seconds=0.9) == []
    assert [(one.key, one.state) for one in await here.tick(seconds=0.2)] == [("k7", "sent"), ("k8", "waiting")]
    assert await here.tick(seconds=1.1) == [Delivered("k8", "sent")]
    assert here.said(CLEO_AAD) == keys
    assert here.teams.throttled == 0


async def test_a_refused_secret_loses_nothing(here: Programme) -> None:
    """The tenant rests until the host has mended it; then everything comes, in order."""
    here.teams.revoke_tokens()
    here.teams.secret = "another~one"
    await here.put("k1", "k2", "k3")
    for _ in range(3):
        assert {one.state for one in await here.tick(hours=13)} == {"waiting"}
    assert (await here.state("k1"))[0] == OutboxState.DUE
    here.teams.secret = SECRET
    await here.tick(hours=1)
    assert here.said(BEN_AAD) == ["k1", "k2", "k3"]
