"""Sessions: what the channel gets when one ends, and how an enabler keeps the timetable."""

import re
from datetime import UTC, date, datetime, time

from bot.chat import (
    Answer,
    Block,
    Bold,
    Button,
    Command,
    Event,
    Form,
    Heading,
    Message,
    Option,
    Person,
    Problems,
    Question,
    Refusal,
    buttons,
    note,
    say,
    text,
)
from bot.content import catalogue
from bot.domain import rhythm
from bot.domain.kind import Kind
from bot.domain.text import NAME_LIMIT, TooLong, one_line
from bot.handlers import help_text, progress, trouble
from bot.handlers.who import number, programme_named, programme_run_by
from storage import outbox, programmes, sessions
from storage.db import Db
from storage.models import Programme, Session, SessionState

_TITLE_LIMIT = 150
_PAGE = 10
_NEVER = datetime.min.replace(tzinfo=UTC)  # stands in where a time was not understood


# --- when one ends -------------------------------------------------------------------------------


async def end(db: Db, programme: Programme, session: Session, now: datetime) -> None:
    """The session is over: its channel hears from Balcony, once. Long past, it is recorded as missed instead."""
    if now - session.ends_at > rhythm.AFTER_SESSION_WINDOW:
        session.state = SessionState.MISSED
    else:
        await _say_that_it_ended(db, programme, session, now)


async def _say_that_it_ended(db: Db, programme: Programme, session: Session, now: datetime) -> None:
    maxim = catalogue().next_maxim(await sessions.maxims_shown(db, programme))
    theme = catalogue().theme_named(session.theme)
    prompt = catalogue().next_prompt(
        await sessions.prompts_shown(db, programme), theme=theme.id if theme else None, turn=0
    )
    session.state, session.ended_at = SessionState.ENDED, now
    session.maxim, session.prompt = maxim.number, prompt.id
    message = after(session, maxim.text, maxim.credit, prompt.text)
    await outbox.put(
        db, f"after-session:{session.id}", programmes.channel_of(programme), message, now,
        kind=Kind.AFTER_SESSION, programme_id=programme.id,
    )  # fmt: skip


def after(session: Session, maxim: str, credit: str, prompt: str) -> Message:
    """What the channel gets."""
    questions = "\n".join(f"• {question}" for question in catalogue().questions)
    return say(
        text("That was ", Bold(session.title), ". Before the day job takes over, two minutes on the balcony."),
        text(Bold(f"“{maxim}”")),
        note(f"One of {credit}' six maxims"),
        text(prompt),
        text(Bold("Thinking time"), "\n" + questions),
        buttons(
            Button("Reflect", "reflect.session", session.id, main=True),
            Button("Commit", "commitment.new"),
            Button("All six maxims", "maxims"),
        ),
        note("What you write is for you alone."),
    )


# --- the timetable -------------------------------------------------------------------------------


async def start(event: Event, db: Db, now: datetime) -> Answer:
    """/balcony session: the list, or `add`."""
    verb = event.words.strip().lower()
    if verb == "help":
        return help_text.SESSION
    programme = await programme_run_by(event, db)
    if verb == "add":
        return form(programme)
    if verb not in {"", "list"}:
        raise Refusal(
            text(
                "I do not know that one. ",
                Command("/balcony session"),
                " lists the sessions, ",
                Command("/balcony session add"),
                " adds one.",
            )
        )
    return await listed(db, programme, event.person, now)


