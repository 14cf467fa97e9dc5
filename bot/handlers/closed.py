"""What became of things: the commitments that were closed, and what was learned from them."""

from datetime import datetime

from bot.chat import Answer, Block, Button, Event, Heading, Words, buttons, note, say
from bot.domain import rhythm
from bot.handlers.who import member_of, number
from storage import commitments
from storage.db import Db
from storage.models import Commitment, Member

_ROOM = 8000  # characters on one page; a message holds about 13,000 with everything
_PAGE = 8


async def show_list(event: Event, db: Db, now: datetime) -> Answer:
    """The member's closed commitments, newest first; `words` of the button is how many to pass over."""
    member = await member_of(event, db)
    skip = number(event.words)
    rows = await commitments.closed_of(db, member, skip=skip, limit=_PAGE + 1)
    if not rows:
        return say(
            "You have not closed any commitment yet." if skip == 0 else "There are no older ones.", replaces=True
        )
    blocks: list[Block] = [Heading("What became of things")]
    shown, room = 0, _ROOM
    for row in rows[:_PAGE]:
        learned = db.unseal(row, "learned")
        room -= len(learned) + len(db.unseal(row, "what"))
        if shown and room < 0:
            break
        blocks += _entry(db, row, member, learned, now)
        shown += 1
    if len(rows) > shown:
        blocks.append(buttons(Button("Older ones", "commitment.closed", str(skip + shown))))
    return say(*blocks, replaces=True)


def _entry(db: Db, row: Commitment, member: Member, learned: str, now: datetime) -> list[Block]:
    days = (rhythm.local_date(moment, member.timezone) for moment in (row.closed_at or row.created_at, now))
    day = rhythm.day_in_words(*days)
    blocks: list[Block] = [Words(db.unseal(row, "what")), note(f"{row.state.capitalize()}, {day}.")]
    if learned:
        blocks += [note("What you learned:"), Words(learned)]
    label = "What did you learn?" if not learned else "Write more"
    row_of = (
        Button(label, "commitment.learned", row.id),
        Button("Open it again", "commitment.reopen", row.id),
        Button("Take it out", "commitment.undo", row.id),
    )
    return [*blocks, buttons(*row_of)]
