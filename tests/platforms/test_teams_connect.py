"""connect through Teams' door: whom somebody mentions, and the buttons in their own chats."""

from tests.platforms.teams_world import CHANNEL, TeamsWorld, now_in


async def test_two_others_are_asked(teams_world: TeamsWorld) -> None:
    """Ben brings Ana and Cleo together by a slash command in the channel; both press yes and are introduced."""
    for user in ("U01", "U02", "U03"):
        await teams_world.joins(user)
    await teams_world.balcony.tick()
    names = [teams_world.teams.users[user].name for user in ("U01", "U03")]
    words = f"connect <at>{names[0]}</at> and <at>{names[1]}</at> you both need carers"
    saw = await teams_world.teams.writes("U02", words, CHANNEL, slash=True, mentions=["U01", "U03"])
    await teams_world.listener.settle()
    assert "I take this to" in now_in(saw.message)
    await teams_world.balcony.tick()
    for user in ("U01", "U03"):
        asked = teams_world.teams.seen_by(user)[-1]
        assert "and you both need carers" in now_in(asked)
        await teams_world.teams.presses(user, asked, "Yes, introduce us")
    await teams_world.balcony.tick()
    assert "what U03 is working on" in now_in(teams_world.teams.seen_by("U01")[-1])


async def test_who_is_called_the_same(teams_world: TeamsWorld) -> None:
    """Two people with one name are told apart by their ids, in the order in which they are mentioned."""
    for user in ("U01", "U02", "U03"):
        await teams_world.joins(user)
    teams_world.teams.users["U03"].name = teams_world.teams.users["U01"].name = "Jo Smith"
    words = "connect know <at>Jo Smith</at>"
    await teams_world.teams.writes("U02", words, CHANNEL, slash=True, mentions=["U03"])
    await teams_world.listener.settle()
    async with teams_world.database.transaction() as db:
        found = (
            await db.connection.exec_driver_sql("SELECT other.user FROM known JOIN member other ON other.id = other_id")
        ).all()
    assert [row[0] for row in found] == ["U03"]


async def test_in_the_open_it_says_that_others_read_it(teams_world: TeamsWorld) -> None:
    """By a mention of Balcony in the channel everybody reads whom Ben wants to be kept apart from: he is told."""
    for user in ("U02", "U03"):
        await teams_world.joins(user)
    name = teams_world.teams.users["U03"].name
    await teams_world.teams.writes("U02", f"connect never <at>{name}</at>", CHANNEL, mentions=["U03"])
    await teams_world.listener.settle()
    assert "You wrote this where others read along" in now_in(teams_world.teams.seen_by("U02")[-1])
