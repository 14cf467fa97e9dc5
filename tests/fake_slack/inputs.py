"""What a person types and chooses: which element it lands in, and the shape in which Slack sends it."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from .state import Workspace
from .things import Impossible, Json, elements_of

# type: (key of the value in state, key of the value that the element begins with)
STATEFUL = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
LISTS = {"selected_options", "selected_users"}


def touchable(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element that a person can touch, with its block."""
    for block in blocks:
        for element in elements_of(block):
            yield block, element


def find(blocks: list[Json], action_id: str) -> tuple[Json, Json]:
    """The block and the element with this action_id; Impossible when there is none."""
    for block, element in touchable(blocks):
        if element["action_id"] == action_id:
            return block, element
    there = [element["action_id"] for _, element in touchable(blocks)]
    raise Impossible(f"nothing to touch with action_id {action_id!r}; there are {there}")


def form_state(workspace: Workspace, blocks: list[Json], filled: Mapping[str, Any]) -> Json:
    """`state.values`: what is filled in by block_id (or action_id), and elsewhere what was there to begin with."""
    unused = dict(filled)
    values: Json = {}
    for block, element in touchable(blocks):
        if element["type"] not in STATEFUL:
            continue
        key = element["action_id"] if element["action_id"] in unused else block["block_id"]
        state = chosen(workspace, element, unused.pop(key)) if key in unused else untouched(element)
        values.setdefault(block["block_id"], {})[element["action_id"]] = state
    if unused:
        raise Impossible(f"nothing to fill in with these ids: {sorted(unused)}; there are {sorted(values)}")
    return values


def untouched(element: Json) -> Json:
    """The state of an element as the bot rendered it."""
    key, initial = STATEFUL[element["type"]]
    return {"type": element["type"], key: element.get(initial, [] if key in LISTS else None)}


def chosen(workspace: Workspace, element: Json, value: Any) -> Json:
    """The state of an element after the person gave it this value; None takes the value away."""
    kind = element["type"]
    key, _ = STATEFUL[kind]
    if value is None:
        return {"type": kind, key: [] if key in LISTS else None}
    if key == "value":
        return {"type": kind, key: _typed(element, str(value))}
    if key == "selected_option":
        return {"type": kind, key: option(element, value)}
    if key == "selected_options":
        _at_most(element, value)
        return {"type": kind, key: [option(element, one) for one in value]}
    if key == "selected_users":
        _at_most(element, value)
        return {"type": kind, key: [_person(workspace, one) for one in value]}
    if key == "selected_user":
        return {"type": kind, key: _person(workspace, value)}
    if key in ("selected_channel", "selected_conversation") and value not in workspace.channels:
        raise Impossible(f"no such channel: {value!r}")
    if key == "selected_date":
        value = date.fromisoformat(value).isoformat()
    if key == "selected_time" and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise Impossible(f"not a time: {value!r}")
    return {"type": kind, key: value}


def option(element: Json, value: str) -> Json:
    """The option of an element with this value."""
    options = [*element.get("options", ())]
    for group in element.get("option_groups", ()):
        options += group["options"]
    for candidate in options:
        if candidate["value"] == value:
            found: Json = candidate
            return found
    raise Impossible(f"no option {value!r}; there are {[candidate['value'] for candidate in options]}")


def check_can_submit(blocks: list[Json], values: Json) -> None:
    """Impossible when the client would have kept the person from pressing Submit."""
    for block, element in touchable(blocks):
        if block["type"] != "input":
            continue
        state = values[block["block_id"]][element["action_id"]]
        value = state[STATEFUL[element["type"]][0]]
        if not value and not block.get("optional", False):
            raise Impossible(f"the required input {block['block_id']!r} is empty")
        if isinstance(value, str) and value and len(value) < element.get("min_length", 0):
            raise Impossible(f"the input {block['block_id']!r} needs {element['min_length']} characters")


def _typed(element: Json, value: str) -> str | None:
    limit = element.get("max_length", 3000)
    if len(value) > limit:
        raise Impossible(f"{len(value)} characters do not fit into {limit}")
    if "\n" in value and not element.get("multiline", False):
        raise Impossible("a new line does not fit into an input of one line")
    if element["type"] == "number_input" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        raise Impossible(f"not a number: {value!r}")
    return value or None


def _at_most(element: Json, value: Any) -> None:
    if not isinstance(value, list | tuple):
        raise Impossible(f"{element['type']} takes a list, not {value!r}")
    if len(value) > element.get("max_selected_items", len(value)):
        raise Impossible(f"no more than {element['max_selected_items']} can be chosen")


def _person(workspace: Workspace, user_id: str) -> str:
    user = workspace.users.get(user_id)
    if user is None or user.deactivated:
        raise Impossible(f"{user_id!r} cannot be chosen: unknown or deactivated")
    return user_id
