"""What came of it? One line about a meeting, private unless its author lets the enablers read it."""

from datetime import datetime

from bot.chat import (
    Answer,
    Block,
    Button,
    Event,
    Form,
    Heading,
    Message,
    Own,
    Problems,
    Question,
    Refusal,
    Words,
    buttons,
    note,
    say,
    text,
)
from bot.domain import rhythm
from bot.domain.text import LINE_LIMIT, TooLong, one_line
from bot.handlers.who import awake, number, programme_named, programme_run_by
from storage import came_of_it, introductions, programmes
from storage.db import Db
from storage.models import CameOfIt, Introduction, Member, Programme

_PAGE = 10


def button(introduction_id: str) -> Button:
    return Button("What came of it?", "came.write", introduction_id)


async def write(event: Event, db: Db, now: datetime) -> Answer:
    """The form for one line, with what they wrote before."""
    member = await _one_of_it(event, db)
    row = await came_of_it.of_member(db, member, event.words)
    introduction = await db.session.get_one(Introduction, event.words)
    hint = "A line is enough. Only you read it, unless you let the enablers read it."
    question = Question("line", "In one line", "line", hint, db.unseal(row, "line") if row else "", limit=LINE_LIMIT)
    day = rhythm.day_in_words(*(rhythm.local_date(moment, member.timezone) for moment in (introduction.made_at, now)))
    about = "About today's introduction." if day == "today" else f"About your introduction of {day}."
    return Form("came", "What came of it?", "Keep it", (question,), words=event.words, intro=(text(about),))


async def keep(event: Event, db: Db, now: datetime) -> Answer:
    member = await _one_of_it(event, db)
    try:
        line = one_line(event.answer("line"), LINE_LIMIT)
    except TooLong as problem:
        return Problems({"line": str(problem)})
    if not line:
        return Problems({"line": "There is nothing here yet. A line is enough."})
    before = await came_of_it.of_member(db, member, event.words)
    was_read = before is not None and before.released_at is not None
    row = await came_of_it.keep(db, member, event.words, line, now)
    return await _shown(db, member, row, anew=was_read and not row.released_at)


async def release(event: Event, db: Db, now: datetime) -> Answer:
    """The enablers may read it."""
    member, row = await _line(event, db)
    row.released_at = row.released_at or now
    return await _shown(db, member, row, replaces=True)


async def withdraw(event: Event, db: Db, now: datetime) -> Answer:
    """It is theirs alone again."""
    member, row = await _line(event, db)
    row.released_at = None
    return await _shown(db, member, row, replaces=True)


async def forget(event: Event, db: Db, now: datetime) -> Answer:
    _, row = await _line(event, db)
    await db.session.delete(row)
    return say(
        "That line is taken out. Nothing of it is kept.",
        buttons(Button("Write another one", "came.write", event.words)),
        replaces=True,
    )


async def stories(event: Event, db: Db, now: datetime) -> Answer:
    """/balcony stories, for enablers: the lines that members let them read, and not a word of whose they are."""
    return await _page(db, await programme_run_by(event, db), 0)


async def older(event: Event, db: Db, now: datetime) -> Answer:
    """The next page; `words` of the button is the programme, and how many to pass over."""
    programme_id, _, skip = event.words.partition(":")
    return await _page(db, await programme_named(event, db, programme_id), number(skip))


async def _page(db: Db, programme: Programme, skip: int) -> Message:
    rows = await came_of_it.released(db, programme, skip=skip, limit=_PAGE + 1)
    if not rows and skip:
        return say("There are no older ones.", replaces=True)
    if not rows:
        return say(
            "No member has let you read what came of an introduction yet.",
            note("Who has met somebody may write one line about it. It is theirs alone, unless they let you read it."),
        )
    lines = [Words(db.unseal(row, "line")) for row in rows[:_PAGE]]
    blocks: list[Block] = [Heading("What came of introductions"), *lines]
    blocks.append(note("Their authors let the enablers read these, without names. The newest is at the top."))
    if len(rows) > _PAGE:
        blocks.append(buttons(Button("Older ones", "stories", f"{programme.id}:{skip + _PAGE}")))
    return say(*blocks, replaces=bool(skip))


async def _one_of_it(event: Event, db: Db) -> Member:
    """The person as one of the introduction that a button or form names. Raises Refusal."""
    found = await introductions.place_of(db, event.person, event.words)
    if found is None:
        raise Refusal("That introduction is not one of yours.")
    return awake(found[0])


async def _line(event: Event, db: Db) -> tuple[Member, CameOfIt]:
    member = await _one_of_it(event, db)
    row = await came_of_it.of_member(db, member, event.words)
    if row is None:
        raise Refusal("There is no line of yours about that introduction any more.", buttons(button(event.words)))
    return member, row


async def _shown(db: Db, member: Member, row: CameOfIt, *, anew: bool = False, replaces: bool = False) -> Message:
    """The line, who reads it, and what else its author may do with it."""
    programme = await programmes.of_member(db, member)
    many = len(await programmes.enablers(db, programme))
    readers = ("the enablers of ", Own(programme.name), " (one person now)" if many == 1 else f" ({many} people now)")
    if row.released_at:
        lead = "The enablers can read it now, without your name."
        who = ("That is ", *readers, ", and nobody else. You can take it back; what was read stays read.")
        turn = Button("Keep it to myself again", "came.withdraw", row.introduction_id)
    else:
        anew_too = " The enablers do not see these new words, and no longer see the old ones."
        lead = "Kept, for you alone." + anew_too * anew
        who = (
            "It can be read by ",
            *readers,
            " if you let them, and by nobody else. They see no names, but a line can give away whose it is.",
        )
        turn = Button("Let the enablers read it", "came.release", row.introduction_id)
    more = (
        Button("Change it", "came.write", row.introduction_id),
        Button("Take it out", "came.forget", row.introduction_id),
    )
    return say(lead, Words(db.unseal(row, "line")), note(*who), buttons(turn, *more), replaces=replaces)
