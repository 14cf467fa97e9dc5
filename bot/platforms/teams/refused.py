"""What it means when Teams does not take a message.

Its codes are Microsoft's, from learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations:
conversation-messages ("Status codes from bot conversational APIs") and send-proactive-messages ("Understand who
blocked, muted, or uninstalled a bot"). Microsoft also advises to try again after 412, 502, 503 and 504. That says
things twice: nobody knows whether Teams had taken the message before something behind it failed.
"""

import json
import re
from enum import StrEnum
from typing import Any

import httpx

from bot.chat import DeliveryError, Outcome
from bot.domain import trouble
from bot.platforms import waiting


class Place(StrEnum):
    """Where something was to be said."""

    CHANNEL = "channel"  # or a group's chat
    CHAT = "chat"  # with a person who has written in it
    FIRST = "first"  # a chat that Balcony opened, with a person who has never written in it
    OPENING = "opening"  # asking Teams for that chat; nothing is said yet


class Kind(StrEnum):
    """What Teams says no to."""

    SHUT = "shut"  # Balcony was put out, or never was there
    FORBIDDEN = "forbidden"  # it may not, for now
    LOST = "lost"  # there is no such conversation, or it is another bot's
    WRONG = "wrong"  # the message itself
    NOT_US = "not us"  # the app
    BUSY = "busy"
    UNCLEAR = "unclear"  # Teams failed, perhaps after it had taken the message
    BEFORE = "before"  # somebody between here and Teams said no


_STATUSES = {  # they mean the same whatever stands in the answer; so does every 5xx, and a redirect
    401: Kind.NOT_US,  # the token is refused, or BotNotRegistered
    408: Kind.UNCLEAR,
    412: Kind.UNCLEAR,  # PreconditionFailed
    413: Kind.WRONG,  # MessageSizeTooBig
    425: Kind.UNCLEAR,
    429: Kind.BUSY,  # Throttled
    499: Kind.UNCLEAR,  # of a proxy: nobody waited for Teams any more
}
_CODES = {
    "BotNotInConversationRoster": Kind.SHUT,  # the app was removed there, or never added
    "ConversationBlockedByUser": Kind.SHUT,
    "MessageWritesBlocked": Kind.SHUT,  # blocked or uninstalled; comes as a subCode
    "BotDisabledByAdmin": Kind.FORBIDDEN,  # by a policy, perhaps for this person alone
    "ForbiddenOperationException": Kind.FORBIDDEN,  # not installed for this person
    "NotEnoughPermissions": Kind.FORBIDDEN,
    "InvalidBotApiHost": Kind.FORBIDDEN,  # of a government tenant: their next message brings the right address
    "ConversationNotFound": Kind.LOST,
    "FailedToDecrypt": Kind.LOST,  # a conversation's or a person's id; only the message tells it
    "ActivityNotFoundInConversation": Kind.WRONG,  # what was to be replaced is gone
    "BadArgument": Kind.WRONG,
    "BadSyntax": Kind.WRONG,
}
_OTHER_CODES = {403: Kind.FORBIDDEN, 404: Kind.LOST}  # else the message is wrong

_NOT_THERE = (trouble.NOT_IN_CHANNEL, Outcome.LATER)
_NO_CHANNEL = (trouble.NO_CHANNEL, Outcome.LATER)
_GONE = (trouble.GONE, Outcome.NEVER)
_AWAITED = (trouble.AWAITED, Outcome.CONTACT)
_REFUSED = (trouble.REFUSED, Outcome.NEVER)
_REVOKED = (trouble.REVOKED, Outcome.RESTS)
_BUSY = (trouble.BUSY, Outcome.LATER)
_UNKNOWN = (trouble.UNKNOWN, Outcome.UNSURE)
_LATER = (trouble.UNREACHABLE, Outcome.LATER)

_PLACES = (Place.CHANNEL, Place.CHAT, Place.FIRST, Place.OPENING)
_MEANS = {
    Kind.SHUT:      (_NOT_THERE,    _GONE,      _AWAITED,    _AWAITED),
    Kind.FORBIDDEN: (_NOT_THERE,    _AWAITED,   _AWAITED,    _AWAITED),
    Kind.LOST:      (_NO_CHANNEL,   _AWAITED,   _AWAITED,    _AWAITED),
    Kind.WRONG:     (_REFUSED,      _REFUSED,   _REFUSED,    _AWAITED),
    Kind.NOT_US:    (_REVOKED,      _REVOKED,   _REVOKED,    _REVOKED),
    Kind.BUSY:      (_BUSY,         _BUSY,      _BUSY,       _BUSY),
    Kind.UNCLEAR:   (_UNKNOWN,      _UNKNOWN,   _UNKNOWN,    _LATER),
    Kind.BEFORE:    (_LATER,        _LATER,     _LATER,      _LATER),
}  # fmt: skip

_CLIENT_ERROR, _SERVER_ERROR = 400, 500
_WORD = re.compile(r"[A-Za-z]{3,40}( [A-Za-z]{3,20})?|\d{1,6}", re.ASCII)


def meaning(response: httpx.Response, place: Place) -> DeliveryError:
    """What that answer means for what was to be said there. Its reason is a code of Teams' and nobody's words."""
    code, status = code_of(response), response.status_code
    kind = _kind(status, code)
    reason, outcome = _MEANS[kind][_PLACES.index(place)]
    wait = 0.0
    if kind == Kind.BUSY:
        wait = waiting.asked_for(response.headers.get("retry-after", ""), response.headers.get("date", ""))
    if reason in (trouble.NOT_IN_CHANNEL, trouble.NO_CHANNEL):
        wait = waiting.NOT_THERE
    return DeliveryError(f"{reason}:{code or status}", outcome, wait)


def unsent(error: Exception) -> DeliveryError:
    """Nobody took the request: there was no connection to send it on."""
    return DeliveryError(f"{trouble.UNREACHABLE}:{type(error).__name__}", Outcome.LATER)


def unclear(error: Exception, place: Place) -> DeliveryError:
    """The request was sent, and there is no answer, or none that can be read."""
    reason, outcome = _MEANS[Kind.UNCLEAR][_PLACES.index(place)]
    return DeliveryError(f"{reason}:{type(error).__name__}", outcome)


def code_of(response: httpx.Response) -> str:
    """Teams' own word for what is wrong; empty if the answer is not Teams'."""
    body = _json(response.text)
    error = body.get("error", body)
    inner = error if isinstance(error, dict) else body
    message = inner.get("message")
    if isinstance(message, str) and "decrypt" in message.lower():
        return "FailedToDecrypt"
    words = (_json(message).get("subCode"), inner.get("subCode"), inner.get("code"), error, body.get("errorCode"))
    return next((word for word in map(_word, words) if word), "")


def _kind(status: int, code: str) -> Kind:
    if not _CLIENT_ERROR <= status < _SERVER_ERROR:
        return Kind.UNCLEAR
    if status in _STATUSES:
        return _STATUSES[status]
    if not code:
        return Kind.BEFORE if status in waiting.TURNED_AWAY else Kind.UNCLEAR
    return _CODES.get(code) or _OTHER_CODES.get(status, Kind.WRONG)


def _json(text: Any) -> dict[str, Any]:
    """An object, if it is one."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _word(value: Any) -> str:
    """A code: a word, two ("Bad Argument") or a number. Anything longer may be somebody's own, and is not repeated."""
    word = str(value) if isinstance(value, str | int) else ""
    return word.replace(" ", "") if _WORD.fullmatch(word) else ""
