"""The picture of the map in Slack, which fetches a picture before it shows anything of a message."""

import pytest

from tests.fake_slack import Posted
from tests.platforms.conftest import SlackWorld, words_of


@pytest.fixture
async def world(slack_world: SlackWorld) -> SlackWorld:
    """Ben and Cleo have joined, and are on the map."""
    for user in ("U02", "U03"):
        await slack_world.joins(user)
        shown = await slack_world.says(user, "/balcony map")
        assert shown
        await slack_world.presses(user, shown, "Show me on the map")
    return slack_world


async def asks(world: SlackWorld) -> Posted:
    """It comes after the acknowledgement: what Slack cannot take there, it tells nobody."""
    assert await world.says("U02", "/balcony map") is None
    await world.listener.settle()
    return world.slack.ephemerals[-1]


def pictures(shown: Posted) -> list[str]:
    return [block["image_url"] for block in shown.blocks if block["type"] == "image"]


async def test_the_picture_is_in_the_answer_and_only_its_owner_sees_it(world: SlackWorld) -> None:
    world.database.address = "https://balcony.example.org"
    shown = await asks(world)
    (url,) = pictures(shown)
    assert url.startswith("https://balcony.example.org/map/")
    assert shown.user == "U02"
    assert "You are number" in shown.text


async def test_where_slack_cannot_fetch_it_the_words_are_shown(world: SlackWorld) -> None:
    """A wrong address takes nobody's answer away; the same where a button is pressed."""
    world.database.address = "https://nowhere.invalid"
    shown = await asks(world)
    assert pictures(shown) == []
    assert "Two people are on the map" in words_of(shown)
    await world.presses("U02", shown, "Take me off the map")
    await world.presses("U02", shown, "Show me on the map")
    assert pictures(shown) == []
    assert "Two people are on the map" in words_of(shown)
