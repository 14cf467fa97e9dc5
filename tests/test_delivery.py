"""The courier: what each failure means, and in which order things arrive."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot.chat import DeliveryError, Outcome, Pace, Person
from bot.delivery import GIVE_UP_AFTER, Courier, Delivered
from bot.delivery.outcome import CLOSED, LEFT
from bot.domain import trouble
from bot.domain.kind import Kind
from bot.platforms.local.render import as_text
from storage import claims, members, outbox, programmes
from storage.db import Database
from storage.keys import KeyRing, new_key
from storage.models import Lane, Method, OutboxState
from tests.conftest import Clock, World, world_on
from tests.scheduler.sending import BEN, Clumsy, put, said, state, when_due


@pytest.fixture
async def place(sqlite: Database) -> World:
    """The programme is in and its welcome was sent; Ana and Ben have joined."""
    world = world_on(sqlite)
    await world.imports()
    await world.joins(world.ana, world.ben)
    await world.balcony.tick()
    return world


async def test_sent_is_sent_once(place: World) -> None:
    """It arrives, is noted with the platform's id, and never comes again."""
    await put(place, "k")
    assert await place.balcony.tick() == [Delivered("k", "sent")]
    assert await place.balcony.tick() == []
    assert await state(place, "k") == (OutboxState.SENT, "")
    assert said(place).count("k") == 1


async def test_later_is_tried_again_for_twelve_hours(place: World) -> None:
    """Longer and longer waits; then it has failed, and is never tried again."""
    await put(place, "k")
    begun = place.clock.now
    place.platform.fail = [DeliveryError(trouble.UNREACHABLE, Outcome.LATER) for _ in range(1000)]
    tries: list[timedelta] = []
    while await when_due(place, "k"):
        assert len(await place.balcony.tick()) == 1
        assert len(tries) < 100
        tries.append(place.clock.now - begun)
    assert (await state(place, "k"))[0] == OutboxState.FAILED
    waits = [after - before for before, after in pairwise(tries)]
    assert waits == sorted(waits)
    assert waits[0] <= timedelta(minutes=1)
    assert waits[-1] <= timedelta(minutes=30)
    assert GIVE_UP_AFTER <= tries[-1] < GIVE_UP_AFTER + timedelta(minutes=30)
    place.platform.fail = []
    place.clock.moves_by(days=2)
    await place.balcony.tick()
    assert "k" not in said(place)


async def test_the_wait_that_the_platform_asks_for_is_kept(place: World) -> None:
    """Not a second earlier, and then at once."""
    await put(place, "k")
    place.platform.fail = [DeliveryError(trouble.BUSY, Outcome.LATER, 47)]
    assert await place.balcony.tick() == [Delivered("k", "waiting", trouble.BUSY)]
    place.clock.moves_by(seconds=46)
    assert await place.balcony.tick() == []
    place.clock.moves_by(seconds=1)
    assert await place.balcony.tick() == [Delivered("k", "sent")]


async def test_never_is_never_tried_again(place: World) -> None:
    """It has failed, with the platform's own word for the host."""
    await put(place, "k", to=BEN)
    place.platform.fail = [DeliveryError(f"{trouble.REFUSED}:invalid_blocks", Outcome.NEVER)]
    assert await place.balcony.tick() == [Delivered("k", "failed", "refused:invalid_blocks")]
    place.clock.moves_by(days=1)
    assert await place.balcony.tick() == []
    assert await state(place, "k") == (OutboxState.FAILED, "refused:invalid_blocks")


async def test_what_nobody_knows_is_left_or_said_again(place: World) -> None:
    """Where nobody can look, what is worse to get twice is left and listed; what is worse to miss comes again, and says so."""
    unsure = DeliveryError("unknown:TimeoutError", Outcome.UNSURE)
    for kind, then in ((Kind.INTRODUCTION, "settled"), (Kind.PLAY_BACK, "sent")):
        key = f"k:{kind}"
        await put(place, key, kind=kind)
        place.platform.fail = [unsure]
        assert await place.balcony.tick() == [Delivered(key, "ambiguous", "unknown:TimeoutError")]
        place.clock.moves_by(seconds=119)
        assert await place.balcony.tick() == []
        place.clock.moves_by(seconds=2)
        done = [one for one in await place.balcony.tick() if isinstance(one, Delivered) and one.key == key]
        assert [one.state for one in done] == [then]
        place.clock.moves_by(hours=3)
        assert await place.balcony.tick() == []
    assert said(place).count("k:introduction") == 0
    [again] = [one.message for one in place.platform.said if one.key == "k:play-back"]
    assert "You may have had this already" in as_text(again)
    assert "may not have arrived" in await place.ana.types("/balcony session")


