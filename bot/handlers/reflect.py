"""/reflect: the notebook. What is written here is read by its author and nobody else."""

import json
from datetime import datetime, timedelta

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
    Problems,
    Question,
    Refusal,
    Words,
    buttons,
    note,
    say,
    text,
)
from bot.content import catalogue
from bot.domain import rhythm
from bot.domain.text import COMMITMENT_LIMIT, NOTE_LIMIT, TooLong, tidy
from bot.handlers import commit, help_text
from bot.handlers.who import member_of, number
from storage import members, programmes, reflections, sessions
from storage.db import Db
from storage.models import Member, Reflection, Session

FREE = "A page of your notebook"
_JUST_WRITTEN = 100  # pages; more than anybody writes in some minutes
_RECENT = timedelta(days=14)  # a session older than this is not asked about of its own accord
_MOST_BLOCKS = 40  # a message holds 50
_PAGE_ROOM = 8000  # characters of notes on one page; a message holds about 13,000 with everything


async def start(event: Event, db: Db, now: datetime) -> Answer:
    """/reflect: the form for the last session or a free page; with words, they are kept at once."""
    words = event.words.strip()
    if words.lower() == "help":
        return help_text.REFLECT
    if words.lower() == "list":
        return await show_list(event, db, now)
    member = await member_of(event, db)
    if tidy(words, len(words)) and words.lower() != "page":
        return await _keep_page(db, member, words, now, again=event.again)
    session = await _session_to_reflect_on(db, member, now) if not words else None
    return session_form(session) if session else page_form()


async def after_session(event: Event, db: Db, now: datetime) -> Answer:
    """The button under a session's message."""
    member = await member_of(event, db)
    programme = await programmes.of_member(db, member)
    session = await sessions.get(db, programme, event.words)
    return session_form(session) if session else page_form()


async def page(event: Event, db: Db, now: datetime) -> Answer:
    """A free page, or one about the prompt whose id the button carries."""
    await member_of(event, db)
    return page_form(event.words)


def session_form(session: Session) -> Form:
    """The four thinking-time questions, about this session."""
    questions = catalogue().questions
    fields = [
        Question(
            f"q{number}",
            question,
            "lines",
            needed=False,
            limit=COMMITMENT_LIMIT if number == len(questions) else NOTE_LIMIT,
        )
        for number, question in enumerate(questions, 1)
    ]
    intro = (
        text(Bold(session.title)),
        note("Answer what speaks to you. Only you will read it. The last one also becomes a commitment."),
    )
    return Form("reflect.session", "Thinking time", "Keep it", tuple(fields), words=session.id, intro=intro)


def page_form(prompt_id: str = "") -> Form:
    prompt = catalogue().prompt(prompt_id)
    about = prompt.text if prompt else "What do you see from the balcony?"
    question = Question("page", "Your page", "lines", "Only you will read it.", limit=NOTE_LIMIT)
    return Form("reflect.page", "Your notebook", "Keep it", (question,), words=prompt_id, intro=(text(about),))


async def keep_session(event: Event, db: Db, now: datetime) -> Answer:
    """The thinking-time form was sent."""
    member = await member_of(event, db)
    session = await sessions.get(db, await programmes.of_member(db, member), event.words)
    questions = catalogue().questions
    answers, problems = _read_answers(event, len(questions))
    if problems:
        return Problems(problems)
    if not any(answers):
        return Problems({"q1": "Please answer at least one of the questions, or close the form."})
    pairs = [(question, answer) for question, answer in zip(questions, answers, strict=True) if answer]
    await _write(db, member, pairs, now, session=session, again=event.again)
    blocks: list[Block] = [
        text("It is in your notebook, for you alone."),
        note("Read it again with ", Command("/reflect list"), "."),
    ]
    if not answers[-1]:
        return say(*blocks)
    try:
        kept = await commit.keep_words(db, member, answers[-1], now, again=event.again)
    except Refusal:  # said in the form, so that nothing they wrote is lost
        return Problems({f"q{len(questions)}": "I found a day, but not what you will do. Please add it."})
    return say(*blocks, text("And as a commitment:"), *kept.blocks[1:])


async def keep_page(event: Event, db: Db, now: datetime) -> Answer:
    """A page was sent; `words` is the prompt it answers, if any."""
    member = await member_of(event, db)
    try:
        written = tidy(event.answer("page"), NOTE_LIMIT)
    except TooLong as problem:
        return Problems({"page": str(problem)})
    if not written:
        return Problems({"page": "There is nothing on this page yet."})
    prompt = catalogue().prompt(event.words)
    about = prompt.text if prompt else FREE
    await _write(db, member, [(about, written)], now, prompt=prompt.id if prompt else None, again=event.again)
    return say("It is in your notebook, for you alone.", note("Read it again with ", Command("/reflect list"), "."))


