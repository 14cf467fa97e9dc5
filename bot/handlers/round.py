"""A round: who is introduced to whom, in the programme's channel, with the reason in their own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.chat import (
    Answer,
    Block,
    Bold,
    Button,
    Event,
    Heading,
    Mention,
    Message,
    Own,
    Part,
    Words,
    buttons,
    note,
    say,
    text,
)
from bot.content import catalogue
from bot.domain import rhythm
from bot.domain.kind import Kind
from bot.handlers import help_text
from bot.handlers.who import programme_named, programme_run_by
from bot.matching import Candidate, Plan, plan, similarity
from storage import introductions, issues, members, outbox, programmes
from storage.db import Db
from storage.models import Member, Programme, Round


@dataclass(frozen=True, slots=True)
class Made:
    """What a round came to: its introductions, or why there are none."""

    groups: int
    why_not: str = ""


async def start(event: Event, db: Db, now: datetime) -> Answer:
    """/balcony round: a preview first."""
    if event.words.strip().lower() == "help":
        return help_text.ROUND
    programme = await programme_run_by(event, db)
    today = rhythm.local_date(now, programme.timezone)
    if await introductions.round_on(db, programme, today):
        return say("Today's round has been made already. The next one can be made tomorrow.")
    people = await _willing(db, programme, now)
    if len(people) < 2:  # noqa: PLR2004  it takes two
        return say(_too_few(len(people)))
    planned = await _plan(db, programme, people, now)
    by_id = {member.id: member for member in people}
    blocks: list[Block] = [Heading("A round now"), text(_counted(planned))]
    blocks += [text("• ", *_names([by_id[one] for one in group])) for group in planned.groups[:20]]
    if len(planned.groups) > 20:  # noqa: PLR2004  what fits
        blocks.append(note(f"And {len(planned.groups) - 20} more."))
    return say(
        *blocks,
        note("Nobody has been told yet."),
        buttons(Button("Introduce them now", "round.now", programme.id, main=True), Button("Not now", "round.not")),
    )


async def now_(event: Event, db: Db, now: datetime) -> Answer:
    """The preview was confirmed."""
    made = await make(db, await programme_named(event, db, event.words), now)
    if not made.groups:
        return say(made.why_not, replaces=True)
    verb = "is" if made.groups == 1 else "are"
    return say(f"{_several(made.groups)} {verb} on the way to the channel.", replaces=True)


async def not_now(event: Event, db: Db, now: datetime) -> Answer:
    return say("Nobody was introduced.", replaces=True)


async def make(db: Db, programme: Programme, now: datetime, on: date | None = None) -> Made:
    """Make the round of that local date, or today's: once for a programme and date.

    Everybody willing who is left out is told why.
    """
    on = on or rhythm.local_date(now, programme.timezone)
    if await introductions.round_on(db, programme, on):
        return Made(0, "Today's round has been made already.")
    people = await _willing(db, programme, now)
    if len(people) < 2:  # noqa: PLR2004  it takes two
        await _tell_alone(db, programme, people, on.isoformat(), now)
        return Made(0, _too_few(len(people)))
    planned = await _plan(db, programme, people, now)
    number = await introductions.rounds_made(db, programme)
    made = Round(programme_id=programme.id, on=on, made_at=now)
    rows = await introductions.add(db, made, planned.groups, now, now + rhythm.ASK_IF_MET_AFTER)
    by_id = {member.id: member for member in people}
    for index, (row, group) in enumerate(zip(rows, planned.groups, strict=True)):
        message = await introduce(db, [by_id[one] for one in group], turn=number + index)
        await outbox.put(
            db, f"introduction:{row.id}", programmes.channel_of(programme), message, now,
            kind=Kind.INTRODUCTION, programme_id=programme.id,
        )  # fmt: skip
    return Made(len(rows))


async def introduce(db: Db, people: Sequence[Member], turn: int) -> Message:
    """What the channel sees: who, each one's issue in their own words, and three lines for the first conversation."""
    blocks: list[Block] = [text(*_names(people), ", please meet." if len(people) > 1 else "")]
    for member in people:
        said = await issues.of_member(db, member)
        blocks += [text(Mention(member.user), *_where(member), " is working on:"), *(Words(one.words) for one in said)]
    lines = "\n".join(f"{number}. {line}" for number, line in enumerate(catalogue().worksheet(turn).lines, 1))
    return say(
        *blocks,
        text(Bold("For a first conversation"), "\n" + lines),
        note(f"Half an hour is plenty. Find a time that suits {'both' if len(people) == 2 else 'all'} of you."),  # noqa: PLR2004  a pair
    )


async def _plan(db: Db, programme: Programme, people: Sequence[Member], now: datetime) -> Plan:
    said = {member.id: " ".join(one.words for one in await issues.of_member(db, member)) for member in people}
    candidates = [Candidate(member.id, said[member.id], member.organisation) for member in people]
    seed = f"{programme.id}:{rhythm.local_date(now, programme.timezone)}"
    return plan(candidates, await introductions.history(db, programme), similarity, seed)


async def _willing(db: Db, programme: Programme, now: datetime) -> list[Member]:
    """Who said yes to introductions and is not paused."""
    everyone = await members.of_programme(db, programme)
    return [
        member
        for member in everyone
        if member.wants_introductions and not (member.paused_until and member.paused_until > now)
    ]


async def _tell_alone(db: Db, programme: Programme, people: Sequence[Member], on: str, now: datetime) -> None:
    """Nobody is left out without being told why, and when next."""
    following = ""
    if programme.next_round_at and programme.next_round_at > now:
        days = (rhythm.local_date(moment, programme.timezone) for moment in (programme.next_round_at, now))
        following = f" I will try again on {rhythm.day_in_words(*days)}."
    said = f"It was time for introductions in {programme.name}, but you are the only one who asked for them so far.{following}"
    for member in people:
        key = f"alone:{member.id}:{on}"
        await outbox.put(
            db, key, members.person_of(member), say(said), now,
            kind=Kind.LEFT_OUT, programme_id=programme.id, member_id=member.id,
        )  # fmt: skip


def _names(people: Sequence[Member]) -> list[Part]:
    parts: list[Part] = []
    for index, member in enumerate(people):
        if index:
            parts.append(" and " if index == len(people) - 1 else ", ")
        parts.append(Mention(member.user))
    return parts


def _where(member: Member) -> list[Part]:
    """Organisation and place, as they wrote them."""
    said = ", ".join(word for word in (member.organisation, member.place) if word)
    return [" (", Own(said), ")"] if said else []


def _counted(planned: Plan) -> str:
    people = sum(len(group) for group in planned.groups)
    trio = ", one of three people because the number is odd" if people % 2 else ""
    return f"I would make {_several(len(planned.groups))} between {people} people{trio}:"


def _several(groups: int) -> str:
    return "1 introduction" if groups == 1 else f"{groups} introductions"


def _too_few(number: int) -> str:
    if number == 0:
        return "Nobody has asked for introductions yet, so there is no round to make."
    return "Only one member has asked for introductions so far, and it takes two."
