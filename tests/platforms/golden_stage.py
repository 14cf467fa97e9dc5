"""A stage for the goldens: one programme on Slack, its people, and everything that Balcony says to them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.app import Balcony
from bot.chat import (
    Address,
    Answer,
    Button,
    Buttons,
    CannotLook,
    Channel,
    DeliveryError,
    Event,
    Form,
    Kind,
    Message,
    Pace,
    Person,
)
from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from storage.db import Database
from tests.conftest import Blind, Clock, london, programme

Answers = dict[str, str | tuple[str, ...]]

WORKSPACE, CHANNEL = "T01TEST", "C01GEN"
ISSUES = {
    "U02": "Childhood obesity in Durham",
    "U03": "School meals across Cleveland",
    "U05": "Getting families outdoors in Kent",
}
JOINED: Answers = {
    "sector": "council",
    "consent": ("weekly", "introductions"),
    "place": "Durham",
    "weekday": "3",
    "hour": "16:00",
}


@dataclass
class Heard(Blind):
    """A platform that keeps what is said, or refuses what goes to a channel."""

    said: list[tuple[Address, Message, str]] = field(default_factory=list)
    refuses: DeliveryError | None = None
    pace: Pace = field(default_factory=Pace)

    async def send(self, to: Address, message: Message, key: str) -> str:
        if self.refuses and isinstance(to, Channel):
            raise self.refuses
        self.said.append((to, message, key))
        return key

    async def find(self, to: Address, key: str, since: datetime) -> str | None:  # noqa: ARG002
        raise CannotLook


@dataclass
class Stage:
    """Ana (U01) runs the programme; Ben (U02), Cleo (U03) and Eli (U05) can join. Monday 23 November 2026, 10:00."""

    database: Database
    clock: Clock
    heard: Heard
    balcony: Balcony
    events: int = 0

    @staticmethod
    def on(database: Database, now: datetime) -> "Stage":
        clock, heard = Clock(now), Heard()
        return Stage(database, clock, heard, Balcony(database, {"slack": heard}, clock), int(now.timestamp()))

    async def does(
        self, kind: Kind, name: str, words: str = "", user: str = "U02", answers: Answers | None = None,
        *, channel: str = CHANNEL, workspace: str = WORKSPACE,
    ) -> Answer:  # fmt: skip
        """One event, and what its author is told."""
        self.events += 1
        person = Person("slack", workspace, user)
        event = Event(kind, name, person, f"{self.events}", channel, words, answers or {})
        return await self.balcony.answer(event)

    async def types(self, line: str, user: str = "U02") -> Answer:
        command, _, words = line.partition(" ")
        return await self.does(Kind.COMMAND, command, words, user)

    async def presses(self, shown: Answer, label: str, user: str = "U02") -> Answer:
        """The first button with this label, or this name where the label may well change."""
        assert isinstance(shown, Message)
        found = next(b for b in buttons_of(shown) if label in (b.label, b.name))
        return await self.does(Kind.BUTTON, found.name, found.value, user)

    async def sends(self, form: Answer, user: str = "U02", **answers: str | tuple[str, ...]) -> Answer:
        """A form, with what it begins with where nothing else is said."""
        assert isinstance(form, Form)
        initial: Answers = {question.name: question.initial for question in form.questions}
        return await self.does(Kind.FORM, form.name, form.words, user, initial | answers)

    async def joins(self, *users: str) -> Answer:
        joined: Answer = None
        for user in users:
            form = await self.types("/balcony join", user)
            issue = ISSUES.get(user, "Keeping this group going")
            joined = await self.sends(form, user, issue=issue, organisation=f"{user} Council", **JOINED)
        return joined

    async def waits_until(self, moment: str) -> None:
        self.clock.moves_to(moment)
        await self.balcony.tick()

    async def posted(self, key: str, user: str = "") -> Message:
        """The last thing said under a key that begins like this; to that user if one is named."""
        await self.balcony.tick()
        return [m for to, m, k in self.heard.said if k.startswith(key) and user in ("", _user(to))][-1]


def buttons_of(shown: Message) -> list[Button]:
    return [button for block in shown.blocks if isinstance(block, Buttons) for button in block.buttons]


def _user(to: Address) -> str:
    return "" if isinstance(to, Channel) else to.user


Factory = Callable[[Stage], Awaitable[Answer]]


async def stage_on(database: Database) -> None:
    """The programme is in; Ben and Cleo have joined."""
    stage = Stage.on(database, london("2026-11-23 09:00"))
    async with database.transaction() as db:
        await bring_in(db, read(programme("slack", WORKSPACE, CHANNEL, "U01")), stage.clock())
    await stage.joins("U02", "U03")
