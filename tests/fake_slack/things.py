"""The things of a workspace: people, channels, messages, views, and the two ways to be refused."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["public", "private", "im", "mpim"]


class SlackError(Exception):
    """Slack says no: answered to the bot as `ok: false` with this name."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra


class Impossible(AssertionError):
    """The test asked for something that this person could not do in a real Slack client."""


class BotMistake(AssertionError):
    """The bot answered something that real Slack would refuse."""


@dataclass
class User:
    """A person of the workspace."""

    id: str
    name: str
    tz: str = "Europe/London"
    locale: str = "en-GB"
    email: str | None = None
    deactivated: bool = False


@dataclass
class Channel:
    """A conversation of any kind; its kind decides which scopes read it."""

    id: str
    name: str
    members: list[str]
    kind: Kind = "public"
    archived: bool = False


@dataclass
class Posted:
    """One message as it stands now; `edits` keeps what it said before, oldest first."""

    channel: str
    text: str
    blocks: list[Json]
    ts: str
    author: str
    via: str  # chat.postMessage, chat.postEphemeral, ack, response_url, user
    user: str | None = None  # the only one who sees it, when ephemeral
    metadata: Json | None = None
    thread_ts: str | None = None
    by_token: str | None = None
    deleted: bool = False
    edits: list[tuple[str, list[Json]]] = field(default_factory=list)

    def edit(self, text: str, blocks: list[Json]) -> None:
        """Replaces the words, keeping the former ones."""
        self.edits.append((self.text, self.blocks))
        self.text, self.blocks = text, blocks


@dataclass
class View:
    """A modal or a Home as it stands; every change makes a new hash."""

    id: str
    hash: str
    user: str
    body: Json
    root_id: str
    previous_id: str | None = None

    @property
    def type(self) -> str:
        return str(self.body["type"])

    @property
    def title(self) -> str:
        return str(self.body.get("title", {}).get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        return str(self.body.get("private_metadata", ""))


@dataclass
class Trigger:
    """The right to open one modal for one person, for three seconds."""

    user: str
    born: float
    used: bool = False


@dataclass
class ResponseUrl:
    """The right to answer one gesture five times within half an hour."""

    user: str
    channel: str
    born: float
    original: Posted | None
    uses: int = 0


def elements_of(block: Json) -> list[Json]:
    """The elements of a block that a person can touch."""
    if block["type"] == "section":
        accessory = block.get("accessory")
        return [accessory] if accessory and accessory["type"] != "image" else []
    if block["type"] == "actions":
        return list(block["elements"])
    if block["type"] == "input":
        return [block["element"]]
    return []
