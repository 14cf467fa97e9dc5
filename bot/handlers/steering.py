"""/balcony introductions: how often, not this time, when it usually suits, and back from a rest."""

from datetime import date, datetime

from bot.chat import (
    Answer,
    Block,
    Bold,
    Button,
    Command,
    Event,
    Form,
    Message,
    Problems,
    Question,
    Refusal,
    Text,
    buttons,
    note,
    say,
    text,
)
from bot.domain import free, rhythm
from bot.handlers import help_text, repair
from bot.handlers.who import member_named, member_of, older_version
from storage import programmes
from storage.db import Db
from storage.models import Member, Programme

_OFTEN = {"1": "Every round", "2": "Every second round", "4": "Every fourth round"}
_FREE_LIMIT = 300  # characters
_FREE_HINT = "Like: Tue 10:00, Thu 14-16. In your own time zone. The channel sees up to three that suit everybody in an introduction."


async def start(event: Event, db: Db, now: datetime) -> Answer:
    """The command, and what follows it."""
    verb, _, rest = event.words.strip().partition(" ")
    match verb.lower():
        case "help":
            return help_text.INTRODUCTIONS
        case "skip":
            member = await member_of(event, db)
            programme = await programmes.of_member(db, member)
            return _skipped(member, programme, programme.next_round_on, now)
        case "free" if rest:
            return await _kept_free(db, await member_of(event, db), rest, now)
        case "free":
            return _form(db, await member_of(event, db))
        case "":
            return await _shown(db, await member_of(event, db), now)
    raise Refusal(text("I do not know that. ", Command("/balcony introductions help"), " shows what there is."))


async def show(event: Event, db: Db, now: datetime) -> Answer:
    """By a button, which names their place."""
    return await _shown(db, await member_named(event, db, event.words), now)


async def skip(event: Event, db: Db, now: datetime) -> Answer:
    member, on = await _member_and_date(event, db)
    return _skipped(member, await programmes.of_member(db, member), on, now)


async def undo(event: Event, db: Db, now: datetime) -> Answer:
    """They are there after all."""
    member, on = await _member_and_date(event, db)
    programme = await programmes.of_member(db, member)
    if programme.next_round_on != on:
        raise Refusal("That round is over. There will be another one.")
    member.skips_round_on = None
    return say(
        f"Good. You are in the introductions {_on(on, programme, now)}.",
        buttons(Button("Skip this one", "introductions.skip", f"{member.id}:{on}")),
        replaces=True,
    )


async def less(event: Event, db: Db, now: datetime) -> Answer:
    member = await member_named(event, db, event.words)
    return say("How often shall I introduce you?", buttons(*_rhythms(member)))


async def every(event: Event, db: Db, now: datetime) -> Answer:
    """A rhythm was chosen, in rounds."""
    number, _, member_id = event.words.partition(":")
    member = await member_named(event, db, member_id)
    if number not in _OFTEN:
        raise older_version()
    member.round_every = int(number)
    member.rounds_off = min(member.rounds_off, member.round_every - 1)
    return await _shown(db, member, now, replaces=True)


async def again(event: Event, db: Db, now: datetime) -> Answer:
    """Back from a rest; they gave a sign of life by pressing."""
    member = await member_named(event, db, event.words)
    return await _shown(db, member, now, "Good to have you back.", replaces=True)


async def ask_free(event: Event, db: Db, now: datetime) -> Answer:
    return _form(db, await member_named(event, db, event.words))


async def keep_free(event: Event, db: Db, now: datetime) -> Answer:
    """The form was sent; empty takes them away."""
    member = await member_named(event, db, event.words)
    try:
        return await _kept_free(db, member, event.answer("free"), now)
    except Refusal as refusal:
        return Problems({"free": _sentence(refusal.message)})


async def _kept_free(db: Db, member: Member, words: str, now: datetime) -> Message:
    if len(words) > _FREE_LIMIT:
        raise Refusal(f"That is long: {_FREE_LIMIT} characters are enough for a week.")
    try:
        kept = free.written(free.read(words))
    except free.Unclear as unclear:
        raise Refusal(str(unclear)) from None
    if len(kept) > _FREE_LIMIT:
        raise Refusal(
            "That is a long list when I write it out by day. Could you name fewer times, or longer stretches?"
        )
    db.seal(member, "free", kept)
    await repair.reword(db, member, now)
    if not kept:
        return say("Saved. I will name no times.")
    return say("Saved.", note(f"{_free_in_words(db, member)} That is in your time zone, {member.timezone}."))