async def test_a_workspace_that_rests_loses_nothing(place: World) -> None:
    """The token is gone for three days: one try in a while, nothing fails, and then everything arrives in order."""
    keys = [f"k{number}" for number in range(20)]
    await put(place, *keys, to=BEN)
    await put(place, "all")
    tries = 0
    for _ in range(12):
        place.platform.fail = [DeliveryError(trouble.REVOKED, Outcome.RESTS) for _ in range(100)]
        await place.balcony.tick()
        tries = max(tries, 100 - len(place.platform.fail))
        place.clock.moves_by(hours=6)
    assert tries == 2  # one to each place: they were under way together
    place.platform.fail = []
    await place.balcony.tick()
    assert said(place, to=BEN) == keys
    assert said(place).count("all") == 1


async def test_what_follows_waits_its_turn(place: World) -> None:
    """When the first to a place must wait, the others to it wait behind it; another place does not."""
    await put(place, "k1", "k2", "k3", to=BEN)
    await put(place, "elsewhere")
    place.platform.fail = [DeliveryError(trouble.BUSY, Outcome.LATER, 60)]
    # Whichever place comes first meets the busy platform: one of them, and never both.
    await place.balcony.tick()
    assert said(place, to=BEN) in ([], ["k1", "k2", "k3"])
    place.clock.moves_by(seconds=61)
    await place.balcony.tick()
    assert said(place, to=BEN) == ["k1", "k2", "k3"]
    assert "elsewhere" in said(place)


async def test_one_place_hears_in_order(place: World) -> None:
    """Thirty messages to three places: each place hears its own in the order they were put."""
    for number in range(10):
        await put(place, f"ben {number}", to=BEN)
        await put(place, f"ana {number}", to=Person("local", "demo", "ana"))
        await put(place, f"all {number}")
    await place.balcony.tick()
    for name in ("ben", "ana", "all"):
        assert [key for key in said(place) if key.startswith(name)] == [f"{name} {number}" for number in range(10)]


async def test_a_platform_that_is_not_set_up_waits(place: World) -> None:
    """Its messages wait until a host has set it up; a process that has it may be running already."""
    await put(place, "k", to=Person("teams", "demo", "ben"))
    assert await place.balcony.tick() == []
    place.clock.moves_by(days=2)
    assert await place.balcony.tick() == []
    assert await state(place, "k") == (OutboxState.DUE, "")


async def test_somebody_who_is_gone_gets_nothing_more(place: World) -> None:
    """Their account is closed: they have left, what waits for them is dropped, and nothing new is written."""
    await place.ben.types("/commit ring the school nurse tomorrow")
    await put(place, "k1", "k2", to=BEN, user="ben")
    place.platform.fail = [DeliveryError(f"{trouble.GONE}:user_disabled", Outcome.NEVER)]
    await place.balcony.tick()
    for _ in range(4):
        place.clock.moves_by(days=4)
        await place.balcony.tick()
    assert said(place, to=BEN) == []
    async with place.database.transaction() as db:
        [home] = await programmes.all_of_them(db)
        assert await members.joined(db, home.id, "ben") is None
        assert await members.joined(db, home.id, "ana") is not None


async def test_an_archived_channel_tells_the_enabler_once(place: World) -> None:
    """Ana, who joined, hears of it once a day at most; it is under /balcony session until it is old."""
    place.platform.archived.add("our-move")
    await put(place, "k1", "k2", "k3")
    await place.balcony.tick()
    await place.balcony.tick()
    told = [message for message in place.ana.gets() if "archive" in as_text(message)]
    assert len(told) == 1
    assert "archived" in await place.ana.types("/balcony session")
    assert "archived" not in await place.ben.types("/balcony session")
    assert place.ben.gets() == []


