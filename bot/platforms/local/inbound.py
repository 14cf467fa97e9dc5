"""What somebody types or presses in the local platform becomes an Event."""

import re
from itertools import count

from bot.chat import Button, Event, Form, Kind, Person
from bot.domain.mentions import mention

PLATFORM = "local"
WORKSPACE = "demo"
_AT = re.compile(r"(?<!\S)@([\w-]+)")
_numbers = count(1)


def person(user: str, workspace: str = WORKSPACE) -> Person:
    return Person(PLATFORM, workspace, user)


def typed(who: Person, line: str, channel: str) -> Event:
    """A line that begins with a slash is a command."""
    command, _, words = line.strip().partition(" ")
    if command == "/connect":
        words = _AT.sub(lambda found: mention(found[1]), words)
    return Event(Kind.COMMAND, command, who, _key(), channel, words)


def pressed(who: Person, button: Button, channel: str) -> Event:
    return Event(Kind.BUTTON, button.name, who, _key(), channel, button.value)


def sent(who: Person, form: Form, answers: dict[str, str | tuple[str, ...]], channel: str) -> Event:
    return Event(Kind.FORM, form.name, who, _key(), channel, form.words, answers)


def opened_home(who: Person) -> Event:
    return Event(Kind.HOME, "home", who, _key())


def _key() -> str:
    return f"local:{next(_numbers)}"
