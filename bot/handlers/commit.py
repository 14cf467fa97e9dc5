"""/commit: one small, doable, practical thing, kept at once."""

from datetime import date, datetime

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
from bot.handlers import closed, days, help_text, witness
from bot.handlers.who import commitment_of, member_of, number, older_version
from storage import commitments, members
from storage.commitments import NewCommitment
from storage.db import Db
from storage.deliveries import JUST_NOW
from storage.members import Author
from storage.models import Commitment, Member, WitnessState

PAGE = 10
FURTHEST = 366  # days
AGAIN = JUST_NOW
PARTS = ("first thing", "in the morning", "at lunchtime", "in the afternoon", "in the evening")


async def start(event: Event, db: Db, now: datetime) -> Answer:
    """/commit, with words or without."""
    words = event.words.strip()
    if words.lower() == "help":
        return help_text.COMMIT
    if words.lower() == "list":
        return await show_list(event, db, now)
    if words.lower() == "closed":
        return await closed.show_list(event, db, now)
    author = await members.only_author(db, event.person) or await member_of(event, db)
    if not tidy(words, len(words)):
        return form()
    return await keep_words(db, author, words, now, again=event.again)


async def keep_words(db: Db, member: Author, words: str, now: datetime, *, again: bool = False) -> Message:
    """Keep what was written as it is, lift the day out of it, and show it back. Raises Refusal.

    `again`: it may be there already. Whoever was told too late that it is kept, or not at all because Balcony died just
    then, types it once more.
    """
    try:
        plain = tidy(words, COMMITMENT_LIMIT)
    except TooLong as problem:
        raise Refusal(
            f"{problem} A commitment is one small thing; could you say it shorter? Nothing was kept yet.",
            *given_back(words),
        ) from None
    read = due.understand(plain, rhythm.local_date(now, member.timezone))
    if not read.what:
        raise Refusal(
            text(
                "I found a day, but not what you will do. Write both, like: ",
                Command("/commit ring the school nurse on Friday"),
            )
        )
    for same in await commitments.kept_since(db, member.id, now - AGAIN) if again else ():
        if db.unseal(same, "what") == read.what and read.day in {None, same.due_on}:
            return kept(db, same, member, now, offered=read.days, problem=read.problem)
    row = NewCommitment(member_id=member.id, created_at=now)
    db.seal(row, "what", read.what)
    days.set_day(row, member, read.day, read.part, now)
    await commitments.add(db, row)
    return kept(db, row, member, now, offered=read.days, problem=read.problem)


def kept(
    db: Db,
    row: Commitment | NewCommitment,
    member: Author,
    now: datetime,
    *,
    offered: tuple[date, ...] = (),
    problem: str = "",
    news: tuple[Block, ...] = (),
) -> Message:
    """What was kept, for its author alone, with what can be done next. `news` is what came of it."""
    shared = row.witness_state == WitnessState.ACCEPTED
    blocks: list[Block] = [
        text("Kept, for you and your witness." if shared else "Kept, for you alone."),
        Words(db.unseal(row, "what")),
    ]
    if cue := db.unseal(row, "cue"):
        blocks += [note("Your cue:"), Words(cue)]
    if row.due_on:
        blocks.append(note(days.promise(row, member, now)))
    else:
        today = rhythm.local_date(now, member.timezone)
        blocks += [text(f"{problem} When will you do it?".strip()), days.choices(row, today, offered)]
    blocks += news
    change = "Edit" if row.cue_sealed else "Add a cue or a witness"
    return say(
        *blocks,
        buttons(Button(change, "commitment.edit", row.id), Button("Undo", "commitment.undo", row.id)),
        replaces=True,
    )


