"""My connections: whom I met through Balcony and whom I know; and asking to meet again, which needs both."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.chat import (
    Answer,
    Block,
    Bold,
    Button,
    Command,
    Event,
    Heading,
    Mention,
    Message,
    Part,
    Refusal,
    Words,
    buttons,
    note,
    say,
    text,
)
from bot.domain import rhythm
from bot.handlers import came_of_it, requests
from bot.handlers.who import awake, member_of, number
from storage import came_of_it as lines
from storage import connections, members
from storage import requests as asked
from storage.connections import Tie
from storage.db import Db
from storage.models import CameOfIt, Member, RequestKind
from storage.requests import Wish

_PAGE = 8


async def show(event: Event, db: Db, now: datetime) -> Answer:
    """Whom the member met, when and through what, and whom they said they know; `words` is how many to pass over."""
    member = await member_of(event, db)
    ties, skip = await connections.of_member(db, member), number(event.words)
    if not ties:
        return _nobody_yet()
    shown = ties[skip : skip + _PAGE]
    if not shown:
        return say("There are no more.", replaces=True)
    written = await lines.all_of(db, member)
    blocks: list[Block] = [Heading("My connections")]
    met = [tie for tie in shown if tie.introduction]
    if met:
        blocks.append(text(Bold("Whom I met")))
    for tie in met:
        blocks += await _met(db, member, tie, written, now)
    if len(met) < len(shown):
        blocks.append(text(Bold("Whom I know")))
        blocks += [text("• ", Mention(tie.other.user)) for tie in shown if not tie.introduction]
    if len(ties) > skip + _PAGE:
        blocks.append(buttons(Button("More of them", "connections", str(skip + _PAGE))))
    return say(*blocks, replaces=bool(skip))


async def again(event: Event, db: Db, now: datetime) -> Answer:
    """Meet again: the other is asked. If they have asked for the same, both have said yes."""
    member, other = await _somebody_met(event, db)
    for one in sorted((member, other), key=lambda one: one.id):  # of two who ask each other at once, one comes second
        await members.lock(db, one)
    theirs = await asked.waiting_from(db, member, other, RequestKind.AGAIN, now)
    if theirs:
        both = await requests.yes(replace(event, words=theirs.id), db, now)
        if await asked.introduction_of(db, theirs):
            return both
    return await requests.ask(db, member, [other], Wish(RequestKind.AGAIN), now)


def _nobody_yet() -> Message:
    return say(
        "You have no connections yet.",
        text("Somebody becomes one when one of you says, after an introduction, that you met. ", Command("/balcony settings"), " is where you ask for introductions."),
    )  # fmt: skip


async def _met(db: Db, member: Member, tie: Tie, written: dict[str, CameOfIt], now: datetime) -> list[Block]:
    introduction_id = tie.introduction.id if tie.introduction else ""
    blocks: list[Block] = [text("• ", Mention(tie.other.user), ". ", *await _through(db, member, tie, now))]
    if row := written.get(introduction_id):
        whose = "The enablers can read it." if row.released_at else "For you alone."
        blocks += [Words(db.unseal(row, "line")), note(whose)]
    row_of = Button("Meet again", "connection.again", tie.other.id), came_of_it.button(introduction_id)
    return [*blocks, buttons(*row_of)]


async def _through(db: Db, member: Member, tie: Tie, now: datetime) -> Sequence[Part]:
    """When they were introduced, and through what."""
    day = rhythm.day_in_words(*(rhythm.local_date(moment, member.timezone) for moment in (tie.since, now)))
    when = f"Introduced {day}" if day == "today" else f"Introduced on {day}"
    if tie.request is None:
        return [f"{when}, in a round."]
    if tie.request.kind != RequestKind.BRING:
        return [f"{when}, because you asked." if tie.request.member_id == member.id else f"{when}, because they asked."]
    asker = await db.session.get_one(Member, tie.request.member_id)
    return [f"{when}, by ", Mention(asker.user), "."]


async def _somebody_met(event: Event, db: Db) -> tuple[Member, Member]:
    """The person who asks, and somebody they met and whom a button names. Raises Refusal."""
    for member in await members.memberships(db, event.person):
        for tie in await connections.of_member(db, member):
            if tie.introduction and tie.other.id == event.words:
                return awake(member), tie.other
    raise Refusal("They are not among those you met, or have left the programme.")
