"""Hears Slack: by signed requests to POST /slack/events, or by Socket Mode. Both end in the same few listeners.

Bolt is told to process before it responds: its default looks for the ack every 10 ms, and forgets one that was made
before an error. So a listener does its database work, answers, and leaves every call to Slack to a task.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.chat import Answer, Event, Form, Message, Problems, say
from bot.platforms.slack import inbound, render
from bot.platforms.slack.outbound import TIMEOUT, SlackPlatform

Respond = Callable[[Event], Awaitable[Answer]]
Body = dict[str, Any]

SENT_ALREADY = say("That was sent already, and it is kept.")
TOO_SLOW = say("That took a moment too long, so Slack did not let me open the form. Please try once more.")

_ANYTHING = re.compile(".*", re.DOTALL)
_EXPIRED = {"expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "invalid_trigger", "invalid_trigger_id"}
_log = logging.getLogger(__name__)


class Listener:
    """Turns what Slack sends into Events, and Answers into what Slack shows."""

    def __init__(self, platform: SlackPlatform, respond: Respond) -> None:
        self._platform = platform
        self._respond = respond
        self._tasks: set[asyncio.Task[None]] = set()
        self.app = self._build()

    async def settle(self) -> None:
        """Wait for the calls to Slack that are under way."""
        while self._tasks:
            await asyncio.wait(self._tasks, timeout=TIMEOUT)

    def _build(self) -> AsyncApp:
        app = AsyncApp(
            client=self._platform.client,
            authorize=_authorize_with(self._platform),
            process_before_response=True,
            request_verification_enabled=False,  # bot.platforms.slack.door has verified, more strictly
            ignoring_self_events_enabled=False,  # none of our own messages are subscribed to
        )
        app.command(_ANYTHING)(self._on_command)
        app.action(_ANYTHING)(self._on_action)
        app.view(_ANYTHING)(self._on_view)
        app.event("app_home_opened")(self._on_home)
        app.event(_ANYTHING)(_on_anything)  # Bolt answers 404 to what nobody listens to, and Slack counts those
        return app

    async def _on_command(self, ack: AsyncAck, body: Body) -> None:
        try:
            event = inbound.command(body)
        except inbound.NotUnderstood as problem:
            return await _not_understood(ack, problem)
        answer = await self._respond(event)
        if isinstance(answer, Message):
            await ack(response_type="ephemeral", **render.message(answer))
            return None
        await ack()
        if isinstance(answer, Form):
            self._later(self._open(body, render.modal(answer)))
        return None

    async def _on_action(self, ack: AsyncAck, body: Body) -> None:
        try:
            event = inbound.button(body)
        except inbound.NotUnderstood as problem:
            return await _not_understood(ack, problem)
        answer = await self._respond(event)
        await ack()
        if inbound.in_home(body):
            self._later(self._show_home(inbound.home_again(event)))
        if isinstance(answer, Form):
            self._later(self._open(body, render.modal(answer)))
        elif isinstance(answer, Message):
            self._later(self._show(body, answer))
        return None

    async def _on_view(self, ack: AsyncAck, body: Body) -> None:
        try:
            event = inbound.form(body)
        except inbound.NotUnderstood as problem:
            return await _not_understood(ack, problem)
        answer = await self._respond(event)
        if isinstance(answer, Problems):
            await ack(**render.errors(answer))
        elif isinstance(answer, Form):
            await ack(response_action="update", view=render.modal(answer))
        else:
            await ack(response_action="update", view=render.modal_message(answer or SENT_ALREADY))
        return None

    async def _on_home(self, ack: AsyncAck, body: Body) -> None:
        await ack()
        if body.get("event", {}).get("tab", "home") != "home":
            return None
        try:
            event = inbound.home(body)
        except inbound.NotUnderstood as problem:
            return await _not_understood(ack, problem)
        self._later(self._show_home(event))
        return None

    async def _show_home(self, event: Event) -> None:
        answer = await self._respond(event)
        if isinstance(answer, Message):
            await self._platform.client.views_publish(user_id=event.person.user, view=render.home(answer))

    async def _show(self, body: Body, answer: Message) -> None:
        """Show it where the button was: in its place, beside it, or on top of the form or the home it is in."""
        if form_id := inbound.in_form(body):
            await self._platform.client.views_update(view_id=form_id, view=render.modal_message(answer))
        elif inbound.in_home(body) or not body.get("response_url"):
            await self._open(body, render.modal_message(answer))
        else:
            await self._reply(body, answer, replace=answer.replaces and inbound.is_private(body))

    async def _open(self, body: Body, view: render.Json) -> None:
        try:
            if inbound.in_form(body):
                await self._platform.client.views_push(trigger_id=body["trigger_id"], view=view)
            else:
                await self._platform.client.views_open(trigger_id=body["trigger_id"], view=view)
        except SlackApiError as error:
            if error.response.get("error") not in _EXPIRED or not body.get("response_url"):
                raise
            await self._reply(body, TOO_SLOW, replace=False)

    async def _reply(self, body: Body, answer: Message, *, replace: bool) -> None:
        webhook = AsyncWebhookClient(
            body["response_url"], session=self._platform.client.session, timeout=TIMEOUT, retry_handlers=[]
        )
        drawn = render.message(answer)
        result = await webhook.send(
            text=drawn["text"], blocks=drawn["blocks"], response_type="ephemeral", replace_original=replace
        )
        if result.status_code >= 400:  # noqa: PLR2004  refused
            _log.warning("Slack did not show an answer: %s", result.status_code)

    def _later(self, call: Coroutine[Any, Any, None]) -> None:
        """Do it after the ack. What was done is kept already; if this fails, only the showing failed."""
        task = asyncio.create_task(_safely(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _authorize_with(platform: SlackPlatform) -> Callable[..., Awaitable[AuthorizeResult]]:
    """Who we are, from what is known already: Bolt's own way would call auth.test for every request."""

    async def authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, user_id=user_id, bot_token=platform.client.token,
            bot_id=platform.bot_id or None, bot_user_id=platform.bot_user or None,
        )  # fmt: skip

    return authorize


async def _safely(call: Coroutine[Any, Any, None]) -> None:
    try:
        await call
    except SlackApiError as error:
        _log.warning("Slack did not show an answer: %s", error.response.get("error"))
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        _log.warning("Slack did not show an answer: %s", type(error).__name__)
    except Exception:
        _log.exception("an answer could not be shown")


async def _on_anything(ack: AsyncAck) -> None:
    await ack()


async def _not_understood(ack: AsyncAck, problem: inbound.NotUnderstood) -> None:
    _log.warning("Slack sent something I do not understand: %s", problem)
    await ack()