async def listed(db: Db, programme: Programme, person: Person, now: datetime, skip: int | None = None) -> Message:
    rows = await sessions.of_programme(db, programme)
    blocks: list[Block] = [Heading(f"Sessions of {programme.name}"[:150])]
    if not rows:
        blocks.append(text("There are none yet."))
    first = next((i for i, row in enumerate(rows) if row.state == SessionState.PLANNED), max(0, len(rows) - _PAGE))
    begin = max(0, first - 2) if skip is None else skip
    for row in rows[begin : begin + _PAGE]:
        blocks += [text(Bold(row.title)), note(in_words(row, programme, now)), *_row_buttons(row, programme, now)]
    pages = [Button("Earlier", "session.list", f"{programme.id}:{max(0, begin - _PAGE)}")] * (begin > 0)
    pages += [Button("Later", "session.list", f"{programme.id}:{begin + _PAGE}")] * (begin + _PAGE < len(rows))
    blocks.append(buttons(Button("Add a session", "session.add", programme.id), *pages))
    blocks += await progress.under_way(db, programme, now)
    return say(*blocks, *await trouble.shown(db, person, now), replaces=True)


async def page(event: Event, db: Db, now: datetime) -> Answer:
    programme_id, _, skip = event.words.partition(":")
    programme = await programme_named(event, db, programme_id)
    return await listed(db, programme, event.person, now, number(skip) if skip.isdecimal() else None)


async def add(event: Event, db: Db, now: datetime) -> Answer:
    return form(await programme_named(event, db, event.words))


async def change(event: Event, db: Db, now: datetime) -> Answer:
    programme, session = await _mine(event, db, event.words)
    return form(programme, session)


async def end_now(event: Event, db: Db, now: datetime) -> Answer:
    """*End session* was pressed; whichever comes first, this or the timetable, counts."""
    programme, session = await _mine(event, db, event.words)
    if session.state in {SessionState.ENDED, SessionState.CANCELLED}:
        became = "has ended" if session.state == SessionState.ENDED else "is cancelled"
        return say(text("Nothing to do: ", Bold(session.title), f" {became} already."))
    await _say_that_it_ended(db, programme, session, now)
    return say(text(Bold(session.title), " has ended. The channel hears from me in a moment."))


async def cancel(event: Event, db: Db, now: datetime) -> Answer:
    _, session = await _mine(event, db, event.words)
    if session.state == SessionState.ENDED:
        return say(text("Nothing to do: ", Bold(session.title), " has ended already."))
    session.state = SessionState.CANCELLED
    return say(
        text(Bold(session.title), " is cancelled. The channel will not hear from me about it."),
        buttons(Button("Put it back", "session.restore", session.id)),
    )


async def restore(event: Event, db: Db, now: datetime) -> Answer:
    programme, session = await _mine(event, db, event.words)
    if session.state != SessionState.CANCELLED:
        return say(text("Nothing to do: ", Bold(session.title), " is not cancelled."))
    session.state = SessionState.PLANNED
    return say(text(Bold(session.title), " is planned again: ", in_words(session, programme, now)), replaces=True)


def form(programme: Programme, session: Session | None = None) -> Form:
    def local(moment: datetime | None, pattern: str) -> str:
        return moment.astimezone(rhythm.zone(programme.timezone)).strftime(pattern) if moment else ""

    starts, ends = (session.starts_at, session.ends_at) if session else (None, None)
    themes = tuple(Option(theme.id.capitalize(), theme.id) for theme in catalogue().themes)
    current = catalogue().theme_named(session.theme) if session else None
    questions = (
        Question("title", "Title", "line", initial=session.title if session else "", limit=_TITLE_LIMIT),
        Question("day", "Day", "day", initial=local(starts, "%Y-%m-%d")),
        Question("starts", "Starts at", "line", "Like 13:00", local(starts, "%H:%M"), limit=5),
        Question("ends", "Ends at", "line", "Like 15:00", local(ends, "%H:%M"), limit=5),
        Question("theme", "Theme", "choice", initial=current.id if current else "", needed=False, options=themes),
    )
    return Form("session", "Change the session" if session else "A new session", "Save", questions,
                words=f"{programme.id}:{session.id if session else ''}", intro=(note(f"Times are in {programme.timezone}."),))  # fmt: skip


