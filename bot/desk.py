"""The delivery desk: what `balcony delivery` says of the queue, and does to one message by hand.

For a host. It names keys, channels and programmes, and neither people nor a word of what is said to them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from bot.domain import trouble
from bot.scheduler.jobs import FORGET_TEXT_AFTER
from storage import outbox, queue
from storage.db import Db
from storage.models import Method, Outbox, OutboxState
from storage.queue import Chosen, Entry, Overview, Resting

_STUCK = timedelta(minutes=5)
_REASONS = {
    trouble.NOT_IN_CHANNEL: "Balcony is not in the channel",
    trouble.ARCHIVED: "the channel is archived",
    trouble.NO_CHANNEL: "the channel was not found",
    trouble.GONE: "the account is closed, or they took Balcony away",
    trouble.AWAITED: "it may go when they have written to Balcony",
    trouble.REVOKED: "Balcony's access was taken away",
    trouble.UNREACHABLE: "the platform could not be reached",
    trouble.BUSY: "the platform asked to wait",
    trouble.REFUSED: "the platform refused it",
    trouble.UNKNOWN: "the platform gave no clear answer",
    trouble.SKIPPED: "left out",
    trouble.ELSEWHERE: "the programme names another workspace",
    trouble.SKIPPED: "left out",
}
_CANCELLED, _NOT_ARRIVED = f"cancelled {outbox.BY_HAND}", f"settled {outbox.BY_HAND}: it did not arrive"


class CannotDo(Exception):
    """What was asked cannot be done to that message. The text says why, in a plain sentence."""


# --- what there is -------------------------------------------------------------------------------


async def overview(db: Db, now: datetime, set_up: Collection[str]) -> tuple[list[str], dict[str, object]]:
    """The queue, in sentences and as figures for a program. `set_up`: the platforms that the settings name."""
    shown, resting = await queue.overview(db, now), await queue.resting(db, now)
    stranded = {name: due for name, due in (await queue.due_by_platform(db, now)).items() if name not in set_up}
    figures = asdict(shown) | {
        "oldest": _stamp(shown.oldest),
        "oldest_seconds": int((now - shown.oldest).total_seconds()) if shown.oldest else 0,
        "resting": [asdict(one) | {"until": _stamp(one.until)} for one in resting],
        "not_set_up": stranded,
    }
    return list(_sentences(shown, resting, stranded, now)), figures


async def listed(db: Db, state: str, limit: int, now: datetime) -> tuple[list[str], list[dict[str, object]]]:
    """Those messages, in lines and as objects for a program. Raises CannotDo."""
    try:
        chosen = Chosen(state)
    except ValueError:
        raise CannotDo(f"There is no state {state!r}. It is one of: {', '.join(Chosen)}.") from None
    entries, number = await queue.listed(db, chosen, limit)
    lines = [line for entry in entries for line in (entry.row.key, f"    {_about(entry)}. {_state(entry.row, now)}")]
    if not entries:
        lines.append("There is nothing that needs you." if chosen == Chosen.OPEN else f"None is {chosen}.")
    if number > len(entries):
        lines.append(f"{number - len(entries):,} more: --limit {number}")
    return lines, [_as_object(entry) for entry in entries]


# --- by hand -------------------------------------------------------------------------------------


async def retry(db: Db, key: str, now: datetime, *, anyway: bool) -> str:
    """Let it be sent now. Gives what was done; raises CannotDo."""
    row = await _by_hand(db, key)
    if row.state == OutboxState.DUE:
        return _sooner(row, now)
    if _may_have_arrived(row) and not anyway:
        raise CannotDo(
            "It may have arrived already, and would come twice. "
            f"To send it all the same: balcony delivery retry {key} --anyway"
        )
    if row.payload_sealed is None:
        raise CannotDo(f"Its text was let go after {FORGET_TEXT_AFTER.days} days, so it cannot be sent again.")
    await outbox.due_again(db, row, now)
    row.told = ""
    return "It is due again, and is sent when its turn comes."


async def cancel(db: Db, key: str) -> str:
    """Let it not be sent. Gives what was done; raises CannotDo."""
    row = await _by_hand(db, key)
    if row.state == OutboxState.AMBIGUOUS:
        raise CannotDo(
            "It may have arrived already. Look whether it has, "
            f"and then: balcony delivery settle {key} --arrived, or --not-arrived"
        )
    if row.state != OutboxState.DUE:
        raise CannotDo("It is not going to be sent, so there is nothing to cancel.")
    row.state, row.error = OutboxState.SETTLED, _CANCELLED
    return "Cancelled: it is not sent."


async def settle(db: Db, key: str, now: datetime, *, arrived: bool) -> str:
    """Note what a host has seen of a message that may have arrived. Gives what was done; raises CannotDo."""
    row = await _by_hand(db, key)
    if row.state == OutboxState.DUE:
        raise CannotDo(f"It is still to be sent. To stop that: balcony delivery cancel {key}")
    if not _may_have_arrived(row):
        raise CannotDo("It was certainly not sent, so there is nothing to settle.")
    if arrived:
        row.state, row.sent_at, row.error, row.unclear = OutboxState.SENT, row.tried_at or now, "", 0
        return "Noted: it has arrived."
    row.state, row.unclear, row.error = OutboxState.SETTLED, 0, _NOT_ARRIVED
    return f"Noted: it did not arrive, and is not sent again. If it should be: balcony delivery retry {key}"


async def _by_hand(db: Db, key: str) -> Outbox:
    """The message, unless nothing can be done to it at all."""
    entry = await queue.by_hand(db, key)
    if entry is None:
        raise CannotDo(f"There is no message with the key {key}. To see some: balcony delivery list")
    if entry.row.state == OutboxState.SENT:
        raise CannotDo(f"It was sent at {_time(entry.row.sent_at)}.")
    if entry.row.state == OutboxState.CLAIMED:
        raise CannotDo("It is being sent at this moment. Look again in a minute.")
    return entry.row


def _may_have_arrived(row: Outbox) -> bool:
    return bool(row.unclear) or row.error.startswith(queue.UNKNOWN)


def _sooner(row: Outbox, now: datetime) -> str:
    if row.due_at <= now:
        raise CannotDo("It is due already, and is sent when its turn comes.")
    if not row.tries or row.error.startswith("waits"):
        raise CannotDo(f"It is to be sent at {_time(row.due_at)}, and not before{_because(row)}.")
    planned, row.due_at = row.due_at, now
    return f"It is tried now instead of at {_time(planned)}."


# --- in words ------------------------------------------------------------------------------------


def _sentences(
    shown: Overview, resting: Sequence[Resting], stranded: Mapping[str, int], now: datetime
) -> Iterator[str]:
    if not (shown.due or shown.later or shown.under_way or shown.ambiguous):
        yield "Nothing waits."
    if shown.due and shown.oldest:
        oldest = "" if shown.due == 1 else "the oldest "
        yield f"{_messages(shown.due)} due, {oldest}for {_span(now - shown.oldest)}."
    if shown.under_way:
        yield f"{_messages(shown.under_way)} being sent."
    if shown.later:
        yield f"{_messages(shown.later)} waiting for the right moment."
    if shown.due or shown.sent_last_hour:
        yield f"In the last minute {shown.sent_last_minute:,} went out, in the last hour {shown.sent_last_hour:,}."
    for platform, due in stranded.items():
        yield f"{_messages(due)} for {platform}, which is not set up here."
    awake = shown.due - sum(stranded.values()) - sum(one.due for one in resting if one.method == Method.SAY)
    if awake > 0 and shown.oldest and now - shown.oldest > _STUCK and not shown.sent_last_minute:
        yield "Is a worker running, and does its /readyz say ok?"
    yield from map(_rests, resting)
    yield from _losses(shown)


def _losses(shown: Overview) -> Iterator[str]:
    if shown.ambiguous:
        yield f"{_messages(shown.ambiguous)} in doubt: Balcony looks before it sends anything again."
    if shown.unknown:
        yield f"In the last two weeks {shown.unknown:,} may not have arrived, and nothing of that is sent again."
    if shown.failed:
        yield f"In the last two weeks {shown.failed:,} could not be sent."
    if shown.ambiguous or shown.unknown or shown.failed:
        yield "To see which: balcony delivery list"


def _rests(one: Resting) -> str:
    place = f"{one.platform} {one.workspace}"
    if one.method == Method.LOOK:
        return f"Nothing is looked up in {place} until {_time(one.until)}: {_reason(one.why)}."
    waits = f" {_messages(one.due)} due there." if one.due else ""
    return f"{place} rests until {_time(one.until)}: {_reason(one.why)}.{waits}"


def _about(entry: Entry) -> str:
    row = entry.row
    place = f"the channel {row.channel}" if row.channel else "a person"
    return f"{row.kind}, for {place}" + (f" ({entry.programme})" if entry.programme else "")


def _state(row: Outbox, now: datetime) -> str:
    tried = _time(row.tried_at or row.created_at)
    match row.state:
        case OutboxState.DUE:
            return f"Due {'since' if row.due_at <= now else 'at'} {_time(row.due_at)}{_because(row)}."
        case OutboxState.CLAIMED:
            return f"Being sent since {tried}."
        case OutboxState.SENT:
            twice = " It may have come twice: nobody could see whether it had arrived before." if row.unclear else ""
            return f"Sent at {_time(row.sent_at)}.{twice}"
        case OutboxState.AMBIGUOUS:
            look = f"It is looked up at {_time(row.due_at)}" if row.due_at > now else "It is being looked up"
            return f"In doubt since {tried}{_because(row)}. {look}."
        case OutboxState.FAILED:
            told = f" Told: {row.told}." if row.told else ""
            return f"Failed at {tried}{_because(row)}.{told}"
    last = f" Last tried at {tried}." if row.tries else ""
    return f"{row.error[:1].upper()}{row.error[1:]}.{last}"


def _because(row: Outbox) -> str:
    return f": {_reason(row.error)}" if row.error else ""


def _reason(error: str) -> str:
    """In our words, with the platform's own behind them."""
    reason, _, theirs = error.partition(":")
    if reason in _REASONS:
        return _REASONS[reason] + (f" ({theirs.strip()})" if theirs else "")
    return error.removeprefix("waits: ")


def _as_object(entry: Entry) -> dict[str, object]:
    row = entry.row
    moments: Mapping[str, datetime | None] = {
        "due_at": row.due_at, "tried_at": row.tried_at, "sent_at": row.sent_at, "created_at": row.created_at,
    }  # fmt: skip
    return {
        "key": row.key, "kind": row.kind, "state": row.state, "programme": entry.programme, "platform": row.platform,
        "workspace": row.workspace, "channel": row.channel or None, "reason": row.error, "told": row.told,
        "tries": row.tries, "unclear": row.unclear, **{name: _stamp(moment) for name, moment in moments.items()},
    }  # fmt: skip


def _messages(number: int) -> str:
    return "1 message is" if number == 1 else f"{number:,} messages are"


def _span(span: timedelta) -> str:
    for unit, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if (count := int(span.total_seconds() // unit)) or unit == 1:
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "no time"


def _time(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "an unknown time"


def _stamp(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None
