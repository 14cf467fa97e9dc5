"""The keys of Teams' tokens: fetched seldom, by one at a time, and never while everybody waits."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import jwt
import pytest
from starlette.applications import Starlette

from bot.platforms.teams.gate import cloud
from bot.platforms.teams.keys import FRESH, KEPT, PAUSE, PAUSE_WITHOUT_KEYS, Keys, Unreachable
from tests.conftest import Clock, london
from tests.fake_teams.issuer import Fault, Issuer, jwk, key

APP_ID = "0a1b2c3d-0000-4000-8000-00000000b0b0"


@dataclass
class Ring:
    """Keys in front of an issuer. It is Monday 23 November 2026, 10:00."""

    issuer: Issuer
    clock: Clock
    keys: Keys

    async def opens(self, token: str) -> bool:
        """Whether the key for this token is there when the validator asks for it."""
        async with asyncio.timeout(5):
            await self.keys.ready_for(token)
        try:
            self.keys.get_signing_key_from_jwt(token)
        except jwt.PyJWKClientError:
            return False
        return True


@pytest.fixture
async def ring() -> AsyncIterator[Ring]:
    issuer, clock = Issuer(APP_ID), Clock(london("2026-11-23 10:00"))
    transport = httpx.ASGITransport(Starlette(routes=issuer.routes))
    async with httpx.AsyncClient(transport=transport, follow_redirects=True) as http:
        yield Ring(issuer, clock, Keys(cloud(issuer.url), http, clock, seconds=0.3))


async def test_fetched_once_for_a_day(ring: Ring) -> None:
    """A hundred tokens in a day are one fetch; a day later it is a second one."""
    for _ in range(100):
        assert await ring.opens(ring.issuer.token())
    assert ring.issuer.asked == 1
    ring.clock.now += FRESH
    assert await ring.opens(ring.issuer.token())
    assert ring.issuer.asked == 2


async def test_a_new_key_is_found(ring: Ring) -> None:
    """The issuer signs with another key: fetched a minute after the last time, and the old key goes on until dropped."""
    old = ring.issuer.token()
    assert await ring.opens(old)
    ring.issuer.rotate()
    ring.clock.now += PAUSE
    assert await ring.opens(ring.issuer.token())
    assert await ring.opens(old)
    assert ring.issuer.asked == 2
    ring.issuer.rotate(drop_old=True)
    ring.clock.now += PAUSE
    assert await ring.opens(ring.issuer.token())
    assert not await ring.opens(old)


async def test_invented_keys_do_not_hammer_the_issuer(ring: Ring) -> None:
    """A thousand key ids that nobody has are one fetch a minute, and do not disturb those who have one."""
    await ring.keys.ready_for(ring.issuer.token())
    for minute in range(3):
        ring.clock.now += PAUSE
        for number in range(300):
            assert not await ring.opens(ring.issuer.token(header={"kid": f"invented-{number}"}, sign=nothing))
            assert ring.issuer.asked == minute + 2
    assert await ring.opens(ring.issuer.token())


def nothing(_signed: bytes) -> bytes:
    return b"nothing"


async def test_what_names_no_key_fetches_nothing(ring: Ring) -> None:
    """No token, no header, no key id, one that is no text: nothing is fetched, and no key is found."""
    for token in (
        "", "x", "x.y.z", "....", "e30.e30.e30",
        ring.issuer.token(without=["kid"]), ring.issuer.token(header={"kid": 5}), ring.issuer.token(header={"kid": ""}),
    ):  # fmt: skip
        await ring.keys.ready_for(token)
        with pytest.raises(jwt.PyJWTError):
            ring.keys.get_signing_key_from_jwt(token)
    assert ring.issuer.asked == 0


async def test_one_fetch_at_a_time(ring: Ring) -> None:
    """Fifty requests at the start wait for the same fetch; the loop runs on while it takes its time."""
    ring.issuer.fault = Fault.SLOW
    token = ring.issuer.token()
    waiting = [asyncio.create_task(ring.opens(token)) for _ in range(50)]
    await ring.issuer.reached.wait()
    assert not any(task.done() for task in waiting)
    ring.issuer.go.set()
    assert all(await asyncio.gather(*waiting))
    assert ring.issuer.asked == 1


async def test_a_known_key_waits_for_no_fetch(ring: Ring) -> None:
    """While somebody's invented key is being looked for, those whose key is here are let through."""
    assert await ring.opens(ring.issuer.token())
    ring.issuer.fault = Fault.SLOW
    ring.issuer.reached.clear()
    ring.clock.now += PAUSE
    looking = asyncio.create_task(ring.opens(ring.issuer.token(header={"kid": "invented"})))
    await ring.issuer.reached.wait()
    assert await ring.opens(ring.issuer.token())
    assert not looking.done()
    ring.issuer.go.set()
    assert not await looking


