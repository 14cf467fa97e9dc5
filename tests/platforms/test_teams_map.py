"""The picture of the map in Teams: in the member's own chat, and it opens when it is pressed."""

from tests.platforms.teams_world import CHANNEL, TeamsWorld, words_of


async def test_the_picture_is_in_the_card(teams_world: TeamsWorld) -> None:
    """Asked for in the channel, it is shown to whoever asked alone, with all that it says in words."""
    world = teams_world
    for user in ("U02", "U03"):
        await world.joins(user)
        await world.teams.presses(user, await world.told(user, "map"), "Show me on the map")
    world.database.address = "https://balcony.example.org"
    before = world.seen_by_others("U02")
    await world.says("U02", "map", CHANNEL)
    assert world.seen_by_others("U02") == before
    shown = world.chat("U02")[-1]
    (image,) = [element for element in shown.card["body"] if element["type"] == "Image"]
    assert image["url"].startswith("https://balcony.example.org/map/")
    assert image["selectAction"]["url"] == image["url"]
    assert image["altText"] in shown.card["speak"]
    assert "Two people are on the map" in words_of(shown)
