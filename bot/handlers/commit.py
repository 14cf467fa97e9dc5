"""/commit: one small, doable, practical thing, kept at once."""

from datetime import date, datetime, timedelta

from bot.chat import (
    Answer,
    Block,
    Bold,
    Button,
    Event,
    Form,
    Heading,
    Message,
    Option,
    Problems,
    Question,
    Refusal,
    Words,
    buttons,
    note,
    say,
    text,
)  # fmt: skip
from bot.domain import due, rhythm
from bot.domain.text import COMMITMENT_LIMIT, CUE_LIMIT, TooLong, tidy
from bot.handlers import help_text, witness
from bot.handlers.who import commitment_of, member_of
from storage import commitments
from storage.db import Db
from storage.models import Commitment, Member

PAGE = 10
PARTS = ("first thing", "in the morning", "at lunchtime", "in the afternoon", "in the evening")


async def start(event: Event, db: Db, now: datetime) -> Answer:
    """/commit, with words or without."""
    words = event.words.strip()
    if words.lower() == "help":
        return help_text.COMMIT
    if words.lower() == "list":
        return await show_list(event, db, now)
    member = await member_of(event, db)
    if not words:
        return form()
    return await keep_words(db, member, words, now)


async def keep_words(db: Db, member: Member, words: str, now: datetime) -> Message:
    """Keep what was written as it is, lift the day out of it, and show it back. Raises Refusal."""
    try:
        plain = tidy(words, COMMITMENT_LIMIT)
    except TooLong as problem:
        raise Refusal(
            f"{problem} A commitment is one small thing; could you say it shorter? Nothing was kept yet.",
            *_given_back(words),
        ) from None
    read = due.understand(plain, rhythm.local_date(now, member.timezone))
    if not read.what:
        raise Refusal(
            "I found a day, but not what you will do. Write both, like: /commit ring the school nurse on Friday"
        )
    row = Commitment(member_id=member.id, created_at=now)
    db.seal(row, "what", read.what)
    _set_day(row, member, read.day, read.part, now)
    db.session.add(row)
    return kept(db, row, member, now, offered=read.days, problem=read.problem)


def kept(
    db: Db, row: Commitment, member: Member, now: datetime, *, offered: tuple[date, ...] = (), problem: str = ""
) -> Message:
    """What was kept, for its author alone, with what can be done next."""
    today = rhythm.local_date(now, member.timezone)
    blocks: list[Block] = [text("Kept, for you alone."), Words(db.unseal(row, "what"))]
    if cue := db.unseal(row, "cue"):
        blocks += [note("When this happens:"), Words(cue)]
    if row.due_on:
        blocks.append(note(f"I will bring it back {_day(row, today)}."))
    else:
        blocks += [text(f"{problem} When will you do it?".strip()), _day_buttons(row, today, offered)]
    change = "Change it" if row.cue_sealed else "Add a cue or a witness"
    return say(
        *blocks,
        buttons(Button(change, "commitment.edit", row.id), Button("Undo", "commitment.undo", row.id)),
        replaces=True,
    )


async def choose_day(event: Event, db: Db, now: datetime) -> Answer:
    """A day was pressed; "never" means that it needs none."""
    commitment_id, _, day = event.words.partition(":")
    member, row = await commitment_of(event, db, commitment_id)
    if day == "never":
        return say("Kept without a day. It waits in your list: /commit list", replaces=True)
    _set_day(row, member, date.fromisoformat(day), row.due_part, now)
    return kept(db, row, member, now)


async def undo(event: Event, db: Db, now: datetime) -> Answer:
    """Take it out of the notebook."""
    _, row = await commitment_of(event, db, event.words)
    await db.session.delete(row)
    return say("Taken out again. Nothing of it is kept.", replaces=True)


async def show_list(event: Event, db: Db, now: datetime) -> Answer:
    """The open commitments of the member who asks, a page at a time; `words` of the button is how many to pass over."""
    member = await member_of(event, db)
    rows = await commitments.open_of(db, member)
    if not rows:
        return say(
            "You have no open commitments.",
            "When you have one small thing in mind, write it after /commit.",
            replaces=True,
        )
    skip = int(event.words) if event.words.isdigit() else 0
    blocks: list[Block] = [Heading("Your open commitments")]
    for row in rows[skip : skip + PAGE]:
        blocks += entry(db, row, rhythm.local_date(now, member.timezone))
    if (left := len(rows) - skip - PAGE) > 0:
        blocks.append(buttons(Button(f"{left} more", "commitment.list", str(skip + PAGE))))
    return say(*blocks, replaces=True)


def entry(db: Db, row: Commitment, today: date) -> tuple[Block, ...]:
    """One open commitment in a list, with its buttons."""
    when = f"Due {_day(row, today)}." if row.due_on else "Without a day."
    return (
        Words(db.unseal(row, "what")),
        note(when),
        buttons(*outcome_buttons(row), Button("Change it", "commitment.edit", row.id)),
    )


def outcome_buttons(row: Commitment) -> tuple[Button, ...]:
    return (
        Button("Done", "commitment.close", f"{row.id}:done"),
        Button("Partly", "commitment.close", f"{row.id}:partly"),
        Button("Changed", "commitment.close", f"{row.id}:changed"),
        Button("Let go", "commitment.close", f"{row.id}:let go"),
    )


