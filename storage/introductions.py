"""Rounds, introductions and what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Subquery, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.chat import Person
from bot.domain import rhythm
from bot.domain.kind import Kind
from storage import members
from storage.db import Db
from storage.due import Portion
from storage.lanes import in_state
from storage.models import Introduced, Introduction, Member, Outbox, OutboxState, Programme, Round

MET, BOOKED, NOT_YET, NOT_THIS_TIME = "met", "booked", "not yet", "not this time"

_KEY = "introduction:"  # what the key of its message begins with
_AT_ONCE = 500
_UNSEEN = (OutboxState.DUE, OutboxState.FAILED)  # what has failed an enabler may have tried again


@dataclass(frozen=True, slots=True)
class Past:
    """An introduction that was made: when, of which members, and what those have said became of it.

    `in_channel`: in a round, so that everybody read of it; one that somebody asked for is known to those in it.
    """

    made_at: datetime
    ids: frozenset[str]
    said: frozenset[str] = frozenset()
    in_channel: bool = True


@dataclass(frozen=True, slots=True)
class Together:
    """Members to introduce to each other, and who makes the first move."""

    ids: Sequence[str]
    first_move_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unposted:
    """An introduction that nobody has seen yet: its message, and the places of its people."""

    introduction: Introduction
    saying: Outbox
    places: list[Introduced]


def key_of(introduction: Introduction) -> str:
    """The key of the message in the channel that introduces them."""
    return _KEY + introduction.id


async def round_on(db: Db, programme: Programme, on: date) -> Round | None:
    query = select(Round).where(col(Round.programme_id) == programme.id, col(Round.on) == on)
    return (await db.session.execute(query)).scalar_one_or_none()


async def rounds_made(db: Db, programme: Programme) -> int:
    query = select(col(Round.id)).where(col(Round.programme_id) == programme.id)
    return len((await db.session.execute(query)).scalars().all())


async def last_round(db: Db, programme: Programme) -> Round | None:
    query = select(Round).where(col(Round.programme_id) == programme.id).order_by(col(Round.on).desc()).limit(1)
    return (await db.session.execute(query)).scalar_one_or_none()


async def add(db: Db, made: Round, groups: Sequence[Together], now: datetime, ask_at: datetime) -> list[Introduction]:
    """Write the round and its introductions."""
    rows = [
        Introduction(
            round_id=made.id,
            programme_id=made.programme_id,
            made_at=now,
            ask_at=ask_at,
            first_move_id=one.first_move_id,
        )
        for one in groups
    ]
    places = [
        Introduced(introduction_id=row.id, member_id=member_id)
        for row, one in zip(rows, groups, strict=True)
        for member_id in one.ids
    ]
    for level in ([made], rows, places):  # each refers to the one before it
        db.session.add_all(level)
        await db.session.flush()
    return rows


async def history(db: Db, programme: Programme) -> list[Past]:
    """Every introduction of the programme so far, first to last."""
    query = (
        select(
            *(col(Introduction.id), col(Introduction.made_at), col(Introduction.round_id)),
            *(col(Introduced.member_id), col(Introduced.met)),
        )
        .join(Introduced, col(Introduced.introduction_id) == col(Introduction.id))
        .where(col(Introduction.programme_id) == programme.id)
        .order_by(col(Introduction.made_at), col(Introduction.id))
    )
    groups: dict[str, tuple[datetime, bool, dict[str, str]]] = {}
    for introduction_id, made_at, round_id, member_id, met in (await db.session.execute(query)).all():
        groups.setdefault(introduction_id, (made_at, round_id is not None, {}))[2][member_id] = met
    return [
        Past(made_at, frozenset(said), frozenset(said.values()) - {""}, in_channel)
        for made_at, in_channel, said in groups.values()
    ]


async def hosted(db: Db, programme: Programme) -> dict[str, int]:
    """How often each member of the programme was asked to make the first move; nobody who never was."""
    query = (
        select(col(Introduction.first_move_id), func.count())
        .where(col(Introduction.programme_id) == programme.id, col(Introduction.first_move_id).is_not(None))
        .group_by(col(Introduction.first_move_id))
    )
    return {member_id: times for member_id, times in (await db.session.execute(query)).all() if member_id}


async def last_of_each(db: Db, programme: Programme) -> dict[str, str]:
    """By member, the id of their last introduction; nobody who has had none."""
    places = _newest_first(programme)
    query = select(places.c.member_id, places.c.introduction_id).where(places.c.nth == 1)
    return {row[0]: row[1] for row in (await db.session.execute(query)).all()}


async def unposted_rounds_of(db: Db, member: Member, since: datetime) -> Sequence[Round]:
    """Rounds with an introduction of this member that has not been posted, and was made since then."""
    query = (
        select(Round)
        .join(Introduction, col(Introduction.round_id) == col(Round.id))
        .join(Introduced, col(Introduced.introduction_id) == col(Introduction.id))
        .join(Outbox, col(Outbox.key) == _KEY + col(Introduction.id))
        .where(col(Introduced.member_id) == member.id, col(Outbox.state).in_(_UNSEEN), col(Outbox.created_at) >= since)
        .order_by(col(Round.on))
    )
    return (await db.session.execute(query)).scalars().all()


async def unposted(db: Db, made: Round) -> list[Unposted]:
    """The introductions of a round that nobody has seen yet, held so that none is posted meanwhile."""
    query = (
        select(Introduction, Outbox)
        .join(Outbox, col(Outbox.key) == _KEY + col(Introduction.id))
        .where(col(Introduction.round_id) == made.id, col(Outbox.state).in_(_UNSEEN))
        .order_by(col(Outbox.id))
        .with_for_update(of=Outbox)
        .execution_options(populate_existing=True)
    )
    found = {row.id: Unposted(row, saying, []) for row, saying in (await db.session.execute(query)).all()}
    of_round = select(col(Introduction.id)).where(col(Introduction.round_id) == made.id)
    places = select(Introduced).where(col(Introduced.introduction_id).in_(of_round))
    for place in (await db.session.execute(places)).scalars().all():
        if place.introduction_id in found:
            found[place.introduction_id].places.append(place)
    return list(found.values())


async def gone_but_awaited(db: Db) -> Sequence[Member]:
    """Members who have left and stand in an introduction that is still to be posted."""
    # Step by step: in one query PostgreSQL reads every member there is, though mostly nothing waits.
    waiting = select(col(Outbox.key)).where(in_state(OutboxState.DUE), col(Outbox.kind) == Kind.INTRODUCTION)
    keys = (await db.session.execute(waiting)).scalars().all()
    ids = {place.member_id for place in await _places_of_gone(db, keys)}
    found = [await db.session.get(Member, member_id) for member_id in sorted(ids)]
    return [member for member in found if member]


async def with_somebody_gone(db: Db, keys: Sequence[str]) -> set[str]:
    """Of introductions, by the keys of their messages, those in which somebody has left."""
    return {_KEY + place.introduction_id for place in await _places_of_gone(db, keys)}


async def _places_of_gone(db: Db, keys: Sequence[str]) -> list[Introduced]:
    found: list[Introduced] = []
    for begin in range(0, len(keys), _AT_ONCE):
        ids = [key.removeprefix(_KEY) for key in keys[begin : begin + _AT_ONCE]]
        query = (
            select(Introduced)
            .join(Member, col(Member.id) == col(Introduced.member_id))
            .where(col(Introduced.introduction_id).in_(ids), col(Member.left_at).is_not(None))
        )
        found += (await db.session.execute(query)).scalars().all()
    return found


async def outcomes(db: Db, programme: Programme) -> tuple[int, int]:
    """How many introductions the programme has had, and of how many anybody said that they met."""
    of_it = select(func.count()).select_from(Introduction).where(col(Introduction.programme_id) == programme.id)
    met = exists().where(col(Introduced.introduction_id) == col(Introduction.id), col(Introduced.met) == MET)
    made, led = [(await db.session.execute(query)).scalar_one() for query in (of_it, of_it.where(met))]
    return made, led


async def to_ask(db: Db, portion: Portion) -> Sequence[Introduction]:
    """Introductions whose people are to be asked if they met."""
    return await portion.take(db, select(Introduction), Introduction, "ask_at")


async def to_ask_again(db: Db, portion: Portion) -> Sequence[Introduced]:
    """Places whose person is to be asked once more, or need not answer any more."""
    return await portion.take(db, select(Introduced), Introduced, "ask_again_at")


async def people_in(db: Db, introduction: Introduction) -> Sequence[Member]:
    """Those of the introduction who have not left."""
    return [member for member, _ in await places_in(db, introduction)]


async def places_in(db: Db, introduction: Introduction) -> list[tuple[Member, Introduced]]:
    """The same with what each said became of it."""
    query = (
        select(Member, Introduced)
        .join(Introduced, col(Introduced.member_id) == col(Member.id))
        .where(col(Introduced.introduction_id) == introduction.id, col(Member.left_at).is_(None))
        .order_by(col(Member.joined_at), col(Member.id))
    )
    return [(row[0], row[1]) for row in (await db.session.execute(query)).all()]


async def anybody_met(db: Db, introduction: Introduction) -> bool:
    """Whether somebody of it said so, also if they have left."""
    query = select(col(Introduced.member_id)).where(
        col(Introduced.introduction_id) == introduction.id, col(Introduced.met) == MET
    )
    return (await db.session.execute(query)).first() is not None


async def not_met(db: Db, member: Member, since: datetime, limit: int) -> list[tuple[Introduction, Introduced]]:
    """The member's latest introductions since then of which nobody has said that they met, with the member's own answer."""
    theirs = aliased(Introduced)
    met = exists().where(col(theirs.introduction_id) == col(Introduction.id), col(theirs.met) == MET)
    query = (
        select(Introduction, Introduced)
        .join(Introduced, col(Introduced.introduction_id) == col(Introduction.id))
        .where(col(Introduced.member_id) == member.id, col(Introduction.made_at) >= since, ~met)
        .order_by(col(Introduction.made_at).desc(), col(Introduction.id))
        .limit(limit)
    )
    return [(row[0], row[1]) for row in (await db.session.execute(query)).all()]


async def place_of(db: Db, person: Person, introduction_id: str) -> tuple[Member, Introduced] | None:
    """This person's own place in an introduction."""
    query = (
        select(Member, Introduced)
        .join(Introduced, col(Introduced.member_id) == col(Member.id))
        .where(col(Introduced.introduction_id) == introduction_id, *members.is_person(person))
    )
    row = (await db.session.execute(query)).one_or_none()
    return (row[0], row[1]) if row else None


