"""/commit, as conversations."""

from tests.conftest import World


async def test_words_are_kept_at_once_with_their_day(world: World) -> None:
    """The words are shown back without the day, and the day as it will come."""
    said = await world.ben.types("/commit ring the school nurse on Friday morning")
    assert "“ring the school nurse”" in said
    assert "on Friday 27 November, in the morning" in said


async def test_the_day_brings_it_back_once(world: World) -> None:
    """On the morning of the day the member's own words come back, once, however often time is asked."""
    await world.ben.types("/commit ring the school nurse tomorrow")
    before = len(world.ben.gets())
    await world.waits_until("2026-11-24 08:59")
    assert len(world.ben.gets()) == before
    await world.waits_until("2026-11-24 09:00")
    await world.waits_until("2026-11-24 12:00")
    assert len(world.ben.gets()) == before + 1
    assert "ring the school nurse" in world.ben.last()


async def test_somebody_who_has_not_joined_is_shown_the_way(world: World) -> None:
    """Nothing is kept for them."""
    assert "not joined" in await world.dev.types("/commit ring somebody")
    assert await world.count("commitment") == 0
