"""What must be so at every moment, and what must be so in the end."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from bot.chat import Channel, Event, Message
from bot.delivery.outcome import LEFT
from bot.domain.kind import TERMS, Kind
from bot.platforms.local import render
from storage.models import OutboxState
from tests.machine.ground import Row
from tests.machine.people import Someone, person
from tests.machine.plain import WORD
from tests.machine.wire import Arrived, Wire

_NOT_SETTLED = {OutboxState.CLAIMED, OutboxState.AMBIGUOUS}


_MAY_HAVE_COME = "You may have had this already"


class Broken(AssertionError):
    """A promise was broken. Tells the whole story."""


class Checks:
    """Knows the platform's log and who wrote what, and nothing of how Balcony works."""

    def __init__(self, wire: Wire, *, look: bool) -> None:
        self._wire = wire
        self._look = look
        self._authors: dict[str, str] = {}
        self._issues: set[str] = set()  # what the others may see in an introduction
        self._leaks: list[str] = []
        self._checked = 0

    def wrote(self, who: Someone, event: Event) -> None:
        """Private words have an author."""
        for name, text in {"": event.words, **{name: event.answer(name) for name in event.answers}}.items():
            for word in WORD.findall(text):
                self._authors.setdefault(word, who.name)
                if name == "issue":
                    self._issues.add(word)

    def answered(self, who: Someone, event: Event, answer: Message, released: Collection[str]) -> None:
        """What somebody hears holds no private words but their own; a witness who says yes sees what it is.

        And an enabler sees lines that their authors have released.
        """
        if _is_stories(who, event):
            read = [word for word in self._of_others(answer, who.name) if word not in released]
            self._leaks += [f"{who.name} reads {word} that is not released" for word in read]
        elif event.name != "witness.yes":
            self._leaks += [f"{who.name} reads {word} in an answer" for word in self._of_others(answer, who.name)]

    def broken(self, outbox: Sequence[Row]) -> list[str]:
        """What is wrong now."""
        new, self._checked = self._wire.log[self._checked :], len(self._wire.log)
        for one in new:
            self._arrived(one)
        known = {row["key"] for row in outbox}
        unknown = [
            f"{one.key} was sent, and nothing in the database says so" for one in self._wire.log if one.key not in known
        ]
        return self._leaks + unknown

    def waits(self, outbox: Sequence[Row], now: datetime) -> bool:
        """Whether there is still something to wait for, in the database or on its way."""
        return bool(self.left_open(outbox, now) or self._wire.under_way)

    def left_open(self, outbox: Sequence[Row], now: datetime) -> list[str]:
        return [f"{row['key']} stays {row['state']}" for row in outbox if _is_open(row, now)]

    def in_the_end(self, outbox: Sequence[Row], crashes: int) -> list[str]:
        """Everything is settled: each message came once, or what became of it is said."""
        copies: dict[str, list[Message]] = {}
        for one in self._wire.log:
            copies.setdefault(one.key, []).append(one.message)
        check = self._looked_up if self._look else self._in_the_dark
        return [
            f"{row['key']} {wrong}"
            for row in outbox
            for wrong in check(row, copies.get(row["key"], []), crashes + self._wire.unclear)
        ]

    def _looked_up(self, row: Row, copies: Sequence[Message], _unclear: int) -> Iterable[str]:
        """Exactly once, or not at all and for a reason that is written down."""
        if (row["state"] == OutboxState.SENT) != (len(copies) == 1):
            yield f"is {row['state']} ({row['error']}), and came {len(copies)} times"
        if row["state"] == OutboxState.SETTLED and not row["error"].startswith("skipped"):
            yield f"is left without being known: {row['error']}"

    def _in_the_dark(self, row: Row, copies: Sequence[Message], unclear: int) -> Iterable[str]:
        """Reminders at least once, and a second copy says so; the others at most once, and what may be missing says so."""
        again = TERMS[Kind(row["kind"])].again
        if row["state"] == OutboxState.SENT and not copies:
            yield "is noted as sent, and never came"
        if len(copies) > 1 + (unclear if again else 0):
            yield f"came {len(copies)} times"
        if any(_MAY_HAVE_COME not in render.as_text(copy) for copy in copies[1:]):
            yield "came again, and does not say so"
        if row["state"] == OutboxState.SETTLED and row["error"] == LEFT and again:
            yield "was to be said again, and is left"
        if copies and row["state"] != OutboxState.SENT and row["error"] != LEFT and not row["unclear"]:
            yield f"came, and is {row['state']} ({row['error']})"

    def _arrived(self, one: Arrived) -> None:
        text = render.as_text(one.message)
        for word in WORD.findall(text):
            introduced = one.key.startswith(("introduction:", "together:")) and word in self._issues
            if isinstance(one.to, Channel):
                if not introduced or person(self._authors[word]).workspace != one.to.workspace:
                    self._leaks.append(f"the channel reads {word} in {one.key}")
            elif person(self._authors[word]) != one.to and not introduced:
                self._leaks.append(f"{one.to.user} reads {word} in {one.key}")

    def _of_others(self, message: Message, name: str) -> list[str]:
        return [word for word in WORD.findall(render.as_text(message)) if self._authors[word] != name]


def _is_stories(who: Someone, event: Event) -> bool:
    return who.name == "ana" and (event.name == "stories" or event.words.startswith("stories"))


def _is_open(row: Row, now: datetime) -> bool:
    """It is with somebody, or it is time."""
    return row["state"] in _NOT_SETTLED or (row["state"] == OutboxState.DUE and row["due_at"] <= now)
