"""The picture of the map as a real process serves it, from the command in Slack to the PNG."""

import pytest

from bot.app import utc_now
from storage.db import Database
from tests.fake_slack import FakeSlack
from tests.platforms.conftest import button_of
from tests.scheduler import serving

HERE = "https://balcony.example.org"


@pytest.mark.thorough
async def test_from_the_command_to_the_png(sqlite: Database) -> None:
    """Two members put themselves on the map, one asks for it, and Slack fetches what it was told."""
    async with serving.a_slack("U01", "U02", "U03") as slack:
        await serving.bring(sqlite, slack, utc_now())
        port = serving.free_port()
        settings = serving.on(slack, sqlite, port) | {"BALCONY_URL": f"{HERE}/"}
        process = await serving.balcony("serve", settings=settings)
        try:
            assert (await serving.asks(port, "/map/x.png")).text == "There is nothing here."
            slack.connect(f"http://127.0.0.1:{port}/slack/events")
            assert await on_the_map(slack, "U02") == ""  # one person is no picture
            url = await on_the_map(slack, "U03")
            assert url.startswith(f"{HERE}/map/")
            answer = await serving.asks(port, url.removeprefix(HERE))
            assert (answer.status_code, answer.content[:4]) == (200, b"\x89PNG")
        finally:
            process.terminate()
            ended = await serving.ends(process)
        assert ended == (0, "", "")


async def on_the_map(slack: FakeSlack, user: str) -> str:
    """They join, and put themselves on the map; gives where their picture is."""
    await slack.command(user, "/balcony", "join", channel=serving.CHANNEL)
    await slack.wait_for(lambda: bool(slack.views[user]), timeout=30)
    said = {"issue": "school meals", "organisation": "Durham Council", "sector": "council"}
    await slack.submit(user, slack.views[user][-1], said)
    shown = (await slack.command(user, "/balcony", "map", channel=serving.CHANNEL)).posted
    assert shown is not None
    await slack.press(user, shown, button_of(shown, "Show me on the map"))
    await slack.wait_for(lambda: bool(shown.edits), timeout=30)
    return next((str(block["image_url"]) for block in shown.blocks if block["type"] == "image"), "")
