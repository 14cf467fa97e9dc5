"""Two tenants on one database, with the same user, chat and channel ids: neither reaches a row of the other."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from bot.app import Balcony
from bot.chat import Event, Kind, Person
from bot.handlers import BUTTONS, COMMANDS, FORMS
from storage.db import Database
from tests.fake_teams.activities import Place
from tests.platforms.teams_world import CHANNEL, TeamsWorld, now_in, teams_world_on, words_of

pytestmark = pytest.mark.thorough

TABLES = [table.name for table in SQLModel.metadata.sorted_tables if table.name != "delivered"]
SECRET = "the caretaker's secret"
WORDS = (
    "", "home", "help", "join", "settings", "leave", "pause 2 weeks", "resume", "session", "session add", "round", "stories", "connections", "map", "network", "commit",
    "commit list", "commit closed", "reflect", "reflect list", "reflect page",
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
    """The first tenant has a life in it; in the second, Ana (U01) runs a programme and Ben (U02) has joined."""

    first: TeamsWorld
    second: TeamsWorld
    of_second: set[str]

    async def rows_of_first(self) -> list[Row]:
        """Everything that is not the second's, to the letter."""
        rows = [row for row in await every_row(self.first.database) if self.second.teams.tenant not in row]
        own = {row[1] for row in rows if self.of_second & set(row)}
        return [row for row in rows if not (self.of_second | own) & set(row)]

    async def ids_of_first(self) -> list[str]:
        """One id of each kind of thing in the first."""
        found: dict[str, str] = {}
        for row in await self.rows_of_first():
            found.setdefault(row[0], row[1])
        return [*{each for each in found.values() if len(each) == 32}]

    async def does(self, user: str, kind: Kind, name: str, words: str, number: int) -> str:
        """What somebody of the second tenant is told, whatever they send."""
        person = Person("teams", self.second.teams.tenant, user)
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
    async with teams_world_on(sqlite, "tenant-1") as first:
        for user in ("U01", "U02", "U03"):
            await first.joins(user, issue=SECRET)
        await first.says("U02", f"commit {SECRET} on Friday")
        await first.says("U02", f"reflect {SECRET}")
        await first.balcony.answer(
            Event(
                Kind.FORM,
                "bring",
                Person("teams", first.teams.tenant, "U02"),
                "bring",
                "",
                "",
                {"one": "U01", "other": "U03", "why": SECRET},
            )
        )
        await first.teams.presses("U01", await first.told("U01", "round"), "Introduce them now")
        await first.balcony.tick()
        await met_and_told(sqlite, first.balcony, Person("teams", first.teams.tenant, "U02"))
        before = {row[1] for row in await every_row(sqlite)}
        async with teams_world_on(sqlite, "tenant-2") as second:
            for user in ("U01", "U02"):
                await second.joins(user)
            await second.says("U02", "commit walk on Friday")
            rows = await every_row(sqlite)
            yield Two(first, second, {row[1] for row in rows if row[0] != "contact"} - before)


async def met_and_told(database: Database, balcony: Balcony, person: Person) -> None:
    """They say that they met, write a line on what came of it, and let their enabler read it."""
    [introduction] = [row[1] for row in await every_row(database) if row[0] == "introduction"]
    for kind, name, end in ((Kind.BUTTON, "met", ":met"), (Kind.FORM, "came", ""), (Kind.BUTTON, "came.release", "")):
        event = Event(kind, name, person, f"first:{name}", CHANNEL, f"{introduction}{end}", {"line": SECRET})
        assert await balcony.answer(event)


def shown_in(world: TeamsWorld) -> str:
    """Everything that anybody could read there."""
    return json.dumps([[one.activity, one.former] for one in world.teams.messages]) + "".join(
        words_of(dialog) for dialog in world.teams.dialogs.values()
    )


async def test_no_command_reaches_the_other(two: Two) -> None:
    """Every command with every word, by the people whose ids are the same, in their own chat and in the channel."""
    before = await two.rows_of_first()
    assert SECRET in shown_in(two.first)
    for user in ("U01", "U02", "U03"):
        for words in WORDS:
            for place in (None, CHANNEL):
                await two.second.teams.writes(user, words, place)
        await two.second.teams.commits_to(user)
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
                said += [await two.does(user, Kind.FORM, name, words, number) for words in (value, f"{value}:{value}")]
            for name in COMMANDS:
                said.append(await two.does(user, Kind.COMMAND, name, value, number))
    assert await two.rows_of_first() == before
    assert SECRET not in "".join(said)


