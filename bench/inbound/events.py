"""What people do: distinct events of several kinds, each with its words, and how Slack would deliver it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from signed import CHANNEL, TEAM, form

MEMBERS = [f"U{number:04d}" for number in range(1, 41)]


@dataclass(frozen=True)
class Event:
    """Something that somebody did, once. `words` are in no other event."""

    number: int
    kind: str
    member: str
    words: str

    def body(self, typing: int = 0) -> bytes:
        """As Slack delivers it. Each `typing` of a command is an event of its own for Slack, with the same words."""
        if self.kind == "form":
            return urlencode({"payload": json.dumps(self._submission())}).encode()
        text = form(self.number + typing * 10_000_000, self.member, self.words)
        return (text if self.kind == "command" else text.replace("%2Fcommit", "%2Freflect")).encode()

    def _submission(self) -> dict[str, object]:
        values = {"what": {"what": {"type": "plain_text_input", "value": self.words}}}
        view = {
            "id": f"V{self.number:08d}", "type": "modal", "callback_id": "commit|", "private_metadata": f"m{self.number}",
            "state": {"values": values}, "blocks": [_block("what")],
        }  # fmt: skip
        person = {"team": {"id": TEAM}, "user": {"id": self.member, "team_id": TEAM}, "channel": {"id": CHANNEL}}
        return {"type": "view_submission", "trigger_id": f"{self.number}.1", "view": view, **person}


def all_of(count: int, seed: int) -> Iterator[Event]:
    """That many, always the same for a seed."""
    chance = Random(seed)
    for number in range(count):
        kind = chance.choices(("command", "form", "page"), (6, 2, 2))[0]
        yield Event(number, kind, chance.choice(MEMBERS), f"thing number {number:07d} of {seed}")


def _block(name: str) -> dict[str, object]:
    element = {"type": "plain_text_input", "action_id": name}
    return {"type": "input", "block_id": name, "label": {"type": "plain_text", "text": name}, "element": element}
