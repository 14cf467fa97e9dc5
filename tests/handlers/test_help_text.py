"""Help: every command answers it, to everybody, and what it names exists."""

import re

from bot.handlers import help_text
from bot.platforms.local.render import as_text
from tests.conftest import World

HELPS = {
    "/commit": help_text.COMMIT,
    "/reflect": help_text.REFLECT,
    "/connect": help_text.CONNECT,
    "/balcony": help_text.BALCONY,
    "/balcony session": help_text.SESSION,
    "/balcony round": help_text.ROUND,
    "/balcony map": help_text.MAP,
    "/balcony network": help_text.NETWORK,
}


async def test_every_command_answers_help(world: World) -> None:
    """Also to somebody who has not joined, and in capitals; nothing is kept."""
    for command, shown in HELPS.items():
        for word in ("help", "HELP"):
            assert await world.dev.types(f"{command} {word}") == as_text(shown)
    assert await world.count("commitment") == await world.count("reflection") == 0


async def test_what_help_names_exists(world: World) -> None:
    """Every /balcony word in it is one that Balcony knows, and its days are understood."""
    await world.joins(world.ana)
    said = "\n".join(as_text(one) for one in HELPS.values())
    verbs = set(re.findall(r"/balcony ([a-z]+)", said)) - {"shows"}
    assert {"join", "settings", "leave", "pause", "resume", "maxims", "session", "round", "map", "network"} <= verbs
    for verb in verbs:
        assert "I do not know" not in await world.ana.types(f"/balcony {verb}")
    for day in ("on Friday", "tomorrow", "by 3 December", "next week", "in two weeks", "end of the month"):
        assert day in said
        assert "Due" in await world.ana.types(f"/commit ring her {day}")
