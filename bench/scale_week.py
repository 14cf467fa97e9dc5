"""One programme of fifty members, as people and Balcony's own jobs make it: two weeks and two days, through the handlers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.app import Balcony
from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from bot.platforms.local.listen import Room, Someone
from bot.platforms.local.outbound import LocalPlatform
from storage.db import Database

MEMBERS = 50
ZONE = ZoneInfo("Europe/London")
WEEK_BEGINS, WEEK_ENDS = "2026-11-25 12:00", "2026-12-02 12:00"  # a full week: a message, a round, a commitment each
NEXT_WEEKLY = "2026-12-03 16:00"
_PROGRAMME = """
name = "Making our Move: systems leadership"
platform = "local"
workspace = "demo"
channel = "our-move"
timezone = "Europe/London"
enablers = ["u00"]

[weekly]
day = "thursday"
time = 16:00:00

[introductions]
every_weeks = 1
day = "tuesday"
time = 09:30:00
size = 2
"""
_SESSION = """
[[sessions]]
id = "session-{number}"
title = "The fundamentals: getting to shared purpose, part {number}"
starts = 2026-{day}T13:00:00
ends = 2026-{day}T15:00:00
theme = "shared purpose"
"""
_SESSIONS = ("11-16", "11-26", "12-15", "01-12", "02-09", "03-09")


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


def moment(text: str) -> datetime:
    """A moment like "2026-12-03 16:00", in London."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


class Programme:
    """The room they are in, and a clock."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, Clock(moment("2026-11-16 10:00"))
        platform = LocalPlatform()
        self.balcony = Balcony(database, {"local": platform}, self.clock)
        self.people: list[Someone] = []
        self._room = Room(self.balcony.answer, platform, "our-move")

    async def begins(self) -> None:
        """Everything up to the week that is counted."""
        days = [f"{'2026' if day > '06' else '2027'}-{day}" for day in _SESSIONS]
        sessions = [
            _SESSION.format(number=number, day=day[5:]).replace("2026", day[:4]) for number, day in enumerate(days)
        ]
        async with self.database.transaction() as db:
            await bring_in(db, read(_PROGRAMME + "".join(sessions)), self.clock())
        self.people = [self._room.someone(f"u{number:02}") for number in range(MEMBERS)]
        for number, someone in enumerate(self.people):
            await someone.types("/balcony join")
            await someone.fills(
                issue=f"getting {number} services to see the same child as one child, and not as a list of needs",
                organisation=f"Organisation {number % 17}", sector=("NHS", "council", "charity")[number % 3],
                place="Durham", consent=("weekly", "introductions"),
            )  # fmt: skip
        await self._until("2026-11-16 15:00")
        await self._commits("Friday")
        await self._until("2026-11-19 16:00")
        await self._answers_the_weekly_message()
        await self._until("2026-11-20 09:00")
        await self._tells_how_it_went()
        await self._until("2026-11-24 09:30")
        await self._until(WEEK_BEGINS)

    async def goes_on(self) -> None:
        """The week that is counted, with a session and a round in it."""
        await self._commits("Friday")
        await self._until("2026-11-26 15:00")
        for someone in self.people[::2]:
            await someone.presses("Reflect")
            await someone.fills(q2="That we keep asking schools for numbers they do not have, and call it partnership")
        await self._until("2026-11-26 16:00")
        await self._answers_the_weekly_message()
        await self._until("2026-11-27 09:00")
        await self._tells_how_it_went()
        await self._until("2026-12-01 09:30")
        for someone in self.people[::2]:
            await someone.presses("Yes")
        await self._until(WEEK_ENDS)

    async def _until(self, text: str) -> None:
        self.clock.now = moment(text)
        await self.balcony.tick()

    async def _commits(self, day: str) -> None:
        for number, someone in enumerate(self.people):
            await someone.types(f"/commit ring the school nurse of school {number} and ask what she sees on {day}")

    async def _answers_the_weekly_message(self) -> None:
        for number, someone in enumerate(self.people):
            if number % 2:
                await someone.presses("Skip")
            else:
                await someone.presses("Write")
                await someone.fills(
                    page="Nobody had the whole picture, and everybody thought that somebody else did. " * 3
                )

    async def _tells_how_it_went(self) -> None:
        for someone in self.people[: MEMBERS * 3 // 4]:
            await someone.presses("Done")
