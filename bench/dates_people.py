"""People who move, machines that sleep, clocks that are stepped, a new tz database: the real jobs on a real database.

The checker knows what people said, what the clock showed and which rows came to be; it asks none of Balcony's functions.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from dates_grid import SLOTS, ZONES
from sqlalchemy import func, select, text
from sqlmodel import col

from bot import handlers
from bot.chat import Event, Kind, Person, Problems, Refusal
from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from bot.scheduler import run_due
from bot.scheduler.jobs import WEEKLY_WINDOW, Job
from bot.scheduler.rounds import WINDOW as ROUND_WINDOW
from storage.db import Database
from storage.models import Commitment, Member, Outbox, Programme, Round
from tests.zones import tz_database, write_zone

START = datetime(2027, 4, 1, 12, tzinfo=UTC)
NEW_RULES = {"Europe/London": "GMT0", "America/New_York": "EST4", "Asia/Beirut": "EET-2", "Africa/Cairo": "<+04>-4"}
MORNING = time(9)
HOUR = timedelta(hours=1)
FILE = """
name = "{channel}"
platform = "local"
workspace = "demo"
channel = "{channel}"
timezone = "{zone}"
enablers = ["nobody"]

[weekly]
day = "monday"
time = 00:00:00

[introductions]
every_weeks = 1
day = "monday"
time = {hour}
size = 2

[[sessions]]
id = "past"
title = "Past"
starts = 2027-01-04T10:00:00
ends = 2027-01-04T11:00:00
theme = ""
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    people: int
    programmes: int
    weeks: int
    moves: int
    sleeps: int
    steps: int
    commitments: int


@dataclass(slots=True)
class Lived:
    """What came of it. Everything from `doubled` on is a fault."""

    passes: int = 0
    weekly: int = 0
    rounds: int = 0
    play_backs: int = 0
    caught_up: int = 0
    noted: int = 0
    doubled: int = 0
    skipped: int = 0
    wrong: int = 0
    flooded: int = 0
    stuck: int = 0

    @property
    def faults(self) -> int:
        return self.doubled + self.skipped + self.wrong + self.flooded + self.stuck

    def __str__(self) -> str:
        return ", ".join(f"{one.name.replace('_', ' ')} {getattr(self, one.name):,}" for one in fields(self))


@dataclass(slots=True)
class Rhythm:
    """What somebody asked for: a weekday, an hour, a zone; and what came, by local date."""

    who: str
    weekday: int
    at: time
    zone: str
    window: timedelta
    first: date | None = None
    came: Counter[date] = field(default_factory=Counter)

    def moment(self, day: date) -> datetime:
        return datetime.combine(day, self.at, ZoneInfo(self.zone)).astimezone(UTC)

    def starts(self, after: datetime) -> None:
        day = after.astimezone(ZoneInfo(self.zone)).date()
        while day.weekday() != self.weekday or self.moment(day) <= after:
            day += timedelta(days=1)
        self.first = day


Happening = tuple[datetime, int, str]  # when, in which order, what


