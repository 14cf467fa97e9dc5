"""The delivery desk: what a host reads of the queue, and what becomes of a message that they take in hand."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot import desk
from bot.chat import DeliveryError, Outcome
from bot.desk import CannotDo
from bot.domain import trouble
from bot.domain.kind import Kind
from storage import queue
from storage.db import Database
from storage.models import Lane, Method, Outbox
from tests.conftest import World, world_on
from tests.scheduler.sending import BEN, put, said, state

UNCLEAR = {"state": "ambiguous", "unclear": 1, "error": "unknown:TimeoutError", "tries": 1}
LEFT = {"state": "settled", "unclear": 1, "error": "may not have arrived; not sent again", "tries": 1}
FAILED = {"state": "failed", "error": "refused:invalid_blocks", "told": "nobody", "tries": 1}


@pytest.fixture
async def place(sqlite: Database) -> World:
    """The programme is in, its welcome was sent, and k waits for Ben."""
    return await a_place(sqlite)


@pytest.fixture
async def both(database: Database) -> World:
    """The same on both databases, one after the other."""
    return await a_place(database)


async def a_place(database: Database) -> World:
    world = world_on(database)
    await world.imports()
    await world.joins(world.ben)
    await world.balcony.tick()
    await put(world, "k", to=BEN)
    return world


async def is_now(world: World, key: str, **values: object) -> None:
    async with world.database.transaction() as db:
        await db.session.execute(update(Outbox).where(col(Outbox.key) == key).values(**values))


async def retries(world: World, key: str = "k", *, anyway: bool = False) -> str:
    async with world.database.transaction() as db:
        return await desk.retry(db, key, world.clock(), anyway=anyway)


async def cancels(world: World, key: str = "k") -> str:
    async with world.database.transaction() as db:
        return await desk.cancel(db, key)


async def settles(world: World, *, arrived: bool) -> str:
    async with world.database.transaction() as db:
        return await desk.settle(db, "k", world.clock(), arrived=arrived)


async def reads(world: World) -> tuple[str, dict[str, object]]:
    async with world.database.transaction() as db:
        sentences, figures = await desk.overview(db, world.clock(), {"local"})
    return "\n".join(sentences), figures


async def lists(world: World, state: str = "open", limit: int = 20) -> list[str]:
    async with world.database.transaction() as db:
        return (await desk.listed(db, state, limit, world.clock()))[0]


# --- the queue -----------------------------------------------------------------------------------


async def test_nothing_waits(place: World) -> None:
    """Two words where there is nothing to say; and after an hour, only these."""
    await place.balcony.tick()
    assert (await reads(place))[0].splitlines() == [
        "Nothing waits.",
        "In the last minute 2 went out, in the last hour 2.",
    ]
    place.clock.moves_by(minutes=30)
    assert (await reads(place))[0].splitlines()[-1] == "In the last minute 0 went out, in the last hour 2."
    place.clock.moves_by(hours=1)
    assert (await reads(place))[0] == "Nothing waits."
    assert await lists(place) == ["There is nothing that needs you."]
    assert await lists(place, "due") == ["None is due."]


async def test_what_may_have_come_twice_is_listed(both: World) -> None:
    """Said again although nobody could see whether it had arrived: a host finds it. What was found is no trouble."""
    await put(both, "found", to=BEN)
    await is_now(both, "k", state="sent", unclear=1, tries=2, sent_at=both.clock())
    await is_now(both, "found", state="sent", unclear=0, tries=1, sent_at=both.clock())
    [key, words] = await lists(both)
    assert key == "k"
    assert "It may have come twice" in words


async def test_every_state_is_counted(both: World) -> None:
    """One in each: a figure for a program, and a sentence for a person."""
    await put(both, "later", "claimed", "amb", "left", "old", "failed", to=BEN)
    hour = timedelta(hours=1)
    await is_now(both, "later", due_at=both.clock() + hour)
    await is_now(both, "claimed", state="claimed", lease_until=both.clock() + hour, tries=1)
    await is_now(both, "amb", **UNCLEAR)
    await is_now(both, "left", **LEFT)
    await is_now(both, "old", **FAILED, created_at=both.clock() - timedelta(days=15))
    await is_now(both, "failed", **FAILED)
    both.clock.moves_by(minutes=7)
    words, figures = await reads(both)
    since = figures.pop("oldest")
    assert str(since).startswith("2026-11-23T10:00:00")
    assert figures == {
        "due": 1, "oldest_seconds": 420, "later": 1, "under_way": 1, "ambiguous": 1, "unknown": 1, "failed": 1,
        "sent_last_minute": 0, "sent_last_hour": 1, "resting": [], "not_set_up": {},
    }  # fmt: skip
    assert words.splitlines() == [
        "1 message is due, for 7 minutes.",
        "1 message is being sent.",
        "1 message is waiting for the right moment.",
        "In the last minute 0 went out, in the last hour 1.",
        "Is a worker running, and does its /readyz say ok?",
        "1 message is in doubt: Balcony looks before it sends anything again.",
        "In the last two weeks 1 may not have arrived, and nothing of that is sent again.",
        "In the last two weeks 1 could not be sent.",
        "To see which: balcony delivery list",
    ]


async def test_a_workspace_that_rests(both: World) -> None:
    """Until when, why, and how much waits there; then nobody is asked whether a worker runs."""
    both.platform.fail.append(DeliveryError("revoked:token_revoked", Outcome.RESTS))
    await both.balcony.tick()
    both.clock.moves_by(minutes=10)
    async with both.database.transaction() as db:
        lane = await db.session.get_one(Lane, ("local", "demo", Method.LOOK))
        lane.why = "busy"
    words, figures = await reads(both)
    assert words.splitlines()[2:] == [
        "local demo rests until 2026-11-23 16:00 UTC: Balcony's access was taken away (token_revoked). 1 message is due there.",
        "Nothing is looked up in local demo until 2026-11-23 16:00 UTC: the platform asked to wait.",
    ]
    resting = figures["resting"]
    assert isinstance(resting, list)
    assert {(one["method"], one["due"], one["until"]) for one in resting} == {
        ("say", 1, "2026-11-23T16:00:00+00:00"), ("look", 0, "2026-11-23T16:00:00+00:00"),
    }  # fmt: skip


async def test_a_platform_that_is_not_set_up(place: World) -> None:
    """What waits for it is told, for no worker here will ever send it."""
    place.clock.moves_by(minutes=10)
    async with place.database.transaction() as db:
        sentences, figures = await desk.overview(db, place.clock(), {"slack"})
    assert "1 message is for local, which is not set up here." in sentences
    assert not any("worker" in one for one in sentences)
    assert figures["not_set_up"] == {"local": 1}


# --- the list ------------------------------------------------------------------------------------


async def test_what_a_host_may_want_to_see_is_listed(both: World) -> None:
    """In doubt, failed, not known: each with its key, what it is, where it belongs and why. Nobody's id, not a word."""
    await put(both, "amb", "left", "skipped", to=BEN, kind=Kind.WEEKLY)
    await put(both, "failed")
    await is_now(both, "amb", **UNCLEAR, due_at=both.clock() + timedelta(minutes=2), tried_at=both.clock())
    await is_now(both, "left", **LEFT, tried_at=both.clock())
    await is_now(both, "skipped", state="settled", error="skipped: they have left")
    await is_now(both, "failed", **FAILED, tried_at=both.clock())
    name = "Making our Move: systems leadership"
    lines = await lists(both)
    assert dict(zip(lines[::2], lines[1::2], strict=True)) == {
        "amb": f"    weekly, for a person ({name}). In doubt since 2026-11-23 10:00 UTC: "
        "the platform gave no clear answer (TimeoutError). It is looked up at 2026-11-23 10:02 UTC.",
        "left": f"    weekly, for a person ({name}). May not have arrived; not sent again. "
        "Last tried at 2026-11-23 10:00 UTC.",
        "failed": f"    witness answered, for the channel our-move ({name}). Failed at 2026-11-23 10:00 UTC: "
        "the platform refused it (invalid_blocks). Told: nobody.",
    }
    async with both.database.transaction() as db:
        for chosen in queue.Chosen:
            shown = str(await desk.listed(db, chosen, 99, both.clock()))
            assert "ben" not in shown
            assert "this is" not in shown


