"""What became of a commitment: done, partly, changed, let go; and what was learned."""

from datetime import date, datetime

from bot.chat import Answer, Block, Button, Event, Form, Message, Problems, Question, Words, buttons, note, say, text
from bot.domain import rhythm
from bot.domain.text import NOTE_LIMIT, TooLong, tidy
from bot.handlers import days
from bot.handlers.commit import outcome_buttons
from bot.handlers.who import commitment_of, older_version
from storage.db import Db
from storage.models import Commitment, CommitmentState

_SAID = {
    CommitmentState.DONE: "Done. Good.",
    CommitmentState.PARTLY: "Partly. That is movement, and you know more than before.",
    CommitmentState.CHANGED: "Changed. Plans that meet real work often do.",
    CommitmentState.LET_GO: "Let go. Deciding not to is a decision too.",
}


def play_back(db: Db, row: Commitment, today: date) -> Message:
    """The member's own words, on the day."""
    day = rhythm.day_in_words(row.due_on or today, today)
    lead = "Today is the day you chose for this:" if day == "today" else f"For {day} you chose this:"
    blocks: list[Block] = [text(lead), Words(db.unseal(row, "what"))]
    if cue := db.unseal(row, "cue"):
        blocks += [note("You will know it is time when you see this:"), Words(cue)]
    over = row.due_on is not None and row.due_on < today
    question = "How did it go?" if over else "When the day is over, tell me how it went."
    return say(*blocks, text(question), buttons(*outcome_buttons(row)))


async def close(event: Event, db: Db, now: datetime) -> Answer:
    """An outcome was pressed. Pressing another one later changes it."""
    commitment_id, outcome, place, *_ = (*event.words.split(":"), "", "")
    _, row = await commitment_of(event, db, commitment_id)
    if outcome not in _SAID:
        raise older_version()
    row.state = CommitmentState(outcome)
    row.closed_at = now
    row.play_back_at = None
    row_of = [Button("What did you learn?", "commitment.learned", row.id, main=True)]
    if row.state == CommitmentState.CHANGED:
        row_of.append(Button("Write the new one", "commitment.new"))
    row_of.append(Button("Open it again", "commitment.reopen", row.id))
    return say(
        _SAID[CommitmentState(outcome)], Words(db.unseal(row, "what")), buttons(*row_of), replaces=place != "beside"
    )


async def reopen(event: Event, db: Db, now: datetime) -> Answer:
    """It was closed by mistake, or there is more to do."""
    member, row = await commitment_of(event, db, event.words)
    days.open_again(row, member, now)
    when = [note(days.promise(row, member, now))] if row.due_on else []
    return say(
        "Open again.",
        Words(db.unseal(row, "what")),
        *when,
        buttons(*outcome_buttons(row), Button("Edit", "commitment.edit", row.id)),
        replaces=True,
    )


async def ask_learned(event: Event, db: Db, now: datetime) -> Answer:
    _, row = await commitment_of(event, db, event.words)
    question = Question(
        "learned", "What did you learn?", "lines", "A line is enough.", db.unseal(row, "learned"), limit=NOTE_LIMIT
    )
    return Form(
        "learned", "What did you learn?", "Keep it", (question,), words=row.id, intro=(Words(db.unseal(row, "what")),)
    )


async def keep_learned(event: Event, db: Db, now: datetime) -> Answer:
    _, row = await commitment_of(event, db, event.words)
    try:
        learned = tidy(event.answer("learned"), NOTE_LIMIT)
    except TooLong as problem:
        return Problems({"learned": str(problem)})
    if not learned:
        return Problems({"learned": "There is nothing here yet. A line is enough."})
    db.seal(row, "learned", learned)
    return say("Kept with your commitment, for you alone.")
