"""Two workspaces on one database, with the same user and channel ids: neither reaches a row of the other."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from bot.app import Balcony
from bot.chat import Event, Kind, Person
from bot.handlers import BUTTONS, COMMANDS, FORMS
from storage.db import Database
from tests.fake_slack import payloads
from tests.platforms.conftest import CHANNEL, SlackWorld, slack_world_on

pytestmark = pytest.mark.thorough

TABLES = [table.name for table in SQLModel.metadata.sorted_tables if table.name != "delivered"]
SECRET = "the caretaker's secret"
WORDS = (
    "", "list", "help", "join", "settings", "leave", "pause 2 weeks", "resume", "session", "round", "page", "home", "stories",
    "connections",
    "map",
    "network",
)  # fmt: skip
ENDINGS = {
    "commitment.close": (":done", ":let go"), "commitment.day": (":never", ":2026-12-01"),
    "met": (":met", ":booked", ":not yet"), "stories": (":0", ":10"), "session.list": (":0", ":10"),
    "find.ask": (":1:1:mine",),
}  # fmt: skip
FILLED = {
    "what": "mine", "learned": "mine", "page": "mine", "q1": "mine", "issue": "mine", "organisation": "mine",
    "title": "mine", "day": "2026-12-01", "starts": "10:00", "ends": "11:00", "sector": "council",
    "about": "mine", "why": "mine", "line": "mine", "who": "U03", "one": "U01", "other": "U03",
}  # fmt: skip

Row = tuple[str, ...]


@dataclass
class Two:
    """The first workspace has a life in it; in the second, Ana (U01) runs a programme and Ben (U02) has joined."""

    first: SlackWorld
    second: SlackWorld
    of_second: set[str]

    async def rows_of_first(self) -> list[Row]:
        """Everything that is not the second's, to the letter."""
        rows = await every_row(self.first.database)
        own = {row[1] for row in rows if self.of_second & set(row)}
        return [row for row in rows if not (self.of_second | own) & set(row)]

    async def ids_of_first(self) -> list[str]:
        """One id of each kind of thing in the first."""
        found: dict[str, str] = {}
        for row in await self.rows_of_first():
            found.setdefault(row[0], row[1])
        return [*{each for each in found.values() if len(each) == 32}]

    async def does(self, user: str, kind: Kind, name: str, words: str, number: int) -> str:
        """What somebody of the second workspace is told, whatever they send."""
        person = Person("slack", self.second.slack.team_id, user)
        answers = FILLED if kind == Kind.FORM else {}
        event = Event(kind, name, person, f"{kind}:{name}:{words}:{user}:{number}", CHANNEL, words, answers)
        return repr(await self.second.balcony.answer(event))


async def every_row(database: Database) -> list[Row]:
    """Each row with the name of its table before it, its id second."""
    async with database.transaction() as db:
        found = [(table, (await db.session.execute(text(f"SELECT * FROM {table}"))).all()) for table in TABLES]
    return sorted((table, *map(str, row)) for table, rows in found for row in rows)


@pytest.fixture
async def two(sqlite: Database) -> AsyncIterator[Two]:
    async with slack_world_on(sqlite, "T1") as first:
        for user in ("U01", "U02", "U03"):
            await first.joins(user, issue=SECRET)
        await first.says("U02", f"/commit {SECRET} on Friday")
        await first.says("U02", f"/reflect {SECRET}")
        await first.says("U02", f"/connect <@U01> <@U03> {SECRET}")
        await first.says("U02", "/connect never <@U03>")
        told = await first.says("U01", "/balcony round")
        assert told is not None
        await first.presses("U01", told, "Introduce them now")
        await first.balcony.tick()
        await met_and_told(sqlite, first.balcony, Person("slack", first.slack.team_id, "U02"))
        before = {row[1] for row in await every_row(sqlite)}
        async with slack_world_on(sqlite, "T2") as second:
            for user in ("U01", "U02"):
                await second.joins(user)
            await second.says("U02", "/commit walk on Friday")
            yield Two(first, second, {row[1] for row in await every_row(sqlite)} - before)