class Life:
    """One run: a seed, a size, the schedulers' databases (all of them the same one), and the jobs of each scheduler."""

    def __init__(
        self, seed: int, size: Size, databases: Sequence[Database], folder: Path, jobs: Callable[[int], Sequence[Job]]
    ) -> None:
        self.random = random.Random(seed)
        self.size = size
        self.databases = databases
        self.folder = folder
        self.jobs = [jobs(number) for number in range(len(databases))]
        self.now = START
        self.end = START + timedelta(weeks=size.weeks)
        self.lived = Lived()
        self.people: dict[str, Rhythm] = {}
        self.channels: dict[str, Rhythm] = {}
        self.weekly_of: dict[str, Rhythm] = {}  # by the member's id
        self.rounds_of: dict[str, Rhythm] = {}  # by the programme's
        self.rounds: set[str] = set()
        self.played: Counter[str] = Counter()
        self.seen = ""
        self.keys = count()

    async def run(self) -> Lived:
        with ExitStack() as stack:
            await self.begin()
            happenings = sorted(self.happenings())
            while self.now < self.end:
                due = await self.next_due()
                coming = happenings[0][0] if happenings else self.end
                if due is not None and due < coming:
                    self.now = max(self.now, due)
                    await self.one_pass()
                elif happenings:
                    self.now = max(self.now, coming)
                    await self.happens(happenings.pop(0)[2], stack)
                else:
                    self.now = self.end
            await self.one_pass()
            await self.judge()
        return self.lived

    # --- what happens ----------------------------------------------------------------------------

    async def begin(self) -> None:
        for number in range(self.size.programmes):
            zone = "Europe/London" if number == 0 else self.random.choice(ZONES)
            rhythm = Rhythm(f"c{number}", 0, time(0) if number == 0 else self.random.choice(SLOTS), zone, ROUND_WINDOW)
            self.channels[rhythm.who] = rhythm
            home = await self.bring_in(rhythm)
            self.rounds_of[home] = rhythm
            rhythm.starts(self.now)
            for half in "ab":  # it takes two
                await self.fills("join", f"{rhythm.who}{half}", rhythm, home, "introductions")
        for number in range(self.size.people):
            zone = list(NEW_RULES)[number % 4] if number < self.size.people // 4 else self.random.choice(ZONES)
            at = time(0) if number < self.size.people // 4 else self.random.choice(SLOTS)
            weekday = 0 if number < self.size.people // 4 else self.random.randrange(7)
            rhythm = Rhythm(f"u{number}", weekday, at, zone, WEEKLY_WINDOW)
            self.people[rhythm.who] = rhythm
            await self.fills("join", rhythm.who, rhythm, self.home, "weekly")
            rhythm.starts(self.now + timedelta(days=3))
        async with self.databases[0].transaction() as db:
            for member in (await db.session.execute(select(Member))).scalars():
                if member.user in self.people:
                    self.weekly_of[member.id] = self.people[member.user]

    def happenings(self) -> Iterator[Happening]:
        """Spread over the whole time, in an order of their own."""
        span = (self.end - START) / timedelta(seconds=1)
        kinds = {
            "move": self.size.moves,
            "sleep": self.size.sleeps,
            "step": self.size.steps,
            "commit": self.size.commitments,
        }
        for kind, number in kinds.items():
            for _ in range(number):
                yield START + timedelta(seconds=self.random.uniform(0.02, 0.98) * span), next(self.keys), kind
        yield START + (self.end - START) * 0.3, next(self.keys), "new rules"
        yield START + (self.end - START) * 0.7, next(self.keys), "old rules"

    async def happens(self, what: str, stack: ExitStack) -> None:
        if what == "move":
            await self.moves()
        elif what == "commit":
            await self.commits()
        elif what == "sleep":
            self.now += timedelta(seconds=round(10 ** self.random.uniform(0, 5.4137)))  # 1 s to 72 h
        elif what == "step":
            self.now += self.random.choice((HOUR, -HOUR))
        elif what == "new rules":
            for zone, rules in NEW_RULES.items():
                write_zone(self.folder / "new", zone, rules, self.now.replace(microsecond=0))
            stack.enter_context(tz_database(self.folder / "new"))
        else:
            stack.close()
        await self.one_pass()

    async def moves(self) -> None:
        """One in eight times it is a programme that moves, and with it those who live by its zone."""
        if self.random.random() < 1 / 8:
            rhythm = self.random.choice(list(self.channels.values()))
            before, rhythm.zone = rhythm.zone, self.random.choice(ZONES)
            await self.bring_in(rhythm)
            if rhythm.who == "c0":
                for one in self.people.values():
                    one.zone = rhythm.zone if one.zone == before else one.zone
            return
        rhythm = self.people[f"u{self.random.randrange(self.size.people)}"]
        rhythm.zone = self.random.choice(ZONES)
        if self.random.random() < 1 / 4:
            rhythm.at = self.random.choice(SLOTS)
        await self.fills("settings", rhythm.who, rhythm, self.home, "weekly")

    async def commits(self) -> None:
        rhythm = self.people[f"u{self.random.randrange(self.size.people)}"]
        today = self.now.astimezone(ZoneInfo(rhythm.zone)).date()
        day = today + timedelta(days=self.random.randrange(10))
        await self.says(rhythm.who, "commit", "", {"what": "ring the school nurse", "day": day.isoformat()})

    async def bring_in(self, rhythm: Rhythm) -> str:
        file = read(FILE.format(channel=rhythm.who, zone=rhythm.zone, hour=rhythm.at.isoformat()))
        async with self.databases[0].transaction() as db:
            return (await bring_in(db, file, self.now)).programme.id

    @property
    def home(self) -> str:
        return next(iter(self.rounds_of))

    async def fills(self, form: str, who: str, rhythm: Rhythm, home: str, consent: str) -> None:
        await self.says(who, form, home, {
            "issue": "waiting times", "organisation": "a place", "sector": "NHS", "consent": (consent,),
            "weekday": str(rhythm.weekday), "hour": f"{rhythm.at:%H:%M}", "timezone": rhythm.zone,
        })  # fmt: skip

    async def says(self, who: str, form: str, words: str, answers: Mapping[str, str | tuple[str, ...]]) -> None:
        person = Person("local", "demo", who)
        event = Event(Kind.FORM, form, person, f"bench:{next(self.keys)}", "c0", words, answers)
        answer = await handlers.answer(event, self.databases[0], self.now)
        if isinstance(answer, Problems | Refusal):
            raise TypeError(f"the form was refused: {answer}")

    # --- what Balcony does -----------------------------------------------------------------------

    async def next_due(self) -> datetime | None:
        """The next moment that is planned, by the index that jobs find it by."""
        columns = (
            Member.next_weekly_at, Programme.next_round_at, Programme.next_warning_at, Commitment.play_back_at,
        )  # fmt: skip
        async with self.databases[0].transaction() as db:
            found = [(await db.session.execute(select(func.min(col(column))))).scalar() for column in columns]
        return min((moment for moment in found if moment), default=None)

    async def one_pass(self) -> None:
        """All schedulers at once, and then a look at what is new. Everybody answers, so that nobody's messages rest."""
        self.lived.passes += 1
        both = zip(self.databases, self.jobs, strict=True)
        await asyncio.gather(*(run_due(database, self.now, jobs) for database, jobs in both))
        async with self.databases[0].transaction() as db:
            await db.session.execute(text("UPDATE member SET unanswered = 0, silent = 0"))
            found = select(Outbox).where(col(Outbox.id) > self.seen).order_by(col(Outbox.id))
            rows = (await db.session.execute(found)).scalars().all()
            rounds = (await db.session.execute(select(Round).where(col(Round.id).not_in(self.rounds)))).scalars().all()
            due_on = dict((await db.session.execute(select(col(Commitment.id), col(Commitment.due_on)))).tuples().all())
        if rows:
            self.seen = rows[-1].id
        self.look(rows, due_on)
        for one in rounds:
            self.rounds.add(one.id)
            self.came(self.rounds_of[one.programme_id], one.on, noted=False)
        due = await self.next_due()
        if due is not None and due <= self.now:
            self.lived.stuck += 1
            self.now += HOUR

    # --- what came of it -------------------------------------------------------------------------

    def look(self, rows: Sequence[Outbox], due_on: Mapping[str, date | None]) -> None:
        """Each new message by the settings and the rules of now: at its moment, or late within its window, or noted."""
        at_once: Counter[tuple[str | None, str]] = Counter()
        for row in rows:
            kind, what, day, *_ = (*row.key.split(":"), "", "")
            noted = row.error.startswith("skipped:")
            if kind == "weekly":
                self.came(self.weekly_of[what], date.fromisoformat(day), noted=noted)
                at_once[row.member_id, kind] += not noted
            elif kind == "round":
                self.came(self.rounds_of[what], date.fromisoformat(day), noted=noted)
            elif kind == "play-back":
                self.played[what] += 1
                self.lived.play_backs += 1
                local = self.now.astimezone(ZoneInfo(self.weekly_of[row.member_id or ""].zone))
                self.lived.wrong += (local.date(), local.time()) < (due_on[what] or local.date(), MORNING)
        self.lived.flooded += sum(number > 1 for number in at_once.values())

    def came(self, rhythm: Rhythm, day: date, *, noted: bool) -> None:
        late = self.now - rhythm.moment(day)
        rhythm.came[day] += 1
        self.lived.noted += noted
        self.lived.caught_up += not noted and late > HOUR
        self.lived.wrong += (late <= rhythm.window) if noted else not timedelta(0) <= late <= rhythm.window
        if rhythm.window == WEEKLY_WINDOW:
            self.lived.weekly += not noted
        else:
            self.lived.rounds += not noted

    async def judge(self) -> None:
        """Every local date of every rhythm once; every commitment once, and not before its day."""
        async with self.databases[0].transaction() as db:
            prompts = (await db.session.execute(text("SELECT count(*) FROM seenprompt"))).scalar_one()
            commitments = (await db.session.execute(select(Commitment))).scalars().all()
        self.lived.wrong += prompts != self.lived.weekly
        for rhythm in (*self.channels.values(), *self.people.values()):
            self.judge_one(rhythm)
        for row in commitments:
            copies = self.played[row.id]
            self.lived.doubled += copies > 1
            self.lived.skipped += copies == 0 and row.due_on is not None and row.due_on < self.surely_over

    def judge_one(self, rhythm: Rhythm) -> None:
        if rhythm.first is None:
            raise ValueError("nothing was planned")
        days = {rhythm.first + timedelta(weeks=week) for week in range(self.size.weeks + 4)}
        self.lived.doubled += sum(number - 1 for number in rhythm.came.values())
        self.lived.doubled += sum(day not in days for day in rhythm.came)  # a second one in its week
        self.lived.skipped += sum(rhythm.came[day] == 0 for day in days if day < self.surely_over)

    @property
    def surely_over(self) -> date:
        return (self.end - timedelta(days=2)).date()
