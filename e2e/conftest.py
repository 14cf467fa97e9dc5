"""One Slack, one bot, three people at their windows: once by signed requests, once by Socket Mode."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from e2e.browser import office
from e2e.local_slack import ANA, BEN, CLEO, free_port, local_slack
from e2e.running import Bot
from e2e.story import MIDDAY, Story, programme


@pytest.fixture(params=["http", "socket"])
async def story(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Story]:
    """The programme has just been imported, and the bot serves."""
    begins, port = datetime.now(MIDDAY), free_port()
    url = f"http://127.0.0.1:{port}/slack/events" if request.param == "http" else None
    async with local_slack(url) as slack, office(slack) as room:
        bot = Bot(slack, port, tmp_path)
        assert "2 sessions added" in await bot.imports(programme(begins))
        async with bot.serves():
            ana, ben, cleo = [await room.seats(user) for user in (ANA, BEN, CLEO)]
            yield Story(slack, bot, ana, ben, cleo, begins)
