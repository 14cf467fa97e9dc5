"""What people do in their Teams clients, each gesture a signed activity, and what they see of what comes of it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.fake_slack.things import BotMistake, Impossible

from . import inputs
from .activities import BOT_NAME, Place, Sender
from .connector import CARD
from .line import Line, Reply
from .state import Conversation, Json, Posted


@dataclass
class Dialog:
    """What one person has open over their client. `extension`: it was opened from the compose box or a message's menu."""

    user: str
    place: Place
    title: str
    card: Json
    extension: bool = False


@dataclass
class Saw:
    """What a gesture came to, for the person who made it: `shown` is what is new or changed before them."""

    replies: list[Reply]
    shown: list[Posted] = field(default_factory=list)
    dialog: Dialog | None = None

    @property
    def reply(self) -> Reply:
        return self.replies[0]

    @property
    def sentence(self) -> str:
        """The short line under what was pressed."""
        return self.reply.sentence

    @property
    def opened(self) -> Dialog:
        """The dialog that this opened, or what it has become."""
        if self.dialog is None:
            raise AssertionError(f"no dialog opened: {self.reply}")
        return self.dialog

    @property
    def message(self) -> Posted:
        """The one message that is new or changed."""
        (one,) = self.shown
        return one


class People(Line):
    """A tenant whose people can act. Each verb raises Impossible for what a real client would not allow."""

    def __init__(
        self, tenant: str, app_id: str, secret: str = "", *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(tenant, app_id, secret, clock=clock)
        self.dialogs: dict[str, Dialog] = {}

    async def installs(self, user: str, *, times: int = 1) -> Saw:
        """Adds the app for themselves; from then on there is a chat with it."""
        self.users[user].reachable, self.users[user].blocking = True, False
        chat = self.open_chat(user)
        chat.bot = True
        place = Place(chat.id, "personal")
        await self._tell(user, self.gesture(user, place).installs(), times)
        return await self._tell(user, self.gesture(user, place).adds_the_bot(), times)

    async def writes(
        self, user: str, text: str, channel: str | None = None, *, slash: bool = False, thread: str = "", mentions: Sequence[str] = (), times: int = 1
    ) -> Saw:  # fmt: skip
        """Writes to the bot: in their chat with it; in a channel with a mention before the words, or as a slash command.

        `mentions`: the people who are mentioned in the words, where they stand as <at>…</at>.
        """
        place = self._place(user, channel, thread)
        people = [Sender(each.called, each.aad, each.name) for each in map(self.users.__getitem__, mentions)]
        if channel is None:
            activity = self.gesture(user, place).writes(text, *people)
        elif slash:
            activity = self.gesture(user, place).writes(text, *people, targeted=True)
        else:
            bot = Sender(self.bot_id, "", BOT_NAME)
            activity = self.gesture(user, place).writes(f"<at>{BOT_NAME}</at>&nbsp;{text}", bot, *people)
        return await self._tell(user, activity, times)

    async def presses(
        self, user: str, shown: Posted | Dialog, label: str, *, dialogs: bool = True, times: int = 1
    ) -> Saw:
        """Presses the first button with that label, on what is before them now. `dialogs`: whether their client opens any."""
        pressed = inputs.action(self._card(user, shown), label)
        return await self._press(
            user, shown, pressed, inputs.filled(self, self._card(user, shown), {}), dialogs=dialogs, times=times
        )

    async def fills(
        self, user: str, shown: Posted | Dialog, *, dialogs: bool = True, times: int = 1, **answers: Any
    ) -> Saw:
        """Fills in what is asked, and sends it. Raises Impossible where the client would not send it."""
        card = self._card(user, shown)
        (send,) = card.get("actions") or [None]
        if send is None:
            raise Impossible("there is no form before them")
        return await self._press(user, shown, send, inputs.filled(self, card, answers), dialogs=dialogs, times=times)

    async def commits_to(
        self, user: str, html: str | None = None, place: Place | None = None, *, times: int = 1
    ) -> Saw:
        """The message extension, anywhere: from the compose box, or with `html` from the menu of a message with these words."""
        place = place or self._place(user, None)
        return await self._tell(user, self.gesture(user, place).uses_extension(html=html), times, place, extension=True)

    async def meeting_starts(self, conversation: str, user: str | None = None, *, times: int = 1) -> Saw:
        """Of the meeting in that conversation; `user`, one of its people, began it."""
        return await self._meeting(conversation, user, "Start", times)

    async def meeting_ends(self, conversation: str, user: str | None = None, *, times: int = 1) -> Saw:
        return await self._meeting(conversation, user, "End", times)

    def closes(self, user: str) -> None:
        """The dialog."""
        del self.dialogs[user]

    def posts(self, channel: str) -> list[Posted]:
        """What everybody in it can read."""
        return self.in_conversation(channel)

    async def _meeting(self, conversation: str, user: str | None, name: Literal["Start", "End"], times: int) -> Saw:
        there = self.conversations[conversation]
        user = user or there.members[0]
        return await self._tell(user, self.gesture(user, Place(there.id, there.kind)).meets(name), times)

    async def _press(
        self, user: str, shown: Posted | Dialog, action: Json, values: Mapping[str, str], *, dialogs: bool, times: int
    ) -> Saw:
        data = action["data"] | values
        if isinstance(shown, Dialog):
            return await self._press_in_dialog(user, shown, action, data, times)
        place = self._place_of(shown)
        gesture = self.gesture(user, place)
        if action["type"] == "Action.Execute":
            told = gesture.executes(shown.id, {"title": action["title"], "verb": action["verb"], "data": data})
            saw = await self._tell(user, told, times, place)
            self._replace(shown, saw)
            return saw
        opens = data.get("msteams") == {"type": "task/fetch"}
        told = gesture.fetches(shown.id, data) if opens and dialogs else gesture.submits_as_message(shown.id, data)
        return await self._tell(user, told, times, place)

    async def _press_in_dialog(self, user: str, shown: Dialog, action: Json, data: Json, times: int) -> Saw:
        if action["type"] != "Action.Submit" or "msteams" in data:
            raise BotMistake("in a dialog there is only Action.Submit")
        gesture = self.gesture(user, shown.place)
        told = gesture.uses_extension("submitAction", data=data) if shown.extension else gesture.submits(data)
        return await self._tell(user, told, times, shown.place, extension=shown.extension)

    async def _tell(
        self, user: str, activity: Json, times: int, place: Place | None = None, *, extension: bool = False
    ) -> Saw:
        """Sends it, and gives what is new before them. Of several answers the client shows the first."""
        before = {one.id: len(one.former) for one in self.seen_by(user)}
        saw = Saw(await self.deliver(activity, times=times))
        if isinstance(value := saw.reply.dialog, dict) and place:
            saw.dialog = Dialog(user, place, value["title"], value["card"]["content"], extension)
            self.dialogs[user] = saw.dialog
        saw.shown = [one for one in self.seen_by(user) if len(one.former) != before.get(one.id, -1)]
        return saw

    def _replace(self, pressed: Posted, saw: Saw) -> None:
        """What the answer to a press does to the card: only in a chat of their own may it become another one."""
        card = saw.reply.card
        if card is None:
            return
        if self.conversations[pressed.conversation].kind != "personal":
            raise BotMistake("the card in a channel is everybody's")
        pressed.former.append(pressed.activity)
        pressed.activity = {"type": "message", "attachments": [{"contentType": CARD, "content": card}]}
        saw.shown.append(pressed)

    def _card(self, user: str, shown: Posted | Dialog) -> Json:
        """What they really have before them."""
        if isinstance(shown, Dialog):
            if self.dialogs.get(user) is not shown:
                raise Impossible(f"{user!r} does not have the dialog {shown.title!r} before them")
        elif not any(shown is one for one in self.seen_by(user)):
            raise Impossible(f"{user!r} cannot see that message")
        return shown.card

    def _place(self, user: str, channel: str | None, thread: str = "") -> Place:
        """Where they write: with what begins a thread of a channel, that has the id of its first message."""
        chats = [one for one in self.conversations.values() if one.kind == "personal" and one.members == [user]]
        there: Conversation | None = self.conversations.get(channel) if channel else next(iter(chats), None)
        if there is None or not there.bot or user not in there.members:
            raise Impossible(f"{user!r} cannot write to the bot there: it is not in it, or they are not")
        return Place(there.id, there.kind, thread or self.new_id() if there.kind == "channel" else "")

    def _place_of(self, posted: Posted) -> Place:
        there = self.conversations[posted.conversation]
        return Place(there.id, there.kind, (posted.thread or posted.id) if there.kind == "channel" else "")
