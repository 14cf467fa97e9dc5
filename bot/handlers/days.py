"""The day of a commitment: when it comes back to its author, and in which words."""

from datetime import date, datetime, timedelta

from bot.chat import Block, Button, buttons
from bot.domain import rhythm
from storage import commitments
from storage.commitments import NewCommitment
from storage.db import Db
from storage.members import Author
from storage.models import Commitment, CommitmentState, Member

_FRIDAY = 4
_Row = Commitment | NewCommitment


def set_day(row: _Row, member: Author, day: date | None, part: str, now: datetime) -> None:
    """Give it this day, or none. The same day does not bring it back a second time."""
    if day != row.due_on or row.play_back_at:
        row.play_back_at = _comes_back(row, member, day, now) if day else None
    row.due_on = day
    row.due_part = part


def open_again(row: Commitment, member: Member, now: datetime) -> None:
    """It was closed and is not any more; if its day is still ahead, that day brings it back."""
    if row.state == CommitmentState.OPEN:
        return
    row.state, row.closed_at = CommitmentState.OPEN, None
    if row.due_on:
        moment = _comes_back(row, member, row.due_on, now)
        on_its_day = moment is not None and rhythm.local_date(moment, member.timezone) == row.due_on
        row.play_back_at = moment if on_its_day else None


async def plan_again(db: Db, member: Member, now: datetime) -> None:
    """After a pause, or in another zone: whatever has not come back yet finds its morning anew."""
    for row in await commitments.open_of(db, member):
        if row.due_on and row.play_back_at:
            row.play_back_at = rhythm.play_back_at(row.due_on, now, member.timezone)


def promise(row: _Row, member: Author, now: datetime) -> str:
    """When it is due and when it comes back, for a commitment that has a day."""
    due_then = due(row, rhythm.local_date(now, member.timezone))
    if row.play_back_at is None:
        return due_then  # it has come back already
    moment = max(row.play_back_at, member.paused_until or row.play_back_at)
    return f"{due_then} I will bring it back {_when(moment, row, member, now)}."


def due(row: _Row, today: date) -> str:
    """A sentence on its day: due on it, or that it was for it."""
    if row.due_on is None:
        return "Without a day."
    said = in_words(row, today)
    return f"It was for {said.removeprefix('on ')}." if row.due_on < today else f"Due {said}."


def in_words(row: _Row, today: date) -> str:
    """The day and the time of day, as a sentence goes on: tomorrow, on Friday 27 November, in the morning."""
    on = _on(row.due_on or today, today)
    return f"{on}, {_part(row.due_part)}" if row.due_part else on


def choices(row: _Row, today: date, offered: tuple[date, ...] = ()) -> Block:
    """Days to press: those that were named, else the next few."""
    friday = rhythm.next_weekday(today + timedelta(days=2), _FRIDAY)
    days = offered[:3] or (today, today + timedelta(days=1), friday)
    return buttons(
        *(Button(_short(day, today), "commitment.day", f"{row.id}:{day.isoformat()}") for day in days),
        Button("Another day", "commitment.edit", row.id),
        Button("No day", "commitment.day", f"{row.id}:never"),
    )


def _comes_back(row: _Row, member: Author, day: date, now: datetime) -> datetime | None:
    """When that day brings it back; None if it came back on it already."""
    moment = rhythm.play_back_at(day, now, member.timezone)
    return None if rhythm.local_date(moment, member.timezone) == row.played_back_on else moment


def _when(moment: datetime, row: _Row, member: Author, now: datetime) -> str:
    local = moment.astimezone(rhythm.zone(member.timezone))
    today = rhythm.local_date(now, member.timezone)
    if local.date() == today:
        return "this morning" if local.time() <= rhythm.MORNING else "this afternoon"
    if local.date() == row.due_on:
        return "on the day"
    return _on(local.date(), today)


def _on(day: date, today: date) -> str:
    words = rhythm.day_in_words(day, today)
    return words if words in {"today", "tomorrow"} else f"on {words}"


def _part(part: str) -> str:
    return f"in the {part}" if part in {"morning", "afternoon", "evening"} else part


def _short(day: date, today: date) -> str:
    words = rhythm.day_in_words(day, today)
    return words[0].upper() + words[1:]
