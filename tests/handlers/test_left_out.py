"""Whoever is not introduced hears why; and after three introductions without a sign of life Balcony rests."""

from datetime import timedelta

from bot.chat import DeliveryError, Outcome, say
from bot.domain.kind import Kind
from bot.handlers.round_facts import gather
from storage import never_match, outbox, programmes
from storage.connections import say_known
from tests.conftest import World, london
from tests.handlers.conftest import got, meetings, member_of, people_met

TUESDAY = "2026-12-08 09:30"
NOBODY = "nobody I could introduce you to"


async def round_after_round(world: World, rounds: int, *alive: str) -> None:
    for week in range(rounds):
        world.clock.now = london(TUESDAY) + timedelta(weeks=2 * week)
        await world.balcony.tick()
        for name in alive:
            await world.room.someone(name).opens_home()


async def never(world: World, one: str, other: str) -> None:
    mine, theirs = [await member_of(world, world.room.someone(name)) for name in (one, other)]
    async with world.database.transaction() as db:
        assert await never_match.add(db, mine, theirs.id, world.clock())


async def test_all_on_each_others_list_reads_like_being_alone(world: World) -> None:
    """Ben never wants to meet Cleo: nobody is introduced, and both read exactly what somebody alone reads."""
    await never(world, "ben", "cleo")
    await world.waits_until(TUESDAY)
    assert meetings(world) == []
    [to_ben], [to_cleo] = ([text for text in got(who) if NOBODY in text] for who in (world.ben, world.cleo))
    assert to_ben == to_cleo
    await world.cleo.types("/balcony leave")
    await world.cleo.presses("Leave")
    world.clock.moves_to("2026-12-22 09:30")
    await world.balcony.tick()
    alone = [text for text in got(world.ben) if NOBODY in text][1]
    assert alone.split(" I will try")[0] == to_ben.split(" I will try")[0]


async def test_who_knows_everybody_is_told_so(world: World) -> None:
    """And when next."""
    ben, cleo = await member_of(world, world.ben), await member_of(world, world.cleo)
    async with world.database.transaction() as db:
        await say_known(db, ben, cleo.id, world.clock())
    await world.waits_until(TUESDAY)
    [said] = [text for text in got(world.ben) if "you know already" in text]
    assert "on Tuesday 22 December, and you come first then" in said


async def test_when_next_is_said_by_its_date(world: World) -> None:
    """A round by hand, the day before that of the timetable. Never "tomorrow": it may be read some days later."""
    await world.joins(world.dev)
    await never(world, "dev", "ben")
    await never(world, "dev", "cleo")
    world.clock.moves_to("2026-12-07 09:30")
    await world.ana.types("/balcony round")
    await world.ana.presses("Introduce them now")
    await world.balcony.tick()
    [said] = [text for text in got(world.dev) if NOBODY in text]
    assert said.startswith("It was time for introductions in Making our Move: systems leadership, but there was nobody")
    assert said.endswith("I will try again on Tuesday 8 December, and you come first then.")


async def test_it_is_told_also_when_the_weeks_messages_are_used_up(world: World) -> None:
    """Two others have come that week: Ben hears on Monday why he was in no introduction, and of the same next date."""
    ben, cleo = await member_of(world, world.ben), await member_of(world, world.cleo)
    world.clock.moves_to("2026-12-07 10:00")
    async with world.database.transaction() as db:
        await say_known(db, ben, cleo.id, world.clock())
        for nth in range(2):
            await outbox.put(
                db, f"witness:{nth}", world.ben.person, say("Would you be a witness?"), world.clock(),
                kind=Kind.WITNESS, programme_id=ben.programme_id, member_id=ben.id,
            )  # fmt: skip
    await world.balcony.tick()
    await world.waits_until(TUESDAY)
    assert not [text for text in got(world.ben) if "you know already" in text]
    await world.waits_until("2026-12-14 08:00")
    [said] = [text for text in got(world.ben) if "you know already" in text]
    assert "on Tuesday 22 December, and you come first then" in said


async def test_whoever_was_left_out_comes_first(world: World) -> None:
    """Of three, two of whom must not meet the third, that one is left; the next time she is in a pair at once."""
    await world.joins(world.dev)
    await never(world, "dev", "ben")
    await never(world, "dev", "cleo")
    await world.waits_until(TUESDAY)
    assert people_met(world) == [{"ben", "cleo"}]
    assert any(NOBODY in text for text in got(world.dev))
    async with world.database.transaction() as db:
        [home] = await programmes.all_of_them(db)
        facts = await gather(db, home, world.clock(), world.clock().date())
    assert {one.user for one in facts.people if one.first} == {"dev"}
    await world.joins(*(world.room.someone(name) for name in ("fay", "gus", "hal")))
    await world.waits_until("2026-12-22 09:30")
    assert "dev" in set.union(*people_met(world)[1:])


async def test_after_three_silent_introductions_balcony_rests(world: World) -> None:
    """Ben says nothing through three rounds: he is told once, is in none, and the others go on without him."""
    await world.joins(world.dev, world.room.someone("fay"))
    await round_after_round(world, 5, "cleo", "dev", "fay")
    assert sum("ben" in people for people in people_met(world)) == 3
    [rests] = [text for text in got(world.ben) if "so I rest" in text]
    assert "[1] Introduce me again" in rests
    assert not [text for text in got(world.ben) if NOBODY in text]


async def test_introduce_me_again(world: World) -> None:
    """The button brings him back, and so would anything else that he does."""
    fay = world.room.someone("fay")
    await world.joins(world.dev, fay)
    await round_after_round(world, 4, "cleo", "dev", "fay")
    assert "Good to have you back" in await world.ben.presses("Introduce me again")
    world.clock.moves_by(weeks=2)
    await world.balcony.tick()
    assert sum("ben" in people for people in people_met(world)) == 4


async def test_any_sign_of_life_counts(world: World) -> None:
    """A commitment is one, by the short way and by the long."""
    await world.waits_until(TUESDAY)
    assert (await member_of(world, world.ben)).silent == 1
    await world.ben.types("/commit ring the nurse")
    await world.cleo.types("/reflect what I saw")
    assert [(await member_of(world, who)).silent for who in (world.ben, world.cleo)] == [0, 0]


async def test_somebody_whose_introduction_did_not_happen_comes_first(world: World) -> None:
    """Of three on a pair and one who is new, the odd one joins; nobody who comes first is ever left."""
    await world.waits_until(TUESDAY)
    await world.waits_until("2026-12-15 09:30")
    await world.ben.presses("Not this time")

    async with world.database.transaction() as db:
        [home] = await programmes.all_of_them(db)
        facts = await gather(db, home, world.clock(), world.clock().date())
        assert {one.user for one in facts.people if one.first} == {"ben", "cleo"}
    await world.cleo.presses("Yes")
    async with world.database.transaction() as db:
        facts = await gather(db, home, world.clock() + timedelta(weeks=1), world.clock().date())
        assert not [one for one in facts.people if one.first]


async def test_what_nobody_has_seen_is_no_silence(world: World) -> None:
    """Three introductions could not be posted: nobody is told that they were introduced and said nothing."""
    for week in (0, 2, 4):
        world.clock.now = london(TUESDAY) + timedelta(weeks=week)
        world.platform.fail = [DeliveryError("the channel is gone", Outcome.NEVER)]
        await world.balcony.tick()
        world.platform.fail = []
        world.clock.moves_by(days=7)
        await world.balcony.tick()
    assert meetings(world) == []
    assert (await member_of(world, world.ben)).silent == 0
    assert not [text for text in got(world.ben) if "heard nothing from you" in text]
