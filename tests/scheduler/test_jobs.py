"""What time does: each thing at its time, once, and never more than a person asked for."""

import pytest

from bot.chat import DeliveryError, Outcome
from bot.domain import trouble
from bot.platforms.local.render import as_text
from bot.scheduler import Did
from storage import commitments, members, outbox
from storage.keys import KeyRing, new_key
from storage.models import Commitment
from tests.conftest import World
from tests.scheduler.sending import sent


@pytest.mark.parametrize(
    ("kind", "moment", "copies"),
    [
        ("after-session", "2026-11-26 15:00", 1),
        ("weekly", "2026-11-26 16:00", 2),
        ("introduction", "2026-12-08 09:30", 1),
        ("met", "2026-12-15 09:30", 2),
    ],
)
async def test_each_at_its_moment_once(world: World, kind: str, moment: str, copies: int) -> None:
    """A minute before nothing, at its moment each copy, and after it no other."""
    if kind == "met":
        await world.waits_until("2026-12-08 09:30")
    world.clock.moves_to(moment)
    world.clock.moves_by(minutes=-1)
    assert sent(await world.balcony.tick(), kind) == 0
    assert sent(await world.waits_until(moment), kind) == copies
    for _ in range(3):
        world.clock.moves_by(minutes=1)
        assert sent(await world.balcony.tick(), kind) == 0


@pytest.mark.parametrize(
    ("label", "kind", "moment"),
    [("Not yet", "met-again", "2026-12-17 09:30"), ("Booked", "happened", "2026-12-22 09:30")],
)
async def test_the_second_question_at_its_moment_once(world: World, label: str, kind: str, moment: str) -> None:
    """A minute before nothing, at its moment one copy; also where Balcony slept for a day then."""
    for day in ("2026-12-08 09:30", "2026-12-15 09:30"):
        await world.waits_until(day)
    await world.ben.presses(label)
    world.clock.moves_to(moment)
    world.clock.moves_by(minutes=-1)
    assert sent(await world.balcony.tick(), kind) == 0
    world.clock.moves_by(days=1)
    assert sent(await world.balcony.tick(), kind) == 1
    for _ in range(3):
        world.clock.moves_by(days=7)
        assert sent(await world.balcony.tick(), kind) == 0


async def test_an_end_that_was_missed_by_less_than_twelve_hours_is_posted(world: World) -> None:
    """Within the window late is better than never; it is posted once."""
    assert sent(await world.waits_until("2026-11-27 03:00"), "after-session") == 1
    assert sent(await world.balcony.tick(), "after-session") == 0


async def test_an_end_that_was_missed_by_more_is_marked(world: World) -> None:
    """Nothing is posted, and the timetable says why."""
    done = await world.waits_until("2026-11-27 03:01")
    assert sent(done, "after-session") == 0
    assert [one.outcome for one in done if isinstance(one, Did) and one.job == "sessions"] == ["missed"]
    assert "Not posted" in await world.ana.types("/balcony session")


async def test_asleep_for_three_days(world: World) -> None:
    """The weekly message of the day before yesterday is left out, the round of yesterday too; life goes on after."""
    done = await world.waits_until("2026-11-29 16:30")
    assert sent(done, "weekly") == sent(done, "after-session") == 0
    assert sent(await world.waits_until("2026-12-03 16:00"), "weekly") == 2


async def test_a_round_that_was_missed_is_left_out(world: World) -> None:
    """More than twelve hours late it is not made; the next one is."""
    assert sent(await world.waits_until("2026-12-08 21:31"), "introduction") == 0
    assert sent(await world.waits_until("2026-12-22 09:30"), "introduction") == 1


@pytest.mark.parametrize("weeks", [1, 3, 8])
async def test_asleep_for_weeks_brings_one_weekly_message_at_most(world: World, weeks: int) -> None:
    """However long it slept: the last one if it is not a day old, and none of those before."""
    world.clock.moves_to("2026-12-03 18:00")
    world.clock.moves_by(days=7 * weeks)
    assert sent(await world.balcony.tick(), "weekly") <= 2
    assert sent(await world.balcony.tick(), "weekly") == 0
    assert len([one for one in world.ben.gets() if "balcony" in as_text(one)]) <= 1


async def test_a_paused_member_hears_nothing(world: World) -> None:
    """No weekly message, no introduction, no commitment; when the pause is over each once again."""
    await world.ben.types("/commit ring the school nurse tomorrow")
    await world.ben.types("/balcony pause until 20 December")
    for day in ("2026-11-24 09:00", "2026-11-26 16:00", "2026-12-03 16:00", "2026-12-08 09:30"):
        await world.waits_until(day)
    assert world.ben.gets() == []
    assert sent(await world.waits_until("2026-12-20 09:00"), "play-back") == 1
    assert sent(await world.waits_until("2026-12-20 09:01"), "play-back") == 0
    assert "ring the school nurse" in as_text(world.ben.gets()[-1])
    before = len(world.ben.gets())
    await world.waits_until("2026-12-24 16:00")
    assert len(world.ben.gets()) == before + 1


