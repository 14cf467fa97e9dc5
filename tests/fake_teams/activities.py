"""The shapes of the activities that Teams sends, after real ones and Microsoft's own pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["personal", "groupChat", "channel"]

BOT_NAME = "Balcony"
_TIME = "2026-11-23T10:00:00.0000000Z"


@dataclass(frozen=True)
class Scene:
    """What every activity of one tenant says of where it comes from."""

    tenant: str
    app_id: str
    service_url: str

    @property
    def bot(self) -> str:
        return f"28:{self.app_id}"


@dataclass(frozen=True)
class Sender:
    """A person as Teams names them: `called` is this bot's own id of them ("29:…"), `aad` the directory's."""

    called: str
    aad: str
    name: str


@dataclass(frozen=True)
class Place:
    """A conversation. What is written in a channel carries its thread behind the channel's id."""

    id: str
    kind: Kind
    thread: str = ""

    @property
    def told(self) -> str:
        return f"{self.id};messageid={self.thread}" if self.thread else self.id


@dataclass(frozen=True)
class Gesture:
    """One thing that one person did at one place; `id` is the activity's own. Each verb gives what the bot is told."""

    scene: Scene
    sender: Sender
    place: Place
    id: str

    def writes(self, text: str, *mentions: Sender, targeted: bool = False) -> Json:
        """Something written. `mentions` are those that the text writes as <at>…</at>, the bot too if it does."""
        shape = self._activity("message")
        shape |= {"text": text, "textFormat": "plain", "locale": "en-GB", "localTimezone": "Europe/London"}
        shape["attachments"] = [{"contentType": "text/html", "content": f"<p>{text}</p>"}]
        shape["entities"] = [*(mention(one.called, one.name) for one in mentions), *shape["entities"]]
        if targeted:
            shape["recipient"] |= {"isTargeted": True}
        return shape

    def executes(self, card: str, action: Mapping[str, Any]) -> Json:
        """Action.Execute was pressed on the card with that activity id; `action` has its verb and data."""
        value = {"action": {"type": "Action.Execute", **action}, "trigger": "manual"}
        return self._invoke("adaptiveCard/action", value, card)

    def fetches(self, card: str, data: Mapping[str, Any]) -> Json:
        """Action.Submit that opens a dialog was pressed."""
        return self._invoke("task/fetch", {"data": dict(data), "context": {"theme": "default"}}, card)

    def submits(self, data: Mapping[str, Any]) -> Json:
        """The card in a dialog was sent."""
        return self._invoke("task/submit", {"data": dict(data), "context": {"theme": "default"}})

    def submits_as_message(self, card: str, data: Mapping[str, Any]) -> Json:
        """Action.Submit in a client that opens no dialogs: a message without text, with the card's data."""
        return self._activity("message") | {"value": dict(data), "replyToId": card}

    def uses_extension(
        self, name: str = "fetchTask", *, html: str | None = None, data: Mapping[str, Any] | None = None
    ) -> Json:
        """The message extension: from the compose box, or with `html` from the menu of a message."""
        value: Json = {"commandId": "commit", "commandContext": "compose", "context": {"theme": "default"}}
        if html is not None:
            value |= {"commandContext": "message", "messagePayload": _message_payload(html)}
        if data is not None:
            value["data"] = dict(data)
        return self._invoke(f"composeExtension/{name}", value)

    def meets(self, name: Literal["Start", "End"]) -> Json:
        """An online meeting began or ended. Its sender has no name, and its conversation no type."""
        shape = self._activity("event")
        del shape["from"]["name"], shape["conversation"]["conversationType"]
        shape["channelData"] |= {"meeting": {"id": "TVNvTWVldGluZw=="}, "source": None}
        value = {
            "MeetingType": "Scheduled", "Title": "Our session", "Id": "TVNvTWVldGluZw==",
            "JoinUrl": f"https://teams.microsoft.com/l/meetup-join/{self.place.id}/0", f"{name}Time": _TIME,
        }  # fmt: skip
        return shape | {"name": f"application/vnd.microsoft.meeting{name}", "value": value}

    def installs(self, action: str = "add") -> Json:
        """The app was added to a conversation, or taken away."""
        shape = self._activity("installationUpdate")
        del shape["from"]["name"]
        return shape | {"action": action}

    def adds_the_bot(self) -> Json:
        """What Teams tells beside the installation."""
        shape = self._activity("conversationUpdate")
        del shape["from"]["name"]
        return shape | {"membersAdded": [{"id": self.scene.bot}]}

    def does(self, kind: str, **more: object) -> Json:
        """Any other activity: a reaction, an edit, somebody typing."""
        return self._activity(kind) | more

    def _invoke(self, name: str, value: Json, card: str = "") -> Json:
        shape = self._activity("invoke") | {"name": name, "value": value}
        shape["channelData"] |= {"source": {"name": "message" if card else "compose"}}
        return shape | ({"replyToId": card} if card else {})

    def _activity(self, kind: str) -> Json:
        place, team = self.place, {"id": "19:the-whole-team@thread.tacv2"}
        conversation: Json = {"conversationType": place.kind, "tenantId": self.scene.tenant, "id": place.told}
        channel_data: Json = {"tenant": {"id": self.scene.tenant}}
        if place.kind != "personal":
            conversation |= {"isGroup": True}
        if place.kind == "channel":
            channel_data |= {
                "teamsChannelId": place.id,
                "teamsTeamId": team["id"],
                "channel": {"id": place.id},
                "team": team,
            }
        client = {
            "locale": "en-GB",
            "country": "GB",
            "platform": "Web",
            "timezone": "Europe/London",
            "type": "clientInfo",
        }
        return {
            "type": kind,
            "id": self.id,
            "timestamp": _TIME,
            "localTimestamp": "2026-11-23T10:00:00.0000000+00:00",
            "channelId": "msteams",
            "serviceUrl": self.scene.service_url,
            "from": {"id": self.sender.called, "name": self.sender.name, "aadObjectId": self.sender.aad},
            "conversation": conversation,
            "recipient": {"id": self.scene.bot, "name": BOT_NAME},
            "entities": [client],
            "channelData": channel_data,
        }


def mention(called: str, name: str) -> Json:
    return {"type": "mention", "mentioned": {"id": called, "name": name}, "text": f"<at>{name}</at>"}


def _message_payload(html: str) -> Json:
    """The message that an extension was opened on."""
    user = {"userIdentityType": "aadUser", "id": "aad-of-somebody", "displayName": "Somebody"}
    return {
        "id": "1766459963017", "replyToId": None, "createdDateTime": _TIME, "deleted": False, "importance": "normal",
        "locale": "en-gb", "body": {"contentType": "html", "content": html},
        "from": {"device": None, "conversation": None, "user": user, "application": None},
    }  # fmt: skip
