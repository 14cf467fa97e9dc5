"""A programme comes in from its file, and is shown back."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain import rhythm
from bot.domain.kind import Kind
from bot.domain.programme_file import MalformedProgramme, ProgrammeFile
from bot.domain.text import folded
from bot.handlers import days
from bot.handlers.join import plan_weekly_again, welcome
from bot.matching.recipe import everybodys_topics
from storage import members, outbox, own_topics, programmes, sessions
from storage.db import Db
from storage.models import Programme, Session, SessionState
from storage.own_topics import Written

_LEANINGS = {
    "closer": "closer to each one's issue",
    "balanced": "balanced between each one's issue and bridges",
    "wider": "with wider bridges",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: counts of sessions, and what of the timetable is not in the file."""

    programme: Programme
    new: bool
    added: int
    changed: int
    kept: int


async def bring_in(db: Db, file: ProgrammeFile, now: datetime) -> Imported:
    """Make the programme, or bring it up to date. Nothing is ever doubled, and nothing but topics is taken away.

    Raises MalformedProgramme if the channel belongs to another programme already, or a topic is in everybody's list.
    """
    topics = _topics(file)
    row = await programmes.in_channel(db, file.platform, file.workspace, file.channel)
    if row and await _is_another(db, row, file):
        raise MalformedProgramme(
            f"The channel {file.channel} belongs to {row.name!r} already, and a channel has one programme. "
            "To rename that one, keep at least one of its sessions in the file."
        )
    new = row is None
    if row is None:
        row = Programme(
            platform=file.platform, workspace=file.workspace, channel=file.channel, name=file.name, timezone=file.timezone,
            weekly_weekday=file.weekly_weekday, weekly_time=file.weekly_time, round_every_weeks=file.round_every_weeks,
            round_weekday=file.round_weekday, round_time=file.round_time, round_size=file.round_size,
            round_lean=file.round_lean, created_at=now,
        )  # fmt: skip
        db.session.add(row)
        await db.session.flush()
    else:
        await _update(db, row, file, now)
    added, changed = await _sessions(db, row, file, now)
    await own_topics.take_in(db, row, topics, now)
    await programmes.set_enablers(db, row, file.enablers)
    if new:
        programmes.set_round(row, _first_round(file, now), now)
    await outbox.put(
        db, f"welcome:{row.id}", programmes.channel_of(row), welcome(row), now, kind=Kind.WELCOME, programme_id=row.id
    )
    await outbox.retry_failed(db, f"welcome:{row.id}", now)
    in_file = {session.id for session in file.sessions}
    kept = sum(session.slug not in in_file for session in await sessions.of_programme(db, row))
    return Imported(row, new, added, changed, kept)


async def _is_another(db: Db, row: Programme, file: ProgrammeFile) -> bool:
    """Whether the file is of another programme than the one of its channel: another name, and no session in common."""
    slugs = {session.slug for session in await sessions.of_programme(db, row)}
    return row.name != file.name and bool(slugs) and slugs.isdisjoint(session.id for session in file.sessions)


async def describe(db: Db, row: Programme, now: datetime) -> dict[str, object]:
    """The programme as plain data, with counts of its members and nothing about any one of them."""
    everyone = await members.of_programme(db, row)
    zone = rhythm.zone(row.timezone)
    return {
        "name": row.name,
        "platform": row.platform,
        "workspace": row.workspace,
        "channel": row.channel,
        "timezone": row.timezone,
        "enablers": list(await programmes.enablers(db, row)),
        "weekly": f"{rhythm.WEEKDAYS[row.weekly_weekday]} {row.weekly_time:%H:%M}",
        "introductions": f"every {row.round_every_weeks} weeks, {rhythm.WEEKDAYS[row.round_weekday]} {row.round_time:%H:%M}",
        "introduces": f"{row.round_size} people at a time, {_LEANINGS.get(row.round_lean, row.round_lean)}",
        "next round": row.next_round_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if row.next_round_at else "",
        "members": len(everyone),
        "with weekly messages": sum(member.wants_weekly for member in everyone),
        "with introductions": sum(member.wants_introductions for member in everyone),
        "who can be found": sum(member.wants_found for member in everyone),
        "paused": sum(member.is_paused(now) for member in everyone),
        "topics": [topic.label for topic in await own_topics.accepted(db, row.id) if topic.in_file],
        "sessions": [
            f"{session.starts_at.astimezone(zone):%Y-%m-%d %H:%M}-{session.ends_at.astimezone(zone):%H:%M}  {session.state:9}  {session.title}"
            for session in await sessions.of_programme(db, row)
        ],
    }


async def _update(db: Db, row: Programme, file: ProgrammeFile, now: datetime) -> None:
    rhythm_changed = (row.round_weekday, row.round_every_weeks) != (file.round_weekday, file.round_every_weeks)
    if row.timezone != file.timezone:
        for member in await members.of_programme(db, row):
            if member.timezone == row.timezone:
                member.timezone = file.timezone
                if member.next_weekly_on:  # whoever rests goes on resting
                    plan_weekly_again(member, now)
                await days.plan_again(db, member, now)
    for name in (
        "name",
        "timezone",
        "weekly_weekday",
        "weekly_time",
        "round_every_weeks",
        "round_weekday",
        "round_time",
        "round_size",
        "round_lean",
    ):
        setattr(row, name, getattr(file, name))
    before = row.next_round_on
    # Where the rhythm stays the date stays, too; its moment is another in another zone.
    programmes.set_round(row, _first_round(file, now) if rhythm_changed or before is None else before, now)
    if before and before != row.next_round_on:
        await members.skip_another_date(db, row, before)


def _topics(file: ProgrammeFile) -> list[Written]:
    """Those of the file; one that everybody has already would be there twice."""
    everybodys = {folded(topic.label) for topic in everybodys_topics().all}
    for entry in file.topics:
        if entry.id in everybodys:
            raise MalformedProgramme(f"The topic {entry.label!r} is in my own list already. Please leave it out.")
    return [Written(entry.id, entry.label, entry.words) for entry in file.topics]


async def _sessions(db: Db, row: Programme, file: ProgrammeFile, now: datetime) -> tuple[int, int]:
    added = changed = 0
    for said in file.sessions:
        times = (
            rhythm.instant(said.starts.date(), said.starts.time(), file.timezone),
            rhythm.instant(said.ends.date(), said.ends.time(), file.timezone),
        )
        session = await sessions.by_slug(db, row, said.id)
        if session is None:
            db.session.add(
                Session(
                    programme_id=row.id,
                    slug=said.id,
                    title=said.title,
                    theme=said.theme,
                    starts_at=times[0],
                    ends_at=times[1],
                    meeting=said.meeting,
                )
            )
            added += 1
            continue
        now_said = (said.title, said.theme, *times, said.meeting)
        if (session.title, session.theme, session.starts_at, session.ends_at, session.meeting) != now_said:
            moved = session.ends_at != times[1]
            session.title, session.theme, session.starts_at, session.ends_at, session.meeting = now_said
            if moved and session.state != SessionState.ENDED and times[1] > now:
                session.state = SessionState.PLANNED
            changed += 1
    await db.session.flush()
    return added, changed


def _first_round(file: ProgrammeFile, now: datetime) -> date:
    """The first day for introductions a week after the first session has ended."""
    ends = [rhythm.instant(session.ends.date(), session.ends.time(), file.timezone) for session in file.sessions]
    start = max(now, min(ends) + rhythm.FIRST_ROUND_AFTER) if ends else now
    return rhythm.next_date(start, file.round_weekday, file.round_time, file.timezone)
