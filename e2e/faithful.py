"""Makes the local Slack show each person what the real one would.

The local Slack shows everybody everything: others' direct messages, others' ephemerals, and one
form shared by all. These functions stand between it and a person's page, frame by frame, so that
"Ben does not see it" means something.
"""

from typing import Any

from e2e.local_slack import BOT, BOT_NAME

Frame = dict[str, Any]
View = dict[str, Any]

# Behind "<": keeps the page from reading a member's own words as a mention or a link once unescaped.
WORD_JOINER = "\u2060"


class Owners:
    """Whose form is it? The local Slack does not say, so: the one who acted just before it came up."""

    def __init__(self) -> None:
        self._last_actor: str | None = None
        self._of_view: dict[str, str | None] = {}

    def acted(self, user: str) -> None:
        self._last_actor = user

    def owner(self, view: View) -> str | None:
        known = self._of_view.get(view["id"]) or self._of_view.get(view["root_view_id"])
        return self._of_view.setdefault(view["id"], known or self._last_actor)


def shown_to(user: str, frame: Frame, owners: Owners) -> Frame | None:
    """What one person's page is told, or None where it is none of their business."""
    match frame["t"]:
        case "init":
            return {**frame, "state": _state(user, frame["state"], owners)}
        case "message" | "message_update":
            return {**frame, "message": _message(frame["message"])} if _may_read(user, frame["message"]) else None
        case "channel":
            return {**frame, "channel": _channel(frame["channel"])} if user in frame["channel"]["members"] else None
        case "view":
            return {**frame, "stack": _stack(user, frame["stack"], owners)}
        case "home":
            return {**frame, "view": _unescaped(frame["view"])} if frame["user"] == user else None
        case "log":
            return None
    return frame


def _state(user: str, state: dict[str, Any], owners: Owners) -> dict[str, Any]:
    mine = [channel for channel in state["channels"] if user in channel["members"]]
    return {
        **state,
        "channels": [_channel(channel) for channel in mine],
        "messages": {
            channel["id"]: [
                _message(message) for message in state["messages"][channel["id"]] if _may_read(user, message)
            ]
            for channel in mine
        },
        "modalStack": _stack(user, state["modalStack"], owners),
        "homeViews": _unescaped({user: state["homeViews"].get(user, {})}),
        "log": [],
    }


def _may_read(user: str, message: dict[str, Any]) -> bool:
    return message.get("ephemeral_to") in (None, user)


def _channel(channel: dict[str, Any]) -> dict[str, Any]:
    """A direct message goes by the bot's name: the page names it after its first member that is no bot."""
    if not channel["is_im"]:
        return channel
    return {**channel, "members": [BOT_NAME, *(member for member in channel["members"] if member != BOT)]}


def _message(message: dict[str, Any]) -> dict[str, Any]:
    text = message.get("text") or ""
    return {**_unescaped(message), "text": _unescaped_text(text)}


def _stack(user: str, stack: list[View], owners: Owners) -> list[View]:
    return [_unescaped(view) for view in stack if owners.owner(view) == user]


def _unescaped(json: Any) -> Any:
    """The page escapes mrkdwn again where Slack reads &amp; &lt; &gt; as what they stand for."""
    match json:
        case {"type": "mrkdwn", "text": text}:
            return {**json, "text": _unescaped_text(text)}
        case dict():
            return {key: _unescaped(value) for key, value in json.items()}
        case list():
            return [_unescaped(value) for value in json]
    return json


def _unescaped_text(text: str) -> str:
    return text.replace("&lt;", f"<{WORD_JOINER}").replace("&gt;", ">").replace("&amp;", "&")
