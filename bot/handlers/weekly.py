"""The weekly message: a prompt never seen before, what is open, a box to write in. Silence is respected."""

from datetime import date, datetime, timedelta

from bot.chat import Answer, Block, Bold, Button, Command, Event, Message, Rule, buttons, note, say, text
from bot.content import catalogue
from bot.domain import rhythm
from bot.handlers import commit, join
from bot.handlers.who import member_named, member_of, older_version
from storage import commitments, members, reflections
from storage.db import Db
from storage.models import Member

OFFER_SLOWER_AFTER = 3  # messages in a row without an answer
REST_AFTER = 4
_SHOWN = 5
_MAXIM_EVERY = 4  # messages
_RHYTHMS = {"1": "Every week", "2": "Every two weeks", "4": "Every four weeks"}


async def write(db: Db, member: Member, now: datetime) -> Message:
    """This week's message for this member; notes the prompt as seen."""
    if member.unanswered >= REST_AFTER:
        return _rest()
    seen = await reflections.prompts_seen(db, member)
    prompt = catalogue().next_prompt(seen, theme=None, turn=int(member.id[-6:], 16))
    reflections.saw(db, member, prompt.id, now)
    blocks: list[Block] = [text("Two minutes on the balcony:"), text(Bold(prompt.text)), _choices(prompt.id, member)]
    if member.weekly_count % _MAXIM_EVERY == _MAXIM_EVERY - 1:
        maxims = catalogue().maxims
        maxim = maxims[member.weekly_count // _MAXIM_EVERY % len(maxims)]
        blocks.append(note(f"“{maxim.text}” {maxim.credit}"))
    rows = await commitments.open_of(db, member)
    if rows:
        blocks += [Rule(), text("Still open:")]
    for row in rows[:_SHOWN]:
        blocks += commit.entry(db, row, rhythm.local_date(now, member.timezone))
    if len(rows) > _SHOWN:
        blocks.append(note(f"And {len(rows) - _SHOWN} more: ", Command("/commit list")))
    if member.unanswered >= OFFER_SLOWER_AFTER:
        blocks += [
            Rule(),
            text("Perhaps my last few messages came at a bad time. Would a slower rhythm suit you better?"),
            buttons(*_rhythms(member.id, "2", "4"), Button("As it is", "weekly.skip")),
        ]
    return say(*blocks)


async def skip(event: Event, db: Db, now: datetime) -> Answer:
    """A sign of life that asks for nothing."""
    await member_of(event, db)
    return say("Until next time.")


async def less(event: Event, db: Db, now: datetime) -> Answer:
    member = await member_named(event, db, event.words)
    return say("How often would suit you?", buttons(*_rhythms(member.id, "2", "4", "1")))


async def every(event: Event, db: Db, now: datetime) -> Answer:
    """A rhythm was chosen, in weeks."""
    weeks, _, member_id = event.words.partition(":")
    member = await member_named(event, db, member_id)
    if weeks not in _RHYTHMS:
        raise older_version()
    before, member.weekly_every = member.weekly_every, int(weeks)
    planned = member.next_weekly_on
    if planned is None:
        join.plan_weekly(member, now)
    elif member.weekly_count and not member.is_paused(now):
        members.set_weekly(member, _counted_from_the_last(member, planned, before, now))
    return say(join.what_i_send(member))


def _counted_from_the_last(member: Member, planned: date, weeks_before: int, now: datetime) -> date:
    """The next message in the new rhythm; `planned` stands so many weeks after the last one."""
    first = planned + timedelta(weeks=member.weekly_every - weeks_before)
    return rhythm.turns(
        first, now, member.weekly_time, member.timezone, member.weekly_every, window=timedelta(0)
    ).following


def _choices(prompt_id: str, member: Member) -> Block:
    return buttons(
        Button("Write", "reflect.page", prompt_id, main=True),
        Button("Skip", "weekly.skip"),
        Button("Less often", "weekly.less", member.id),
        Button("Pause until…", "pause"),
    )


def _rhythms(member_id: str, *weeks: str) -> list[Button]:
    return [Button(_RHYTHMS[number], "weekly.every", f"{number}:{member_id}") for number in weeks]


def _rest() -> Message:
    """The last message after a long silence: no more until they say so."""
    return say(
        "You have been busy, so I will rest and write no more weekly messages. Your commitments still come back on their day.",
        buttons(Button("Start again", "resume", main=True)),
    )
