"""What somebody missed, because their platform let Balcony write to them only after they had written.

When they write, what still helps them comes, and once: a commitment whose day has passed comes back with that day in it,
of several weekly messages the last one.
"""

from datetime import datetime, timedelta

from bot.chat import Person
from bot.domain import rhythm
from storage import commitments, outbox
from storage.db import Db
from storage.models import CommitmentState, Outbox

KEPT_FOR = timedelta(days=14)
_A_WEEK = timedelta(days=7)


async def comes_now(db: Db, person: Person, now: datetime) -> None:
    """They are heard from: what waited for that is due, or is too late."""
    for row in await outbox.awaiting_contact(db, person, now - KEPT_FOR):
        if await _is_too_late(db, person, row, now):
            outbox.too_late(row)
        else:
            await outbox.due_again(db, row, now)


async def _is_too_late(db: Db, person: Person, row: Outbox, now: datetime) -> bool:
    kind, _, rest = row.key.partition(":")
    if kind == "weekly":
        return now - row.created_at >= _A_WEEK
    if kind != "play-back":
        return False
    commitment_id, _, day = rest.partition(":")
    found = await commitments.mine(db, person, commitment_id)
    if found is None or found[1].state != CommitmentState.OPEN:
        return True
    author, commitment = found
    if day == rhythm.local_date(now, author.timezone).isoformat():
        return False
    commitment.play_back_at = now  # anew, in words that know how late it is
    return True
