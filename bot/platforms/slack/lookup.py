"""Whether a message of ours stands in a conversation: its key is looked for in the metadata of what was said there.

"Not there" is said only when everything was read to the end and nothing in it was odd; whatever else is no answer.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.chat import CannotLook

EVENT = "balcony"
PAGE = 15  # messages; Slack gives some apps no more at once
_PAGES = 20
_CLOCKS = timedelta(hours=1, minutes=1)  # our clock and Slack's; and ours may have been put right since

Json = Mapping[str, Any]


def metadata(key: str) -> dict[str, Any]:
    """What a message carries so that it can be found."""
    return {"event_type": EVENT, "event_payload": {"key": key}}


def oldest(since: datetime) -> str:
    """From when on something that was first tried at `since` may have been said, as Slack writes moments."""
    return f"{(since - _CLOCKS).timestamp():.6f}"


async def find(read: Callable[[str], Awaitable[Json]], key: str, *, bot_id: str, bot_user: str) -> str | None:
    """The time stamp of the message with that key; None if it is not there. `read` gives the page at a cursor.

    Raises CannotLook, and what `read` raises.
    """
    cursor, without_key = "", False
    for _ in range(_PAGES):
        page = await read(cursor)
        for message in _messages(page):
            ours = bool(bot_id) and message.get("bot_id") == bot_id
            if (ours or (bot_user and message.get("user") == bot_user)) and _key_of(message) == key:
                return _time_stamp(message)
            without_key |= ours and _key_of(message) is None
        cursor = _next(page)
        if not cursor:
            if without_key:
                raise CannotLook("one of our own messages has no key")
            return None
    raise CannotLook("too much was said there")


def _messages(page: Json) -> list[Json]:
    found = page.get("messages")
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise CannotLook("an answer of another shape")
    return found


def _key_of(message: Json) -> str | None:
    """Of a message that has one."""
    found = message.get("metadata")
    if not isinstance(found, dict) or found.get("event_type") != EVENT:
        return None
    held = found.get("event_payload")
    key = held.get("key") if isinstance(held, dict) else None
    return key if isinstance(key, str) else None


def _time_stamp(message: Json) -> str:
    found = message.get("ts")
    if not isinstance(found, str) or not found:
        raise CannotLook("a message without its time")
    return found


def _next(page: Json) -> str:
    """The cursor of the page after this one; empty if this is the last."""
    about = page.get("response_metadata")
    cursor = about.get("next_cursor") if isinstance(about, dict) else None
    if isinstance(cursor, str) and cursor:
        return cursor
    if page.get("has_more"):
        raise CannotLook("there is more, and no way to it")
    return ""
