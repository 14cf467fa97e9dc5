"""The table of everything Balcony answers to, and the one way through it.

A handler takes the event, the open transaction and the time, and returns what to say.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.chat import Answer, Button, Command, Event, Form, Kind, Message, Own, Problems, Refusal, Text, say, text
from bot.handlers import (
    bring,
    came_of_it,
    checkin,
    closed,
    commit,
    connect,
    connections,
    finding,
    home,
    issue,
    join,
    known,
    map,
    maxims,
    meeting,
    met,
    never,
    reflect,
    requests,
    round,
    session,
    slow,
    steering,
    topic_list,
    topics,
    trouble,
    weekly,
    witness,
)
from bot.handlers.who import older_version
from storage import deliveries
from storage.db import Database, Db, Unclear, is_away, was_overtaken

Handler = Callable[[Event, Db, datetime], Awaitable[Answer]]
Think = Callable[[Event, Database, datetime], Awaitable[object]]
Sleep = Callable[[float], Awaitable[None]]

COMMANDS: Mapping[str, Handler] = {
    "/commit": commit.start,
    "/reflect": reflect.start,
    "/connect": connect.start,
    "/balcony": home.start,
}

BUTTONS: Mapping[str, Handler] = {
    "join": join.open_form,
    "settings": join.settings,
    "leave": join.leave,
    "stay": join.stay,
    "pause": home.pause,
    "resume": home.resume,
    "maxims": maxims.all_six,
    "commitment.new": commit.new,
    "commitment.edit": commit.edit,
    "commitment.day": commit.choose_day,
    "commitment.undo": commit.undo,
    "commitment.list": commit.show_list,
    "commitment.closed": closed.show_list,
    "commitment.close": checkin.close,
    "commitment.reopen": checkin.reopen,
    "commitment.learned": checkin.ask_learned,
    "witness.yes": witness.accept,
    "witness.no": witness.decline,
    "issue.list": issue.show_list,
    "issue.add": issue.add,
    "issue.change": issue.change,
    "issue.remove": issue.take_away,
    "issue.back": issue.put_back,
    "issue.topics": topics.show,
    "topic.tick": topics.tick,
    "topic.call": topics.call,
    "topic.accept": topic_list.accept,
    "topic.decline": topic_list.decline,
    "reflect.session": reflect.after_session,
    "reflect.page": reflect.page,
    "reflect.list": reflect.show_list,
    "reflect.forget": reflect.forget,
    "weekly.skip": weekly.skip,
    "weekly.less": weekly.less,
    "weekly.every": weekly.every,
    "met": met.answer,
    "came.write": came_of_it.write,
    "came.release": came_of_it.release,
    "came.withdraw": came_of_it.withdraw,
    "came.forget": came_of_it.forget,
    "stories": came_of_it.older,
    "connections": connections.show,
    "connection.again": connections.again,
    "connect": connect.open_form,
    "find.ask": connect.ask,
    "found.on": connect.be_found,
    "found.off": connect.be_hidden,
    "bring": bring.open_form,
    "known": known.open_form,
    "known.add": known.add,
    "known.list": known.show_list,
    "known.back": known.take_back,
    "never": never.open_form,
    "never.list": never.show_list,
    "never.back": never.take_off,
    "asked.yes": requests.yes,
    "asked.no": requests.no,
    "request.list": requests.show_list,
    "request.back": requests.take_back,
    "map.show": map.show,
    "map.hide": map.hide,
    "map.others": map.others,
    "introductions": steering.show,
    "introductions.skip": steering.skip,
    "introductions.undo": steering.undo,
    "introductions.less": steering.less,
    "introductions.every": steering.every,
    "introductions.again": steering.again,
    "introductions.free": steering.ask_free,
    "round.now": round.now_,
    "round.not": round.not_now,
    "session.add": session.add,
    "session.list": session.page,
    "session.end": session.end_now,
    "session.change": session.change,
    "session.cancel": session.cancel,
    "session.restore": session.restore,
    "trouble.again": trouble.again,
}

# Those that ask something. Teams must know it before they are pressed; a test holds this against what they answer.
FORM_BUTTONS = frozenset({
    "join", "settings", "commitment.new", "commitment.edit", "commitment.learned", "reflect.session", "reflect.page",
    "session.add", "session.change", "connect", "bring", "known", "never", "came.write", "issue.add", "issue.change", "topic.call",
    "introductions.free",
})  # fmt: skip

FORMS: Mapping[str, Handler] = {
    "join": join.keep,
    "settings": join.keep,
    "commit": commit.keep_form,
    "learned": checkin.keep_learned,
    "issue.add": issue.keep_new,
    "issue.change": issue.keep_change,
    "topic.call": topics.keep,
    "reflect.session": reflect.keep_session,
    "reflect.page": reflect.keep_page,
    "session": session.keep,
    "came": came_of_it.keep,
    "connect": connect.keep_form,
    "bring": bring.keep_form,
    "known": known.keep_form,
    "never": never.keep_form,
    "free": steering.keep_free,
}

HOMES: Mapping[str, Handler] = {"home": home.show}

MEETINGS: Mapping[str, Handler] = {"started": meeting.started, "ended": meeting.ended}

TABLE: Mapping[Kind, Mapping[str, Handler]] = {
    Kind.COMMAND: COMMANDS,
    Kind.BUTTON: BUTTONS,
    Kind.FORM: FORMS,
    Kind.HOME: HOMES,
    Kind.MEETING: MEETINGS,
}

# What is worked out before the transaction opens, for it takes long: the handler finds it as the event's `thought`.
THINKS: Mapping[Kind, Mapping[str, Think]] = {
    Kind.COMMAND: {"/connect": finding.think},
    Kind.FORM: {"connect": finding.think},
}

_PAUSES = (0.1, 0.3, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, *[30.0] * 8)  # seconds: five minutes, as Slack takes answers for 30
_LONGEST_FOR_FORM = 0.5
_log = logging.getLogger(__name__)


class _Undo(Exception):
    def __init__(self, answer: Problems) -> None:
        super().__init__("undo")
        self.answer = answer


async def answer(event: Event, database: Database, now: datetime, *, sleep: Sleep = asyncio.sleep) -> Answer:
    """Do what the person asked, in one transaction, and give what to say to them; None if it was done before.

    While the database is locked or away it tries again for some minutes, so this may take long: whoever has to answer
    sooner says so meanwhile (bot.handlers.slow), and never that anything is kept before this says it. Never raises for
    what a person did; when it fails, nothing is kept and the answer says so.
    """
    handler = TABLE[event.kind].get(event.name)
    if handler is None:
        return _unknown(event)
    if "\0" in event.words:  # PostgreSQL has no place for it, also in a question
        event = replace(event, words=event.words.replace("\0", ""))
    try:
        return await _patiently(handler, event, database, now, sleep)
    except _Undo as undo:
        return undo.answer
    except Refusal as refusal:
        await _note_refused(event, database, now)
        return _no(event, refusal.message)
    except Exception:
        _log.exception("%s %s failed; nothing was kept", event.kind, event.name)
        return _no(event, say("Something went wrong on my side, and nothing was kept. Please try again in a moment."))


def opener(form: Form) -> Button:
    """What opens this form again, for somebody before whom it could not be opened in time."""
    name, words = form.name, form.words
    if name == "commit":
        name = "commitment.edit" if words else "commitment.new"
    elif name == "free":
        name = "introductions.free"
    elif name == "learned":
        name = "commitment.learned"
    elif name == "came":
        name = "came.write"
    elif name == "session":
        programme_id, _, session_id = words.partition(":")
        name, words = ("session.change", session_id) if session_id else ("session.add", programme_id)
    return Button("Open the form", name, words, main=True)


async def _patiently(handler: Handler, event: Event, database: Database, now: datetime, sleep: Sleep) -> Answer:
    """The same, again and again while the database is locked or away; once more if somebody did the same just then.

    Of a form, only as long as its sender has it before them, for it stays open with everything in it. Once a try broke
    off in the middle, only another one can tell whether it was kept: then the delivery has been noted.
    """
    unclear = overtaken = False
    think = THINKS.get(event.kind, {}).get(event.name)
    for pause in (*_PAUSES, None):
        try:
            if think and event.thought is None:
                event = replace(event, thought=await think(event, database, now))
            done = await _in_one_transaction(handler, event, database, now)
        except Exception as error:
            if not is_away(error) and (overtaken or not was_overtaken(error)):
                raise
            overtaken = was_overtaken(error)
            unclear = unclear or isinstance(error, Unclear)
            _log.warning("%s %s is tried again: %s", event.kind, event.name, type(error).__name__)
        else:
            return slow.KEPT_AFTER_ALL if done is None and unclear else done
        if pause is None or (event.kind == Kind.FORM and pause > _LONGEST_FOR_FORM and not unclear):
            break
        await sleep(pause)
    _log.error("%s %s was given up: the database does not answer", event.kind, event.name)
    return slow.cannot_tell(event) if unclear else _no(event, slow.gave_up(event))


def _no(event: Event, message: Message) -> Answer:
    """What was not done. A form stays open with the sentence in it, so that nothing somebody typed is lost."""
    said = [block for block in message.blocks if isinstance(block, Text)]
    if event.kind != Kind.FORM or not event.answers or not said:
        return message
    sentence = "".join(part if isinstance(part, str) else getattr(part, "text", "") for part in said[0].parts)
    return Problems({next(iter(event.answers)): sentence})


async def _in_one_transaction(handler: Handler, event: Event, database: Database, now: datetime) -> Answer:
    async def work(db: Db) -> Answer:
        first, new = await _first_and_new(event, db, now)
        if not first:
            return None
        reply = await handler(event if new else replace(event, again=True), db, now)
        if isinstance(reply, Problems):
            raise _Undo(reply)  # the form stays open and will be sent again: nothing of this try is kept
        return reply

    return await database.run(work)


async def _first_and_new(event: Event, db: Db, now: datetime) -> tuple[bool, bool]:
    """Whether this delivery is heard for the first time, and whether it says anything new."""
    words = slow.own_words(event)
    who = (event.person.platform, event.person.workspace, event.person.user, event.kind, event.name, event.words)
    if words and event.kind == Kind.COMMAND:
        return await deliveries.first_time_and_new(db, event.key, (*who, *words), now)
    first = await deliveries.first_time(db, event.key, now)
    return first, not (first and words) or await deliveries.is_new(db, (*who, *words), now)


async def _note_refused(event: Event, database: Database, now: datetime) -> None:
    """The same delivery again, or a copy of it that somebody kept, shall not do tomorrow what was refused today.

    Not of a form: that stays open, and is sent again once it was mended.
    """
    if event.kind == Kind.FORM:
        return

    async def work(db: Db) -> None:
        await _first_and_new(event, db, now)

    try:
        await database.run(work)
    except Exception as error:
        _log.warning("that %s %s was refused could not be noted: %s", event.kind, event.name, type(error).__name__)


def _unknown(event: Event) -> Answer:
    if event.kind == Kind.COMMAND:
        return say(
            text(
                "I do not know ",
                Own(event.name[:40]),
                ". I answer to ",
                Command("/commit"),
                ", ",
                Command("/reflect"),
                ", ",
                Command("/connect"),
                " and ",
                Command("/balcony"),
                ".",
            )
        )
    return older_version().message
