"""The words shared with every platform: what people do, what Balcony says, and how sending fails.

A handler takes an Event and returns an Answer. Only a platform's render module knows JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import TypeAdapter


class Kind(StrEnum):
    """What a person did."""

    COMMAND = "command"
    BUTTON = "button"
    FORM = "form"
    HOME = "home"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform. Ids are unique only inside one workspace, so all three go together."""

    platform: str
    workspace: str
    user: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A place on a platform where several people read."""

    platform: str
    workspace: str
    channel: str


Address = Person | Channel


@dataclass(frozen=True, slots=True)
class Event:
    """One thing one person did, as a platform heard it.

    `key` names the delivery: the same key has one effect, however often it arrives.
    `words` is what follows a command, or what a button or form carries.
    Whom they mention stands in it as bot/domain/mentions.py says. `thought` is what was worked out for the event before
    its transaction opened (bot/handlers, THINKS).
    `again`: minutes ago the same person said the same. It may be kept, and they may not have heard so.
    """

    kind: Kind
    name: str
    person: Person
    key: str
    channel: str = ""
    words: str = ""
    answers: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    again: bool = False
    thought: object = None

    def answer(self, name: str) -> str:
        """What was filled in under that name; empty if nothing was. Without NUL, which PostgreSQL has no place for."""
        value = self.answers.get(name, "")
        return (value if isinstance(value, str) else ",".join(value)).replace("\0", "")


# --- what Balcony says ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bold:
    """Words of Balcony's own that matter most in their sentence."""

    text: str
    kind: Literal["bold"] = "bold"


@dataclass(frozen=True, slots=True)
class Own:
    """A short piece of somebody's own text inside a sentence: shown as it is, never as markup."""

    text: str
    kind: Literal["own"] = "own"


@dataclass(frozen=True, slots=True)
class Mention:
    """A person of the same workspace, called by name."""

    user: str
    kind: Literal["mention"] = "mention"


@dataclass(frozen=True, slots=True)
class Command:
    """Something that a person can write to Balcony, like "/commit list". Each platform shows it as it is written there."""

    text: str
    kind: Literal["command"] = "command"


Part = str | Bold | Own | Mention | Command


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    parts: tuple[Part, ...]
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Note:
    """A small paragraph: a source, a hint."""

    parts: tuple[Part, ...]
    kind: Literal["note"] = "note"


@dataclass(frozen=True, slots=True)
class Words:
    """Somebody's own words, on their own: shown to the letter, with nothing in them alive."""

    text: str
    kind: Literal["words"] = "words"


@dataclass(frozen=True, slots=True)
class Heading:
    """A title; at most 150 characters."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line between two things."""

    kind: Literal["rule"] = "rule"


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. `value` comes back as the event's words."""

    label: str
    name: str
    value: str = ""
    main: bool = False


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of at most five buttons."""

    buttons: tuple[Button, ...]
    kind: Literal["buttons"] = "buttons"


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG at a public address. `alt` says it in a sentence; all that can be seen in it is said beside it, too."""

    url: str
    alt: str
    kind: Literal["picture"] = "picture"


Block = Text | Note | Words | Heading | Rule | Buttons | Picture


@dataclass(frozen=True, slots=True)
class Message:
    """Something Balcony says. As an answer it is seen by the person who asked, and nobody else.

    `replaces`: where the person pressed a button on a message that is theirs alone, this takes its place.
    """

    blocks: tuple[Block, ...]
    replaces: bool = False

    def to_json(self) -> str:
        return _MESSAGE.dump_json(self).decode()

    @staticmethod
    def from_json(text: str) -> "Message":
        return _MESSAGE.validate_json(text)


def say(*blocks: Block | str, replaces: bool = False) -> Message:
    """A message of these blocks; a plain string is a paragraph."""
    return Message(tuple(text(block) if isinstance(block, str) else block for block in blocks), replaces)


def without_pictures(message: Message) -> Message:
    """The same for where they cannot be shown."""
    return Message(tuple(block for block in message.blocks if not isinstance(block, Picture)), message.replaces)


def text(*parts: Part) -> Text:
    return Text(parts)


def note(*parts: Part) -> Note:
    return Note(parts)


def buttons(*row: Button) -> Buttons:
    return Buttons(row)


# --- what Balcony asks ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Option:
    """One of several answers."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a form. `limit` is in characters."""

    name: str
    label: str
    kind: Literal["line", "lines", "choice", "ticks", "day", "person"]
    hint: str = ""
    initial: str = ""
    needed: bool = True
    limit: int = 300
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A set of questions. What is sent comes back as an event of kind FORM with this name and `words`."""

    name: str
    title: str
    send: str
    questions: tuple[Question, ...]
    words: str = ""
    intro: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Problems:
    """What is wrong with a form, by question: a sentence each. The form stays open, nothing is lost."""

    by_question: Mapping[str, str]


Answer = Message | Form | Problems | None


class Refusal(Exception):
    """What was asked cannot be done. It says so in a plain sentence for the person who asked.

    Raised inside a handler, it undoes everything the event had changed.
    """

    def __init__(self, *blocks: "Block | str") -> None:
        super().__init__("refused")
        self.message = say(*blocks)


# --- how it is sent ------------------------------------------------------------------------------


class Outcome(StrEnum):
    """What a failure to send means for the message."""

    LATER = "later"  # certainly not sent; may be tried again
    NEVER = "never"  # certainly not sent, and never will be
    CONTACT = "contact"  # certainly not sent; it waits until that person says something here
    RESTS = "rests"  # certainly not sent; the whole workspace must rest until a host has mended it
    UNSURE = "unsure"  # may have been sent; trying again might say it twice


class DeliveryError(Exception):
    """A message was not, or perhaps not, sent. It carries the decision it forces.

    `reason` is the platform's own word for it and holds no private text; `wait` is in seconds.
    """

    def __init__(self, reason: str, outcome: Outcome, wait: float = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.outcome = outcome
        self.wait = wait


class CannotLook(Exception):
    """This platform, or the permission it gave, does not let Balcony see whether a message arrived."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform may be spoken to. None, or 0, is as fast as it goes.

    `per_minute` is messages in one workspace, `looks_per_minute` looks for what may have arrived there, `spacing` the
    seconds between two messages at one place, a channel or a person.
    """

    per_minute: float | None = None
    spacing: float = 0
    looks_per_minute: float | None = None


class Platform(Protocol):
    """Where people are: Slack, Teams, or the terminal."""

    pace: Pace

    async def send(self, to: Address, message: Message, key: str) -> str:
        """Say it, once, and give the platform's own id of what was said. Raises DeliveryError."""
        ...

    async def find(self, to: Address, key: str, since: datetime) -> str | None:
        """Look whether what was sent with this key since then has arrived: its id, or None if it certainly has not.

        Raises CannotLook, or DeliveryError if it may be asked later.
        """
        ...

    async def mended(self, workspace: str) -> bool:
        """Whether a workspace that refused us takes us again. Asks it, but not too often, and says nothing there."""
        ...


_MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)
