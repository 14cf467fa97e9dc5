"""A round: who is introduced to whom, in the programme's channel, with the reason in their own words."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.chat import Answer, Block, Button, Event, Heading, Refusal, buttons, note, say, text
from bot.domain import rhythm
from bot.domain.counting import in_words, people
from bot.domain.kind import Kind
from bot.handlers import help_text, left_out, round_facts
from bot.handlers.calling import names
from bot.handlers.introducing import introduce, still_so, wordings
from bot.handlers.round_facts import SITS_OUT, Facts, Meeting, Planned, away, gather, pairs_of, regrouped
from bot.handlers.who import programme_named, programme_run_by
from storage import introductions, members, outbox, programmes
from storage.db import Db
from storage.introductions import Together
from storage.models import Member, Programme, Round
from storage.outbox import Saying

_MOST_WHILE_OTHERS_WAIT = 1000  # people; on SQLite everybody's answers wait while a round is planned by hand
_MADE_ALREADY = "Today's round has been made already. The next one can be made tomorrow."
_NOBODY = "This time there is nobody to introduce to each other."
_SHOWN = 20


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
        return say(_MADE_ALREADY)
    facts = await _small_enough(db, programme, now, today)
    there = sum(not one.away for one in facts.people)
    planned = await asyncio.to_thread(plan, facts)
    if not planned.meetings:
        return say(_too_few(there))
    by_user = {member.user: member for member in await members.of_programme(db, programme)}
    blocks: list[Block] = [Heading("A round now"), text(_counted(planned))]
    blocks += [text("• ", *names([by_user[user] for user in one.users])) for one in planned.meetings[:_SHOWN]]
    if len(planned.meetings) > _SHOWN:
        blocks.append(note(f"And {len(planned.meetings) - _SHOWN} more."))
    left = there - sum(len(one.users) for one in planned.meetings)
    if left:
        blocks.append(note(f"For {people(left)} there is nobody this time. I would tell them so, and when next."))
    return say(
        *blocks,
        note("Nobody has been told yet."),
        buttons(Button("Introduce them now", "round.now", programme.id, main=True), Button("Not now", "round.not")),
    )


async def now_(event: Event, db: Db, now: datetime) -> Answer:
    """The preview was confirmed. The round is planned anew: what counts is who is there now."""
    programme = await programme_named(event, db, event.words)
    today = rhythm.local_date(now, programme.timezone)
    if await introductions.round_on(db, programme, today):
        return say(_MADE_ALREADY, replaces=True)
    facts = await _small_enough(db, programme, now, today)
    planned = await asyncio.to_thread(plan, facts)
    instead = programme.next_round_on == today
    if instead:  # whoever is left over hears of the one after it
        programmes.set_round(programme, today + timedelta(weeks=programme.round_every_weeks), now)
    made = await write(db, programme, planned, now)
    if not made.groups:
        if instead:
            programmes.set_round(programme, today, now)
        return say(made.why_not, replaces=True)
    verb = "is" if made.groups == 1 else "are"
    return say(f"{_several(made.groups)} {verb} on the way to the channel.", replaces=True)


async def not_now(event: Event, db: Db, now: datetime) -> Answer:
    return say("Nobody was introduced.", replaces=True)


def plan(facts: Facts) -> Planned:
    """In a thread."""
    from bot.handlers import planning  # noqa: PLC0415  NumPy comes when there is something to plan

    return planning.plan(facts)


def described(facts: Facts, groups: Sequence[Sequence[str]]) -> list[Meeting]:
    """In a thread."""
    from bot.handlers import planning  # noqa: PLC0415  the same

    return planning.described(facts, groups)


async def write(db: Db, programme: Programme, planned: Planned, now: datetime) -> Made:
    """Make the round of that local date as it was planned, but with whoever is still there: once for a date.

    Everybody who was there and is left over is told why. Nothing that somebody said or did since is passed over.
    """
    on = planned.facts.on
    await programmes.held(db, programme.id)
    if await introductions.round_on(db, programme, on):
        return Made(0, _MADE_ALREADY)
    by_user = {member.user: member for member in await members.held(db, programme)}
    there = {user for user, member in by_user.items() if not away(member, now, on)}
    meetings, left = await _as_it_is_now(db, programme, planned, by_user, there)
    for user in left:
        await left_out.tell(db, programme, by_user[user], planned, now)
    resting = [member for member in by_user.values() if away(member, now, on) == round_facts.RESTING]
    await left_out.tell_rest(db, programme, resting, now)
    if meetings:
        await _write(db, programme, replace(planned, meetings=tuple(meetings)), by_user, now)
    _counted_for(by_user, {user for meeting in meetings for user in meeting.users}, now, on)
    return Made(len(meetings), "" if meetings else _too_few(len(there)))


async def _small_enough(db: Db, programme: Programme, now: datetime, on: date) -> Facts:
    """What is known, where planning with it holds nobody else up for long. Raises Refusal."""
    if db.session.get_bind().dialect.name == "sqlite":
        many = sum(one.wants_introductions for one in await members.of_programme(db, programme))
        if many > _MOST_WHILE_OTHERS_WAIT:
            raise Refusal(
                "With so many people everybody would wait while I plan. The timetable makes the rounds of this programme."
            )
    return await gather(db, programme, now, on)


async def _as_it_is_now(
    db: Db, programme: Programme, planned: Planned, by_user: Mapping[str, Member], there: set[str]
) -> tuple[list[Meeting], list[str]]:
    """The plan with those who are still there and may still meet; and those who are left over."""
    user = {member.id: member.user for member in by_user.values()}
    known, never = await round_facts.forbidden(db, programme, user)
    groups = [meeting.users for meeting in planned.meetings]
    new, left = regrouped(groups, there, known | never, pairs_of(planned.facts.past))
    other = [group for group, was in zip(new, groups, strict=True) if group and group != was]
    anew = await asyncio.to_thread(described, planned.facts, other) if other else []
    same = [meeting for meeting, group in zip(planned.meetings, new, strict=True) if group == meeting.users]
    left += [user for user, why in (planned.left_out or {}).items() if user in there and user not in left]
    return sorted([*same, *anew], key=lambda meeting: meeting.users), sorted(left)


async def _write(db: Db, programme: Programme, planned: Planned, by_user: Mapping[str, Member], now: datetime) -> None:
    words = await wordings(db, programme, by_user)
    made = Round(programme_id=programme.id, on=planned.facts.on, made_at=now)
    groups = [
        Together([by_user[user].id for user in one.users], by_user[one.first_move].id) for one in planned.meetings
    ]
    rows = await introductions.add(db, made, groups, now, now + rhythm.ASK_IF_MET_AFTER)
    sayings = []
    for nth, (row, meeting) in enumerate(zip(rows, planned.meetings, strict=True)):
        message = introduce(db, still_so(meeting, planned.facts, words), words, now, nth)
        to = programmes.channel_of(programme)
        sayings.append(Saying(introductions.key_of(row), to, message, Kind.INTRODUCTION, programme.id))
        await asyncio.sleep(0)  # other answers must not wait for all of it
    await outbox.put_all(db, sayings, now)


def _counted_for(by_user: Mapping[str, Member], in_it: set[str], now: datetime, on: date) -> None:
    """Also in a round without an introduction: where everybody sits out the same ones, nobody would ever be back."""
    for user, member in by_user.items():
        if user in in_it:
            member.silent += 1
            member.rounds_off = member.round_every - 1
        elif away(member, now, on) == SITS_OUT:
            member.rounds_off -= 1


def _counted(planned: Planned) -> str:
    many = sum(len(one.users) for one in planned.meetings)
    pairs = all(len(one.users) == 2 for one in planned.meetings[1:])  # noqa: PLR2004  a pair
    odd = many % 2 and pairs
    if len(planned.meetings) == 1:
        return f"I would make one introduction, of {in_words(many)} people:"
    trio = ", one of three people because the number is odd" if odd else ""
    return f"I would make {_several(len(planned.meetings))} between {many} people{trio}:"


def _several(groups: int) -> str:
    return "One introduction" if groups == 1 else f"{groups} introductions"


def _too_few(number: int) -> str:
    if number == 0:
        return "Nobody has asked for introductions yet, so there is no round to make."
    if number == 1:
        return "Only one member can be introduced now, and it takes two."
    return _NOBODY
