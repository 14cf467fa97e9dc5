"""Whoever is not introduced this time hears why, and when next. Nobody hears who does not want to meet whom."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.chat import Button, Message, buttons, say
from bot.domain import rhythm
from bot.domain.kind import Kind
from bot.handlers.round_facts import Planned
from storage import introductions, members, outbox
from storage.db import Db
from storage.models import Member, Programme
from storage.outbox import Saying

_KNOWS_EVERYBODY = "everybody who takes part this time is somebody you know already"
# The same for somebody who is alone, and for somebody with whom nobody may be introduced: neither shows the other.
_NOBODY = "there was nobody I could introduce you to this time. That happens while few people take part"
_FELL_THROUGH = "the introduction I had for you does not work out after all"


async def tell(db: Db, programme: Programme, member: Member, planned: Planned, now: datetime) -> None:
    """In the round of that date there is nobody for them."""
    knows = (planned.left_out or {}).get(member.user) == "knows everybody"
    why = _KNOWS_EVERYBODY if knows else _NOBODY
    said = f"It was time for introductions in {programme.name}, but {why}."
    await _say(db, programme, member, (said, planned.facts.on), now)


async def tell_fell_through(db: Db, programme: Programme, member: Member, on: date, now: datetime) -> None:
    """There was somebody, and then not."""
    await _say(db, programme, member, (f"I am sorry: in {programme.name} {_FELL_THROUGH}.", on), now)


async def tell_rest(db: Db, programme: Programme, resting: Sequence[Member], now: datetime) -> None:
    """Once for each silence: Balcony introduces them no more until they say so, or do anything."""
    if not resting:
        return
    last = await introductions.last_of_each(db, programme)
    keys = {member.id: f"rests:{member.id}:{last.get(member.id, '')}" for member in resting}
    said = await outbox.said_already(db, list(keys.values()))
    sayings = [
        Saying(
            keys[member.id], members.person_of(member), _rests(programme, member), Kind.RESTS, programme.id, member.id
        )
        for member in resting
        if keys[member.id] not in said
    ]
    await outbox.put_all(db, sayings, now)


def _rests(programme: Programme, member: Member) -> Message:
    return say(
        f"I have introduced you three times in {programme.name} and heard nothing from you. You have been busy, so I rest: "
        "I introduce you to nobody until you are back.",
        buttons(Button("Introduce me again", "introductions.again", member.id, main=True)),
    )


async def _say(db: Db, programme: Programme, member: Member, what: tuple[str, date], now: datetime) -> None:
    said, on = what
    following = ""
    if programme.next_round_at and programme.next_round_at > now:
        # By its date, and never "tomorrow": it may be read some days later, when the week's messages are used up.
        day = rhythm.local_date(programme.next_round_at, programme.timezone)
        following = (
            f" I will try again on {rhythm.day_in_words(day, day - timedelta(weeks=1))}, and you come first then."
        )
    await outbox.put(
        db, f"left-out:{member.id}:{on}", members.person_of(member), say(said + following), now,
        kind=Kind.LEFT_OUT, programme_id=programme.id, member_id=member.id,
    )  # fmt: skip
