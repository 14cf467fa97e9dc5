"""Whom a member never wants to be introduced to. The list is theirs alone: nothing that others read hints at it."""

from datetime import datetime

from bot.chat import Answer, Button, Event, Form, Problems, Question, buttons, say, text
from bot.domain.connect_words import Wanted
from bot.handlers import people, repair
from bot.handlers.calling import names
from bot.handlers.who import member_of
from storage import never_match
from storage.db import Db
from storage.models import Member

_ADD = Button("Add somebody", "never", main=True)


async def start(event: Event, wanted: Wanted, db: Db, now: datetime) -> Answer:
    """/connect never shows the list, and with somebody after it puts them on it."""
    if wanted.users:
        return await _keep(event, db, wanted.users, now)
    return await open_form(event, db, now) if wanted.words else await show_list(event, db, now)


async def open_form(event: Event, db: Db, now: datetime) -> Answer:
    await member_of(event, db)
    hint = "Only you see this list. They never hear of it."
    return Form("never", "Never introduce me to", "Save", (Question("who", "Whom?", "person", hint),))


async def keep_form(event: Event, db: Db, now: datetime) -> Answer:
    if not event.answer("who"):
        return Problems({"who": "Please choose somebody."})
    return await _keep(event, db, (event.answer("who"),), now)


async def show_list(event: Event, db: Db, now: datetime) -> Answer:
    found = people.each_once([other for _, other in await people.on_list(event, db, never_match.people)])
    if not found:
        return say("There is nobody on your list. Whomever you put there, I never introduce you to; only you see it.", buttons(_ADD), replaces=True)  # fmt: skip
    return people.listed("I never introduce you to", found, event.words, _ADD)


async def take_off(event: Event, db: Db, now: datetime) -> Answer:
    for member, other in await people.on_list(event, db, never_match.people):
        if other.user == event.words:
            await never_match.take_back(db, member, other.id)
    return say("They are not on your list any more.", buttons(Button("My list", "never.list")), replaces=True)


async def _keep(event: Event, db: Db, users: tuple[str, ...], now: datetime) -> Answer:
    found = await people.everywhere(event, db, users)
    for member, other in found:
        await _keep_apart(db, member, other, now)
    apart = people.each_once([other for _, other in found])
    undo = [Button("Take off", "never.back", apart[0].user)] * (len(apart) == 1)
    return say(
        text("I never introduce you to ", *names(apart), ". Only you see this list, and they never hear of it."),
        buttons(*undo, Button("My list", "never.list")),
    )


async def _keep_apart(db: Db, member: Member, other: Member, now: datetime) -> None:
    """From now on, and also where something is on its way already: a request that waits can come to nothing any more."""
    await never_match.add(db, member, other.id, now)
    await repair.mend(db, member, now)