async def test_a_pause_that_ends_early_brings_back_what_waited(world: World) -> None:
    """Resume, and the commitment of the days before comes within a day, once."""
    await world.ben.types("/commit ring the school nurse tomorrow")
    await world.ben.types("/balcony pause 4 weeks")
    await world.waits_until("2026-11-26 12:00")
    await world.ben.types("/balcony resume")
    await world.balcony.tick()
    await world.waits_until("2026-11-27 12:00")
    assert sum(one.key.startswith("play-back:") for one in world.platform.said) == 1


async def test_who_left_hears_nothing(world: World) -> None:
    """Neither what was planned, nor what was ready."""
    await world.ben.types("/commit ring the school nurse tomorrow")
    await world.ben.types("/balcony leave")
    await world.ben.presses("Leave")
    for day in ("2026-11-24 09:00", "2026-11-26 16:00", "2026-12-08 09:30", "2026-12-15 09:30"):
        await world.waits_until(day)
    assert world.ben.gets() == []


async def test_silence_is_respected(world: World) -> None:
    """After three unanswered a slower rhythm is offered, then it rests; a sign of life begins again."""
    texts = []
    for week in range(8):
        world.clock.moves_to("2026-11-26 16:00")
        world.clock.moves_by(days=7 * week)
        before = len(world.ben.gets())
        await world.balcony.tick()
        texts += [
            as_text(one) for one in world.ben.gets()[before:] if "balcony:" in as_text(one) or "rest" in as_text(one)
        ]
    assert len(texts) == 5
    assert "slower" in texts[3]
    assert "rest" in texts[4]
    await world.ben.types("/balcony resume")
    before = len(world.ben.gets())
    await world.waits_until("2027-01-21 16:00")
    assert len(world.ben.gets()) == before + 1


async def test_a_row_that_fails_harms_no_other(world: World) -> None:
    """Ben's commitment does not open: Cleo's comes back, his stays due, and every other job is done."""
    await world.ben.types("/commit ring the school nurse tomorrow")
    await world.cleo.types("/commit ask the caretaker tomorrow")
    async with world.database.transaction() as db:
        [ben] = await members.memberships(db, world.ben.person)
        [row] = await commitments.open_of(db, ben)
        row.what_sealed = KeyRing((new_key(),)).seal("x", "elsewhere")
    done = await world.waits_until("2026-11-26 15:00")
    assert sent(done, "play-back") == 1
    assert sent(done, "after-session") == 1
    async with world.database.transaction() as db:
        assert (await db.session.get_one(Commitment, row.id)).play_back_at is not None


async def test_nobody_is_asked_about_an_introduction_that_was_not_posted(world: World) -> None:
    """The channel never heard of it, so nobody could have met."""
    world.platform.archived.add("our-move")
    await world.waits_until("2026-12-08 09:30")
    assert sent(await world.waits_until("2026-12-15 09:30"), "met") == 0


async def test_what_waits_for_the_channel_is_said_when_it_is_open_again(world: World) -> None:
    """Not in the channel when the session ends: invited half an hour later, the message arrives, once."""
    world.platform.fail = [DeliveryError(trouble.NOT_IN_CHANNEL, Outcome.LATER, 300) for _ in range(2)]
    assert sent(await world.waits_until("2026-11-26 15:00"), "after-session") == 0
    assert sent(await world.waits_until("2026-11-26 15:16"), "after-session") == 0
    assert await world.waits_until("2026-11-26 15:40") == []
    assert sent(await world.waits_until("2026-11-26 15:47"), "after-session") == 1


async def test_an_end_that_was_pressed_is_not_posted_again(world: World) -> None:
    """*End session* at 14:00, and the timetable at 15:00: one message."""
    world.clock.moves_to("2026-11-26 14:00")
    await world.ana.types("/balcony session")
    await world.ana.presses_button(next(button for button in world.ana.buttons() if button.label == "End session"))
    assert sent(await world.balcony.tick(), "after-session") == 1
    assert sent(await world.waits_until("2026-11-26 15:00"), "after-session") == 0


async def test_what_is_needed_no_more_is_forgotten(world: World) -> None:
    """Deliveries after two days, the texts of sent messages after thirty."""
    assert await world.count("delivered") > 0
    world.clock.moves_by(days=3)
    await world.balcony.tick()
    assert await world.count("delivered") == 0
    world.clock.moves_by(days=60)
    await world.balcony.tick()
    async with world.database.transaction() as db:
        [home] = {row.programme_id for row in (await members.memberships(db, world.ben.person))}
        welcome = await outbox.by_key(db, f"welcome:{home}")
        assert welcome is not None
        assert welcome.payload_sealed is None