async def choose_day(event: Event, db: Db, now: datetime) -> Answer:
    """A day was pressed; "never" means that it needs none."""
    commitment_id, _, said = event.words.partition(":")
    member, row = await commitment_of(event, db, commitment_id)
    today = rhythm.local_date(now, member.timezone)
    day = None if said == "never" else _day_pressed(said)
    if day and day < today:
        return say("That day has already passed. When will you do it?", days.choices(row, today), replaces=True)
    days.open_again(row, member, now)
    days.set_day(row, member, day, row.due_part if day else "", now)
    if day is None:
        return say(text("Kept without a day. It waits in your list: ", Command("/commit list")), replaces=True)
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
            text("When you have one small thing in mind, write it after ", Command("/commit"), "."),
            buttons(Button("What I closed", "commitment.closed")),
            replaces=True,
        )
    skip = number(event.words)
    if skip >= len(rows):
        skip = 0  # what was on that page is done by now
    blocks: list[Block] = [Heading("Your open commitments")]
    for row in rows[skip : skip + PAGE]:
        blocks += entry(db, row, rhythm.local_date(now, member.timezone))
    left = len(rows) - skip - PAGE
    more = [Button(f"{left} more", "commitment.list", str(skip + PAGE))] if left > 0 else []
    blocks.append(buttons(*more, Button("What I closed", "commitment.closed")))
    return say(*blocks, replaces=True)


def entry(db: Db, row: Commitment, today: date) -> tuple[Block, ...]:
    """One open commitment in a list, with its buttons."""
    return (
        Words(db.unseal(row, "what")),
        note(days.due(row, today)),
        buttons(*outcome_buttons(row, beside=True), Button("Edit", "commitment.edit", row.id)),
    )


def outcome_buttons(row: Commitment, *, beside: bool = False) -> tuple[Button, ...]:
    """`beside`: the answer leaves the message where it is, for there is more in it than this commitment."""
    place = ":beside" if beside else ""
    return (
        Button("Done", "commitment.close", f"{row.id}:done{place}"),
        Button("Partly", "commitment.close", f"{row.id}:partly{place}"),
        Button("Changed", "commitment.close", f"{row.id}:changed{place}"),
        Button("Let go", "commitment.close", f"{row.id}:let go{place}"),
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
            Question("cue", "What will you see when it is time?", "lines", "For example: the end of Monday's meeting.", cue, needed=False, limit=CUE_LIMIT),
            Question("day", "On which day?", "day", initial=day.isoformat() if day else "", needed=False),
            Question("part", "At what time of day?", "choice", initial=part, needed=False, options=tuple(Option(p.capitalize(), p) for p in parts)),
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
    what, cue = tidy(event.answer("what"), COMMITMENT_LIMIT), tidy(event.answer("cue"), CUE_LIMIT)
    if event.again and not event.words:
        row = await _just_kept(event, db, member, (what, cue, day, event.answer("part")), now) or row
    db.seal(row, "what", what)
    db.seal(row, "cue", cue)
    days.open_again(row, member, now)
    days.set_day(row, member, day, event.answer("part"), now)
    db.session.add(row)
    if asked is None or witness.knows(row, asked):
        return kept(db, row, member, now)
    await db.session.flush()
    if not await witness.ask(db, row, member, asked, now):
        return Problems({"witness": witness.ASKED_BEFORE})
    return kept(db, row, member, now, news=(witness.was_asked(asked),))


async def _just_kept(
    event: Event, db: Db, member: Member, said: tuple[str, str, date | None, str], now: datetime
) -> Commitment | None:
    """The same form again within minutes, opened anew by somebody who was told too late that it is kept."""
    for same in await commitments.kept_since(db, member.id, now - AGAIN):
        part = same.due_part if same.due_on else said[3]
        if (db.unseal(same, "what"), db.unseal(same, "cue"), same.due_on, part) == said:
            found = await commitments.mine(db, event.person, same.id)
            return found[1] if found else None
    return None


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
    if not event.answer("day"):
        return problems, None
    try:
        day = date.fromisoformat(event.answer("day"))
    except ValueError:
        return problems | {"day": "That is not a day in the calendar."}, None
    if day < today and day != row.due_on:
        problems["day"] = "That day has already passed."
    elif (day - today).days > FURTHEST:
        problems["day"] = "That day is more than a year away."
    return problems, day


def _day_pressed(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise older_version() from None


def given_back(words: str, most: int = 9000) -> tuple[Block, ...]:
    """Their words again, so that nothing typed is lost; beyond what a message holds, a sentence says so."""
    clean = tidy(words, len(words))
    if len(clean) > most:
        return (note("It is also too long to show back to you here, so please keep your own copy."),)
    return (text(Bold("Your words:")), Words(clean))
