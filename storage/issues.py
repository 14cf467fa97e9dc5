"""What members work on: their words, what they ticked for them, and the portraits made of them in the background.

What a member said before there could be several stands in their own row. Whoever reads it here finds it as their first.
"""

import logging
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select, tuple_, update
from sqlmodel import col

from bot.chat import Person
from storage import members
from storage.db import WRITTEN, Db
from storage.keys import CannotOpen
from storage.models import Issue, Member, Programme

MOST = 3

Mark = tuple[str, str]  # programme and issue: how far one has come in going through all
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Said:
    """One issue as its author sees it: their words, and the ids of the topics they ticked."""

    nth: int
    words: str
    ticked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Painted(Said):
    """An issue that can be compared with others painted by the same version. `portrait`: float16, little-endian."""

    portrait: bytes = b""
    mentioned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine(Said):
    """An issue that its author may change. `portrait` is empty until the version asked for has painted it."""

    id: str
    written_at: datetime
    portrait: bytes = b""


@dataclass(frozen=True, slots=True)
class Bare:
    """An issue without a portrait of the version asked for. `sealed` shows later whether its words are still the same."""

    mark: Mark
    words: str
    sealed: bytes
    painted_by: str
    written_at: datetime

    @property
    def programme_id(self) -> str:
        return self.mark[0]


async def write(db: Db, member: Member, nth: int, words: str, now: datetime) -> None:
    """Keep the member's nth issue, 1 to 3; empty words take it away. Other words are about something else: no ticks."""
    if not 1 <= nth <= MOST:
        raise ValueError(f"a member has issues 1 to {MOST}")
    row = await _row(db, member, nth)
    if not words:
        if row:
            await db.session.delete(row)
        return
    if row is None:
        row = Issue(member_id=member.id, nth=nth, written_at=now)
        db.session.add(row)
    elif db.unseal(row, "words") == words:
        return
    db.seal(row, "words", words)
    row.portrait_sealed = row.mentioned_sealed = row.ticked_sealed = None
    row.painted_by, row.written_at = "", now
    db.session.info[WRITTEN] = True
    await db.session.flush()


async def alone(db: Db, member: Member) -> None:
    """Until the transaction ends, whoever else would add an issue of this member, or take one away, waits."""
    query = select(col(Member.id)).where(col(Member.id) == member.id).with_for_update(key_share=True)
    await db.session.execute(query)


async def add(db: Db, member: Member, words: str, now: datetime) -> int | None:
    """One more of the member's issues: its number, or None if they have as many as there may be. Needs `alone` before."""
    said = await of_member(db, member)
    free = set(range(1, MOST + 1)) - {one.nth for one in said}
    if not free:
        return None
    await write(db, member, min(free), words, now)
    return min(free)


async def take_away(db: Db, member: Member, nth: int) -> None:
    """The member no longer works on it; those after it move up, so that the first is always there if any is."""
    await alone(db, member)
    await write(db, member, nth, "", member.joined_at)
    await db.session.flush()
    for later in range(nth + 1, MOST + 1):
        row = await _row(db, member, later)
        if row:
            row.nth = later - 1
            await db.session.flush()


async def tick(db: Db, member: Member, nth: int, topics: Collection[str]) -> bool:
    """These topics, and no others, are what the member's nth issue is about; False if they have none of that number."""
    row = await _row(db, member, nth)
    if row is None:
        return False
    db.seal(row, "ticked", _joined(topics))
    return True


async def of_member(db: Db, member: Member) -> list[Said]:
    """All that the member works on, in their order."""
    return [Said(one.nth, one.words, one.ticked) for one in await mine(db, member)]


async def mine(db: Db, member: Member, version: str = "") -> list[Mine]:
    """The same for its author, with the portraits that are of that version."""
    if member.issue_sealed:
        await _carry_over(db, member)
    query = select(Issue).where(col(Issue.member_id) == member.id).order_by(col(Issue.nth))
    return [_mine(db, row, version) for row in (await db.session.execute(query)).scalars().all()]


async def one_of(db: Db, person: Person, issue_id: str, version: str = "") -> tuple[Member, Mine] | None:
    """This person's own issue of that id. It is theirs to change until the transaction ends."""
    query = (
        select(Member, Issue)
        .join(Issue, col(Issue.member_id) == col(Member.id))
        .where(col(Issue.id) == issue_id, *members.is_person(person))
        .with_for_update(of=Issue)
    )
    row = (await db.session.execute(query)).one_or_none()
    return (row[0], _mine(db, row[1], version)) if row else None


async def author_of(db: Db, of: Bare, version: str) -> tuple[Member, Mine]:
    """Who wrote it, and what is kept of it by now."""
    query = select(Member, Issue).join(Issue, col(Issue.member_id) == col(Member.id)).where(col(Issue.id) == of.mark[1])
    member, row = (await db.session.execute(query)).one()
    return member, _mine(db, row, version)


async def said_in(db: Db, programme: Programme) -> dict[str, list[Said]]:
    """By member, of those who are here now: all that they work on, painted or not."""
    query = (
        select(Issue)
        .join(Member, col(Member.id) == col(Issue.member_id))
        .where(col(Member.programme_id) == programme.id, col(Member.left_at).is_(None))
        .order_by(col(Issue.member_id), col(Issue.nth))
        .execution_options(populate_existing=True)
    )
    found: defaultdict[str, list[Said]] = defaultdict(list)
    for row in (await db.session.execute(query)).scalars().all():
        found[row.member_id].append(Said(row.nth, db.unseal(row, "words"), _parted(db.unseal(row, "ticked"))))
    return dict(found)


