"""Members: a person in a programme. Every way to one goes through who is asking."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol, cast

from sqlalchemy import BindParameter, ColumnElement, bindparam, select, update
from sqlmodel import col

from bot.chat import Person
from bot.domain import rhythm
from storage.db import Db
from storage.due import Portion
from storage.models import Member, Programme

_Value = str | BindParameter[str]


def is_person(person: Person) -> tuple[ColumnElement[bool], ...]:
    """A member now, and this person."""
    return _is(person.platform, person.workspace, person.user)


def _is(platform: _Value, workspace: _Value, user: _Value) -> tuple[ColumnElement[bool], ...]:
    """A member now: platform, workspace and user together, for ids collide between workspaces."""
    return (
        col(Member.platform) == platform,
        col(Member.workspace) == workspace,
        col(Member.user) == user,
        col(Member.left_at).is_(None),
    )


class Author(Protocol):
    """Whose commitment it is, and when their days begin: what keeping one needs to know of a member."""

    @property
    def id(self) -> str: ...
    @property
    def timezone(self) -> str: ...
    @property
    def paused_until(self) -> datetime | None: ...


# Built once: almost every event begins with one of these two.
_MINE = _is(bindparam("platform"), bindparam("workspace"), bindparam("user"))
_MEMBERSHIPS = select(Member).where(*_MINE).order_by(col(Member.joined_at).desc())
_AUTHORS = select(
    col(Member.id), col(Member.timezone), col(Member.paused_until), col(Member.unanswered), col(Member.silent)
).where(*_MINE)


async def only_author(db: Db, person: Person) -> Author | None:
    """This person as an author, where there is one answer and nothing to note: one programme, nothing unanswered.

    Half as long as loading the member, for /commit, which people wait for most. None sends the caller the long way.
    """
    rows = (await db.connection.execute(_AUTHORS, _filled(person))).all()
    alone = len(rows) == 1 and not rows[0].unanswered and not rows[0].silent
    return cast("Author", rows[0]) if alone else None


async def memberships(db: Db, person: Person) -> Sequence[Member]:
    """Where this person is a member now, the latest joined first."""
    return (await db.session.execute(_MEMBERSHIPS, _filled(person))).scalars().all()


async def row_of(db: Db, programme: Programme, person: Person) -> Member | None:
    """Their row in this programme, also if they left."""
    query = select(Member).where(
        col(Member.programme_id) == programme.id,
        col(Member.platform) == person.platform,
        col(Member.workspace) == person.workspace,
        col(Member.user) == person.user,
    )
    return (await db.session.execute(query)).scalar_one_or_none()


async def joined(db: Db, programme_id: str, user: str) -> Member | None:
    """Somebody of this programme, by their id on its platform, if they are a member now."""
    query = select(Member).where(
        col(Member.programme_id) == programme_id, col(Member.user) == user, col(Member.left_at).is_(None)
    )
    return (await db.session.execute(query)).scalar_one_or_none()


async def same_programme(db: Db, member: Member, other_id: str) -> Member | None:
    """Another member of the same programme, if they have not left."""
    query = select(Member).where(
        col(Member.id) == other_id, col(Member.programme_id) == member.programme_id, col(Member.left_at).is_(None)
    )
    return (await db.session.execute(query)).scalar_one_or_none()


async def of_programme(db: Db, programme: Programme) -> Sequence[Member]:
    query = (
        select(Member)
        .where(col(Member.programme_id) == programme.id, col(Member.left_at).is_(None))
        .order_by(col(Member.joined_at), col(Member.id))
    )
    return (await db.session.execute(query)).scalars().all()


async def names_of_places(db: Db, programme: Programme) -> list[str]:
    """Where the people of the programme are and for whom they work, in order: that says nothing of what they work on."""
    people = await of_programme(db, programme)
    return sorted({name for one in people for name in (one.place, one.organisation) if name})


async def findable(db: Db, programme: Programme) -> Sequence[Member]:
    """Those of the programme who agreed that the others may find them, in the order in which they joined."""
    return [member for member in await of_programme(db, programme) if member.wants_found]


async def held(db: Db, programme: Programme) -> Sequence[Member]:
    """The same, as they are now, held until this transaction ends: nobody leaves or changes anything meanwhile."""
    query = (
        select(Member)
        .where(col(Member.programme_id) == programme.id, col(Member.left_at).is_(None))
        .order_by(col(Member.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await db.session.execute(query)).scalars().all()


async def skip_another_date(db: Db, programme: Programme, instead_of: date) -> None:
    """The round of that date is on its next date instead, so whoever was to skip it skips that one."""
    query = update(Member).where(col(Member.programme_id) == programme.id, col(Member.skips_round_on) == instead_of)
    await db.session.execute(query.values(skips_round_on=programme.next_round_on))


async def with_weekly_due(db: Db, portion: Portion) -> Sequence[Member]:
    """Members whose weekly message is due."""
    query = select(Member).where(col(Member.wants_weekly).is_(True), col(Member.left_at).is_(None))
    return await portion.take(db, query, Member, "next_weekly_at")


async def lock(db: Db, member: Member) -> None:
    """Nobody else who asks for the same changes anything that is counted for this member until the transaction ends."""
    await db.session.execute(select(col(Member.id)).where(col(Member.id) == member.id).with_for_update())


def set_weekly(member: Member, on: date | None) -> None:
    """Their next weekly message is that of this local date, at their hour in their zone; none: they rest."""
    member.next_weekly_on = on
    member.next_weekly_at = rhythm.instant(on, member.weekly_time, member.timezone) if on else None


def person_of(member: Member) -> Person:
    return Person(member.platform, member.workspace, member.user)


def _filled(person: Person) -> dict[str, str]:
    return {"platform": person.platform, "workspace": person.workspace, "user": person.user}
