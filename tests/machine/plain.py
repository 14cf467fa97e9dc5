"""What happened, in a form that is the same whatever ids there were: what can be compared between databases."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.chat import Answer, Form, Message, Problems
from bot.content import catalogue
from bot.platforms.local import render
from tests.machine.ground import Row

WORD = re.compile(r"pear\d{4}x")
_ID = re.compile(r"\b[0-9a-f]{32}\b")
_MENTIONS = re.compile(r"@\w+(?:,? (?:and )?@\w+)*")

# Which prompt somebody is sent first depends on their id; that none comes twice is the business of other tests.
_PROMPTS = re.compile("|".join(re.escape(said) for prompt in catalogue().prompts for said in (prompt.text, prompt.id)))

COMPARED = (
    "programme", "enabler", "session", "member", "issue", "commitment", "reflection", "seenprompt", "round", "introduction", "introduced",
    "cameofit", "request", "asked", "outbox",
)  # fmt: skip
_PLANS = {
    "next_weekly_at",
    "play_back_at",
    "next_round_at",
    "next_warning_at",
}  # moments that follow from what people asked for
_UNLIKE = {
    "outbox": {"platform_id", "worker", "lease_until", "tries", "unclear", "payload"},
    "reflection": {"body", "prompt"},
    "seenprompt": {"prompt"},
}  # fmt: skip

Names = dict[str, str]
Tables = Mapping[str, Iterable[Row]]


def learn(names: Names, rows: Tables) -> None:
    """Everything has a name that people gave it."""
    names |= {row["id"]: row["workspace"] for row in rows["programme"]}
    names |= {zone_of(row["id"]): row["timezone"] for row in rows["programme"]}
    names |= {row["id"]: f"{row['user']}@{row['workspace']}" for row in rows["member"]}
    names |= {row["id"]: f"{row['slug']}@{names[row['programme_id']]}" for row in rows["session"]}
    names |= {first_issue_of(names[row["id"]]): "" for row in rows["member"]}
    for row in sorted(rows["issue"], key=lambda row: -int(row["nth"])):
        names |= {row["id"]: f"issue {words(row['words'])}"}
        names |= {first_issue_of(names[row["member_id"]]): words(row["words"])}
    names |= {row["id"]: f"commitment {words(row['what'])}" for row in rows["commitment"]}
    names |= {row["id"]: f"page {words(row['body'])}" for row in rows["reflection"]}
    names |= {row["id"]: f"round {row['on']} {names[row['programme_id']]}" for row in rows["round"]}
    people: dict[str, list[str]] = {}
    for row in rows["introduced"]:
        people.setdefault(row["introduction_id"], []).append(names[row["member_id"]])
    asked: dict[str, list[str]] = {}
    for row in rows["asked"]:
        asked.setdefault(row["request_id"], []).append(names[row["member_id"]])
    names |= {
        row["id"]: f"{row['kind']} of {names[row['member_id']]} to {' '.join(sorted(asked.get(row['id'], [])))}"
        for row in rows["request"]
    }
    names |= {
        row["id"]: f"{' '.join(sorted(people.get(row['id'], [])))} {names[row['round_id'] or row['request_id']]}"
        for row in rows["introduction"]
    }


def zone_of(programme_id: str) -> str:
    """What stands for the time zone that a programme has by now."""
    return f"zone of {programme_id}"


def first_issue_of(who: str) -> str:
    """What stands for the words of their first issue by now."""
    return f"first issue of {who}"


def words(text: str) -> str:
    """The private words in a text."""
    return " ".join(WORD.findall(text))


def named(text: str, names: Names) -> str:
    return _ID.sub(lambda found: names.get(found[0], "nobody's"), text)


def as_said(message: Message, names: Names) -> str:
    """The message with what its buttons carry."""
    buttons = [f"{one.label}={one.name}:{one.value}" for one in render.buttons_of(message)]
    said = "\n".join([render.as_text(message), *buttons])
    return _PROMPTS.sub("(a prompt)", named(_MENTIONS.sub(_in_order, said), names))


def answered(answer: Answer, names: Names) -> str:
    match answer:
        case Message():
            return as_said(answer, names)
        case Problems(by_question):
            return f"problems {dict(by_question)}"
        case Form():
            return f"a form {answer.name}"
    return "nothing"


def arrived(key: str, message: Message, names: Names) -> str:
    """In whatever order the people of an introduction are called."""
    said = as_said(message, names)
    if key.startswith("introduction:"):
        said = "\n".join(sorted(said.split("\n")))
    return f"{named(key, names)}: {said}"


def tables(rows: Tables, names: Names) -> dict[str, list[str]]:
    """Every row by its meaning, in an order of its own."""
    return {table: sorted(_row(table, row, names) for row in found) for table, found in rows.items()}


def _row(table: str, row: Row, names: Names) -> str:
    unlike = {"id", *(name for name in row if name.endswith("_at") and name not in _PLANS), *_UNLIKE.get(table, ())}
    kept = {name: value for name, value in row.items() if name not in unlike}
    return " ".join(f"{name}={_value(value, names)}" for name, value in sorted(kept.items()))


def _value(value: Any, names: Names) -> str:
    return named(value, names) if isinstance(value, str) else repr(value)


def _in_order(found: re.Match[str]) -> str:
    return " and ".join(sorted(re.findall(r"@\w+", found[0])))
