"""Forms, as the local Slack's page can show them, and their answers, as the real Slack sends them.

The page knows few inputs, forgets what a form was prefilled with, and lets required ones be empty.
So a form is rewritten on its way to the page, and its values on their way back to the bot.
"""

from collections.abc import Sequence
from typing import Any

from e2e.local_slack import User

View = dict[str, Any]
Block = dict[str, Any]

REQUIRED = "Please complete this required field."

# By type: the key of an answer, and the key of what the input was prefilled with.
KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
}


def showable(view: View, users: Sequence[User]) -> View:
    """The form with a time to write in, people to pick from, and prefilled selects that look so."""
    return {**view, "blocks": [_showable_block(block, users) for block in view["blocks"]]}


def completed(view: View, values: dict[str, Any]) -> dict[str, Any]:
    """The answers to the form as Slack sends them: prefilled where untouched, null where empty."""
    whole: dict[str, Any] = {}
    for block in _inputs(view):
        element = block["element"]
        answer = _answer(element, values.get(block["block_id"], {}).get(element["action_id"]))
        whole[block["block_id"]] = {element["action_id"]: answer}
    return whole


def missing(view: View, values: dict[str, Any]) -> dict[str, str]:
    """What Slack would say, by block, about required inputs that are empty in completed values."""
    return {
        block["block_id"]: REQUIRED
        for block in _inputs(view)
        if not block.get("optional") and not _is_answered(block, values)
    }


def _inputs(view: View) -> list[Block]:
    return [block for block in view["blocks"] if block["type"] == "input"]


def _showable_block(block: Block, users: Sequence[User]) -> Block:
    if block["type"] != "input":
        return block
    return {**block, "element": _showable_element(block["element"], users)}


def _showable_element(element: dict[str, Any], users: Sequence[User]) -> dict[str, Any]:
    people = [{"text": _plain(user.real_name), "value": user.id} for user in users]
    match element:
        case {"type": "timepicker"}:
            return {**element, "type": "plain_text_input", "initial_value": element.get("initial_time", "")}
        case {"type": "users_select", "initial_user": chosen}:
            named = next(person["text"] for person in people if person["value"] == chosen)
            return {**element, "type": "static_select", "options": people, "placeholder": named}
        case {"type": "users_select"}:
            return {**element, "type": "static_select", "options": people}
        case {"type": "multi_users_select"}:
            return {**element, "type": "checkboxes", "options": people}
        case {"type": "static_select", "initial_option": chosen}:
            # The page ignores what is prefilled, and shows a placeholder until something is chosen.
            return {**element, "placeholder": chosen["text"]}
    return element


def _answer(element: dict[str, Any], given: dict[str, Any] | None) -> dict[str, Any]:
    key, initial_key = KEYS.get(element["type"], KEYS["plain_text_input"])
    value = element.get(initial_key) if given is None else _value(element["type"], key, given)
    if not value:
        value = [] if key in ("selected_options", "selected_users") else None
    return {"type": element["type"], key: value}


def _value(kind: str, key: str, given: dict[str, Any]) -> Any:
    match kind:
        case "timepicker":
            return given["value"]
        case "users_select":
            return (given.get("selected_option") or {}).get("value")
        case "multi_users_select":
            return [option["value"] for option in given["selected_options"]]
    return given.get(key)


def _is_answered(block: Block, values: dict[str, Any]) -> bool:
    answer = values[block["block_id"]][block["element"]["action_id"]]
    return any(value for key, value in answer.items() if key != "type")


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}
