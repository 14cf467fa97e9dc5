"""The weekly message: a prompt never seen before, what is open, a box to write in. Silence is respected."""

from datetime import datetime

from bot.chat import Answer, Block, Bold, Button, Event, Message, Rule, buttons, note, say, text
from bot.content import catalogue
from bot.domain import rhythm
from bot.handlers import commit, join
from bot.handlers.who import member_of
from storage import commitments, reflections
from storage.db import Db
from storage.models import Member

OFFER_SLOWER_AFTER = 3  # messages in a row without an answer
REST_AFTER = 4
_SHOWN = 5
_MAXIM_EVERY = 4  # messages
_RHYTHMS = buttons(
    Button("Every two weeks", "weekly.every", "2"),
    Button("Every four weeks", "weekly.every", "4"),
    Button("Every week", "weekly.every", "1"),
)
_SLOWER = buttons(*_RHYTHMS.buttons[:2], Button("As it is", "weekly.skip"))


async def write(db: Db, member: Member, now: datetime) -> Message:
    """This week's message for this member; notes the prompt as seen."""
    if member.unanswered >= REST_AFTER:
        return _rest(member)
    seen = await reflections.prompts_seen(db, member)
    prompt = catalogue().next_prompt(seen, theme=None, turn=int(member.id[:6], 16))
    reflections.saw(db, member, prompt.id, now)
    blocks: list[Block] = [text("Two minutes on the balcony:"), text(Bold(prompt.text)), _choices(prompt.id)]
    if member.weekly_count % _MAXIM_EVERY == _MAXIM_EVERY - 1:
        maxim = catalogue().next_maxim(list(_maxims_before(member)))
        blocks.append(note(f"“{maxim.text}” {maxim.credit}"))
    rows = await commitments.open_of(db, member)
    if rows:
        blocks += [Rule(), text("Still open:")]
    for row in rows[:_SHOWN]:
        blocks += commit.entry(db, row, rhythm.local_date(now, member.timezone))
    if len(rows) > _SHOWN:
        blocks.append(note(f"And {len(rows) - _SHOWN} more: /commit list"))
    if member.unanswered >= OFFER_SLOWER_AFTER:
        blocks += [
            Rule(),
            text("My last few messages came at a bad time, perhaps. Would a slower rhythm suit you better?"),
            _SLOWER,
        ]
    return say(*blocks)


async def skip(event: Event, db: Db, now: datetime) -> Answer:
    """A sign of life that asks for nothing."""
    await member_of(event, db)
    return say("Until next time.")


async def less(event: Event, db: Db, now: datetime) -> Answer:
    await member_of(event, db)
    return say("How often would suit you?", _RHYTHMS)


async def every(event: Event, db: Db, now: datetime) -> Answer:
    """A rhythm was chosen, in weeks."""
    member = await member_of(event, db)
    member.weekly_every = {"1": 1, "2": 2, "4": 4}[event.words]
    if member.wants_weekly and member.next_weekly_at:
        planned = rhythm.next_weekly(now, member.weekly_weekday, member.weekly_time, member.timezone)
        member.next_weekly_at = (
            rhythm.later_weekly(planned, now, member.weekly_time, member.timezone, member.weekly_every - 1)
            if member.weekly_every > 1
            else planned
        )
    return say(join.what_i_send(member), replaces=True)


def _choices(prompt_id: str) -> Block:
    return buttons(
        Button("Write", "reflect.page", prompt_id, main=True),
        Button("Skip", "weekly.skip"),
        Button("Less often", "weekly.less"),
        Button("Pause until…", "pause"),
    )


def _rest(member: Member) -> Message:
    """The last message after a long silence: no more until they come back."""
    return say(
        "You have been busy, so I will rest and not write again by myself. Your commitments still come back on their day.",
        buttons(Button("Start again", "resume", main=True)),
    )


def _maxims_before(member: Member) -> range:
    """The maxims of earlier weekly messages: they go round in order."""
    return range(1, member.weekly_count // _MAXIM_EVERY + 1)
