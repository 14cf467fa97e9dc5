"""Slack's payloads become Events.

Payload shapes: docs.slack.dev, "Slash commands", "block_actions", "view_submission". Everything is looked up with
care: a signed request may still be of a shape nobody thought of.
"""

import re
from dataclasses import dataclass

from bot.chat import Event, Kind, Person
from bot.platforms import payload
from bot.platforms.payload import NotUnderstood, Payload
from bot.platforms.slack.manifest import ESCAPED

PLATFORM = "slack"
# Typed by hand, < and > come as entities.
_REFERENCE = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Where:
    """Where somebody did something, and so where an answer can be shown.

    `form` is the id of the form that a press came from; `alone` says that nobody else sees the message it came from.
    """

    trigger: str
    response_url: str
    form: str
    home: bool
    alone: bool


def command(body: Payload) -> Event:
    """A slash command. Slack writes & < > as entities in it."""
    person = Person(PLATFORM, payload.word(body, "team_id"), payload.word(body, "user_id"))
    key = f"slack:{person.workspace}:{payload.word(body, 'trigger_id')}"
    name, words = payload.word(body, "command"), str(body.get("text") or "")
    if name in ESCAPED:
        words = _read_references(words)
    return Event(Kind.COMMAND, name, person, key, str(body.get("channel_id") or ""), _read_entities(words))


def button(body: Payload) -> Event:
    """A press. The action id is the button's name and its place in the message."""
    action = _first(body)
    person = _person(body)
    name = payload.word(action, "action_id").partition("#")[0]
    key = f"slack:{person.workspace}:{payload.word(body, 'trigger_id')}"
    channel = payload.perhaps(body, "channel")
    return Event(Kind.BUTTON, name, person, key, str(channel.get("id") or ""), str(action.get("value") or ""))


def form(body: Payload) -> Event:
    """A form that was sent: once for each that was opened, however often it is pressed.

    One that took the place of another has that one's id; what is ours in it tells them apart.
    """
    view = payload.part(body, "view")
    person = _person(body)
    name, _, words = payload.word(view, "callback_id").partition("|")
    answers = _answers(payload.part(payload.part(view, "state"), "values"))
    opened = str(view.get("private_metadata") or "")
    key = f"slack:{person.workspace}:view:{payload.word(view, 'id')}" + (f":{opened}" if opened else "")
    return Event(Kind.FORM, name, person, key, "", words, answers)


def home(body: Payload) -> Event:
    """Somebody opened the Home tab."""
    event = payload.part(body, "event")
    person = Person(PLATFORM, payload.word(body, "team_id"), payload.word(event, "user"))
    return Event(Kind.HOME, "home", person, f"slack:{person.workspace}:{payload.word(body, 'event_id')}")


def home_again(event: Event) -> Event:
    """The same person's home, drawn again after they changed something on it."""
    return Event(Kind.HOME, "home", event.person, f"{event.key}:home")


def where(body: Payload) -> Where:
    """Where a command was written or a button pressed."""
    view, container, channel = (
        payload.perhaps(body, "view"),
        payload.perhaps(body, "container"),
        payload.perhaps(body, "channel"),
    )
    kind, channel_id = view.get("type"), str(channel.get("id") or container.get("channel_id") or "")
    return Where(
        trigger=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
        form=str(view.get("id") or "") if kind == "modal" else "",
        # such a press has a home view, or (in a local Slack) neither a view nor a message
        home=kind == "home" or not (view or container.get("message_ts") or channel_id),
        alone=bool(container.get("is_ephemeral")) or channel_id.startswith("D"),
    )


def _read_references(text: str) -> str:
    """What Slack writes in the place of a mention, a channel or an address, where the manifest asks for it.

    People stay, as every platform writes them; everything else is what its reader would see.
    """
    return _REFERENCE.sub(lambda found: found[0] if found[1] == "@" else _seen(found), text)


def _seen(found: "re.Match[str]") -> str:
    sign, target, label = found[1], found[2], found[3]
    sign = {"#": "#", "!": "@"}.get(sign, "")
    return sign + (label or target).removeprefix(sign)


def _read_entities(text: str) -> str:
    """Slack writes three entities; any other was typed as it is."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _answers(values: Payload) -> dict[str, str | tuple[str, ...]]:
    return {
        block: _answer(elements[name])
        for block in values
        for elements in (payload.part(values, block),)
        for name in elements
        if payload.part(elements, name)
    }


def _answer(element: Payload) -> str | tuple[str, ...]:
    """What was filled in, whatever the kind of field; empty if nothing was."""
    if "selected_options" in element:
        options = element["selected_options"] or ()
        if not isinstance(options, list | tuple):
            raise NotUnderstood("no options")
        return tuple(payload.word(option, "value") for option in options if isinstance(option, dict))
    option = payload.perhaps(element, "selected_option")
    for value in (option.get("value"), *(element.get(k) for k in ("value", "selected_date", "selected_user"))):
        if value is not None:
            return str(value)
    return ""


def _person(body: Payload) -> Person:
    user = payload.part(body, "user")
    workspace = payload.perhaps(body, "team").get("id") or user.get("team_id") or body.get("team_id")
    if not isinstance(workspace, str):
        raise NotUnderstood("no workspace")
    return Person(PLATFORM, workspace, payload.word(user, "id"))


def _first(body: Payload) -> Payload:
    actions = body.get("actions")
    if not isinstance(actions, list) or not actions or not isinstance(actions[0], dict):
        raise NotUnderstood("no action")
    return actions[0]
