"""My connections: whom I met through Balcony and whom I know; and asking to meet again, which needs both."""

from collections.abc import Sequence
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
from bot.handlers import came_of_it, met, requests
from bot.handlers.calling import names
from bot.handlers.who import awake, member_of, number
from storage import came_of_it as lines
from storage import connections, members
from storage.connections import Tie
from storage.db import Db
from storage.models import Member, RequestKind
from storage.requests import Wish

_PAGE = 8


async def show(event: Event, db: Db, now: datetime) -> Answer:
    """Whom the member met, when and through what, and whom they said they know; `words` is how many to pass over."""
    member = await member_of(event, db)
    ties, skip = await connections.met_by(db, member), number(event.words)
    met_already = {tie.other.id for tie in ties}
    known = [one for one in await connections.said_known(db, member) if one.id not in met_already]
    if not ties and not known:
        return _nobody_yet(member, await met.lately(db, member, now))
    end, many = skip + _PAGE, len(ties) + len(known)
    if skip >= many:
        return say("There are no more.", replaces=True)
    blocks: list[Block] = [Heading("My connections")]
    if shown := ties[skip:end]:
        blocks += await _met(db, member, shown, now)
    if others := known[max(0, skip - len(ties)) : max(0, end - len(ties))]:
        blocks += [text(Bold("Whom I know")), text(*names(others)), buttons(Button("Change whom I know", "known.list"))]
    more = [buttons(Button("More of them", "connections", str(end)))]
    return say(*blocks, *(more if end < many else await met.lately(db, member, now)), replaces=bool(skip))


async def again(event: Event, db: Db, now: datetime) -> Answer:
    """Meet again: the other is asked. If they have asked for the same, both have said yes."""
    member, other = await _somebody_met(event, db)
    return await requests.ask(db, member, [other], Wish(RequestKind.AGAIN), now)


def _nobody_yet(member: Member, lately: Sequence[Block]) -> Message:
    way = text("To be introduced each round, tick it in ", Command("/balcony settings"), ".")
    return say(
        "You have no connections yet.",
        *lately,
        "Somebody becomes a connection when one of you says, after an introduction, that you met.",
        *([] if member.wants_introductions else [way]),
        buttons(Button("Find somebody", "connect"), Button("Whom I know", "known.list")),
    )  # fmt: skip


async def _met(db: Db, member: Member, ties: Sequence[Tie], now: datetime) -> list[Block]:
    written = await lines.all_of(db, member)
    blocks: list[Block] = [text(Bold("Whom I met"))]
    for tie in ties:
        blocks.append(text("• ", Mention(tie.other.user), ". ", *await _through(db, member, tie, now)))
        if row := written.get(tie.introduction.id):
            whose = "The enablers can read it." if row.released_at else "For you alone."
            blocks += [Words(db.unseal(row, "line")), note(whose)]
        row_of = Button("Meet again", "connection.again", tie.other.id), came_of_it.button(tie.introduction.id)
        blocks.append(buttons(*row_of))
    return blocks


async def _through(db: Db, member: Member, tie: Tie, now: datetime) -> Sequence[Part]:
    """When they were introduced, and through what."""
    day = rhythm.day_in_words(
        *(rhythm.local_date(moment, member.timezone) for moment in (tie.introduction.made_at, now))
    )
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
        for tie in await connections.met_by(db, member):
            if tie.other.id == event.words:
                return awake(member), tie.other
    raise Refusal("They are not among those you met, or have left the programme.")
