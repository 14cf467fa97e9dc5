"""/balcony issue: what a member works on, in their own words; up to three."""

from datetime import datetime

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
from bot.domain.text import ISSUE_LIMIT, TooLong, tidy
from bot.handlers import help_text, repair, topics
from bot.handlers.commit import given_back
from bot.handlers.who import issue_of, member_named, member_of
from bot.matching.recipe import version_here
from storage import issues, members, programmes
from storage.db import Db
from storage.issues import MOST, Mine
from storage.models import Member

_ASK = "What are you working on?"
_SAY = "Say what you work on"
_PLEASE = "Please say in a line what you are working on."
_FULL = f"You have told me {'three' if MOST == 3 else MOST} issues, and that is the most."  # noqa: PLR2004  in words


async def start(event: Event, db: Db, now: datetime) -> Answer:
    """/balcony issue: the list; with words, they are kept at once."""
    words = event.words.strip()
    if words.lower() == "help":
        return help_text.ISSUE
    member = await member_of(event, db)
    if not tidy(words, len(words)):
        return await _shown(db, member)
    try:
        plain = tidy(words, ISSUE_LIMIT)
    except TooLong as problem:
        raise Refusal(f"{problem} Could you say it shorter? Nothing was kept yet.", *given_back(words)) from None
    return await _keep(db, member, plain, now)


async def show_list(event: Event, db: Db, now: datetime) -> Answer:
    """The button *My issues*."""
    return await _shown(db, await member_named(event, db, event.words))


async def at_home(db: Db, member: Member) -> list[Block]:
    """What the member works on, as home shows it."""
    said = await issues.of_member(db, member)
    if not said:
        return [text(Bold("My issue")), note("Not said yet."), buttons(Button(_SAY, "issue.add", member.id))]
    title = text(Bold("My issue" if len(said) == 1 else topics.MINE))
    change = buttons(Button("Change or add", "issue.list", member.id))
    return [title, *(Words(one.words) for one in said), change]


async def add(event: Event, db: Db, now: datetime) -> Answer:
    """The form for one more."""
    member = await member_named(event, db, event.words)
    if len(await issues.of_member(db, member)) >= MOST:
        raise _full()
    return Form("issue.add", "What you work on", "Keep it", (_question(member),), words=member.id)


async def keep_new(event: Event, db: Db, now: datetime) -> Answer:
    member = await member_named(event, db, event.words)
    words, problem = _read(event)
    return Problems({"issue": problem}) if problem else await _keep(db, member, words, now)


async def change(event: Event, db: Db, now: datetime) -> Answer:
    """The form with what they said."""
    member, one = await issue_of(event, db, event.words)
    intro = (
        (note("Other words may be about something else, so I will ask you again what to tick."),) if one.ticked else ()
    )
    return Form("issue.change", "Change your issue", "Save", (_question(member, one.words),), words=one.id, intro=intro)


async def keep_change(event: Event, db: Db, now: datetime) -> Answer:
    member, one = await issue_of(event, db, event.words)
    words, problem = _read(event)
    if problem:
        return Problems({"issue": problem})
    if words == one.words:
        return say("Nothing has changed.", _list(member))
    if words in {other.words for other in await issues.of_member(db, member)}:
        return Problems({"issue": "You have told me that one already."})
    await topics.ask_no_more(db, one)
    await issues.write(db, member, one.nth, words, now)
    await repair.reword(db, member, now)
    return say("Changed. It says now:", Words(words), *_soon(member, now), _list(member))


async def take_away(event: Event, db: Db, now: datetime) -> Answer:
    """They no longer work on it, or would rather not say so. What they wrote is kept only in the button to undo it."""
    member, one = await issue_of(event, db, event.words)
    await topics.ask_no_more(db, one)
    await issues.take_away(db, member, one.nth)
    await repair.reword(db, member, now)
    back = Button("Put it back", "issue.back", f"{member.id}|{' '.join(sorted(one.ticked))}|{one.words}")
    blocks: list[Block] = [text("Taken away. I keep nothing of it:"), Words(one.words)]
    if not await issues.of_member(db, member) and (member.wants_introductions or member.wants_found):
        blocks.append(note("Without an issue I know little about whom to introduce you to."))
    return say(*blocks, buttons(back, Button(topics.MINE, "issue.list", member.id)), replaces=True)


