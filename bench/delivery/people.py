"""Workspaces full of people, and what is to be said to them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import count
from pathlib import Path
from typing import Any

from clock import Clock
from sqlalchemy import insert

from bot.chat import Button, Channel, Message, Person, buttons, note, say
from bot.domain.kind import TERMS, Kind
from storage import outbox
from storage.db import Database
from storage.models import Member, Programme
from storage.outbox import Saying

ZONE = "Europe/London"
IN_TURN = (Kind.WEEKLY, Kind.INTRODUCTION, Kind.PLAY_BACK, Kind.WITNESSED)  # half of them are said again, half are left
TO_ALL = (Kind.AFTER_SESSION, Kind.INTRODUCTION)


@dataclass(frozen=True)
class Crowd:
    """So many workspaces with one programme each, and so many members in each; after the first, `few` if that is said."""

    workspaces: int
    people: int
    few: int = 0

    def names(self) -> list[str]:
        return [f"T{number:04d}" for number in range(1, self.workspaces + 1)]

    def users(self, workspace: str) -> list[str]:
        """Ids collide between workspaces: they are only unique inside one."""
        number = self.few if self.few and workspace != self.names()[0] else self.people
        return [f"U{number:06d}" for number in range(1, number + 1)]


async def move_in(database: Database, crowd: Crowd, clock: Clock) -> None:
    """Their programmes and members, who agreed to everything."""
    now = clock()
    async with database.transaction() as db:
        await db.session.execute(insert(Programme), [_programme(name, now) for name in crowd.names()])
        for name in crowd.names():
            await db.session.execute(insert(Member), [_member(name, user, now) for user in crowd.users(name)])


def personal(kind: Kind, workspace: str, user: str, turn: int = 0, due: datetime | None = None) -> Saying:
    """A message to one person."""
    key = f"{kind.name.lower()}:{workspace}:{user}:{turn}"
    to = Person("slack", workspace, user)
    return Saying(key, to, _message(turn), kind, workspace, f"{workspace}-{user}", due)


def public(kind: Kind, workspace: str, turn: int) -> Saying:
    """A message to the channel of the workspace's programme."""
    key = f"{kind.name.lower()}:{workspace}:channel:{turn}"
    return Saying(key, Channel("slack", workspace, "C01"), _message(turn), kind, workspace)


def of_all_kinds(crowd: Crowd, number: int) -> list[Saying]:
    """So many messages to all these people, of every kind, and some in the channels."""
    return [saying for saying, _ in zip(_endless(crowd), range(number), strict=False)]


class Book:
    """What people were promised, for the checker: told.jsonl."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / "told.jsonl"
        self._clock = clock
        self.keys: list[str] = []

    async def say(self, database: Database, sayings: Sequence[Saying]) -> float:
        """Put them into the outbox in one transaction; gives the seconds of the machine it took."""
        now, began = self._clock(), self._clock.seconds()
        async with database.transaction() as db:
            await outbox.put_all(db, sayings, now)
        took = (self._clock.seconds() - began) / self._clock.factor
        with self._path.open("a") as file:
            file.writelines(json.dumps(_told(saying, now)) + "\n" for saying in sayings)
        self.keys += [saying.key for saying in sayings]
        return took


def _endless(crowd: Crowd) -> Iterator[Saying]:
    """Everybody gets one of each kind in four turns; a workspace's channel gets something after every fortieth person."""
    names, users = crowd.names(), crowd.users(crowd.names()[0])
    for turn in count():
        for number, user in enumerate(users):
            for workspace in names:
                yield personal(IN_TURN[(turn + number) % len(IN_TURN)], workspace, user, turn)
                if number % 40 == 0:
                    yield public(TO_ALL[number // 40 % 2], workspace, turn * crowd.people + number)


def _told(saying: Saying, now: datetime) -> dict[str, Any]:
    to = saying.to
    return {
        "key": saying.key, "kind": saying.kind, "again": TERMS[saying.kind].again, "workspace": to.workspace,
        "place": f"D{to.user[1:]}" if isinstance(to, Person) else to.channel, "due": (saying.due_at or now).timestamp(),
    }  # fmt: skip


def _message(turn: int) -> Message:
    """As long as a weekly one."""
    return say(
        f"This is message {turn} of the bench. What would you do this week if you began where people are, with what they "
        "already know, and asked who else should be in the room before the work was planned?",
        buttons(Button("I did it", "checkin.done", "1", main=True), Button("Not yet", "checkin.later", "1")),
        note("Change when these come with /balcony weekly."),
    )


def _programme(workspace: str, now: datetime) -> dict[str, Any]:
    return Programme(
        id=workspace, platform="slack", workspace=workspace, channel="C01", name=workspace, timezone=ZONE,
        weekly_weekday=3, weekly_time=time(16), round_every_weeks=2, round_weekday=1, round_time=time(9, 30),
        round_size=2, created_at=now,
    ).model_dump()  # fmt: skip


def _member(workspace: str, user: str, now: datetime) -> dict[str, Any]:
    return Member(
        id=f"{workspace}-{user}", programme_id=workspace, platform="slack", workspace=workspace, user=user,
        timezone=ZONE, wants_weekly=True, wants_introductions=True, weekly_weekday=3, weekly_time=time(16), joined_at=now,
    ).model_dump()  # fmt: skip