@pytest.mark.parametrize("fault", list(Fault))
async def test_the_old_keys_go_on_while_the_issuer_fails(
    ring: Ring, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    """Down, slow, no JSON, too much of it, no keys, elsewhere: for three days the old ones are used, and no longer."""
    token = ring.issuer.token()
    assert await ring.opens(token)
    ring.issuer.fault = fault
    ring.clock.now += FRESH
    assert await ring.opens(token)
    assert ring.issuer.asked == 2
    assert [record.levelno for record in caplog.records if record.name.startswith("bot.")] == [logging.WARNING]
    ring.clock.now += KEPT - FRESH
    with pytest.raises(Unreachable):
        await ring.keys.ready_for(token)
    with pytest.raises(jwt.PyJWKClientError):
        ring.keys.get_signing_key_from_jwt(token)


async def test_a_failing_issuer_is_asked_once_a_minute(ring: Ring) -> None:
    """Old keys and an issuer that is down: the next try is a minute later."""
    await ring.keys.ready_for(ring.issuer.token())
    ring.issuer.fault = Fault.DOWN
    ring.clock.now += FRESH
    for _ in range(20):
        assert await ring.opens(ring.issuer.token())
    assert ring.issuer.asked == 2
    ring.clock.now += PAUSE
    ring.issuer.fault = None
    assert await ring.opens(ring.issuer.token())
    assert ring.issuer.asked == 3


async def test_without_any_keys(ring: Ring) -> None:
    """Nobody can be checked, so everybody is told to come again; the issuer is asked every five seconds."""
    ring.issuer.fault = Fault.DOWN
    for _ in range(20):
        with pytest.raises(Unreachable):
            await ring.keys.ready_for(ring.issuer.token())
    assert ring.issuer.asked == 1
    ring.issuer.fault = None
    ring.clock.now += PAUSE_WITHOUT_KEYS
    assert await ring.opens(ring.issuer.token())


async def test_nobody_listens_there() -> None:
    """A connection that is refused is like any other failure."""
    async with httpx.AsyncClient(trust_env=False) as http:
        keys = Keys(cloud("http://127.0.0.1:9"), http, Clock(london("2026-11-23 10:00")))
        with pytest.raises(Unreachable):
            await keys.ready_for(Issuer(APP_ID).token())


async def test_a_clock_that_is_set_back(ring: Ring) -> None:
    """A year back is no pause of a year: the next unknown key is looked for."""
    await ring.keys.ready_for(ring.issuer.token())
    ring.clock.moves_to("2025-11-23 10:00")
    ring.issuer.rotate()
    assert await ring.opens(ring.issuer.token())


@pytest.mark.parametrize(
    "endorsements", [None, [], ["webchat"], ["msteams-canary"], "msteams", {"msteams": False}, ["MSTEAMS"], 5]
)
async def test_only_keys_that_are_endorsed_for_teams(ring: Ring, endorsements: object) -> None:
    """The issuer signs for other channels, too: what such a key signed is not Teams'."""
    ring.issuer.extra_keys = [jwk(key(9), "for-others") | {"endorsements": endorsements}]
    assert not await ring.opens(ring.issuer.token(header={"kid": "for-others"}))
    assert await ring.opens(ring.issuer.token())


async def test_keys_of_other_kinds(ring: Ring) -> None:
    """A shared secret, a curve, a key for sealing, a broken one and no key at all are passed over."""
    odd = {"endorsements": ["msteams"]}
    ring.issuer.extra_keys = [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "a"} | odd,
        {"kty": "EC", "crv": "P-256", "kid": "b"} | odd,
        jwk(key(9), "c") | {"use": "enc"} | odd,
        {"kty": "RSA", "n": "!", "e": "!", "kid": "d"} | odd,
        {"kty": "RSA", "kid": "e"} | odd,
        {name: value for name, value in jwk(key(9), "").items() if name != "kid"} | odd,
        "no key", None, 5, [],
    ]  # fmt: skip
    for kid in "abcde":
        assert not await ring.opens(ring.issuer.token(header={"kid": kid}))
    assert await ring.opens(ring.issuer.token())