async def put_back(event: Event, db: Db, now: datetime) -> Answer:
    """It was taken away by mistake: there it is again, with its ticks."""
    member_id, _, rest = event.words.partition("|")
    ticked, _, words = rest.partition("|")
    member = await member_named(event, db, member_id)
    try:
        plain = tidy(words, ISSUE_LIMIT)
    except TooLong as problem:
        raise Refusal(str(problem)) from None
    await issues.alone(db, member)
    said = await issues.of_member(db, member)
    if plain in {one.words for one in said}:
        return say("It is there.", Words(plain), _list(member), replaces=True)
    nth = await issues.add(db, member, plain, now) if plain else None
    if nth is None:
        raise _full() if plain else Refusal(_PLEASE)
    names = (await topics.listed(db, member.programme_id)).names
    await issues.tick(db, member, nth, [topic for topic in ticked.split() if topic in names][: topics.MOST_TICKED])
    await repair.reword(db, member, now)
    return say("It is back.", Words(plain), _list(member), replaces=True)


async def _keep(db: Db, member: Member, words: str, now: datetime) -> Message:
    """One more. The same words a second time are the same issue."""
    await issues.alone(db, member)
    if words in {one.words for one in await issues.of_member(db, member)}:
        return say("You have told me that one already.", Words(words), _list(member))
    if await issues.add(db, member, words, now) is None:
        raise _full(*given_back(words))
    return say("Kept, in your own words:", Words(words), *_soon(member, now), note(_who_sees(member)), _list(member))


async def _shown(db: Db, member: Member) -> Message:
    mine = await issues.mine(db, member, version_here())
    known = await topics.listed(db, member.programme_id)
    blocks: list[Block] = [Heading("What you work on")]
    if len(await members.memberships(db, members.person_of(member))) > 1:
        blocks.append(note("In ", (await programmes.of_member(db, member)).name))
    if not mine:
        blocks.append(text("You have not told me yet what you work on."))
    for one in mine:
        blocks += _entry(one, known, alone=len(mine) == 1)
    if len(mine) < MOST:
        more = "Add another" if mine else _SAY
        blocks.append(buttons(Button(more, "issue.add", member.id, main=not mine)))
    else:
        blocks.append(note(f"{_FULL} Change one, or take one away, to make room."))
    return say(*blocks, note(_who_sees(member)), replaces=True)


def _entry(one: Mine, known: topics.Listed, *, alone: bool) -> list[Block]:
    """One issue and what can be done with it. What is alone and has no tick yet is asked about at once."""
    change = (Button("Change", "issue.change", one.id), Button("Take away", "issue.remove", one.id))
    if alone and not one.ticked:
        return [Words(one.words), buttons(*change), *topics.choices(one, known)]
    return [
        Words(one.words),
        topics.about(one, known.names),
        buttons(Button("Topics", "issue.topics", one.id), *change),
    ]


def _question(member: Member, initial: str = "") -> Question:
    return Question("issue", _ASK, "lines", f"In your own words. {_who_sees(member)}", initial, limit=ISSUE_LIMIT)


def _read(event: Event) -> tuple[str, str]:
    """What was written, and what is wrong with it."""
    try:
        words = tidy(event.answer("issue"), ISSUE_LIMIT)
    except TooLong as problem:
        return "", str(problem)
    return words, "" if words else _PLEASE


def _who_sees(member: Member) -> str:
    found = "to members who look for people with an issue like yours"
    if member.wants_introductions and member.wants_found:
        return f"I show it when I introduce you, and {found}."
    if member.wants_introductions:
        return "I show it when I introduce you, and only then."
    if member.wants_found:
        return f"I show it {found}, and to nobody else."
    return "Nobody else sees it. If you want to be introduced or found, tick it in your settings."


def _soon(member: Member, now: datetime) -> list[Block]:
    return [note(topics.SOON)] if topics.asks(member, now) else []


def _list(member: Member) -> Block:
    return buttons(Button(topics.MINE, "issue.list", member.id))


def _full(*lost: Block) -> Refusal:
    way = text("Change one, or take one away, to make room: ", Command("/balcony issue"), ". Nothing was kept yet.")
    return Refusal(_FULL, way, *lost)
