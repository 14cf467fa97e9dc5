"""Introductions that somebody asked for, whom they asked, and what those said. Nobody else ever learns of a no."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.chat import Person
from storage import members
from storage.db import Db
from storage.models import Asked, Introduced, Introduction, Member, Request, RequestKind

OPEN_FOR = timedelta(days=14)
NOT_AGAIN_FOR = timedelta(days=90)  # the same person by the same one, unless it led to an introduction


class Said(StrEnum):
    """What somebody who was asked said."""

    NOTHING = ""
    YES = "yes"
    NO = "no"
    TAKEN_BACK = "taken back"  # whoever had asked took it back


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: words of whoever asks, and which of each one's issues it is about, by member, where it is one."""

    kind: RequestKind
    words: str = ""
    about: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's own place in a request."""

    member: Member
    request: Request
    asked: Asked


async def add(db: Db, member: Member, asked: Sequence[Member], wish: Wish, now: datetime) -> Request:
    row = Request(programme_id=member.programme_id, member_id=member.id, kind=wish.kind, made_at=now)
    db.seal(row, "words", json.dumps({"words": wish.words, "about": dict(wish.about)}))
    places = [Asked(request_id=row.id, member_id=one.id) for one in asked]
    for level in ([row], places):  # each refers to the one before it
        db.session.add_all(level)
        await db.session.flush()
    return row


def wish(db: Db, request: Request) -> Wish:
    return Wish(RequestKind(request.kind), **json.loads(db.unseal(request, "words")))


async def place_of(db: Db, person: Person, request_id: str) -> Place | None:
    """This person's own place in it. Nobody else changes the request until this transaction ends."""
    await _locked(db, request_id)
    query = (
        select(Member, Request, Asked)
        .join(Asked, col(Asked.member_id) == col(Member.id))
        .join(Request, col(Request.id) == col(Asked.request_id))
        .where(col(Request.id) == request_id, *members.is_person(person))
    )
    row = (await db.session.execute(query)).one_or_none()
    return Place(*row) if row else None


async def of_asker(db: Db, person: Person, request_id: str) -> Request | None:
    """The request, for whoever made it. Nobody else changes it until this transaction ends."""
    await _locked(db, request_id)
    query = (
        select(Request)
        .join(Member, col(Member.id) == col(Request.member_id))
        .where(col(Request.id) == request_id, *members.is_person(person))
    )
    return (await db.session.execute(query)).scalar_one_or_none()


def is_open(request: Request, now: datetime) -> bool:
    """Not too old. Whether it was made or taken back is for others to say."""
    return now < request.made_at + OPEN_FOR


async def open_of(db: Db, member: Member, now: datetime) -> Sequence[Request]:
    """What the member asked and what is open, the oldest first. A no does not close it: that would tell of it."""
    waiting = exists().where(col(Asked.request_id) == col(Request.id), col(Asked.answer) != Said.TAKEN_BACK)
    query = (
        select(Request)
        .where(col(Request.member_id) == member.id, col(Request.made_at) > now - OPEN_FOR, waiting, ~_made())
        .order_by(col(Request.id))
    )
    return (await db.session.execute(query)).scalars().all()


async def asked_lately(db: Db, member: Member, now: datetime) -> set[str]:
    """The ids of those whom the member asked in the last 90 days, unless it led to an introduction; taken back or not."""
    query = (
        select(col(Asked.member_id))
        .join(Request, col(Request.id) == col(Asked.request_id))
        .where(col(Request.member_id) == member.id, col(Request.made_at) > now - NOT_AGAIN_FOR, ~_made())
    )
    return set((await db.session.execute(query)).scalars().all())


async def waiting_for(db: Db, asker: Member, asked: Member, now: datetime) -> Request | None:
    """What `asker` asked of `asked` alone, for the two of them, while it is open; nobody else changes it meanwhile."""
    others = aliased(Asked)
    more = exists().where(col(others.request_id) == col(Request.id), col(others.member_id) != asked.id)
    query = (
        select(Request)
        .join(Asked, col(Asked.request_id) == col(Request.id))
        .where(
            col(Request.member_id) == asker.id, col(Request.kind) != RequestKind.BRING, ~more, ~_made(),
            col(Request.made_at) > now - OPEN_FOR,
            col(Asked.member_id) == asked.id, col(Asked.answer) != Said.TAKEN_BACK,
        )
        .order_by(col(Request.id)).limit(1).with_for_update(of=Request)
    )  # fmt: skip
    return (await db.session.execute(query)).scalar_one_or_none()


async def asked_by(db: Db, request: Request) -> Sequence[tuple[Member, Asked]]:
    """Everybody whom it asks, those who left among them, in the order in which they joined."""
    query = (
        select(Member, Asked)
        .join(Asked, col(Asked.member_id) == col(Member.id))
        .where(col(Asked.request_id) == request.id)
        .order_by(col(Member.joined_at), col(Member.user))
    )
    return [(member, asked) for member, asked in (await db.session.execute(query)).all()]


async def introduction_of(db: Db, request: Request) -> Introduction | None:
    """What it led to."""
    query = select(Introduction).where(col(Introduction.request_id) == request.id)
    return (await db.session.execute(query)).scalar_one_or_none()


async def introduce(
    db: Db, request: Request, people: Sequence[Member], now: datetime, ask_at: datetime
) -> Introduction:
    """Keep that all of them have said yes. The first of them makes the first move."""
    row = Introduction(
        request_id=request.id, programme_id=request.programme_id, first_move_id=people[0].id, made_at=now, ask_at=ask_at
    )  # fmt: skip
    for level in ([row], [Introduced(introduction_id=row.id, member_id=one.id) for one in people]):
        db.session.add_all(level)
        await db.session.flush()
    return row


def _made() -> ColumnElement[bool]:
    return exists().where(col(Introduction.request_id) == col(Request.id))


async def _locked(db: Db, request_id: str) -> None:
    await db.session.execute(select(col(Request.id)).where(col(Request.id) == request_id).with_for_update())
