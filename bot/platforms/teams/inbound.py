"""Teams' activities become Events.

Activity shapes: learn.microsoft.com/microsoftteams/platform, "Bot activity handlers", "Universal Actions for Adaptive
Cards", "Dialogs", "Action commands". Everything is looked up with care: a signed request may still be of a shape nobody
thought of.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from bot.chat import Channel, Event, Kind, Person
from bot.handlers import FORM_BUTTONS
from bot.platforms import payload
from bot.platforms.payload import NotUnderstood, Payload
from bot.platforms.teams import typed

PLATFORM = "teams"
Json = dict[str, Any]

_MEETINGS = {"application/vnd.microsoft.meetingStart": "started", "application/vnd.microsoft.meetingEnd": "ended"}
_OURS = {"verb", "value", "form", "words", "id", "msteams"}  # in the data of a card; everything else was filled in
_LONGEST_ID = 1000  # characters


@dataclass(frozen=True, slots=True)
class Reply:
    """What the request is answered with."""

    status: int = 200
    body: Json | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """Where somebody did something, and so where an answer can be shown.

    `called` and `name` are how Teams calls them, `card` is the message that a press came from. `alone` says that nobody
    else reads there, `targeted` that others do, but neither what was written nor an answer of that kind.
    """

    conversation: str
    service_url: str
    called: str
    name: str
    card: str
    alone: bool
    targeted: bool


def command(activity: Payload) -> Event | None:
    """What somebody wrote to Balcony; None if it was not addressed to it."""
    if not (_alone(activity) or _targeted(activity) or _mentioned(activity)):
        return None
    us = _mentioned(activity)
    name, words = typed.command(typed.plain(_text(activity), bot_mentions=us))
    if name == "/connect":
        _, words = typed.command(typed.plain(_text(activity), bot_mentions=us, people=_people_mentioned(activity)))
    return Event(Kind.COMMAND, name, person(activity), key(activity), _channel_id(activity), words)


def done(activity: Payload) -> Event:
    """A button that was pressed or a form that was sent, in a card, in a dialog, or as a plain message."""
    verb, data = _data(activity)
    if "form" in data:
        return _form(activity, data)
    words = data.get("value")
    if not isinstance(words, str | None):
        raise NotUnderstood("no value")
    return Event(Kind.BUTTON, verb, person(activity), key(activity), _channel_id(activity), words or "")


def commit_to(activity: Payload) -> tuple[Event, str]:
    """The message extension: as if the button for an empty form was pressed, and the text of the message it was opened on."""
    value = payload.part(activity, "value")
    if payload.word(value, "commandId") != "commit":
        raise NotUnderstood("no command that we have")
    body = payload.perhaps(payload.perhaps(value, "messagePayload"), "body")
    content = body.get("content") or ""
    if not isinstance(content, str):
        raise NotUnderstood("no content")
    event = Event(Kind.BUTTON, "commitment.new", person(activity), key(activity), _channel_id(activity))
    return event, typed.plain(content) if body.get("contentType") == "html" else content.strip()


def meeting(activity: Payload) -> Event | None:
    """A meeting that began or ended; None for any other event."""
    name = _MEETINGS.get(str(activity.get("name")))
    if name is None:
        return None
    return Event(Kind.MEETING, name, person(activity), key(activity), _without_thread(_place(activity)))


def person(activity: Payload) -> Person:
    """Who did it. The directory's id of somebody is the same everywhere in a tenant; the other is this bot's own."""
    who = payload.part(activity, "from")
    user = who.get("aadObjectId") or who.get("id")
    if not isinstance(user, str):
        raise NotUnderstood("nobody")
    return Person(PLATFORM, tenant(activity), user)


def by_a_bot(activity: Payload) -> bool:
    """Whether no person did it, but this bot or another: two that answer each other would never end."""
    who = payload.perhaps(activity, "from")
    return str(who.get("id")).startswith("28:") or who.get("role") == "bot"


def tenant(activity: Payload) -> str:
    """The tenant it happened in. Where an activity names it twice, both must agree."""
    here = payload.perhaps(payload.perhaps(activity, "channelData"), "tenant").get("id") or ""
    place = payload.perhaps(activity, "conversation").get("tenantId") or ""
    named = place or here
    if not (isinstance(named, str) and isinstance(here, str)) or not named or (here or named).lower() != named.lower():
        raise NotUnderstood("no one tenant")
    return named.lower()


def channel(activity: Payload) -> Channel | None:
    """The place where several people read; None in the personal chat."""
    place = _channel_id(activity)
    return Channel(PLATFORM, tenant(activity), place) if place else None


def where(activity: Payload) -> Where:
    """Where it was done. A thread of a channel keeps its own id, so that answers stay in it."""
    who = payload.part(activity, "from")
    return Where(
        conversation=_place(activity),
        service_url=payload.word(activity, "serviceUrl"),
        called=payload.word(who, "id"),
        name=str(who.get("name") or ""),
        card=str(activity.get("replyToId") or ""),
        alone=_alone(activity),
        targeted=_targeted(activity),
    )


def is_extension(activity: Payload) -> bool:
    """Whether it comes from the message extension, which works in every chat, with Balcony in it or not."""
    return str(activity.get("name")).startswith("composeExtension/")


def key(activity: Payload) -> str:
    """Names the delivery: the same activity again has the same key."""
    return f"{PLATFORM}:{tenant(activity)}:{_place(activity)}:{payload.word(activity, 'id')}"


# --- forms -----------------------------------------------------------------------------------------


def form_id(opened: Event) -> str:
    """The id of the form that this event opened. It says how to open the same one again: Teams gives back only answers."""
    digest = hashlib.sha256(opened.key.encode()).hexdigest()[:32]
    return f"{digest}|{opened.kind}|{opened.name}|{opened.words}"


def form_id_of(activity: Payload) -> str:
    """The id of the form that was sent."""
    _, data = _data(activity)
    return _form_id(data)


def opened_again(activity: Payload, number: int) -> Event | None:
    """The event that opened the form that was sent, once more, for whoever sent it; None if its id does not say."""
    _, kind, name, words, *_ = *form_id_of(activity).split("|", 3), "", "", ""
    if not (kind == Kind.COMMAND or (kind == Kind.BUTTON and name in FORM_BUTTONS)):
        return None
    once = f"{key(activity)}:again:{number}"
    return Event(Kind(kind), name, person(activity), once, _channel_id(activity), words)


def _form(activity: Payload, data: Payload) -> Event:
    """Once for each form that was opened, however often and from wherever it is sent."""
    who = person(activity)
    words = data.get("words")
    if not isinstance(words, str | None):
        raise NotUnderstood("no words")
    once = f"{PLATFORM}:{who.workspace}:form:{who.user}:{_form_id(data).partition('|')[0]}"
    answers = {name: _answer(value) for name, value in data.items() if name not in _OURS}
    return Event(Kind.FORM, payload.word(data, "form"), who, once, _channel_id(activity), words or "", answers)


def _form_id(data: Payload) -> str:
    word = payload.word(data, "id")
    if len(word) > _LONGEST_ID:
        raise NotUnderstood("too long an id")
    return word


def _answer(value: object) -> str:
    """What was filled in; several ticks come with commas between them, and what was left empty may be missing."""
    if not isinstance(value, str | None):
        raise NotUnderstood("no answer")
    return value or ""


def _data(activity: Payload) -> tuple[str, Payload]:
    """The verb and the data of a card's action, wherever this kind of activity has them."""
    value = payload.part(activity, "value")
    if activity.get("name") == "adaptiveCard/action":
        action = payload.part(value, "action")
        data = payload.perhaps(action, "data")
        verb = action.get("verb") or data.get("verb")
    else:
        data = payload.part(value, "data") if activity.get("type") == "invoke" else value
        verb = data.get("verb")
    if not isinstance(verb, str | None) or not (verb or "form" in data):
        raise NotUnderstood("no verb")
    return verb or "", data


