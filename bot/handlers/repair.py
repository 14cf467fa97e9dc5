"""A round mended before anybody has seen it: somebody left, paused, opted out, or must not meet somebody."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.kind import TERMS, Kind
from bot.handlers import left_out
from bot.handlers.introducing import introduce, wordings
from bot.handlers.round import described
from bot.handlers.round_facts import Facts, Meeting, gather, pairs_of, regrouped, unwilling
from storage import introductions, issues, members, outbox, programmes
from storage.db import Db
from storage.introductions import Unposted
from storage.models import Introduced, Member, Programme, Round


async def mend(db: Db, member: Member, now: datetime) -> None:
    """Introductions of this member that have not been posted are made anew, as things are now.

    Two or more who may still meet read another message; somebody who is left alone joins others of that round, or hears
    that it fell through and comes first next time. To be called in the transaction in which anything of that changed.
    """
    await _of_member(db, member, now)


async def reword(db: Db, member: Member, now: datetime) -> None:
    """The same where they say otherwise what they work on, where, or when they are free: the channel reads only that."""
    await _of_member(db, member, now, reworded=member.id)


async def _of_member(db: Db, member: Member, now: datetime, *, reworded: str = "") -> None:
    programme = await programmes.of_member(db, member)
    await issues.alone(db, member)  # waits for a round that is being written, so that the next query sees it
    for made in await introductions.unposted_rounds_of(db, member, now - TERMS[Kind.INTRODUCTION].fresh_for):
        await _mend(db, programme, made, now, reworded)


async def _mend(db: Db, programme: Programme, made: Round, now: datetime, reworded: str) -> None:
    waiting = await introductions.unposted(db, made)
    by_user = {one.user: one for one in await members.of_programme(db, programme)}
    user = {one.id: one.user for one in by_user.values()}
    facts = await _facts_before(db, programme, made, now)
    groups = [[user[place.member_id] for place in one.places if place.member_id in user] for one in waiting]
    there = {name for name, one in by_user.items() if not unwilling(one, now)}
    new, left = regrouped(groups, there, facts.known | facts.never, pairs_of(facts.past))
    changed = [
        (nth, one, group)
        for nth, (one, group) in enumerate(zip(waiting, new, strict=True))
        if (ids := {by_user[name].id for name in group}) != {place.member_id for place in one.places} or reworded in ids
    ]
    meetings = await asyncio.to_thread(described, facts, [group for _, _, group in changed if group])
    words = await wordings(db, programme, by_user)
    words = replace(words, turn=words.turn - 1)  # this round is made already
    described_as = {meeting.users: meeting for meeting in meetings}
    for nth, one, group in changed:
        await _put_together(db, one, [by_user[name].id for name in group])
        if group:
            meeting = _same_first_move(described_as[group], user.get(one.introduction.first_move_id or "", ""))
            one.introduction.first_move_id = by_user[meeting.first_move].id
            outbox.rewrite(db, one.saying, introduce(db, meeting, words, now, nth))
        else:
            outbox.leave_out(one.saying, outbox.MENDED)
            await db.session.delete(one.introduction)
    for name in left:
        by_user[name].silent = max(0, by_user[name].silent - 1)
        by_user[name].rounds_off = 0
        await left_out.tell_fell_through(db, programme, by_user[name], made.on, now)


def _same_first_move(meeting: Meeting, before: str) -> Meeting:
    return replace(meeting, first_move=before) if before in meeting.users else meeting


async def _facts_before(db: Db, programme: Programme, made: Round, now: datetime) -> Facts:
    """What is known, but for this round itself."""
    facts = await gather(db, programme, now, made.on)
    return replace(facts, past=tuple(one for one in facts.past if one.made_at != made.made_at))


async def _put_together(db: Db, one: Unposted, ids: Sequence[str]) -> None:
    for place in one.places:
        if place.member_id not in ids:
            await db.session.delete(place)
    there = {place.member_id for place in one.places}
    db.session.add_all(
        Introduced(introduction_id=one.introduction.id, member_id=each) for each in ids if each not in there
    )
    await db.session.flush()