async def test_the_list_is_as_long_as_it_was_asked_to_be(place: World) -> None:
    """The oldest first of what is due; how many more there are; a state that is none is told."""
    await put(place, "l", "m", to=BEN)
    lines = await lists(place, "due", 2)
    assert (lines[0], lines[2], lines[4]) == ("k", "l", "1 more: --limit 3")
    assert "Due since 2026-11-23 10:00 UTC." in lines[1]
    with pytest.raises(CannotDo, match="one of: open, due, claimed, sent, ambiguous, settled, failed"):
        await lists(place, "gone")


def test_every_reason_has_words() -> None:
    """Whatever a platform may say is told in ours."""
    reasons = {value for name, value in vars(trouble).items() if name.isupper() and isinstance(value, str)}
    assert set(desk._REASONS) == reasons


# --- by hand -------------------------------------------------------------------------------------


async def test_what_failed_is_sent_again(both: World) -> None:
    """It is due, and goes with the next turn; also days later, for it begins anew."""
    await is_now(both, "k", **FAILED)
    both.clock.moves_by(days=20)
    assert await retries(both) == "It is due again, and is sent when its turn comes."
    await both.balcony.tick()
    assert said(both, to=BEN) == ["k"]
    with pytest.raises(CannotDo, match="It was sent at 2026-12-13 10:00 UTC"):
        await retries(both)


