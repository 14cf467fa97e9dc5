"""What one tenant of Teams holds, and what its administrator and its people do to it."""

import asyncio
import hashlib
import math
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from .faults import Faults

Json = dict[str, Any]
Kind = Literal["personal", "groupChat", "channel"]

SENDING = ((1, 7), (2, 8), (30, 60), (3600, 1800))  # seconds, and how often: to one conversation, and to begin one
READING = ((1, 14), (2, 16), (30, 120), (3600, 3600))
PER_TENANT = ((1, 30),)
CONNECTOR = "https://api.botframework.com"  # what a token must be for
_FIRST_ID = 1_764_000_000_000


class TeamsError(Exception):
    """Teams says no: the status, and the code in the answer's `error`; `body` where the answer has another form."""

    def __init__(self, status: int, code: str, message: str = "", *, body: Json | None = None, **headers: str) -> None:
        super().__init__(f"{status} {code} {message}".strip())
        self.status = status
        self.body = body or {"error": {"code": code, "message": message or code}}
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass
class User:
    """A person. `called` is what this bot calls them; where they are not reachable, the bot cannot write to them first."""

    aad: str
    name: str
    called: str
    guest: bool = False
    reachable: bool = True
    blocking: bool = False


@dataclass
class Conversation:
    """A chat, a group's chat or a channel. `bot`: whether the app is in it."""

    id: str
    kind: Kind
    members: list[str]  # by their directory ids
    bot: bool = True


@dataclass
class Posted:
    """One message of the bot as it stands now; `former` keeps what it was before, oldest first."""

    id: str
    conversation: str
    activity: Json
    thread: str = ""
    only_for: str = ""  # the directory id of the only one who sees it
    former: list[Json] = field(default_factory=list)

    @property
    def card(self) -> Json:
        """Its Adaptive Card."""
        content: Json = self.activity["attachments"][0]["content"]
        return content


@dataclass(frozen=True)
class Bearer:
    """A token that was given out: for whom, for what, and until when by the tenant's clock."""

    app_id: str
    audience: str
    until: float


@dataclass(frozen=True)
class Call:
    """One request to the connector, as it came."""

    name: str
    path: str
    body: Any


class Tenant:
    """One tenant with one bot. Ids may be the same in another one."""

    def __init__(
        self, tenant: str, app_id: str, secret: str = "", *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock` is in seconds: it ages tokens and counts what is sent."""
        self.tenant, self.app_id, self.secret = tenant, app_id, secret
        self.clock = clock
        self.users: dict[str, User] = {}
        self.conversations: dict[str, Conversation] = {}
        self.messages: list[Posted] = []
        self.calls: list[Call] = []
        self.refusals: list[
            str
        ] = []  # what the bot did that Teams does not take; what a test ordered is not among them
        self.throttled = 0
        self.faults = Faults()
        self.bearers: dict[str, Bearer] = {}
        self.logins: list[Json] = []  # what was asked of the login, without the secret
        self.identities: set[str] = set()  # the client ids of managed identities on this machine
        self.own_identity = False  # whether the machine has one of its own
        self.token_life = 3600.0  # seconds
        self.registered = True
        self.targets = True  # whether it knows messages that only one person sees
        self._sent: dict[str, deque[float]] = defaultdict(deque)
        self._ids = 0
        self._change = asyncio.Event()

    @property
    def bot_id(self) -> str:
        return f"28:{self.app_id}"

    # The town: what an administrator and people do.

    def add_user(self, aad: str, name: str, *, guest: bool = False, reachable: bool = True) -> User:
        self.users[aad] = User(aad, name, f"29:1{_scrambled(self.app_id, aad)}", guest, reachable)
        return self.users[aad]

    def add_channel(self, channel: str, members: Iterable[str], *, bot: bool = True) -> Conversation:
        """A channel, or a group's chat where the id is one's; of people who are known."""
        members = list(members)
        if unknown := [member for member in members if member not in self.users]:
            raise AssertionError(f"no such users: {unknown}")
        kind: Kind = "channel" if "@thread.tacv2" in channel or "@thread.skype" in channel else "groupChat"
        self.conversations[channel] = Conversation(channel, kind, members, bot)
        return self.conversations[channel]

    def open_chat(self, aad: str) -> Conversation:
        """The one-to-one chat of the bot with this person, made when it is not there yet."""
        chat = f"a:1{_scrambled('chat', self.app_id, aad)}"
        return self.conversations.setdefault(chat, Conversation(chat, "personal", [aad]))

    def remove_app(self, conversation: str) -> None:
        """The app is taken out of a channel, or a person removes it from their chats."""
        self.conversations[conversation].bot = False

    def block(self, aad: str) -> None:
        self.users[aad].blocking = True

    def revoke_tokens(self) -> None:
        """Every token given out so far is no good from now on."""
        self.bearers.clear()

    # What can be seen.

    def user(self, called: str) -> User | None:
        """Whoever has this id, the bot's own or the directory's."""
        return next((user for user in self.users.values() if called in (user.called, user.aad)), None)

    def in_conversation(self, conversation: str) -> list[Posted]:
        """All that the bot said there to everybody, in order."""
        return [one for one in self.messages if one.conversation == conversation and not one.only_for]

    def seen_by(self, aad: str) -> list[Posted]:
        """Every message of the bot that this person can read now, in order."""
        return [one for one in self.messages if self.can_see(aad, one)]

    def can_see(self, aad: str, posted: Posted) -> bool:
        return aad in self.conversations[posted.conversation].members and posted.only_for in ("", aad)

    def called(self, name: str) -> list[Call]:
        """What was asked of the connector under that name."""
        return [call for call in self.calls if call.name == name]

    # Making things.

    def new_id(self) -> str:
        """Of a message: digits, as Teams' are, later than all before."""
        self._ids += 1
        return str(_FIRST_ID + self._ids)

    def is_id(self, text: str) -> bool:
        """Whether a message, anybody's, has it."""
        return text.isdecimal() and _FIRST_ID < int(text) <= _FIRST_ID + self._ids

    def post(self, posted: Posted) -> Posted:
        self.messages.append(posted)
        self.changed()
        return posted

    def count(self, where: str, windows: Iterable[tuple[int, int]]) -> None:
        """Raises TeamsError where that is too much at once."""
        now = self.clock()
        for sent, limits in ((self._sent[where], tuple(windows)), (self._sent[""], PER_TENANT)):
            waits = [sent[-most] + span - now for span, most in limits if len(sent) >= most]
            if any(wait > 0 for wait in waits):
                self.throttled += 1
                raise TeamsError(429, "Throttled", "Too many requests.", retry_after=str(max(1, math.ceil(max(waits)))))
        self._sent[where].append(now)
        self._sent[""].append(now)

    def new_bearer(self, app_id: str, audience: str) -> str:
        token = f"bearer-{len(self.bearers)}-{_scrambled(self.tenant, app_id, audience, str(len(self.logins)))}"
        self.bearers[token] = Bearer(app_id, audience, self.clock() + self.token_life)
        return token

    # Waiting.

    def changed(self) -> None:
        self._change.set()
        self._change = asyncio.Event()

    async def wait_for(self, condition: Callable[[], bool], *, seconds: float = 5) -> None:
        """Returns when it is true; looks whenever something happened here."""
        async with asyncio.timeout(seconds):
            while not condition():
                await self._change.wait()


def _scrambled(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]
