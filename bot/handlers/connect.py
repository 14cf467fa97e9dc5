"""/connect: who else works on something, two people who should meet, and whom one knows already or never wants to meet."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from itertools import chain

from bot.chat import (
    Answer,
    Block,
    Bold,
    Button,
    Buttons,
    Command,
    Event,
    Form,
    Mention,
    Message,
    Note,
    Own,
    Problems,
    Question,
    Refusal,
    Words,
    buttons,
    note,
    say,
    text,
)  # fmt: skip
from bot.domain.connect_words import Verb, Wanted, read
from bot.domain.text import ISSUE_LIMIT, TooLong, tidy
from bot.handlers import bring, finding, help_text, known, never, requests
from bot.handlers.calling import where
from bot.handlers.finding import Found, Like
from bot.handlers.who import member_named, member_of
from storage import issues, members
from storage.db import Db
from storage.models import Member, RequestKind
from storage.requests import Wish

Doing = Callable[[Event, Wanted, Db, datetime], Awaitable[Answer]]

_NUMBERS = {str(nth) for nth in range(1, issues.MOST + 1)}
_WORDLESS = "I need a word or two on what you would like to talk about."


async def start(event: Event, db: Db, now: datetime) -> Answer:
    """/connect and what follows it."""
    wanted = read(event.words)
    does: Mapping[Verb, Doing] = {
        Verb.FIND: _find,
        Verb.BRING: bring.start,
        Verb.KNOW: known.start,
        Verb.KNOWN: _with_nothing(known.show_list),
        Verb.NEVER: never.start,
        Verb.ASKED: _with_nothing(requests.show_list),
        Verb.HELP: _with_nothing(_help),
    }
    return await does[wanted.verb](event, wanted, db, now)


async def open_form(event: Event, db: Db, now: datetime) -> Answer:
    """What would they like to talk about? It begins with what they work on."""
    member = await member_of(event, db)
    said = await issues.of_member(db, member)
    hint = (
        "I look among those who agreed to be found. Whoever you choose is asked first, and nothing is said about you."
    )
    return Form("connect", "Find somebody", "Look", (
        Question("about", "What would you like to talk about?", "lines", hint, said[0].words if said else "", limit=ISSUE_LIMIT),
    ))  # fmt: skip


async def keep_form(event: Event, db: Db, now: datetime) -> Answer:
    """The form was sent."""
    try:
        question = tidy(event.answer("about"), ISSUE_LIMIT)
    except TooLong as problem:
        return Problems({"about": str(problem)})
    if not finding.says_something(question):
        return Problems({"about": _WORDLESS})
    return await _found(event, db, question, now)


async def ask(event: Event, db: Db, now: datetime) -> Answer:
    """Somebody who was found is asked whether they would like to meet."""
    other_id, theirs, mine, question, *_ = *event.words.split(":", 3), "", "", "", ""
    for member in await members.memberships(db, event.person):
        other = await members.same_programme(db, member, other_id)
        if other and other.id != member.id:
            asker = await member_named(event, db, member.id)
            numbers = {other.id: theirs, asker.id: mine}
            about = {one: int(nth) for one, nth in numbers.items() if nth in _NUMBERS}
            return await requests.ask(db, asker, [other], Wish(RequestKind.FIND, question[:ISSUE_LIMIT], about), now)
    raise Refusal("They are not in your programme any more.")


async def be_found(event: Event, db: Db, now: datetime) -> Answer:
    """From now on others may find this member."""
    member = await member_named(event, db, event.words)
    member.wants_found = True
    return say(
        "You can be found now: whoever in the programme asks about something like your issue sees your name, organisation, "
        "place and issue. If they would like to meet you, I ask you first, without telling you who it is. "
        "You are on the map, too: others on it see whom of them you met or know.",
        buttons(Button("I do not want to be found", "found.off", member.id)),
        replaces=True,
    )


async def be_hidden(event: Event, db: Db, now: datetime) -> Answer:
    """From now on nobody finds this member."""
    member = await member_named(event, db, event.words)
    member.wants_found = False
    return say(
        "Nobody finds you now, and you are not on the map.",
        buttons(Button("Let others find me", "found.on", member.id)),
        replaces=True,
    )


def _with_nothing(handler: Callable[[Event, Db, datetime], Awaitable[Answer]]) -> Doing:
    async def do(event: Event, wanted: Wanted, db: Db, now: datetime) -> Answer:
        return await handler(event, db, now)

    return do


async def _help(event: Event, db: Db, now: datetime) -> Answer:
    return help_text.CONNECT


async def _find(event: Event, wanted: Wanted, db: Db, now: datetime) -> Answer:
    if not wanted.words:
        return await open_form(event, db, now)
    try:
        question = tidy(wanted.words, ISSUE_LIMIT)
    except TooLong as problem:
        raise Refusal(str(problem)) from None
    if not finding.says_something(question):
        raise Refusal(_WORDLESS, text("For example: ", Command("/connect school attendance"), "."))
    return await _found(event, db, question, now)


async def _found(event: Event, db: Db, question: str, now: datetime) -> Message:
    """Up to three people, each with a button that asks them first; what changed since they were looked for is heeded."""
    member = await member_of(event, db)
    here = await finding.may_be_found(db, member, now)
    thought = event.thought if isinstance(event.thought, Found) else Found()
    likest = [like for like in thought.likest if like.member_id in here]
    sure = [like for like in likest if like.sure]
    near = [await _entry(db, here[like.member_id], like, question) for like in (sure or likest)[: finding.SHOWN]]
    entries = [entry for entry in near if entry]
    if not entries:
        return _nobody(member, question)
    begins = "Nobody says that they work on quite that. This may be near it:"
    if sure:
        begins = f"{'This person works' if len(entries) == 1 else 'These people work'} on something like it:"
    return say(
        text(Bold("You asked about")), Words(question), text(begins), *chain.from_iterable(entries),
        note("I ask first, and say nothing about you until they say yes."),
        *_be_found(member),
    )  # fmt: skip


async def _entry(db: Db, other: Member, like: Like, question: str) -> list[Block]:
    said = [one.words for one in await issues.of_member(db, other) if one.nth == like.nth]
    if not said:
        return []
    return [
        text(Mention(other.user), *where(other)),
        Words(said[0]),
        _reason(like),
        buttons(Button("Ask them", "find.ask", f"{other.id}:{like.nth}:{like.mine}:{question}")),
    ]


def _reason(like: Like) -> Note:
    """As sure as Balcony may sound: nobody ticked what the question is about."""
    if like.sure:
        return note("You both mention “" if like.mentioned else "You may both be thinking of “", Own(like.topic), "”.")
    return note("Another issue, but perhaps a chance to compare notes.")


def _nobody(member: Member, question: str) -> Message:
    return say(
        text(Bold("You asked about")), Words(question),
        "I found nobody who works on that, is new to you and agreed to be found. That may change: people join, and write "
        "what they work on.",
        buttons(Button("Ask about something else", "connect")),
        *_be_found(member),
    )  # fmt: skip


def _be_found(member: Member) -> list[Block]:
    if member.wants_found:
        return []
    ask: Buttons = buttons(Button("Let others find me", "found.on", member.id))
    return [note("You cannot be found yourself so far."), ask]
