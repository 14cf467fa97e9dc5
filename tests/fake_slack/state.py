"""What the fake workspace holds, and what its administrator does to it."""

import asyncio
import time
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import TypeVar

from .faults import Faults
from .things import (
    Channel,
    Impossible,
    Json,
    Posted,
    ResponseUrl,
    SlackError,
    Trigger,
    User,
    View,
    elements_of,
)

T = TypeVar("T")

TRIGGER_LIFE = 3.0
RESPONSE_URL_LIFE = 30 * 60.0
RESPONSE_URL_USES = 5


class Workspace:
    """One Slack workspace with one bot installed. Ids may collide with another instance's."""

    def __init__(
        self,
        team_id: str = "T01TEST",
        *,
        signing_secret: str = "test-signing-secret",
        bot_token: str = "xoxb-test-token",
        bot_user: str = "U0BOT",
        scopes: Iterable[str] = ("commands", "chat:write"),
        ack_timeout: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`clock` ages triggers and response_urls; `now` stamps messages and signatures; seconds."""
        self.team_id, self.team_domain, self.app_id = team_id, team_id.lower(), "A01APP"
        self.signing_secret, self.bot_token, self.bot_user = signing_secret, bot_token, bot_user
        self.scopes = set(scopes)
        self.ack_timeout = ack_timeout
        self.clock, self.now = clock, now
        self.token_revoked = False
        self.users: dict[str, User] = {bot_user: User(bot_user, "balcony")}
        self.channels: dict[str, Channel] = {}
        self.messages: list[Posted] = []
        self.views: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.calls: list[tuple[str, Json]] = []
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.faults = Faults(clock)
        self.base_url = ""
        self._serial = 0
        self._change = asyncio.Event()

    # The town: what an administrator does.

    def add_user(
        self,
        user_id: str,
        name: str,
        *,
        deactivated: bool = False,
        tz: str = "Europe/London",
        locale: str = "en-GB",
        email: str | None = None,
    ) -> User:
        user = User(user_id, name, tz, locale, email, deactivated)
        self.users[user_id] = user
        self.views.setdefault(user_id, [])
        return user

    def add_channel(
        self, channel_id: str, *, members: Iterable[str], name: str | None = None, private: bool = False
    ) -> Channel:
        """A channel of known people; the bot is in it only when it is named."""
        members = list(members)
        unknown = [member for member in members if member not in self.users]
        if unknown:
            raise Impossible(f"no such users: {unknown}")
        channel = Channel(channel_id, name or channel_id.lower(), members, "private" if private else "public")
        self.channels[channel_id] = channel
        return channel

    def archive(self, channel: str) -> None:
        self.channels[channel].archived = True

    def deactivate(self, user: str) -> None:
        self.users[user].deactivated = True

    def revoke_token(self) -> None:
        self.token_revoked = True

    def expire_triggers(self) -> None:
        """Every trigger given out so far is too old from now on."""
        for trigger in self.triggers.values():
            trigger.born = float("-inf")

    # What can be seen.

    @property
    def posts(self) -> list[Posted]:
        """All that the bot put before more than one pair of eyes or in a DM, in order, deleted ones too."""
        return [m for m in self.messages if m.user is None and m.via != "user"]

    @property
    def ephemerals(self) -> list[Posted]:
        """All that was shown to one user, in order, deleted ones too."""
        return [m for m in self.messages if m.user is not None]

    def seen_by(self, user: str) -> list[Posted]:
        """Every message that this user can read now, in order."""
        return [m for m in self.messages if self.can_see(user, m)]

    def can_see(self, user: str, message: Posted) -> bool:
        if message.deleted:
            return False
        if message.user is not None:
            return message.user == user
        return user in self.channels[message.channel].members

    def dms(self, user: str) -> list[Posted]:
        """What the bot said in its direct message with this user and did not delete."""
        return [m for m in self.posts if m.channel == self.dm_id(user) and not m.deleted]

    # Making things.

    def dm_id(self, user: str) -> str:
        return "D" + user[1:]

    def open_dm(self, user: str) -> Channel:
        """The direct message of this user with the bot, made when it is not there yet."""
        dm = self.dm_id(user)
        if dm not in self.channels:
            self.channels[dm] = Channel(dm, "directmessage", [user, self.bot_user], "im")
        return self.channels[dm]

    def open_group(self, users: Iterable[str]) -> Channel:
        """The group message of exactly these users and the bot."""
        members = sorted({*users, self.bot_user})
        for channel in self.channels.values():
            if channel.kind == "mpim" and sorted(channel.members) == members:
                return channel
        group = f"G{self.serial():04d}"
        self.channels[group] = Channel(group, "mpdm-" + group.lower(), members, "mpim")
        return self.channels[group]

    def post(self, message: Posted) -> Posted:
        """Commits a message."""
        self.messages.append(message)
        self.changed()
        return message

    def serial(self) -> int:
        self._serial += 1
        return self._serial

    def new_ts(self) -> str:
        """A message time, later than all before as long as `now` does not run backwards."""
        return f"{int(self.now())}.{self.serial():06d}"

    def new_trigger(self, user: str) -> str:
        trigger = f"{self.serial()}.{self.team_id}.{user}"
        self.triggers[trigger] = Trigger(user, self.clock())
        return trigger

    def use_trigger(self, trigger_id: str) -> str:
        """The user to whom the modal goes; each trigger works once and only while it is fresh."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.clock() - trigger.born > TRIGGER_LIFE:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def new_response_url(self, user: str, channel: str, original: Posted | None) -> str:
        url_id = f"{self.team_id}-{self.serial()}"
        self.response_urls[url_id] = ResponseUrl(user, channel, self.clock(), original)
        return f"{self.base_url}/response/{url_id}"

    def with_ids(self, blocks: list[Json]) -> list[Json]:
        """A copy in which each block and element has an id, as Slack gives one to those without."""
        blocks = deepcopy(blocks)
        for block in blocks:
            block.setdefault("block_id", f"auto{self.serial()}")
            for element in elements_of(block):
                element.setdefault("action_id", f"auto{self.serial()}")
        return blocks

    # Waiting.

    def changed(self) -> None:
        """Wakes everybody who waits for something to happen here."""
        change, self._change = self._change, asyncio.Event()
        change.set()

    async def wait_for(self, condition: Callable[[], T], timeout: float = 5.0) -> T:  # noqa: ASYNC109 it explains itself when it ends
        """What `condition` gives once it is true; AssertionError with the last calls if it never is."""
        deadline = time.monotonic() + timeout
        while True:
            change = self._change
            if found := condition():
                return found
            try:
                async with asyncio.timeout(deadline - time.monotonic()):
                    await change.wait()
            except TimeoutError:
                calls = "\n".join(f"  {method} {args}" for method, args in self.calls[-10:])
                raise AssertionError(f"not true within {timeout} s; last calls:\n{calls or '  none'}") from None
