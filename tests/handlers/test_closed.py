"""What became of commitments, as conversations."""

from tests.conftest import World


async def test_what_was_closed_and_learned_can_be_read_again(world: World) -> None:
    """By its author: the outcome, the day and what was learned."""
    await world.ben.types("/commit ring the nurse tomorrow")
    await world.ben.types("/commit list")
    await world.ben.presses("Partly")
    await world.ben.presses("What did you learn?")
    await world.ben.fills(learned="She was waiting for a call")
    said = await world.ben.types("/commit closed")
    assert "“ring the nurse”" in said
    assert "Partly, today." in said
    assert "She was waiting for a call" in said


async def test_it_is_the_authors_alone(world: World) -> None:
    """Cleo has closed nothing, and sees nothing of Ben's."""
    await world.ben.types("/commit ring the nurse tomorrow")
    await world.ben.types("/commit list")
    await world.ben.presses("Done")
    assert await world.cleo.types("/commit closed") == "You have not closed any commitment yet."


async def test_many_have_pages(world: World) -> None:
    """Eight at a time, and none is missing."""
    for number in range(1, 11):
        await world.ben.types(f"/commit thing {number:02}")
        await world.ben.types("/commit list")
        await world.ben.presses("Done")
    first = await world.ben.types("/commit closed")
    second = await world.ben.presses("Older ones")
    assert sum(f"thing {number:02}" in first for number in range(1, 11)) == 8
    assert all(f"thing {number:02}" in first + second for number in range(1, 11))


async def test_opened_again_it_is_open(world: World) -> None:
    """And no longer among the closed."""
    await world.ben.types("/commit ring the nurse")
    await world.ben.types("/commit list")
    await world.ben.presses("Let go")
    await world.ben.types("/commit closed")
    await world.ben.presses("Open it again")
    assert "ring the nurse" in await world.ben.types("/commit list")
    assert "not closed any" in await world.ben.types("/commit closed")


async def test_it_can_be_taken_out(world: World) -> None:
    """And nothing of it is kept."""
    await world.ben.types("/commit ring the nurse")
    await world.ben.types("/commit list")
    await world.ben.presses("Done")
    await world.ben.types("/commit closed")
    assert "Nothing of it is kept" in await world.ben.presses("Take it out")
    assert await world.count("commitment") == 0
