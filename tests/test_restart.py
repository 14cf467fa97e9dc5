"""Restarting at any moment: nothing is said twice, and what is missing is settled as unknown."""

import signal
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from bot.app import utc_now
from bot.chat import Person, say
from bot.delivery import Courier, Delivered, Waits
from bot.delivery.outcome import LEFT
from bot.domain.kind import Kind
from storage import claims, outbox
from storage.db import Database
from storage.models import Lane, Method, Outbox, OutboxState, Session
from tests.conftest import World, world_on
from tests.fake_slack import FakeSlack
from tests.scheduler import serving
from tests.scheduler.sending import BEN, CHANNEL, Clumsy, lease_runs_out, put, said, state

_PEOPLE = [f"U{number:02}" for number in range(1, 31)]


@pytest.fixture
async def place(database: Database) -> World:
    """The programme is in and its welcome was sent; Ana and Ben have joined."""
    world = world_on(database)
    await world.imports()
    await world.joins(world.ana, world.ben)
    await world.balcony.tick()
    return world


@pytest.mark.parametrize("arrived", [False, True])
async def test_a_crash_while_it_is_sent(place: World, arrived: bool) -> None:
    """Whether it had arrived or not: where nobody can look, it is settled as unknown, and never sent again."""
    await put(place, "k", kind=Kind.INTRODUCTION)
    await _claims(place, "dead")
    if arrived:
        await place.platform.send(CHANNEL, say("this is k"), "k")
    assert await place.balcony.tick() == []
    await lease_runs_out(place)
    [done] = await place.balcony.tick()
    assert (done.key, done.state) == ("k", "ambiguous")  # type: ignore[union-attr]
    place.clock.moves_by(minutes=2)
    assert Delivered("k", "settled", LEFT) in await place.balcony.tick()
    place.clock.moves_by(days=1)
    assert await place.balcony.tick() == []
    assert said(place).count("k") == arrived
    assert "may not have arrived" in await place.ana.types("/balcony session")


async def test_a_machine_that_slept_sends_nothing_late(place: World) -> None:
    """A process that was held up for half a minute between claim and request gives it back; another sends it, once."""
    await put(place, "k")
    slow = Courier(place.database, {"local": place.platform}, "slow")
    async with place.database.transaction() as db:
        [(_, call)] = await slow._claim(db, place.clock(), 5)
    place.clock.moves_by(seconds=31)
    await call(place.clock)
    assert said(place).count("k") == 0
    assert await place.balcony.tick() == [Delivered("k", "sent")]


async def test_stopping_leaves_nothing_half_done(place: World) -> None:
    """What is under way is noted, and nothing more is begun."""
    await put(place, "k1", "k2", "k3", to=BEN)
    stopped = Clumsy(place.platform)
    courier = Courier(place.database, {"local": stopped}, "stops")
    stopped.meanwhile = courier.stop
    assert await courier.deliver(place.clock) == [Delivered("k1", "sent")]
    assert [(await state(place, key))[0] for key in ("k2", "k3")] == [OutboxState.DUE, OutboxState.DUE]
    assert await place.balcony.tick() == [Delivered("k2", "sent"), Delivered("k3", "sent")]


async def _claims(place: World, worker: str) -> None:
    async with place.database.transaction() as db:
        lane = await db.session.get_one(Lane, ("local", "demo", Method.SAY))
        assert await claims.claim(db, lane, place.clock(), worker, 5, lease=Waits().lease)


@pytest.mark.thorough
async def test_two_that_serve_and_one_that_ticks_post_it_once(postgres: Database) -> None:
    """A session has just ended: two `serve` and a `tick` start on one PostgreSQL, and the channel hears it once.

    Told to stop in the middle of it all, they note what is under way, and leave with no error.
    """
    async with serving.a_slack(*_PEOPLE) as slack:
        await _programme_with(postgres, slack, messages=20)
        ports = [serving.free_port() for _ in range(2)]
        both = [await serving.balcony("serve", settings=serving.on(slack, postgres, port)) for port in ports]
        ticks = await serving.balcony("tick", settings=serving.on(slack, postgres))
        await slack.wait_for(lambda: len(slack.posts) > 7, timeout=30)
        healthy = [await serving.asks(port, "/healthz") for port in ports]
        assert [(answer.status_code, answer.text) for answer in healthy] == [(200, "ok")] * 2
        for process in both:
            process.send_signal(signal.SIGTERM)
        assert [(await serving.ends(process))[::2] for process in (*both, ticks)] == [(0, "")] * 3
        states = await _states(postgres)
        assert set(states.values()) <= {OutboxState.SENT, OutboxState.DUE}
        await serving.one_pass(slack, postgres, utc_now())
        assert set((await _states(postgres)).values()) == {OutboxState.SENT}
        assert _copies(slack) == dict.fromkeys(states, 1)
        assert sum(key.startswith("after-session:") for key in states) == 1


@pytest.mark.thorough
async def test_killed_again_and_again(sqlite: Database) -> None:
    """Killed five times, each time with a message posted whose answer has not been read.

    No second copy of any; and what is missing in the end is settled as unknown.
    """
    async with serving.a_slack(*_PEOPLE) as slack:
        await _programme_with(sqlite, slack, messages=30)
        for number in range(5):
            process = await serving.balcony("serve", settings=serving.on(slack, sqlite))
            await slack.wait_for(lambda enough=4 * (number + 1): len(slack.posts) >= enough, timeout=30)  # type: ignore[misc]
            serving.kill(process)
            await serving.ends(process)
        assert len(slack.posts) < 30
        for minutes in (5, 8):  # the leases, and the quarantine
            await serving.one_pass(slack, sqlite, utc_now() + timedelta(minutes=minutes))
        states = await _states(sqlite)
        assert set(states.values()) == {OutboxState.SENT, OutboxState.SETTLED}
        copies = _copies(slack)
        assert {key: number for key, number in copies.items() if number > 1} == {}
        assert {key for key in states if key not in copies} <= {k for k, state in states.items() if state == "settled"}


async def _programme_with(database: Database, slack: FakeSlack, messages: int) -> None:
    """A programme whose first session has just ended, and so many messages, each for somebody else."""
    programme_id = await serving.bring(database, slack, utc_now())
    async with database.transaction() as db:
        ended = {"starts_at": utc_now() - timedelta(hours=2), "ends_at": utc_now() - timedelta(seconds=1)}
        await db.session.execute(update(Session).where(col(Session.slug) == "shared-purpose").values(**ended))
        far = {"starts_at": utc_now() + timedelta(days=9), "ends_at": utc_now() + timedelta(days=10)}
        await db.session.execute(update(Session).where(col(Session.slug) == "empathy").values(**far))
        for number in range(messages):
            to, note = Person("slack", slack.team_id, _PEOPLE[number]), say(f"note {number}")
            await outbox.put(db, f"note:{number}", to, note, utc_now(), kind=Kind.WITNESSED, programme_id=programme_id)


async def _states(database: Database) -> dict[str, str]:
    async with database.transaction() as db:
        rows = (await db.session.execute(select(Outbox))).scalars().all()
    return {row.key: row.state for row in rows}


def _copies(slack: FakeSlack) -> Counter[str]:
    """How often each message was posted, by its key."""
    return Counter(post.metadata["event_payload"]["key"] for post in slack.posts if post.metadata)
