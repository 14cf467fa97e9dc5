"""The maxims, on request."""

from bot.content import catalogue
from tests.conftest import World


async def test_all_six_with_their_credit(world: World) -> None:
    """For anybody, joined or not, by the command and by the button, word for word."""
    for said in (await world.dev.types("/balcony maxims"), await world.ben.types("/balcony MAXIMS")):
        assert all(f"{maxim.number}. {maxim.text}" in said for maxim in catalogue().maxims)
        assert "Myron Rogers" in said
    await world.waits_until("2026-11-26 15:00")
    assert "6. The process we use" in await world.cleo.presses("All six maxims")
