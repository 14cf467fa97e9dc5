"""Who else works on something: understood and compared before the transaction of the answer opens.

Encoding takes tens of milliseconds, seconds the first time, and comparing grows with the programme. So it is done in a
thread, between a short transaction that reads and the one that answers; what changed meanwhile, the latter looks at again.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.chat import Event, Kind
from bot.domain.connect_words import Verb, Wanted, matter, read
from bot.domain.text import ISSUE_LIMIT, TooLong, tidy
from bot.handlers import topics
from bot.handlers.who import member_asking
from bot.matching import recipe
from storage import connections, issues, members, never_match, own_topics, programmes, requests
from storage.db import Database, Db
from storage.issues import Painted
from storage.models import Member
from storage.own_topics import Called

if TYPE_CHECKING:  # with NumPy, which comes when somebody asks
    from bot.matching.statement import Statement

SHOWN = 3
_SPARE = 9  # some may have left by the time the answer is written
_NEAR = 0.3  # below this, what two texts have in common is that they are English


@dataclass(frozen=True, slots=True)
class Like:
    """A member whose issue is like what was asked for. `sure`: it is about the same; `topic` is what joins them.

    `mine`: which of the issues of whoever asks is most like it; 0 where they have none to compare.
    """

    member_id: str
    nth: int
    sure: bool
    mentioned: bool = False
    topic: str = ""
    mine: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Who is like what was asked for, the likest first."""

    likest: tuple[Like, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """What is compared: the issues of everybody who may be found, and what is needed to understand the question."""

    said: Mapping[str, Sequence[Painted]]
    mine: Sequence[Painted]
    own: Sequence[Called]
    names: Sequence[str]


async def think(event: Event, database: Database, now: datetime) -> Found | None:
    """Who works on what the event asks about; None if it asks nothing that can be compared. Raises as the database does."""
    question = asked(event)
    if not question:
        return None

    async def read(db: Db) -> _Known | None:
        member = await member_asking(event, db)
        return await _known(db, member, now) if member else None

    known = await database.run(read)
    if known is None:
        return None
    return Found(await asyncio.to_thread(_likest, question, known) if known.said else ())


def asked(event: Event) -> str:
    """What the event asks about, as its author wrote it; empty if there is nothing to compare: no words, or too many."""
    wanted = Wanted(Verb.FIND, words=event.answer("about")) if event.kind == Kind.FORM else read(event.words)
    try:
        question = tidy(wanted.words, ISSUE_LIMIT)
    except TooLong:
        return ""
    return question if wanted.verb == Verb.FIND and says_something(question) else ""


def says_something(question: str) -> bool:
    return any(sign.isalnum() for sign in question)


async def may_be_found(db: Db, member: Member, now: datetime) -> dict[str, Member]:
    """By id, whom this member may find: those who agreed to it, are here, not kept apart from them and new to them."""
    programme = await programmes.of_member(db, member)
    apart = await never_match.of_programme(db, programme) | {
        (one.one, one.other) for one in await connections.of_programme(db, programme)
    }
    lately = await requests.asked_lately(db, member, now)
    return {
        one.id: one
        for one in await members.of_programme(db, programme)
        if one.wants_found
        and one.id != member.id
        and one.id not in lately
        and not one.is_paused(now)
        and (min(one.id, member.id), max(one.id, member.id)) not in apart
    }


async def _known(db: Db, member: Member, now: datetime) -> _Known:
    programme = await programmes.of_member(db, member)
    found = await may_be_found(db, member, now)
    said = await issues.of_programme(db, programme, recipe.version_here(), {*found, member.id})
    mine = said.pop(member.id, [])
    own = await own_topics.accepted(db, programme.id)
    return _Known(said, mine, own, await members.names_of_places(db, programme))


def _likest(question: str, known: _Known) -> tuple[Like, ...]:
    """In a thread. NumPy and the encoder come when somebody asks."""
    from bot.matching.painters import painter_with  # noqa: PLC0415
    from bot.matching.reason import Sure, reason  # noqa: PLC0415
    from bot.matching.statement import Statement, rows  # noqa: PLC0415

    painter = painter_with(topics.own_list(known.own))
    about = matter(question)
    wanted = Statement(painter.portraits([about], known.names)[0], painter.mentioned(about, known.names))
    said = [
        (member_id, nth, statement)
        for member_id, painted in known.said.items()
        for nth, statement in _statements(painted, len(wanted.portrait))
    ]
    if not said or not wanted.portrait.any():
        return ()
    scores = rows([one for *_, one in said], painter.topics) @ rows([wanted], painter.topics)[0]
    best: dict[str, int] = {}
    for place in sorted(range(len(said)), key=lambda place: (-round(float(scores[place]), 6), said[place][:2])):
        if scores[place] >= _NEAR:
            best.setdefault(said[place][0], place)
    mine = _statements(known.mine, len(wanted.portrait))
    labels = {topic.id: topic.label for topic in painter.topics.all}
    likest = []
    for place in list(best.values())[:_SPARE]:
        member_id, nth, statement = said[place]
        why = reason([wanted], [statement], painter.topics, linked=True)
        own = mine[reason([one for _, one in mine], [statement], painter.topics, linked=True).one][0] if mine else 0
        label = labels.get(why.topic or "", "")
        likest.append(Like(member_id, nth, why.topic is not None, why.sure == Sure.MENTION, label, own))
    return tuple(likest)


def _statements(painted: Sequence[Painted], size: int) -> list[tuple[int, "Statement"]]:
    """By their number, those that can be compared: of another size it was painted with other topics, and is painted anew."""
    from bot.matching.statement import stored  # noqa: PLC0415

    said = [(one.nth, stored(one.portrait, one.mentioned, one.ticked)) for one in painted]
    return [(nth, statement) for nth, statement in said if len(statement.portrait) == size]
