"""What it means when Slack does not take a message.

Its words are those of docs.slack.dev, "chat.postMessage". Where Slack may have taken the message before something failed,
nobody knows, and nobody tries again: only a 429, and what failed before the request was written, was certainly not said.
"""

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.chat import DeliveryError, Outcome
from bot.domain import trouble
from bot.platforms import waiting

FAILURES = (
    SlackClientError,
    aiohttp.ClientError,
    TimeoutError,
    OSError,
    ValueError,
    AttributeError,
    KeyError,
    TypeError,
)
_UNSENT = (  # there was no connection to write the request on
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
_REFUSED_US = {
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "account_inactive",
    "missing_scope",
    "app_uninstalled",
    "not_allowed_token_type",
}
_GONE = {"user_not_found", "user_disabled", "users_not_found", "cannot_dm_bot", "user_not_visible"}
_UNCLEAR = {"internal_error", "fatal_error", "service_unavailable"}  # Slack: some of it may have succeeded
_BUSY = {"ratelimited", "rate_limited"}
_AWAY = {  # for hours perhaps, and certainly before anything was said
    "request_timeout",  # Slack: the request came in truncated
    "org_login_required",
    "team_added_to_org",
    "external_channel_migrating",
    "ekm_access_denied",
}
_NOT_MEMBER = {"not_in_channel", "no_permission"}
_TOO_MANY = 429


def meaning(error: Exception, *, to_channel: bool) -> DeliveryError:
    """What that failure, one of FAILURES, means for what was to be said in a channel or to a person."""
    if isinstance(error, SlackApiError):
        return _answer(error, to_channel=to_channel)
    if isinstance(error, _UNSENT):
        return DeliveryError(trouble.UNREACHABLE, Outcome.LATER)
    return DeliveryError(f"{trouble.UNKNOWN}:{type(error).__name__}", Outcome.UNSURE)


def code_of(error: Exception) -> str:
    """Slack's own word for what is wrong; empty if the answer was not Slack's."""
    data: Any = getattr(getattr(error, "response", None), "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def header(headers: Any, wanted: str) -> str:
    """Of an answer; empty if it is not there."""
    return next((str(value) for name, value in (headers or {}).items() if name.lower() == wanted), "")


def _answer(error: SlackApiError, *, to_channel: bool) -> DeliveryError:
    code, status = code_of(error), _status(error)
    if status == _TOO_MANY or code in _BUSY:
        return DeliveryError(trouble.BUSY, Outcome.LATER, _retry_after(error))
    if code in _REFUSED_US:
        return DeliveryError(f"{trouble.REVOKED}:{code}", Outcome.RESTS)
    if code in _AWAY or (not code and status in waiting.TURNED_AWAY):
        return DeliveryError(f"{trouble.UNREACHABLE}:{code or status}", Outcome.LATER)
    if status >= 500 or code in _UNCLEAR or not code:  # noqa: PLR2004  Slack failed, perhaps after it had posted
        return DeliveryError(f"{trouble.UNKNOWN}:{code or status}", Outcome.UNSURE)
    if code in _GONE or (code == "channel_not_found" and not to_channel):
        return DeliveryError(f"{trouble.GONE}:{code}", Outcome.NEVER)
    if code in _NOT_MEMBER and to_channel:
        return DeliveryError(trouble.NOT_IN_CHANNEL, Outcome.LATER, waiting.NOT_THERE)
    if code == "channel_not_found":
        return DeliveryError(trouble.NO_CHANNEL, Outcome.LATER, waiting.NOT_THERE)
    if code == "is_archived":
        return DeliveryError(trouble.ARCHIVED, Outcome.LATER, waiting.NOT_THERE)
    return DeliveryError(f"{trouble.REFUSED}:{code}", Outcome.NEVER)


def _status(error: SlackApiError) -> int:
    """Of Slack's answer, or of the bare one that could not be read."""
    response = error.response
    return int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)


def _retry_after(error: SlackApiError) -> float:
    """Seconds, whatever form Slack gives them in."""
    headers = getattr(error.response, "headers", None)
    return waiting.asked_for(header(headers, "retry-after"), header(headers, "date"))
