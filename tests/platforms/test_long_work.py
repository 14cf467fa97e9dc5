"""What an enabler reads of long work is the same on both platforms."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col

from bot.chat import Person, say
from bot.domain.kind import Kind
from storage import outbox, programmes
from storage.db import Database
from storage.models import Outbox
from storage.outbox import Saying
from tests.platforms import conftest as slack
from tests.platforms import teams_world as teams
from tests.platforms.conftest import SlackWorld
from tests.platforms.teams_world import TeamsWorld


async def a_long_round(database: Database, now: datetime) -> None:
    """1,204 weekly messages, and 812 of them have gone out, 100 in the last minute."""
    async with database.transaction() as db:
        [home] = await programmes.all_of_them(db)
        to = [Person(home.platform, home.workspace, f"P{number:04}") for number in range(1204)]
        await outbox.put_all(db, [Saying(one.user, one, say("hello"), Kind.WEEKLY, home.id) for one in to], now)
        key, sent = col(Outbox.key), update(Outbox).values(state="sent", sent_at=now - timedelta(minutes=2))
        await db.session.execute(sent.where(key >= "P0000", key < "P0812"))
        await db.session.execute(sent.values(sent_at=now - timedelta(seconds=59)).where(key >= "P0712", key < "P0812"))


async def test_in_slack(slack_world: SlackWorld) -> None:
    await a_long_round(slack_world.database, slack_world.clock())
    shown = await slack_world.says("U01", "/balcony session")
    assert shown is not None
    words = slack.words_of(shown)
    assert "*Going out now*" in words
    assert "Weekly messages: posted to 812 of 1,204." in words
    assert "About 4 minutes more at Slack’s pace." in words


async def test_in_teams(teams_world: TeamsWorld) -> None:
    await a_long_round(teams_world.database, teams_world.clock())
    words = teams.words_of(await teams_world.told("U01", "session"))
    assert "\nGoing out now\n" in words
    assert "Weekly messages: posted to 812 of 1,204." in words
    assert "About 4 minutes more at Teams’ pace." in words
