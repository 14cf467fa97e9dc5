"""A member thinks that two others should meet: both are asked first, and neither hears what the other said unless both say yes."""

from datetime import datetime

from bot.chat import Answer, Button, Event, Form, Mention, Problems, Question, Refusal, buttons, say, text
from bot.domain.connect_words import Wanted
from bot.domain.text import ISSUE_LIMIT, TooLong, tidy
from bot.handlers import people, requests
from bot.handlers.who import member_of
from storage.db import Db
from storage.models import RequestKind
from storage.requests import Wish

_WHO = ("one", "other")


async def start(event: Event, wanted: Wanted, db: Db, now: datetime) -> Answer:
    """/connect @a @b and why; without anybody, the form."""
    if not (wanted.users or wanted.words):
        return await open_form(event, db, now)
    if len(wanted.users) == 1:
        return await _one_alone(event, db, wanted)
    if len(wanted.users) != 2:  # noqa: PLR2004  two people
        raise Refusal(_how_many(len(wanted.users)), buttons(Button("Introduce two others", "bring")))
    try:
        why = tidy(wanted.words, ISSUE_LIMIT)
    except TooLong as problem:
        raise Refusal(str(problem)) from None
    return await _ask(event, db, wanted.users, why, now)


async def open_form(event: Event, db: Db, now: datetime) -> Answer:
    await member_of(event, db)
    return Form("bring", "Introduce two others", "Ask them", (
        Question("one", "Who should meet …", "person"),
        Question("other", "… whom?", "person"),
        Question("why", "Why?", "lines", "Both see it, and that it comes from you.", needed=False, limit=ISSUE_LIMIT),
    ))  # fmt: skip


async def keep_form(event: Event, db: Db, now: datetime) -> Answer:
    users = tuple(event.answer(name) for name in _WHO)
    problems = {name: "Please choose somebody." for name in _WHO if not event.answer(name)}
    if users[0] and users[0] == users[1]:
        problems["other"] = "Please choose somebody else: this is the same person twice."
    try:
        why = tidy(event.answer("why"), ISSUE_LIMIT)
    except TooLong as problem:
        problems["why"] = str(problem)
    if problems:
        return Problems(problems)
    return await _ask(event, db, users, why, now)


async def _one_alone(event: Event, db: Db, wanted: Wanted) -> Answer:
    """Somebody is named, and it is not said for what."""
    _, [one] = await people.together(event, db, wanted.users)
    try:
        why = tidy(wanted.words, ISSUE_LIMIT)
    except TooLong as problem:
        raise Refusal(str(problem)) from None
    return say(
        text("Would you like to meet ", Mention(one.user), " yourself? I can ask, and say nothing about you before they say yes."),
        buttons(
            Button("Ask them", "find.ask", f"{one.id}:::{why}", main=True),
            Button("I know them already", "known.add", one.user),
            Button("Introduce two others", "bring"),
        ),
    )  # fmt: skip


async def _ask(event: Event, db: Db, users: tuple[str, ...], why: str, now: datetime) -> Answer:
    member, both = await people.together(event, db, users)
    if both[0].id == both[1].id:
        raise Refusal("That is the same person twice. It takes two.")
    return await requests.ask(db, member, both, Wish(RequestKind.BRING, why), now)


def _how_many(number: int) -> str:
    if not number:
        return "I cannot tell whom you mean. If a list opens when you write @, choose the two from it; or choose them here:"
    return "I introduce two people at a time."