async def of_programme(
    db: Db, programme: Programme, version: str, only: Container[str] | None = None
) -> dict[str, list[Painted]]:
    """By member, of those who are here now: what is painted by that version. Whoever is not in it has nothing to compare.

    `only`: of these members and nobody else.
    """
    query = (
        select(Issue)
        .join(Member, col(Member.id) == col(Issue.member_id))
        .where(
            col(Member.programme_id) == programme.id, col(Member.left_at).is_(None), col(Issue.painted_by) == version
        )
        .order_by(col(Issue.member_id), col(Issue.nth))
    )
    found: defaultdict[str, list[Painted]] = defaultdict(list)
    for row in (await db.session.execute(query)).scalars().all():
        if only is not None and row.member_id not in only:
            continue
        opened = {name: db.unseal(row, name) for name in ("words", "portrait", "mentioned", "ticked")}
        found[row.member_id].append(
            Painted(
                row.nth, opened["words"], _parted(opened["ticked"]),
                b64decode(opened["portrait"]), _parted(opened["mentioned"]),
            )
        )  # fmt: skip
    return dict(found)


async def bare(db: Db, version: str, limit: int, after: Mark | None = None) -> list[Bare]:
    """The next issues that this version has not painted, of members who are here, all of one programme.

    One that does not open is logged and left out: it stands in nobody's way.
    """
    # Two ranges of the index; "not equal" would read every row there is, each time nothing is to be done.
    other = or_(col(Issue.painted_by) < version, col(Issue.painted_by) > version)
    query = (
        select(Issue, col(Member.programme_id))
        .join(Member, col(Member.id) == col(Issue.member_id))
        .where(other, col(Member.left_at).is_(None))
        .order_by(col(Member.programme_id), col(Issue.id))
        .limit(limit)
    )
    if after:
        query = query.where(tuple_(col(Member.programme_id), col(Issue.id)) > after)
    found: list[Bare] = []
    for row, programme_id in (await db.session.execute(query)).all():
        try:
            words, sealed = db.unseal(row, "words"), row.words_sealed or b""
        except CannotOpen as error:
            _log.warning("left without a portrait: %s", error)
            continue
        if found and programme_id != found[0].programme_id:
            break
        found.append(Bare((programme_id, row.id), words, sealed, row.painted_by, row.written_at))
    return found


async def paint(db: Db, of: Bare, version: str, portrait: bytes, mentioned: Iterable[str]) -> bool:
    """Keep the portrait, unless the words were changed or taken away meanwhile, or it is to be made anew."""
    query = select(Issue).where(col(Issue.id) == of.mark[1]).with_for_update()
    row = (await db.session.execute(query)).scalar_one_or_none()
    if row is None or row.words_sealed != of.sealed or row.painted_by != of.painted_by:
        return False
    db.seal(row, "portrait", b64encode(portrait).decode())
    db.seal(row, "mentioned", _joined(mentioned))
    row.painted_by = version
    return True


async def forget_portraits(db: Db, programme_id: str) -> None:
    """Have every issue of the programme painted anew: its list of topics is another one."""
    here = select(col(Member.id)).where(col(Member.programme_id) == programme_id)
    await db.session.execute(update(Issue).where(col(Issue.member_id).in_(here)).values(painted_by=""))
    db.session.info[WRITTEN] = True


async def carry_over(db: Db, limit: int) -> int:
    """Members from before there were several: what they said is their first issue. How many were carried over."""
    query = select(Member).where(col(Member.issue_sealed).is_not(None)).limit(limit).with_for_update()
    rows = (await db.session.execute(query)).scalars().all()
    for member in rows:
        await _move(db, member)
    return len(rows)


async def _carry_over(db: Db, member: Member) -> None:
    """The same for one, who may be carried over elsewhere just now."""
    await db.session.refresh(member, with_for_update=True)
    await _move(db, member)


async def _move(db: Db, member: Member) -> None:
    has_some = select(exists().where(col(Issue.member_id) == member.id))
    if member.issue_sealed and not (await db.session.execute(has_some)).scalar_one():
        await write(db, member, 1, db.unseal(member, "issue"), member.joined_at)
    member.issue_sealed = None
    await db.session.flush()


async def _row(db: Db, member: Member, nth: int) -> Issue | None:
    query = select(Issue).where(col(Issue.member_id) == member.id, col(Issue.nth) == nth)
    return (await db.session.execute(query.with_for_update())).scalar_one_or_none()


def _mine(db: Db, row: Issue, version: str) -> Mine:
    painted = version and row.painted_by == version
    return Mine(
        row.nth, db.unseal(row, "words"), _parted(db.unseal(row, "ticked")), id=row.id, written_at=row.written_at,
        portrait=b64decode(db.unseal(row, "portrait")) if painted else b"",
    )  # fmt: skip


def _joined(topics: Iterable[str]) -> str:
    return " ".join(sorted(topics))


def _parted(topics: str) -> frozenset[str]:
    return frozenset(topics.split())