async def met_and_told(database: Database, balcony: Balcony, person: Person) -> None:
    """They say that they met, write a line on what came of it, and let their enabler read it."""
    [introduction] = [row[1] for row in await every_row(database) if row[0] == "introduction"]
    for kind, name, end in ((Kind.BUTTON, "met", ":met"), (Kind.FORM, "came", ""), (Kind.BUTTON, "came.release", "")):
        event = Event(kind, name, person, f"first:{name}", CHANNEL, f"{introduction}{end}", {"line": SECRET})
        assert await balcony.answer(event)


def shown_in(world: SlackWorld) -> str:
    """Everything that anybody could read there."""
    messages = [(message.text, message.blocks, message.edits) for message in world.slack.messages]
    views = [view.body for stack in world.slack.views.values() for view in stack]
    return json.dumps([messages, views, [home.body for home in world.slack.homes.values()]])


async def test_no_command_reaches_the_other(two: Two) -> None:
    """Every command with every word, by the people whose ids are the same."""
    before = await two.rows_of_first()
    assert SECRET in shown_in(two.first)
    for user in ("U01", "U02", "U03"):
        for command in COMMANDS:
            for words in WORDS:
                await two.second.slack.command(user, command, words, channel=CHANNEL)
        await two.second.slack.open_home(user)
    await two.second.listener.settle()
    assert await two.rows_of_first() == before
    assert SECRET not in shown_in(two.second)


async def test_no_button_and_no_form_reaches_the_other(two: Two) -> None:
    """Each of them with an id of each kind of row of the first, by those whose ids are the same."""
    before, values = await two.rows_of_first(), await two.ids_of_first()
    assert len(values) >= 6
    said: list[str] = []
    for number, value in enumerate(values):
        for user in ("U01", "U02"):
            for name in BUTTONS:
                said += [
                    await two.does(user, Kind.BUTTON, name, value + end, number) for end in ENDINGS.get(name, ("",))
                ]
            for name in FORMS:
                for words in (value, f"{value}:{value}"):
                    said.append(await two.does(user, Kind.FORM, name, words, number))
    assert await two.rows_of_first() == before
    assert SECRET not in "".join(said)


async def test_a_press_through_the_door_reaches_nobody_else(two: Two) -> None:
    """The id of Ben's commitment in the first, pressed by the Ben of the second: a sentence."""
    commitment = next(row[1] for row in await two.rows_of_first() if row[0] == "commitment")
    await two.second.hears_press("U02", "commitment.close", f"{commitment}:done")
    assert "not in your notebook" in two.second.last_seen("U02")


async def test_the_witness_is_somebody_of_the_same_programme(two: Two) -> None:
    """Cleo (U03) has joined in the first workspace only, so in the second nobody can ask her."""
    await two.second.says("U02", "/commit")
    sent = await two.second.slack.submit("U02", await two.second.form("U02"), {"what": "x", "witness": "U03"})
    assert sent.errors is not None
    assert "not joined" in sent.errors["witness"]


async def test_what_the_other_signed_is_refused(two: Two) -> None:
    """Each door has its own secret; and what says it comes from elsewhere is refused behind it too."""
    reply = await two.second.slack.command("U02", "/commit", "list", channel=CHANNEL)
    two.second.slack.connect(str(two.first.slack._url))
    assert (await two.second.slack.replay(reply.request)).status == 401
    shape = payloads.command(two.second.slack, "U02", two.second.slack.channels[CHANNEL], "/commit", "list")
    answer = await two.first.slack.send_form(shape | {"trigger_id": "1.1"})
    assert "another workspace" in answer.body


async def test_home_of_another_workspace_is_not_drawn_here(two: Two) -> None:
    """The same event with the other's team, rightly signed: the Ben of this one keeps the home he has."""
    await two.first.slack.open_home("U02")
    await two.first.listener.settle()
    mine = str(two.first.slack.homes["U02"].body)
    envelope = payloads.envelope(two.second.slack, {"type": "app_home_opened", "user": "U02", "tab": "home"}, "Ev77")
    await two.first.slack.send_json(envelope)
    await two.first.listener.settle()
    assert str(two.first.slack.homes["U02"].body) == mine