# --- what was written ------------------------------------------------------------------------------


def _text(activity: Payload) -> str:
    text = activity.get("text") or ""
    if not isinstance(text, str):
        raise NotUnderstood("no text")
    return text


def _mentioned(activity: Payload) -> list[str]:
    """How the text writes each mention of Balcony."""
    us = payload.word(payload.part(activity, "recipient"), "id")
    return [written for written, who in _mentions(activity) if who == us]


def _people_mentioned(activity: Payload) -> list[tuple[str, str]]:
    """How the text writes each mention of somebody else, and the id by which it names them."""
    us = payload.word(payload.part(activity, "recipient"), "id")
    return [(written, who) for written, who in _mentions(activity) if who and who != us]


def _mentions(activity: Payload) -> list[tuple[str, str]]:
    entities = activity.get("entities") or []
    if not isinstance(entities, list):
        raise NotUnderstood("no entities")
    found = [one for one in entities if isinstance(one, dict) and one.get("type") == "mention"]
    about = [(one.get("text"), payload.perhaps(one, "mentioned")) for one in found]
    return [(str(text or f"<at>{who.get('name')}</at>"), str(who.get("id") or "")) for text, who in about]


# --- looking things up -----------------------------------------------------------------------------


def _alone(activity: Payload) -> bool:
    """Only what says that it is personal is; anywhere else somebody may read along."""
    return payload.perhaps(activity, "conversation").get("conversationType") == "personal"


def _targeted(activity: Payload) -> bool:
    """A slash command in a channel or a group's chat."""
    return not _alone(activity) and payload.perhaps(activity, "recipient").get("isTargeted") is True


def _channel_id(activity: Payload) -> str:
    return "" if _alone(activity) else _without_thread(_place(activity))


def _place(activity: Payload) -> str:
    """The conversation. The message extension may be used where there is none."""
    if is_extension(activity) and activity.get("conversation") is None:
        return ""
    return payload.word(payload.part(activity, "conversation"), "id")


def _without_thread(conversation: str) -> str:
    return conversation.partition(";")[0]