async def keep(event: Event, db: Db, now: datetime) -> Answer:
    """The form was sent: a new session, or a changed one."""
    programme_id, _, session_id = event.words.partition(":")
    programme = await programme_named(event, db, programme_id)
    times, problems = _read_times(event, programme)
    try:
        title = one_line(event.answer("title"), _TITLE_LIMIT)
    except TooLong as problem:
        problems["title"] = str(problem)
    else:
        if not title:
            problems["title"] = "Please give the session a title."
    if not problems and not session_id and now - times[1] > rhythm.AFTER_SESSION_WINDOW:
        problems["day"] = "That is long over, so the channel would hear nothing of it."
    if problems:
        return Problems(problems)
    session = await sessions.get(db, programme, session_id) if session_id else None
    if event.again and not session_id:  # perhaps nobody could tell them that it is there
        same = [row for row in await sessions.of_programme(db, programme) if row.title == title]
        session = next((row for row in same if (row.starts_at, row.ends_at) == times), None)
    if session is None:
        session = Session(
            programme_id=programme.id,
            slug=await _free_slug(db, programme, title),
            title=title,
            theme="",
            starts_at=times[0],
            ends_at=times[1],
        )
        db.session.add(session)
    session.title, session.theme = title, event.answer("theme")
    session.starts_at, session.ends_at = times
    if session.state == SessionState.MISSED and session.ends_at > now:
        session.state = SessionState.PLANNED
    return say(text("Saved: ", Bold(title), "."), note(in_words(session, programme, now)))


def in_words(session: Session, programme: Programme, now: datetime) -> str:
    """When it is, or what became of it."""
    zone = rhythm.zone(programme.timezone)
    starts, ends = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    when = f"{rhythm.day_in_words(starts.date(), now.astimezone(zone).date())}, {starts:%H:%M} to {ends:%H:%M}"
    when = when[0].upper() + when[1:]
    about = {SessionState.PLANNED: "", SessionState.MISSED: ". Not posted: I was not running when it ended"}
    return when + about.get(SessionState(session.state), f". {session.state.capitalize()}")


def _row_buttons(row: Session, programme: Programme, now: datetime) -> list[Block]:
    """What can be done with it. Ended by hand it can be from its own day on, so that no slip posts weeks too early."""
    if row.state == SessionState.CANCELLED:
        return [buttons(Button("Put it back", "session.restore", row.id))]
    if row.state == SessionState.ENDED:
        return []
    changes = [Button("Change", "session.change", row.id), Button("Cancel", "session.cancel", row.id)]
    if rhythm.local_date(row.starts_at, programme.timezone) <= rhythm.local_date(now, programme.timezone):
        changes.insert(0, Button("End session", "session.end", row.id))
    return [buttons(*changes)]


async def _mine(event: Event, db: Db, session_id: str) -> tuple[Programme, Session]:
    for programme in await programmes.run_by(db, event.person):
        if session := await sessions.get(db, programme, session_id):
            return programme, session
    raise Refusal("That session is not in the timetable any more, or you are not its enabler.")


def _read_times(event: Event, programme: Programme) -> tuple[tuple[datetime, datetime], dict[str, str]]:
    problems: dict[str, str] = {}
    moments: list[datetime] = []
    try:
        day = date.fromisoformat(event.answer("day"))
    except ValueError:
        return (_NEVER, _NEVER), {"day": "Please choose a day."}
    for name in ("starts", "ends"):
        clock = re.fullmatch(r"(\d{1,2})[:.](\d{2})", event.answer(name).strip())
        if clock is None or int(clock[1]) > 23 or int(clock[2]) > 59:  # noqa: PLR2004  hours and minutes of a day
            problems[name] = "Please write a time like 13:00."
        else:
            moments.append(rhythm.instant(day, time(int(clock[1]), int(clock[2])), programme.timezone))
    if not problems and moments[1] <= moments[0]:
        problems["ends"] = "It must end after it starts."
    return (moments[0], moments[-1]) if moments else (_NEVER, _NEVER), problems


async def _free_slug(db: Db, programme: Programme, title: str) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:NAME_LIMIT] or "session"
    slug, number = base, 2
    while await sessions.by_slug(db, programme, slug):
        slug, number = f"{base}-{number}", number + 1
    return slug
