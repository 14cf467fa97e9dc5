"""The inputs of a card, as a client fills and checks them before it sends anything."""

import re
from collections.abc import Mapping

from tests.fake_slack.things import Impossible

from .state import Json, Tenant

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def fields(card: Json) -> dict[str, Json]:
    """Its inputs by id."""
    return {part["id"]: part for part in card["body"] if part["type"].startswith("Input.")}


def actions(card: Json) -> list[Json]:
    """Everything that can be pressed, from top to bottom."""
    rows = [part["actions"] for part in card["body"] if part["type"] == "ActionSet"]
    return [action for row in [*rows, card.get("actions", [])] for action in row]


def action(card: Json, label: str) -> Json:
    """The first with that label, or that verb where the label may well change. Raises Impossible."""
    for one in actions(card):
        if label in (one["title"], one.get("verb"), one["data"].get("verb")):
            return one
    raise Impossible(f"nothing to press is called {label!r}; there is {[one['title'] for one in actions(card)]}")


def filled(teams: Tenant, card: Json, answers: Mapping[str, object]) -> dict[str, str]:
    """What is sent with the card: what stood there, changed by these answers; what is empty is left out.

    Raises Impossible for what the client would not send: something missing, too long, or no choice.
    """
    there = fields(card)
    if unknown := set(answers) - set(there):
        raise Impossible(f"no such inputs: {sorted(unknown)}; there are {sorted(there)}")
    values = {name: _typed(answers.get(name, field.get("value", ""))) for name, field in there.items()}
    for name, value in values.items():
        if problem := _problem(teams, there[name], value):
            raise Impossible(f"{name}: {problem}")
    return {name: value for name, value in values.items() if value}


def _typed(answer: object) -> str:
    return ",".join(map(str, answer)) if isinstance(answer, list | tuple) else str(answer)


def _problem(teams: Tenant, field: Json, value: str) -> str:
    """What the client says beside the input; empty if it would send it."""
    if not value.strip():
        return str(field["errorMessage"]) if field.get("isRequired") else ""
    if field["type"] == "Input.Date":
        return "" if DAY.fullmatch(value) else "no day"
    if field["type"] == "Input.Text":
        too_long = len(value.encode("utf-16-le")) // 2 > field.get("maxLength", 10_000)
        broken = "\n" in value and not field.get("isMultiline")
        return "too long" if too_long else "one line only" if broken else ""
    if "choices.data" in field:
        return "" if value in teams.users else "nobody of this organisation"
    chosen = value.split(",") if field.get("isMultiSelect") else [value]
    return "" if {choice["value"] for choice in field["choices"]} >= set(chosen) else "not one of the choices"
