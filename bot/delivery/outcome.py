"""What a failure to send means, for the message and for what else waits for the same place."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.chat import DeliveryError, Outcome, Pace
from bot.delivery import telling
from bot.domain import trouble
from bot.domain.kind import TERMS, Kind
from storage import claims, lanes, members, outbox
from storage.db import Db
from storage.models import Member, Method, Outbox

GIVE_UP_AFTER = timedelta(hours=12)
CLOSED = timedelta(minutes=15)  # until a text that does not open is tried again
LEFT = "may not have arrived; not sent again"
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(minutes=30)
_AWAY = timedelta(minutes=1)  # until a workspace that cannot be reached is tried again
_SHUT = timedelta(minutes=15)  # until a channel that we are not in is tried again; then twice that, and so on
_LONGEST_SHUT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the courier waits for what. A measurement that has less time makes all of them shorter.

    `lease` is longer than the longest request; `quarantine`, after that, longer than a platform may take to do what a
    request asked that nobody waits for any more: Slack says nothing about it, so it is two minutes.
    """

    lease: timedelta = timedelta(seconds=60)
    quarantine: timedelta = timedelta(minutes=2)
    mended: timedelta = timedelta(hours=6)  # until a workspace that refused us is tried again, if no check mends it
    beat: timedelta = timedelta(seconds=2)
    try_again: timedelta = timedelta(seconds=1)  # to write down what became of a message


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one message."""

    key: str
    state: str
    reason: str = ""


async def not_sent(db: Db, row: Outbox, error: DeliveryError, now: datetime, *, waits: Waits, pace: Pace) -> Delivered:
    """Write down what it means."""
    reason = error.reason
    if error.outcome == Outcome.UNSURE:
        await claims.ambiguous(db, row, now + waits.quarantine, reason)
        return Delivered(row.key, "ambiguous", reason)
    if error.outcome == Outcome.RESTS:
        await claims.again(db, row, row.due_at, reason)  # in its old place before what follows it
        await lanes.rest(db, row, now + waits.mended, reason)
        return Delivered(row.key, "waiting", reason)
    if error.outcome == Outcome.CONTACT:  # until they write: bot/handlers/missed.py
        await claims.failed(db, row, reason)
        return Delivered(row.key, "waiting", reason)
    if error.outcome == Outcome.LATER and now < row.created_at + GIVE_UP_AFTER:
        await _later(db, row, error, now, pace)
        if row.channel:
            await telling.enablers(db, row, reason, now)
        return Delivered(row.key, "waiting", reason)
    return await _never(db, row, reason, now)


async def not_looked(db: Db, row: Outbox, error: DeliveryError, now: datetime, waits: Waits) -> None:
    """It could not be looked up now; nothing is known of it yet."""
    if error.outcome == Outcome.RESTS:
        await lanes.rest(db, row, now + waits.mended, error.reason)
    elif error.reason.startswith(trouble.BUSY):
        await lanes.rest(db, row, now + _wait(row, error), error.reason, Method.LOOK)
    await claims.look_later(db, row, now + _wait(row, error))


async def nobody_knows(db: Db, row: Outbox, now: datetime) -> Delivered | None:
    """It cannot be looked up. What is worse to miss is said again, and says so; what is worse to get twice is left."""
    if TERMS[Kind(row.kind)].again:
        await claims.not_there(db, row, now, known=False)
        return None
    await claims.settled(db, row, LEFT)
    if row.channel:
        await telling.enablers(db, row, trouble.UNKNOWN, now)
    return Delivered(row.key, "settled", LEFT)


async def _later(db: Db, row: Outbox, error: DeliveryError, now: datetime, pace: Pace) -> None:
    """Try it again; how long the others wait depends on what was in the way."""
    reason, until = error.reason, now + _wait(row, error)
    if reason.startswith((trouble.NOT_IN_CHANNEL, trouble.NO_CHANNEL, trouble.ARCHIVED)):
        until = now + min(_LONGEST_SHUT, _SHUT * 2 ** min(row.tries - 1, 10))
    await claims.again(db, row, until, reason)
    if reason.startswith(trouble.REFUSED):
        return  # that is about this message, not about the place
    await claims.hold(db, row, until)
    if reason.startswith(trouble.BUSY):
        await lanes.rest(db, row, until, reason, Method.SAY)
        await lanes.slow_down(db, row, Method.SAY, pace)
    elif reason.startswith(trouble.UNREACHABLE):
        await lanes.rest(db, row, min(until, now + _AWAY), reason, Method.SAY)


async def _never(db: Db, row: Outbox, reason: str, now: datetime) -> Delivered:
    told = await telling.enablers(db, row, reason, now)
    await claims.failed(db, row, reason, told)
    if reason.startswith(trouble.GONE):
        await _part(db, row, now)
    elif reason.startswith(trouble.ARCHIVED):
        await claims.fail_place(db, row, reason, told)
    return Delivered(row.key, "failed", reason)


def _wait(row: Outbox, error: DeliveryError) -> timedelta:
    """What the platform asked for; else longer each time."""
    if error.wait:
        return timedelta(seconds=error.wait)
    return min(_LONGEST_WAIT, _FIRST_WAIT * float(2 ** min(row.tries - 1, 10)))


async def _part(db: Db, row: Outbox, now: datetime) -> None:
    """Somebody whose account is closed has left: nothing more is sent to them."""
    if row.member_id:
        member = await db.session.get_one(Member, row.member_id)
        member.left_at = now
        members.set_weekly(member, None)
        await outbox.drop_unsent(db, member.id)
