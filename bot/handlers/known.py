"""Whom a member knows already: they count as connected, and Balcony does not introduce them."""

from datetime import datetime

from bot.chat import Answer, Button, Event, Form, Problems, Question, buttons, say, text
from bot.domain.connect_words import Wanted
from bot.handlers import people, repair
from bot.handlers.calling import names
from bot.handlers.who import member_of
from storage import connections
from storage.db import Db


async def start(event: Event, wanted: Wanted, db: Db, now: datetime) -> Answer:
    """/connect know @a; without anybody, the form."""
    if not wanted.users:
        return await open_form(event, db, now)
    return await _keep(event, db, wanted.users, now)


async def open_form(event: Event, db: Db, now: datetime) -> Answer:
    await member_of(event, db)
    hint = "You count as connected, and I do not introduce you to each other. I do not tell them; the map shows it, if you are both on it."
    return Form("known", "Whom you know", "Save", (Question("who", "Whom do you know already?", "person", hint),))


async def keep_form(event: Event, db: Db, now: datetime) -> Answer:
    if not event.answer("who"):
        return Problems({"who": "Please choose somebody."})
    return await _keep(event, db, (event.answer("who"),), now)


async def add(event: Event, db: Db, now: datetime) -> Answer:
    """Somebody whom a button names."""
    return await _keep(event, db, (event.words,), now)


async def show_list(event: Event, db: Db, now: datetime) -> Answer:
    """Whom they said they know, in any programme of theirs, each to be taken back."""
    found = people.each_once([other for _, other in await people.on_list(event, db, connections.said_known)])
    add = Button("Add somebody", "known", main=True)
    if not found:
        return say("You have not told me whom you know already. I do not introduce you to people you know.", buttons(add), replaces=True)  # fmt: skip
    return people.listed("Whom you know already", found, event.words, add)


async def take_back(event: Event, db: Db, now: datetime) -> Answer:
    """They may be introduced after all, unless the other one said that they know each other."""
    for member, other in await people.on_list(event, db, connections.said_known):
        if other.user == event.words:
            await connections.take_back(db, member, other.id)
    return say("That is taken back.", buttons(Button("Whom I know", "known.list")), replaces=True)


async def _keep(event: Event, db: Db, users: tuple[str, ...], now: datetime) -> Answer:
    found = await people.everywhere(event, db, users)
    for member, other in found:
        await connections.say_known(db, member, other.id, now)
        await repair.mend(db, member, now)
    known = people.each_once([other for _, other in found])
    undo = [Button("Take it back", "known.back", known[0].user)] * (len(known) == 1)
    return say(
        text("You know ", *names(known), ". You count as connected, and I do not introduce you to each other."),
        buttons(*undo, Button("Whom I know", "known.list")),
    )