async def _member_and_date(event: Event, db: Db) -> tuple[Member, date]:
    member_id, _, said = event.words.partition(":")
    member = await member_named(event, db, member_id)
    try:
        return member, date.fromisoformat(said)
    except ValueError:
        raise older_version() from None


def _skipped(member: Member, programme: Programme, on: date | None, now: datetime) -> Message:
    if not member.wants_introductions:
        return say(
            "You are in no round: you have not asked for introductions.",
            buttons(Button("Settings", "settings", member.id)),
        )
    if on and programme.next_round_on != on and on > rhythm.local_date(now, programme.timezone):
        raise Refusal(
            text("That day has no round any more. ", Command("/balcony introductions"), " shows the next one.")
        )
    if on is None or programme.next_round_on != on:
        raise Refusal("That round has been made already, so it is too late to skip it.")
    member.skips_round_on = on
    return say(
        f"You skip the introductions {_on(on, programme, now)}. In the round after that I will look for somebody again.",
        buttons(Button("Undo", "introductions.undo", f"{member.id}:{on}")),
        replaces=True,
    )


async def _shown(db: Db, member: Member, now: datetime, greeting: str = "", *, replaces: bool = False) -> Message:
    """How it stands, and what there is to change."""
    programme = await programmes.of_member(db, member)
    blocks: list[Block] = [text(Bold(f"Introductions in {programme.name}"))]
    if greeting:
        blocks.insert(0, text(greeting))
    settings = Button("Settings", "settings", member.id)
    if not member.wants_introductions:
        return say(
            *blocks, "You have not asked for introductions. Your settings have a box for it.", buttons(settings), replaces=replaces
        )  # fmt: skip
    blocks += [text(_state(member, programme, now)), note(_free_in_words(db, member))]
    on = programme.next_round_on
    skips = on is not None and member.skips_round_on == on
    row = [
        Button("Undo", "introductions.undo", f"{member.id}:{on}")
        if skips
        else Button("Skip the next one", "introductions.skip", f"{member.id}:{on}")
    ] * (on is not None and not member.rounds_off)
    row += [
        Button("How often", "introductions.less", member.id),
        Button("Times that suit me", "introductions.free", member.id),
    ]
    return say(*blocks, buttons(*row, settings), replaces=replaces)


def _state(member: Member, programme: Programme, now: datetime) -> str:
    often = _OFTEN[str(member.round_every)][0].lower() + _OFTEN[str(member.round_every)][1:]
    said = f"I introduce you to somebody in {often}."
    if member.paused_until and member.is_paused(now):
        days = (rhythm.local_date(moment, member.timezone) for moment in (member.paused_until, now))
        return f"{said} I am quiet until {rhythm.day_in_words(*days)}, and make no introductions for you until then."
    on = programme.next_round_on
    if on is None:
        return said
    if member.skips_round_on == on:
        return f"{said} The next one is {_on(on, programme, now)}, and you skip it."
    if member.rounds_off:
        rounds = "the next round" if member.rounds_off == 1 else f"the next {member.rounds_off} rounds"
        return f"{said} You sit out {rounds}."
    return f"{said} The next one is {_on(on, programme, now)}."


def _on(on: date, programme: Programme, now: datetime) -> str:
    words = rhythm.day_in_words(on, rhythm.local_date(now, programme.timezone))
    return words if words in {"today", "tomorrow"} else f"on {words}"


def _free_in_words(db: Db, member: Member) -> str:
    kept = db.unseal(member, "free")
    return f"Times that usually suit you: {kept}." if kept else "You have named no times that usually suit you."


def _form(db: Db, member: Member) -> Form:
    question = Question(
        "free", "When are you usually free for half an hour?", "line", _FREE_HINT, db.unseal(member, "free"), needed=False, limit=_FREE_LIMIT
    )  # fmt: skip
    return Form("free", "Times that suit you", "Save", (question,), words=member.id)


def _rhythms(member: Member) -> list[Button]:
    return [Button(label, "introductions.every", f"{number}:{member.id}") for number, label in _OFTEN.items()]


def _sentence(message: Message) -> str:
    return "".join(
        part for block in message.blocks if isinstance(block, Text) for part in block.parts if isinstance(part, str)
    )