# --- the form ------------------------------------------------------------------------------------


async def new(event: Event, db: Db, now: datetime) -> Answer:
    """The button that opens an empty form."""
    await member_of(event, db)
    return form()


async def edit(event: Event, db: Db, now: datetime) -> Answer:
    _, row = await commitment_of(event, db, event.words)
    return form(row.id, what=db.unseal(row, "what"), cue=db.unseal(row, "cue"), day=row.due_on, part=row.due_part)


def form(commitment_id: str = "", *, what: str = "", cue: str = "", day: date | None = None, part: str = "") -> Form:
    parts = PARTS if not part or part in PARTS else (part, *PARTS)
    return Form(
        "commit",
        "One small thing",
        "Keep it",
        (
            Question("what", "What will you do?", "lines", "Small, doable, practical.", what, limit=COMMITMENT_LIMIT),
            Question("cue", "What will you see when it is time?", "lines", "For example: when I come out of Monday's meeting.", cue, needed=False, limit=CUE_LIMIT),
            Question("day", "On which day?", "day", initial=day.isoformat() if day else "", needed=False),
            Question("part", "At what time?", "choice", initial=part, needed=False, options=tuple(Option(p.capitalize(), p) for p in parts)),
            Question("witness", "Who may know of it?", "person", "They are asked first, and see it only if they say yes. You can leave this empty.", needed=False),
        ),
        words=commitment_id,
    )  # fmt: skip


async def keep_form(event: Event, db: Db, now: datetime) -> Answer:
    """The form was sent: a new commitment, or a changed one."""
    if event.words:
        member, row = await commitment_of(event, db, event.words)
    else:
        member = await member_of(event, db)
        row = Commitment(member_id=member.id, created_at=now)
    problems, day = _check(event, rhythm.local_date(now, member.timezone), row)
    chosen = event.answer("witness")
    asked = await witness.find(db, member, chosen) if chosen else None
    if chosen and asked is None:
        problems["witness"] = witness.cannot(member, chosen)
    if problems:
        return Problems(problems)
    db.seal(row, "what", tidy(event.answer("what"), COMMITMENT_LIMIT))
    db.seal(row, "cue", tidy(event.answer("cue"), CUE_LIMIT))
    _set_day(row, member, day, event.answer("part"), now)
    db.session.add(row)
    if asked:
        await db.session.flush()
        await witness.ask(db, row, member, asked, now)
    shown = kept(db, row, member, now)
    return say(*shown.blocks, witness.was_asked(asked), replaces=True) if asked else shown


def _check(event: Event, today: date, row: Commitment) -> tuple[dict[str, str], date | None]:
    problems: dict[str, str] = {}
    for name, limit in (("what", COMMITMENT_LIMIT), ("cue", CUE_LIMIT)):
        try:
            written = tidy(event.answer(name), limit)
        except TooLong as problem:
            problems[name] = str(problem)
        else:
            if name == "what" and not written:
                problems[name] = "Please write what you will do."
    day: date | None = None
    if event.answer("day"):
        try:
            day = date.fromisoformat(event.answer("day"))
        except ValueError:
            problems["day"] = "That is not a day in the calendar."
        else:
            if day < today and day != row.due_on:
                problems["day"] = "That day has already passed."
    return problems, day


def _set_day(row: Commitment, member: Member, day: date | None, part: str, now: datetime) -> None:
    if day != row.due_on or row.play_back_at:
        row.play_back_at = rhythm.play_back_at(day, now, member.timezone) if day else None
    row.due_on = day
    row.due_part = part


def _day(row: Commitment, today: date) -> str:
    day = rhythm.day_in_words(row.due_on or today, today)
    on = day if day in {"today", "tomorrow"} else f"on {day}"
    return f"{on}, {_part(row.due_part)}" if row.due_part else on


def _part(part: str) -> str:
    return f"in the {part}" if part in {"morning", "afternoon", "evening"} else part


def _day_buttons(row: Commitment, today: date, offered: tuple[date, ...]) -> Block:
    friday = rhythm.next_weekday(today + timedelta(days=2), 4)
    days = offered[:3] or (today, today + timedelta(days=1), friday)
    row_of = [Button(_short(day, today), "commitment.day", f"{row.id}:{day.isoformat()}") for day in days]
    return buttons(
        *row_of, Button("Another day", "commitment.edit", row.id), Button("No day", "commitment.day", f"{row.id}:never")
    )


def _short(day: date, today: date) -> str:
    words = rhythm.day_in_words(day, today)
    return words[0].upper() + words[1:]


def _given_back(words: str, room: int = 2900, most: int = 9000) -> tuple[Block, ...]:
    """Their words again, so that nothing typed is lost; beyond what a message holds, a sentence says so."""
    clean = tidy(words, len(words))
    if len(clean) > most:
        return (note("It is also too long to show back to you here, so please keep your own copy."),)
    return (text(Bold("Your words:")), *(Words(clean[i : i + room]) for i in range(0, len(clean), room)))
