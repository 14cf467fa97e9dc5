"""What members work on: their words, what they ticked for them, and the portraits made of them in the background."""

import logging
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select, tuple_, update
from sqlmodel import col

from storage.db import Db
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


@dataclass(frozen=True, slots=True)
class Bare:
    """An issue without a portrait of the version asked for. `sealed` shows later whether its words are still the same."""

    mark: Mark
    words: str
    sealed: bytes
    painted_by: str

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
    query = select(Issue).where(col(Issue.member_id) == member.id).order_by(col(Issue.nth))
    rows = (await db.session.execute(query)).scalars().all()
    return [Said(row.nth, db.unseal(row, "words"), _parted(db.unseal(row, "ticked"))) for row in rows]


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


async def of_programme(db: Db, programme: Programme, version: str) -> dict[str, list[Painted]]:
    """By member, of those who are here now: what is painted by that version. Whoever is not in it has nothing to compare."""
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
            one = Bare((programme_id, row.id), db.unseal(row, "words"), row.words_sealed or b"", row.painted_by)
        except CannotOpen as error:
            _log.warning("left without a portrait: %s", error)
            continue
        if found and programme_id != found[0].programme_id:
            break
        found.append(one)
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


async def carry_over(db: Db, limit: int) -> int:
    """Members from before there were several: what they said is their first issue. How many were carried over."""
    none = ~exists().where(col(Issue.member_id) == col(Member.id))
    query = select(Member).where(col(Member.issue_sealed).is_not(None), none).limit(limit).with_for_update()
    rows = (await db.session.execute(query)).scalars().all()
    for member in rows:
        await write(db, member, 1, db.unseal(member, "issue"), member.joined_at)
    return len(rows)


async def _row(db: Db, member: Member, nth: int) -> Issue | None:
    query = select(Issue).where(col(Issue.member_id) == member.id, col(Issue.nth) == nth)
    return (await db.session.execute(query.with_for_update())).scalar_one_or_none()


def _joined(topics: Iterable[str]) -> str:
    return " ".join(sorted(topics))


def _parted(topics: str) -> frozenset[str]:
    return frozenset(topics.split())
