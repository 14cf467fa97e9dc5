"""Slack's payloads become Events.

Payload shapes: docs.slack.dev, "Slash commands", "block_actions", "view_submission". Everything is looked up with
care: a signed request may still be of a shape nobody thought of.
"""

import html
from collections.abc import Mapping
from typing import Any

from bot.chat import Event, Kind, Person

PLATFORM = "slack"
Payload = Mapping[str, Any]


class NotUnderstood(Exception):
    """A request of a shape that Balcony does not know."""


def command(body: Payload) -> Event:
    """A slash command. Slack writes & < > as entities in it."""
    person = Person(PLATFORM, _word(body, "team_id"), _word(body, "user_id"))
    key = f"slack:{person.workspace}:{_word(body, 'trigger_id')}"
    words = html.unescape(str(body.get("text") or ""))
    return Event(Kind.COMMAND, _word(body, "command"), person, key, str(body.get("channel_id") or ""), words)


def button(body: Payload) -> Event:
    """A press. The action id is the button's name and its place in the message."""
    action = _first(body)
    person = _person(body)
    name = _word(action, "action_id").partition("#")[0]
    key = f"slack:{person.workspace}:{_word(body, 'trigger_id')}"
    channel = body.get("channel") or {}
    return Event(Kind.BUTTON, name, person, key, str(channel.get("id") or ""), str(action.get("value") or ""))


def form(body: Payload) -> Event:
    """A form that was sent: once for each view, however often it is pressed."""
    view = _part(body, "view")
    person = _person(body)
    name, _, words = _word(view, "callback_id").partition("|")
    answers = {
        block: _answer(element)
        for block, elements in _part(_part(view, "state"), "values").items()
        for element in elements.values()
    }
    return Event(Kind.FORM, name, person, f"slack:{person.workspace}:view:{_word(view, 'id')}", "", words, answers)


def home(body: Payload) -> Event:
    """Somebody opened the Home tab."""
    event = _part(body, "event")
    person = Person(PLATFORM, _word(body, "team_id"), _word(event, "user"))
    return Event(Kind.HOME, "home", person, f"slack:{person.workspace}:{_word(body, 'event_id')}")


def home_again(event: Event) -> Event:
    """The same person's home, drawn again after they changed something on it."""
    return Event(Kind.HOME, "home", event.person, f"{event.key}:home")


def in_home(body: Payload) -> bool:
    """Whether a press came from the Home tab; such a press has a home view, or neither a view nor a message."""
    view = body.get("view") or {}
    container = body.get("container") or {}
    return view.get("type") == "home" or not (
        view or container.get("message_ts") or (body.get("channel") or {}).get("id")
    )


def in_form(body: Payload) -> str:
    """The id of the form that a press came from; empty if it came from elsewhere."""
    view = body.get("view") or {}
    return str(view.get("id") or "") if view.get("type") == "modal" else ""


def is_private(body: Payload) -> bool:
    """Whether the message with the button is seen by nobody but the person: an ephemeral, or their direct message."""
    container = body.get("container") or {}
    channel = str((body.get("channel") or {}).get("id") or container.get("channel_id") or "")
    return bool(container.get("is_ephemeral")) or channel.startswith("D")


def _answer(element: Payload) -> str | tuple[str, ...]:
    """What was filled in, whatever the kind of field; empty if nothing was."""
    if "selected_options" in element:
        return tuple(str(option["value"]) for option in element["selected_options"] or ())
    option = element.get("selected_option")
    for value in (
        option.get("value") if option else None,
        *(element.get(k) for k in ("value", "selected_date", "selected_user")),
    ):
        if value is not None:
            return str(value)
    return ""


def _person(body: Payload) -> Person:
    user = _part(body, "user")
    team = body.get("team") or {}
    return Person(
        PLATFORM, str(team.get("id") or user.get("team_id") or "") or _word(body, "team_id"), _word(user, "id")
    )


def _first(body: Payload) -> Payload:
    actions = body.get("actions")
    if not isinstance(actions, list) or not actions or not isinstance(actions[0], dict):
        raise NotUnderstood("no action")
    return actions[0]


def _part(body: Payload, name: str) -> Payload:
    part = body.get(name)
    if not isinstance(part, dict):
        raise NotUnderstood(f"no {name}")
    return part


def _word(body: Payload, name: str) -> str:
    word = body.get(name)
    if not isinstance(word, str) or not word:
        raise NotUnderstood(f"no {name}")
    return word
