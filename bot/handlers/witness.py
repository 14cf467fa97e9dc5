"""A witness: one person who may know of a commitment, if its author chose them and they said yes."""

from datetime import datetime

from bot.chat import Answer, Block, Button, Event, Mention, Refusal, Words, buttons, note, say, text
from bot.domain import rhythm
from bot.domain.kind import Kind
from bot.handlers import days
from bot.handlers.who import awake
from storage import commitments, members, outbox
from storage.db import Db
from storage.models import Commitment, CommitmentState, Member, WitnessState

_NOTHING_HERE = "There is nothing to be a witness of here any more."
ASKED_BEFORE = "I asked them about this one before, and I ask nobody twice. Choose somebody else, or leave this empty."


async def find(db: Db, author: Member, user: str) -> Member | None:
    """Somebody else who has joined the same programme; nobody else is ever written to."""
    found = await members.joined(db, author.programme_id, user)
    return found if found and found.id != author.id else None


def cannot(author: Member, user: str) -> str:
    if user == author.user:
        return "A witness is somebody else. You can also leave this empty."
    return "They have not joined the programme, so I may not write to them. You can leave this empty and tell them yourself."


def knows(row: Commitment, witness: Member) -> bool:
    """Whether they are its witness, or are thinking about it."""
    return row.witness_id == witness.id and row.witness_state in {WitnessState.ASKED, WitnessState.ACCEPTED}


async def ask(db: Db, row: Commitment, author: Member, witness: Member, now: datetime) -> bool:
    """Ask them, without a word of what it is about; False if they were asked about this one before.

    Whoever was its witness until now is so no longer, and sees nothing more of it.
    """
    row.witness_id = witness.id
    row.witness_state = WitnessState.ASKED
    question = say(
        text(Mention(author.user), " has decided to do one small thing, and asks if you would be a witness."),
        "If you say yes, you will see what it is. There is nothing you must do.",
        buttons(Button("Yes, I will", "witness.yes", row.id, main=True), Button("Not this time", "witness.no", row.id)),
    )
    return await outbox.put(
        db, f"witness:{row.id}:{witness.id}", members.person_of(witness), question, now,
        kind=Kind.WITNESS, programme_id=witness.programme_id, member_id=witness.id, due_at=_after_pause(witness, now),
    )  # fmt: skip


def was_asked(witness: Member) -> Block:
    return note("I have asked ", Mention(witness.user), " to be your witness. They see nothing until they say yes.")


async def accept(event: Event, db: Db, now: datetime) -> Answer:
    witness, row = await _asked(event, db)
    author = await commitments.author(db, row)
    if row.witness_state == WitnessState.ASKED:
        row.witness_state = WitnessState.ACCEPTED
        await _tell(db, row, author, text(Mention(witness.user), " will be your witness."), now)
    blocks: list[Block] = [
        text("Thank you. This is what ", Mention(author.user), " will do:"),
        Words(db.unseal(row, "what")),
    ]
    if row.due_on:
        blocks.append(note(days.due(row, rhythm.local_date(now, witness.timezone))))
    return say(*blocks, replaces=True)


async def decline(event: Event, db: Db, now: datetime) -> Answer:
    """No, or no longer."""
    witness, row = await _asked(event, db)
    knew = row.witness_state == WitnessState.ACCEPTED
    row.witness_state = WitnessState.DECLINED
    author = await commitments.author(db, row)
    news = text(Mention(witness.user), " cannot be your witness this time. Your commitment stays as it is.")
    await _tell(db, row, author, news, now)
    if knew:
        return say("That is fine. You are not its witness any more.", replaces=True)
    return say("That is fine. Nothing was shown to you, and nothing more will come of it.", replaces=True)


async def _asked(event: Event, db: Db) -> tuple[Member, Commitment]:
    """What this person was asked to witness, while it is open, its author is here and they have not declined."""
    found = await commitments.asked_to_witness(db, event.person, event.words)
    if found is None or found[1].witness_state == WitnessState.DECLINED or found[1].state != CommitmentState.OPEN:
        raise Refusal(_NOTHING_HERE)
    if (await commitments.author(db, found[1])).left_at:
        raise Refusal(_NOTHING_HERE)
    return awake(found[0]), found[1]


async def _tell(db: Db, row: Commitment, author: Member, news: Block, now: datetime) -> None:
    if author.left_at:
        return
    await outbox.put(
        db, f"witness-{row.witness_state}:{row.id}:{row.witness_id}", members.person_of(author),
        say(news, Words(db.unseal(row, "what"))), now,
        kind=Kind.WITNESSED, programme_id=author.programme_id, member_id=author.id, due_at=_after_pause(author, now),
    )  # fmt: skip


def _after_pause(member: Member, now: datetime) -> datetime:
    """Now, or when they are back."""
    return max(now, member.paused_until or now)