async def show_list(event: Event, db: Db, now: datetime) -> Answer:
    """The member's own notes, newest first; `words` of the button is how many to pass over."""
    member = await member_of(event, db)
    skip = number(event.words)
    rows = await reflections.newest(db, member, skip=skip, limit=10)
    if not rows:
        empty = "Your notebook is empty." if skip == 0 else "There are no older pages."
        return say(
            empty, text("Write a page with ", Command("/reflect"), ", or put the words right after it."), replaces=True
        )
    blocks: list[Block] = [Heading("Your notebook")]
    shown, room = 0, _PAGE_ROOM
    for row in rows:
        page_of, length = _page_blocks(db, row, member, now)
        if shown and (length > room or len(blocks) + len(page_of) > _MOST_BLOCKS):
            break
        blocks += page_of
        shown, room = shown + 1, room - length
    if await reflections.newest(db, member, skip=skip + shown, limit=1):
        blocks.append(buttons(Button("Older pages", "reflect.list", str(skip + shown))))
    return say(*blocks, replaces=True)


async def forget(event: Event, db: Db, now: datetime) -> Answer:
    """Take a page out."""
    for member in await members.memberships(db, event.person):
        if row := await reflections.get(db, member, event.words):
            await db.session.delete(row)
            return say(
                "That page is taken out. Nothing of it is kept.",
                buttons(Button("My notebook", "reflect.list")),
                replaces=True,
            )
    raise Refusal("That page is not in your notebook any more.")


async def _keep_page(db: Db, member: Member, words: str, now: datetime, *, again: bool) -> Message:
    try:
        written = tidy(words, NOTE_LIMIT)
    except TooLong as problem:
        raise Refusal(
            f"{problem} Nothing was kept yet. Could you write it in two pages?", *commit.given_back(words)
        ) from None
    row = await _write(db, member, [(FREE, written)], now, again=again)
    return say(
        "It is in your notebook, for you alone.",
        Words(written),
        buttons(Button("Take it out again", "reflect.forget", row.id)),
    )


async def _session_to_reflect_on(db: Db, member: Member, now: datetime) -> Session | None:
    """The last session, if it is recent and the member has not written about it."""
    session = await sessions.last_ended(db, member.programme_id)
    if session is None or session.ended_at is None or session.ended_at < now - _RECENT:
        return None
    return None if await reflections.about(db, member, session.id) else session


def _read_answers(event: Event, count: int) -> tuple[list[str], dict[str, str]]:
    answers: list[str] = []
    problems: dict[str, str] = {}
    for nth in range(1, count + 1):
        name = f"q{nth}"
        try:
            answers.append(tidy(event.answer(name), COMMITMENT_LIMIT if nth == count else NOTE_LIMIT))
        except TooLong as problem:
            problems[name] = str(problem)
    return answers, problems


async def _write(
    db: Db,
    member: Member,
    pairs: list[tuple[str, str]],
    now: datetime,
    *,
    session: Session | None = None,
    prompt: str | None = None,
    again: bool,
) -> Reflection:
    """`again`: it may be there already, as in bot.handlers.commit."""
    body = json.dumps(pairs)
    for same in await reflections.newest(db, member, skip=0, limit=_JUST_WRITTEN) if again else ():
        if same.written_at > now - commit.AGAIN and db.unseal(same, "body") == body:
            return same
    row = Reflection(member_id=member.id, session_id=session.id if session else None, prompt=prompt, written_at=now)
    db.seal(row, "body", body)
    db.session.add(row)
    return row


def _page_blocks(db: Db, row: Reflection, member: Member, now: datetime) -> tuple[list[Block], int]:
    pairs: list[tuple[str, str]] = json.loads(db.unseal(row, "body"))
    day = rhythm.day_in_words(
        rhythm.local_date(row.written_at, member.timezone), rhythm.local_date(now, member.timezone)
    )
    blocks: list[Block] = [note(f"Written {day}" if day == "today" else f"Written on {day}")]
    for question, answer in pairs:
        blocks += [text(Bold(question)), Words(answer)]
    blocks.append(buttons(Button("Take it out", "reflect.forget", row.id)))
    return blocks, sum(len(question) + len(answer) for question, answer in pairs)