async def not_happened(db: Db, programme: Programme, now: datetime) -> set[str]:
    """Ids of the members whose last introduction did not happen, so that they are offered first.

    Somebody in it said not this time; or the last question about it is a week old, and nobody said met or booked.
    """
    places = _newest_first(programme)
    its_places = select(Introduced).where(col(Introduced.introduction_id) == col(Introduction.id))
    happened = its_places.where(col(Introduced.met).in_([MET, BOOKED])).exists()
    refused = its_places.where(col(Introduced.met) == NOT_THIS_TIME).exists()
    awaited = its_places.where(col(Introduced.ask_again_at).is_not(None)).exists()
    silent = and_(
        col(Introduction.ask_at).is_(None), col(Introduction.made_at) <= now - rhythm.NOTHING_CAME_AFTER, ~awaited
    )
    query = (
        select(places.c.member_id)
        .join(Introduction, col(Introduction.id) == places.c.introduction_id)
        .where(places.c.nth == 1, ~happened, or_(refused, silent))
    )
    return set((await db.session.execute(query)).scalars().all())


def _newest_first(programme: Programme) -> Subquery:
    """Everybody's introductions, each member's numbered from their last: `nth` 1."""
    latest = (col(Introduction.made_at).desc(), col(Introduction.id).desc())
    nth = func.row_number().over(partition_by=col(Introduced.member_id), order_by=latest).label("nth")
    return (
        select(col(Introduced.member_id), col(Introduced.introduction_id), nth)
        .join(Introduction, col(Introduction.id) == col(Introduced.introduction_id))
        .where(col(Introduction.programme_id) == programme.id)
        .subquery()
    )