@pytest.mark.parametrize("unclear", [UNCLEAR, LEFT, LEFT | {"unclear": 0, "error": "may not have arrived"}])
async def test_what_may_have_arrived_is_sent_again_only_anyway(place: World, unclear: dict[str, object]) -> None:
    """It might come twice: that has to be meant. Then it goes, and says that it may be the second."""
    await is_now(place, "k", **unclear, due_at=place.clock() + timedelta(minutes=2))
    with pytest.raises(CannotDo, match="retry k --anyway"):
        await retries(place)
    assert "due again" in await retries(place, anyway=True)
    await place.balcony.tick()
    assert said(place, to=BEN) == ["k"]


async def test_what_waits_after_a_failure_is_tried_sooner(place: World) -> None:
    """And what waits for the right moment is not."""
    await is_now(place, "k", error="unreachable", tries=1, due_at=place.clock() + timedelta(hours=1))
    assert await retries(place) == "It is tried now instead of at 2026-11-23 11:00 UTC."
    with pytest.raises(CannotDo, match="due already"):
        await retries(place)
    for tries, error in ((1, "waits: quiet hours"), (0, "")):
        await is_now(place, "k", error=error, tries=tries, due_at=place.clock() + timedelta(hours=1))
        with pytest.raises(CannotDo, match="not before") as refused:
            await retries(place)
        assert error.removeprefix("waits: ") in str(refused.value)


async def test_a_text_that_is_gone_is_not_sent(place: World) -> None:
    """After thirty days there is nothing left to say."""
    await is_now(place, "k", **FAILED, payload_sealed=None)
    with pytest.raises(CannotDo, match="after 30 days"):
        await retries(place)


async def test_what_is_cancelled_is_not_sent(place: World) -> None:
    """Nor can it be cancelled twice; taken back, it goes."""
    assert await cancels(place) == "Cancelled: it is not sent."
    await place.balcony.tick()
    assert said(place, to=BEN) == []
    assert await state(place, "k") == ("settled", "cancelled by hand")
    with pytest.raises(CannotDo, match="nothing to cancel"):
        await cancels(place)
    await retries(place)
    await place.balcony.tick()
    assert said(place, to=BEN) == ["k"]


@pytest.mark.parametrize("unclear", [UNCLEAR, LEFT])
async def test_what_was_seen_to_arrive_is_sent(place: World, unclear: dict[str, object]) -> None:
    """It is as if Balcony had seen it: never sent again, and in no list."""
    await is_now(place, "k", **unclear)
    with pytest.raises(CannotDo, match="settle k --arrived" if unclear is UNCLEAR else "nothing to cancel"):
        await cancels(place)
    assert await settles(place, arrived=True) == "Noted: it has arrived."
    place.clock.moves_by(hours=1)
    await place.balcony.tick()
    assert (await state(place, "k"), said(place, to=BEN)) == (("sent", ""), [])
    assert await lists(place) == ["There is nothing that needs you."]


async def test_what_was_seen_not_to_arrive_rests_until_it_is_wanted(place: World) -> None:
    """It is not sent by itself; a plain retry is enough then."""
    await is_now(place, "k", **UNCLEAR)
    assert "balcony delivery retry k" in await settles(place, arrived=False)
    place.clock.moves_by(hours=1)
    await place.balcony.tick()
    assert (await state(place, "k"), said(place, to=BEN)) == (("settled", "settled by hand: it did not arrive"), [])
    assert await lists(place) == ["There is nothing that needs you."]
    await retries(place)
    await place.balcony.tick()
    assert said(place, to=BEN) == ["k"]


async def test_what_cannot_be_settled(place: World) -> None:
    """What is still to be sent, and what certainly was not."""
    with pytest.raises(CannotDo, match="cancel k"):
        await settles(place, arrived=True)
    await is_now(place, "k", **FAILED)
    with pytest.raises(CannotDo, match="certainly not sent"):
        await settles(place, arrived=False)


async def test_a_message_under_way_is_left_alone(place: World) -> None:
    """Whoever has it says it; and a key that is none is told."""
    await is_now(place, "k", state="claimed", tries=1, lease_until=place.clock() + timedelta(minutes=1))
    for attempt in (retries(place, anyway=True), cancels(place), settles(place, arrived=True)):
        with pytest.raises(CannotDo, match="at this moment"):
            await attempt
    with pytest.raises(CannotDo, match="no message with the key nobody"):
        await cancels(place, "nobody")


async def test_a_worker_passes_by_what_is_in_hand(postgres: Database) -> None:
    """Between looking and deciding no worker claims it."""
    world = world_on(postgres)
    await world.imports()
    await put(world, "k", to=BEN)
    async with postgres.transaction() as db:
        assert await queue.by_hand(db, "k")
        await world.balcony.tick()
        assert said(world, to=BEN) == []
    await world.balcony.tick()
    assert said(world, to=BEN) == ["k"]
