"""Says things in Slack, once.

The client never tries again by itself: its own retry posts twice when Slack took a message and then closed the
connection (measured). What an error means for the message is decided here.
"""

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat import Address, Channel, DeliveryError, Message, Outcome
from bot.domain import trouble
from bot.platforms.slack import render

TIMEOUT = 10  # seconds
_NOT_OURS = {
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "account_inactive",
    "missing_scope",
    "app_uninstalled",
    "no_permission",
}
_GONE = {"user_not_found", "user_disabled", "users_not_found", "cannot_dm_bot", "user_not_visible"}
_UNCLEAR = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
_NOT_THERE_WAIT = 300.0  # seconds; somebody may invite the bot
_WAIT = 30.0  # seconds, where Slack asks to wait but does not say how long


class SlackPlatform:
    """The workspace that the bot token belongs to. `problem` is a plain sentence while Slack refuses us, else empty."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self.workspace = ""
        self.bot_user = ""
        self.bot_id = ""
        self.problem = "I have not reached Slack yet."

    async def check(self) -> None:
        """Ask Slack who we are. Keeps what it said; never raises."""
        try:
            answer = await self.client.auth_test()
        except SlackApiError as error:
            self.problem = (
                f"Slack refuses SLACK_BOT_TOKEN ({_code(error)}): install the app again and set the new token."
            )
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError):
            self.problem = "Slack cannot be reached."
        else:
            self.workspace, self.bot_user = str(answer.get("team_id") or ""), str(answer.get("user_id") or "")
            self.bot_id = str(answer.get("bot_id") or "")
            self.problem = ""

    async def send(self, to: Address, message: Message, key: str) -> str:
        """Post it and give Slack's channel and time stamp. Raises DeliveryError."""
        if self.workspace and to.workspace != self.workspace:
            raise DeliveryError(f"{trouble.NO_PLATFORM}:wrong workspace", Outcome.NEVER)
        to_channel = isinstance(to, Channel)
        try:
            answer = await self.client.chat_postMessage(
                channel=to.channel if isinstance(to, Channel) else to.user,
                **render.message(message),
                mrkdwn=False,
                unfurl_links=False,
                unfurl_media=False,
                metadata={"event_type": "balcony", "event_payload": {"key": key}},
            )
        except SlackApiError as error:
            raise self._refused(error, to_channel=to_channel) from None
        except aiohttp.ClientConnectorError:
            raise DeliveryError(trouble.UNREACHABLE, Outcome.LATER) from None
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DeliveryError(f"{trouble.UNKNOWN}:{type(error).__name__}", Outcome.UNSURE) from None
        self.problem = ""
        return f"{answer['channel']}:{answer['ts']}"

    def _refused(self, error: SlackApiError, *, to_channel: bool) -> DeliveryError:
        code, status = _code(error), int(getattr(error.response, "status_code", 200) or 200)
        if status == 429 or code == "ratelimited":  # noqa: PLR2004  too many requests
            return DeliveryError(trouble.BUSY, Outcome.LATER, _retry_after(error))
        if code in _NOT_OURS:
            self.problem = f"Slack refuses SLACK_BOT_TOKEN ({code}): install the app again and set the new token."
            return DeliveryError(f"{trouble.REVOKED}:{code}", Outcome.RESTS)
        if status >= 500 or code in _UNCLEAR:  # noqa: PLR2004  Slack failed, perhaps after it had posted
            return DeliveryError(f"{trouble.UNKNOWN}:{code or status}", Outcome.UNSURE)
        if code in _GONE or (code == "channel_not_found" and not to_channel):
            return DeliveryError(f"{trouble.GONE}:{code}", Outcome.NEVER)
        if code == "not_in_channel":
            return DeliveryError(trouble.NOT_IN_CHANNEL, Outcome.LATER, _NOT_THERE_WAIT)
        if code == "channel_not_found":
            return DeliveryError(trouble.NO_CHANNEL, Outcome.LATER, _NOT_THERE_WAIT)
        if code == "is_archived":
            return DeliveryError(trouble.ARCHIVED, Outcome.NEVER)
        return DeliveryError(f"{trouble.REFUSED}:{code or status}", Outcome.NEVER)


def web_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that keeps its connections and never tries again by itself."""
    return AsyncWebClient(token=token, base_url=base_url, session=session, timeout=TIMEOUT, retry_handlers=[])


def _code(error: SlackApiError) -> str:
    data: Any = getattr(error.response, "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def _retry_after(error: SlackApiError) -> float:
    """Seconds, whatever form Slack gives them in."""
    headers = getattr(error.response, "headers", None) or {}
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return max(1.0, float(value))
    except ValueError:
        return _WAIT
