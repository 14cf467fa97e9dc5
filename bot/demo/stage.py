"""The demo's stage: a Balcony on a temporary database, the local platform, a clock that is moved, and a screen."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.app import Balcony
from bot.chat import Message
from bot.content import load
from bot.delivery import Delivered
from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from bot.platforms.local import render
from bot.platforms.local.inbound import PLATFORM
from bot.platforms.local.listen import Room, Someone
from bot.platforms.local.outbound import LocalPlatform
from bot.scheduler import Did
from storage.db import Database

ZONE = ZoneInfo("Europe/London")
OPENING = datetime(2024, 4, 25, 9, 0, tzinfo=ZONE)  # the morning of the first session


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Stage:
    """Everything the demo needs at hand."""

    balcony: Balcony
    room: Room
    clock: Clock
    people: dict[str, dict[str, Any]]
    console: Console
    pause: float

    def someone(self, user: str) -> Someone:
        return self.room.someone(user)

    async def moves_to(self, moment: datetime) -> list[Did | Delivered]:
        """Move the clock there, and let Balcony do what is due."""
        self.clock.now = moment.astimezone(UTC)
        return await self.balcony.tick()

    async def understands(self) -> None:
        """What the members work on, as it is done in the background while Balcony serves."""
        await self.balcony.do_in_time()

    def title(self, words: str) -> None:
        self.console.print()
        self.console.rule(f"[bold]{self.clock.now.astimezone(ZONE):%A %-d %B %Y, %H:%M}[/bold]  {words}", align="left")

    def tells(self, words: str) -> None:
        self.console.print(f"[dim]{words}[/dim]")

    def types(self, user: str, line: str) -> None:
        self.console.print(f"[cyan]{self._name(user)}[/cyan] types  [bold]{line}[/bold]")

    def presses(self, user: str, label: str) -> None:
        self.console.print(f"[cyan]{self._name(user)}[/cyan] presses  [bold]\\[{label}][/bold]")

    async def shows(self, message: Message, to: str) -> None:
        """Show a message as that person, or the channel, sees it."""
        await self.shows_text(render.as_text(message), to)

    async def shows_text(self, words: str, to: str) -> None:
        self.prints(words, to)
        if self.pause:
            await asyncio.sleep(self.pause)

    def prints(self, words: str, to: str) -> None:
        title = f"#{self.room.channel}" if to == self.room.channel else f"only {self._name(to)} sees this"
        self.console.print(
            Panel(
                Text(words),
                title=title,
                title_align="left",
                border_style="green" if to == self.room.channel else "blue",
            )
        )

    def _name(self, user: str) -> str:
        return str(self.people[user]["name"]) if user in self.people else user


async def raise_curtain(database: Database, console: Console, pause: float) -> Stage:
    """Bring in the real series; the group waits outside."""
    platform = LocalPlatform()
    clock = Clock(OPENING.astimezone(UTC))
    balcony = Balcony(database, {PLATFORM: platform}, clock)
    people = {person["user"]: person for person in load("demo/people.toml")["people"]}
    series = read(series_text())
    async with database.transaction() as db:
        await bring_in(db, series, clock())
    return Stage(balcony, Room(balcony.answer, platform, series.channel), clock, people, console, pause)


def series_text() -> str:
    """The programme file of the series, as an enabler would write it."""
    return files("bot.content").joinpath("demo/series.toml").read_text(encoding="utf-8")


def delivered(done: Sequence[Did | Delivered], kind: str) -> int:
    """How many messages of that kind were sent in a pass."""
    return sum(isinstance(one, Delivered) and one.key.startswith(f"{kind}:") and one.state == "sent" for one in done)