async def test_a_press_through_the_door_reaches_nobody_else(two: Two) -> None:
    """The id of Ben's commitment in the first, pressed by the Ben of the second, as a press, a dialog and a form."""
    before = await two.rows_of_first()
    commitment = next(row[1] for row in before if row[0] == "commitment")
    saw = await two.second.hears_press("U02", "commitment.close", f"{commitment}:done")
    assert "not in your notebook" in now_in(saw.message)
    gesture = two.second.gesture("U02")
    for activity in (
        gesture.fetches("1", {"verb": "commitment.edit", "value": commitment}),
        gesture.submits(
            {"form": "commit", "words": commitment, "id": f"x|button|commitment.edit|{commitment}", **FILLED}
        ),
    ):
        assert SECRET not in str((await two.second.sends("U02", replace_id(activity, two.second))).reply.body)
    assert await two.rows_of_first() == before


def replace_id(activity: dict[str, object], world: TeamsWorld) -> dict[str, object]:
    """Another activity of the same shape."""
    return activity | {"id": world.teams.new_id()}


async def test_the_witness_is_somebody_of_the_same_programme(two: Two) -> None:
    """Cleo (U03) has joined in the first tenant only, so in the second nobody can ask her."""
    asked = await two.second.told("U02", "commit")
    await two.second.teams.fills("U02", asked, what="x", witness="U03")
    assert "They have not joined" in now_in(asked)


async def test_what_the_other_signed_is_refused(two: Two) -> None:
    """Each door has its own issuer and tenant: signed by the other it is no token, and signed rightly it is not ours."""
    activity = two.second.gesture("U02").writes("commit list")
    two.second.teams.connect(two.first.url)
    assert (await two.second.teams.deliver(activity))[0].status == 401
    ours = activity | {"serviceUrl": two.first.teams.service_url}
    assert (await two.first.teams.deliver(ours))[0].status == 403
    assert (await two.first.listener.hear(ours)).status == 403


async def test_the_same_form_id_is_two_forms(two: Two) -> None:
    """Sent by the same user id in both tenants, and by two people of one: each has its effect."""
    asked = await two.second.told("U02", "commit")
    data = asked.card["actions"][0]["data"]
    for world, user in ((two.first, "U03"), (two.first, "U02"), (two.second, "U01")):
        saw = await world.sends(user, world.gesture(user).submits(data | {"what": f"mine in {user}"}))
        assert "Kept" in str(saw.reply.dialog)
    await two.second.teams.fills("U02", asked, what="x")
    assert "Kept" in now_in(asked)


async def test_nothing_that_a_card_carries_says_who_pressed(two: Two) -> None:
    """Whatever somebody puts into its data: it is Cleo who did it, for Teams says so."""
    forged = {"user": "U02", "person": "U02", "from": {"id": "U02"}, "aadObjectId": "U02", "tenant": "tenant-2"}
    commitment = next(row[1] for row in await two.rows_of_first() if row[0] == "commitment")
    action = {"verb": "commitment.undo", "data": {"verb": "commitment.undo", "value": commitment} | forged}
    saw = await two.first.sends("U03", two.first.gesture("U03").executes("1", action))
    assert "not in your notebook" in now_in(saw.message)


async def test_contacts_are_each_tenants_own(two: Two) -> None:
    """The same ids are two people and two channels; a word in one tenant wakes nothing in the other."""
    for world in (two.first, two.second):
        await world.says("U02", "home", CHANNEL)
    rows = [row for row in await every_row(two.first.database) if row[0] == "contact"]
    for address in ("U01", "U02", CHANNEL):
        assert {row[2] for row in rows if row[3] == address} == {"tenant-1", "tenant-2"}
    two.first.teams.faults.next("say", "403 BotDisabledByAdmin")
    await two.first.waits_until("2026-11-27 09:00")
    waiting = [row for row in await every_row(two.first.database) if "awaited" in str(row)]
    assert len(waiting) == 1
    await two.second.says("U02", "home")
    await two.second.says("U01", "home")
    assert [row for row in await every_row(two.first.database) if "awaited" in str(row)] == waiting


async def test_a_meeting_of_another_tenant_ends_nothing(two: Two) -> None:
    """The same conversation, in the other."""
    before = await two.rows_of_first()
    for world in (two.first, two.second):
        world.clock.moves_to("2026-11-26 14:00")
    gesture = two.second.gesture("U01", Place(CHANNEL, "channel"))
    await two.second.sends("U01", replace(gesture, id="m1").meets("End"))
    assert await two.rows_of_first() == before