async def test_an_enabler_who_has_not_joined_is_not_written_to(sqlite: Database) -> None:
    """They find it under /balcony session, for nobody who has not joined is ever messaged."""
    world = world_on(sqlite)
    await world.imports()
    world.platform.archived.add("our-move")
    await world.balcony.tick()
    assert world.ana.gets() == []
    assert "archived" in await world.ana.types("/balcony session")


async def test_a_bug_in_the_platform_harms_no_other(place: World) -> None:
    """What is unforeseen is ambiguous, and settled as that; the others arrive."""
    bad = Clumsy(place.platform, stumbles_at="k1")
    courier = Courier(place.database, {"local": bad}, "w")
    await put(place, "k1", "k2", to=BEN)
    await put(place, "k3")
    await courier.deliver(place.clock)
    assert await state(place, "k1") == (OutboxState.AMBIGUOUS, "unknown:ZeroDivisionError")
    assert {"k2", "k3"} <= set(said(place))
    place.clock.moves_by(minutes=3)
    assert await courier.deliver(place.clock) == [Delivered("k1", "settled", LEFT)]
    assert sorted(bad.tries) == ["k1", "k2", "k3"]


async def test_what_does_not_open_waits_for_its_key_and_harms_no_other(place: World) -> None:
    """Tried now and then, for a host may put the key back; the others arrive; after half a day it has failed."""
    await put(place, "closed", to=BEN)
    async with place.database.transaction() as db:
        row = await outbox.by_key(db, "closed")
        assert row is not None
        good, row.payload_sealed = row.payload_sealed, KeyRing((new_key(),)).seal("{}", "elsewhere")
    await put(place, "open", to=BEN)
    assert Delivered("open", "sent") in await place.balcony.tick()
    assert await state(place, "closed") == (OutboxState.DUE, "refused:CannotOpen")
    begun = place.clock.now
    while await when_due(place, "closed"):
        assert place.clock.now - begun < GIVE_UP_AFTER + CLOSED
        await place.balcony.tick()
    assert await state(place, "closed") == (OutboxState.FAILED, "refused:CannotOpen")
    async with place.database.transaction() as db:
        row = await outbox.by_key(db, "closed")
        assert row is not None
        assert row.tries <= GIVE_UP_AFTER / CLOSED + 1
        row.payload_sealed = good
        await outbox.retry_failed(db, "closed", place.clock())
    await place.balcony.tick()
    assert said(place, to=BEN) == ["open", "closed"]


async def test_who_leaves_while_a_message_waits_does_not_get_it(place: World) -> None:
    """It was under way, must be sent again later, and by then they have left."""
    await put(place, "k", to=BEN, user="ben")
    async with place.database.transaction() as db:
        lane = await db.session.get_one(Lane, ("local", "demo", Method.SAY))
        [row] = await claims.claim(db, lane, place.clock(), "w", 5, lease=timedelta(seconds=60))
    await place.ben.types("/balcony leave")
    await place.ben.presses("Leave")
    async with place.database.transaction() as db:
        await claims.again(db, row, place.clock(), trouble.BUSY)
    await place.balcony.tick()
    assert said(place, to=BEN) == []


@dataclass
class Ticking(Clock):
    """A clock that goes on by `step` whenever somebody looks at it, as clocks do; to sleep moves it, too."""

    step: timedelta

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now

    async def sleeps(self, seconds: float) -> None:
        self.moves_by(seconds=seconds)


@pytest.mark.parametrize("pace", [Pace(per_minute=300, spacing=1.0), Pace(spacing=1.0)], ids=["lane", "place"])
@pytest.mark.parametrize("milliseconds", range(0, 30, 2))
async def test_a_pass_ends_only_when_all_is_said(place: World, milliseconds: int, pace: Pace) -> None:
    """However long the looking takes: a turn that comes between two looks at the clock is not missed."""
    keys = [f"k{number}" for number in range(8)]
    for number, key in enumerate(keys):
        await put(place, key, to=Person("local", "demo", f"p{number % 4}"))
    platform = replace(place.platform, pace=pace)
    clock = Ticking(place.clock(), timedelta(milliseconds=milliseconds))
    done = await Courier(place.database, {"local": platform}, "w", sleep=clock.sleeps).deliver(clock)
    assert sorted(one.key for one in done if one.state == "sent") == sorted(keys)
