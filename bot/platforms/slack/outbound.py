"""Says things in Slack, once.

The client never tries again by itself: its own retry posts twice when Slack took a message and then closed the
connection (measured). What an error means for the message is decided here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat import Address, CannotLook, Channel, DeliveryError, Message, Outcome, Pace
from bot.domain import trouble
from bot.platforms import waiting
from bot.platforms.slack import render

TIMEOUT = 10  # seconds
PACE = Pace(
    per_minute=300, spacing=1.0, looks_per_minute=50
)  # Slack names no limit of a workspace: several hundred a minute
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
_NO_ENTRY = "Slack refuses SLACK_BOT_TOKEN ({}): install the app again and set the new token."
_NO_SLACK = "Slack cannot be reached."
_NOT_MEMBER = {"not_in_channel", "no_permission"}

_log = logging.getLogger(__name__)


class SlackPlatform:
    """The workspace that the bot token belongs to. `problem` is a plain sentence while Slack refuses us, else empty."""

    def __init__(self, client: AsyncWebClient, pace: Pace = PACE) -> None:
        self.client, self.pace = client, pace
        self.workspace = ""
        self.bot_user = ""
        self.bot_id = ""
        self.problem = "I have not reached Slack yet."
        self.hears: Callable[[], Awaitable[bool]] | None = None  # in Socket Mode: whether the connection stands

    async def check(self) -> None:
        """Ask Slack who we are. Keeps what it said; never raises."""
        try:
            async with asyncio.timeout(self.client.timeout):
                answer = await self.client.auth_test()
        except SlackApiError as error:
            self.problem = _NO_ENTRY.format(code_of(error)) if code_of(error) else _NO_SLACK
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError):
            self.problem = _NO_SLACK
        else:
            self.workspace, self.bot_user = str(answer.get("team_id") or ""), str(answer.get("user_id") or "")
            self.bot_id = str(answer.get("bot_id") or "")
            _log.info("in the Slack workspace %s", self.workspace)
            self.problem = ""

    async def state(self) -> str:
        """Empty if all is well, else a plain sentence."""
        if not self.problem and self.hears and not await self.hears():
            return "The Socket Mode connection to Slack does not stand: check SLACK_APP_TOKEN and the network."
        return self.problem

    async def is_known(self) -> bool:
        """Whether we know whose token we have; asks if nobody has asked yet."""
        if not self.workspace:
            await self.check()
        return bool(self.workspace)

    async def send(self, to: Address, message: Message, key: str) -> str:
        """Post it and give Slack's channel and time stamp. Raises DeliveryError."""
        if not await self.is_known():
            away = self.problem == _NO_SLACK
            raise (
                DeliveryError(trouble.UNREACHABLE, Outcome.LATER)
                if away
                else DeliveryError(trouble.REVOKED, Outcome.RESTS)
            )
        if to.workspace != self.workspace:
            raise DeliveryError(f"{trouble.ELSEWHERE}:this is {self.workspace}", Outcome.NEVER)
        to_channel = isinstance(to, Channel)
        try:
            async with asyncio.timeout(self.client.timeout):  # the client's own does not hold on a shared session
                answer = await self.client.chat_postMessage(
                    channel=to.channel if isinstance(to, Channel) else to.user,
                    **render.message(message),
                    unfurl_links=False,
                    unfurl_media=False,
                    metadata={"event_type": "balcony", "event_payload": {"key": key}},
                )
        except SlackApiError as error:
            raise self._refused(error, to_channel=to_channel) from None
        except aiohttp.ClientConnectorError:
            raise DeliveryError(trouble.UNREACHABLE, Outcome.LATER) from None
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise DeliveryError(f"{trouble.UNKNOWN}:{type(error).__name__}", Outcome.UNSURE) from None
        self.problem = ""
        return f"{answer.get('channel')}:{answer.get('ts')}"

    async def find(self, to: Address, key: str, since: datetime) -> str | None:  # noqa: ARG002
        raise CannotLook

    async def mended(self, workspace: str) -> bool:  # noqa: ARG002  there is but one
        """Whether it takes us again."""
        if self.problem:
            await self.check()
        return not self.problem

    def _refused(self, error: SlackApiError, *, to_channel: bool) -> DeliveryError:
        code, status = code_of(error), _status(error)
        if status == 429 or code in _BUSY:  # noqa: PLR2004  too many requests
            return DeliveryError(trouble.BUSY, Outcome.LATER, _retry_after(error))
        if code in _REFUSED_US:
            self.problem = _NO_ENTRY.format(code)
            return DeliveryError(f"{trouble.REVOKED}:{code}", Outcome.RESTS)
        if code in _AWAY or (not code and 400 <= status < 500):  # noqa: PLR2004  somebody before Slack said no
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
            return DeliveryError(trouble.ARCHIVED, Outcome.NEVER)
        return DeliveryError(f"{trouble.REFUSED}:{code}", Outcome.NEVER)


def web_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that keeps its connections and never tries again by itself."""
    return AsyncWebClient(token=token, base_url=base_url, session=session, timeout=TIMEOUT, retry_handlers=[])


def code_of(error: SlackApiError) -> str:
    """Slack's own word for what is wrong; empty if the answer was not Slack's."""
    data: Any = getattr(error.response, "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def _status(error: SlackApiError) -> int:
    """Of Slack's answer, or of the bare one that could not be read."""
    response = error.response
    return int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)


def _retry_after(error: SlackApiError) -> float:
    """Seconds, whatever form Slack gives them in."""
    headers = getattr(error.response, "headers", None) or {}
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return waiting.asked_for(value)
