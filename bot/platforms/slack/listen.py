"""Hears Slack: by signed requests to POST /slack/events, or by Socket Mode. Both end in the same few listeners.

Bolt is told to process before it responds: its default looks for the ack every 10 ms, and forgets one that was made
before an error. So a listener does its database work, answers, and leaves every call to Slack to a task. If the database
takes longer than Slack waits, the ack says that it is not done yet, and what came of it is shown later.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped, warning_token_skipped
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.chat import Answer, Event, Form, Message, Problems, Rule, buttons, say, without_pictures
from bot.handlers import opener, slow
from bot.platforms.payload import NotUnderstood
from bot.platforms.slack import inbound, render
from bot.platforms.slack.form_again import form_again
from bot.platforms.slack.inbound import Where
from bot.platforms.slack.outbound import TIMEOUT, SlackPlatform
from bot.platforms.slack.refused import code_of
from bot.platforms.soon import PATIENCE, Soon

Respond = Callable[[Event], Awaitable[Answer]]
Body = dict[str, Any]

SENT_ALREADY = say("That was sent already, and it is kept.")
ELSEWHERE = say("This Balcony belongs to another workspace, so I can do nothing here.")
FAILED = "Something went wrong on my side. Please try again in a moment."

_ANYTHING = re.compile(".*", re.DOTALL)
_EXPIRED = {"expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "invalid_trigger", "invalid_trigger_id"}
_CLOSED = {"not_found", "view_not_found"}
# Bolt says at every start that it ignores SLACK_BOT_TOKEN. It does not: the client that it is given has it.
_MISLEADING = {warning_client_prioritized_and_token_skipped(), warning_token_skipped()}
_log = logging.getLogger(__name__)


def too_slow(form: Form) -> Message:
    """In the place of a form that Slack let us open no more: one press opens it after all."""
    return say("That took a moment too long, so Slack did not let me open the form.", buttons(opener(form)))


class Listener:
    """Turns what Slack sends into Events, and Answers into what Slack shows."""

    def __init__(self, platform: SlackPlatform, respond: Respond, *, patience: float = PATIENCE) -> None:
        """`patience`: seconds that an answer may take before the ack says that it is not done yet."""
        self._platform = platform
        self._respond = respond
        self._soon: Soon[Answer] = Soon(patience)
        self._tasks: set[asyncio.Task[None]] = set()
        self.app = self._build()

    async def settle(self) -> None:
        """Wait for the answers and the calls to Slack that are under way; an answer that takes too long is cut short."""
        await self._soon.settle(TIMEOUT)
        while self._tasks:
            await asyncio.wait(self._tasks, timeout=TIMEOUT)

    def _build(self) -> AsyncApp:
        logging.getLogger("slack_bolt.AsyncApp").addFilter(_leads_nobody_astray)
        app = AsyncApp(
            client=self._platform.client,
            authorize=_authorize_with(self._platform),
            process_before_response=True,
            request_verification_enabled=False,  # bot.platforms.slack.door has verified, more strictly
            ignoring_self_events_enabled=False,  # none of our own messages are subscribed to
            raise_error_for_unhandled_request=True,  # so that _on_error answers; Bolt alone says 404, and Slack counts those
        )
        app.command(_ANYTHING)(self._on_command)
        app.action(_ANYTHING)(self._on_action)
        app.view(_ANYTHING)(self._on_view)
        app.event("app_home_opened")(self._on_home)
        app.event(_ANYTHING)(_on_anything)
        app.error(_on_error)
        return app

    async def _on_command(self, ack: AsyncAck, body: Body) -> None:
        event, where = inbound.command(body), inbound.where(body)
        work = await self._soon.wait(self._answer(event))
        answer = work.result() if work.done() else slow.still(event)
        # Slack fetches a picture first, and tells nobody of an answer that it did not take in this way
        at_once = isinstance(answer, Message) and answer == without_pictures(answer)
        if isinstance(answer, Message) and at_once:
            await ack({"response_type": "ephemeral", **render.message(answer)})
        else:
            await ack()
        if not work.done():
            self._when_known(work, event, lambda known: self._after_command(where, event, known))
        elif answer and not at_once:
            self._later(self._after_command(where, event, answer))

    async def _on_action(self, ack: AsyncAck, body: Body) -> None:
        event, where = inbound.button(body), inbound.where(body)
        work = await self._soon.wait(self._answer(event))
        if work.done():
            answer = work.result()
            await ack()
            self._later(self._after_press(where, event, answer))
            return
        await ack()
        beside = bool(where.response_url) and not (where.form or where.home)
        still = self._reply(where, slow.still(event), replace=False) if beside else None
        self._when_known(work, event, lambda known: self._after_press(where, event, known), meanwhile=still)

    async def _on_view(self, ack: AsyncAck, body: Body) -> None:
        event, view = inbound.form(body), body["view"]
        work = await self._soon.wait(self._answer(event))
        if not work.done():
            await ack(response_action="update", view=form_again(view, slow.still_in_form(event)))
            self._when_known(work, event, lambda known: self._after_view(event, view, known))
            return
        answer = work.result()
        if isinstance(answer, Problems):
            await ack(**render.errors(answer))
        else:
            await ack(response_action="update", view=_in_the_forms_place(event, answer))

    async def _on_home(self, ack: AsyncAck, body: Body) -> None:
        await ack()
        if body["event"].get("tab", "home") == "home":
            self._later(self._show_home(inbound.home(body)))

    async def _answer(self, event: Event) -> Answer:
        """Only people of our own workspace are answered: elsewhere the same ids are other people's."""
        if self._platform.workspace and not self._is_ours(event):
            _log.warning("somebody of another workspace was refused: %s", event.kind)
            return ELSEWHERE
        return await self._respond(event)

    def _is_ours(self, event: Event) -> bool:
        return event.person.workspace == self._platform.workspace

    async def _after_command(self, where: Where, event: Event, answer: Answer) -> None:
        if isinstance(answer, Form):
            if await self._opened(where, _modal(event, answer)):
                return
            answer = too_slow(answer)
        if isinstance(answer, Message):
            await self._reply(where, answer, replace=False)

    async def _after_press(self, where: Where, event: Event, answer: Answer) -> None:
        """Show it where the button was: in its place, beside it, or on top of the form or the home it is in."""
        untold = None
        if isinstance(answer, Form):
            untold = await self._form_after_press(where, event, answer)
        elif isinstance(answer, Message):
            untold = await self._message_after_press(where, answer)
        if where.home:
            await self._show_home(inbound.home_again(event), above=untold)
        elif untold:
            _log.warning("Slack did not show an answer: the trigger expired, and there is no other way")

    async def _form_after_press(self, where: Where, event: Event, form: Form) -> Message | None:
        """Gives what could not be shown."""
        view = _modal(event, form)
        if await self._opened(where, view):
            return None
        if where.form:
            await self._platform.client.views_update(view_id=where.form, view=view)
            return None
        if not where.response_url:
            return too_slow(form)
        await self._reply(where, too_slow(form), replace=False)
        return None

    async def _message_after_press(self, where: Where, answer: Message) -> Message | None:
        """Gives what could not be shown."""
        if where.form:
            await self._platform.client.views_update(view_id=where.form, view=render.modal_message(answer))
            return None
        if where.home or not where.response_url:
            return None if await self._opened(where, render.modal_message(answer)) else answer
        await self._reply(where, answer, replace=answer.replaces and where.alone)
        return None

    async def _after_view(self, event: Event, view: Body, answer: Answer) -> None:
        """What came of a form that was told to wait. Whoever has closed it meanwhile gets a message of their own."""
        if answer is None:
            return  # sent twice: the first one shows it
        if isinstance(answer, Problems):
            sentences = tuple(answer.by_question.values())
            shown, told = form_again(view, *sentences), say(*sentences, *slow.given_back(event))
        else:
            shown = _in_the_forms_place(event, answer)
            told = answer if isinstance(answer, Message) else SENT_ALREADY
        try:
            await self._platform.client.views_update(view_id=view["id"], view=shown)
        except SlackApiError as error:
            if code_of(error) not in _CLOSED:
                raise
            await self._platform.client.chat_postMessage(channel=event.person.user, **render.message(told))

    async def _show_home(self, event: Event, *, above: Message | None = None) -> None:
        """Draw somebody's home, with something above it that could be shown nowhere else."""
        if not (await self._platform.is_known() and self._is_ours(event)):
            return  # the same id may be somebody else's where the token belongs
        answer = await self._answer(event)
        if isinstance(answer, Message):
            shown = Message((*above.blocks, Rule(), *answer.blocks)) if above else answer
            await self._platform.client.views_publish(user_id=event.person.user, view=render.home(shown))

    async def _opened(self, where: Where, view: render.Json) -> bool:
        """Open it over what is there; False if Slack says that it is too late for that."""
        call = self._platform.client.views_push if where.form else self._platform.client.views_open
        try:
            await call(trigger_id=where.trigger, view=view)
        except SlackApiError as error:
            if code_of(error) not in _EXPIRED:
                raise
            return False
        return True

    async def _reply(self, where: Where, answer: Message, *, replace: bool) -> None:
        webhook = AsyncWebhookClient(where.response_url, session=self._platform.client.session, retry_handlers=[])
        how: Body = {"replace_original": True} if replace else {"response_type": "ephemeral", "replace_original": False}
        result = await webhook.send_dict(render.message(answer) | how)
        plain = without_pictures(answer)
        if result.status_code >= 400 and plain != answer:  # noqa: PLR2004  perhaps it could not fetch the picture
            _log.warning("Slack did not take a picture: does BALCONY_URL lead here from outside?")
            result = await webhook.send_dict(render.message(plain) | how)
        if result.status_code >= 400:  # noqa: PLR2004  refused
            _log.warning("Slack did not show an answer: %s", result.status_code)

    def _later(self, call: Coroutine[Any, Any, None]) -> None:
        """Do it after the ack. What was done is kept already; if this fails, only the showing failed."""
        self._keep(asyncio.create_task(_safely(call, self._platform.client.timeout)))

    def _when_known(
        self,
        work: "asyncio.Task[Answer]",
        event: Event,
        show: Callable[[Answer], Coroutine[Any, Any, None]],
        *,
        meanwhile: Coroutine[Any, Any, None] | None = None,
    ) -> None:
        """Show it after the ack, as soon as it is known; before that, what they see meanwhile."""

        async def wait() -> None:
            if meanwhile:
                await _safely(meanwhile, self._platform.client.timeout)
            answer = await self._soon.late(work, failed=say(FAILED), cut_short=slow.cannot_tell(event))
            await _safely(show(answer), self._platform.client.timeout)

        self._keep(asyncio.create_task(wait()))

    def _keep(self, task: "asyncio.Task[None]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _modal(event: Event, form: Form) -> render.Json:
    """The form as this event opened it. It may take the place of another, and would then have the same id as that one."""
    return render.modal(form) | {"private_metadata": hashlib.sha256(event.key.encode()).hexdigest()[:32]}


def _in_the_forms_place(event: Event, answer: Answer) -> render.Json:
    """What a form that was sent turns into."""
    if isinstance(answer, Form):
        return _modal(event, answer)
    return render.modal_message(answer if isinstance(answer, Message) else SENT_ALREADY)


def _authorize_with(platform: SlackPlatform) -> Callable[..., Awaitable[AuthorizeResult]]:
    """Who we are, from what is known already: Bolt's own way would call auth.test for every request."""

    async def authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, user_id=user_id, bot_token=platform.client.token,
            bot_id=platform.bot_id or None, bot_user_id=platform.bot_user or None,
        )  # fmt: skip

    return authorize


def _leads_nobody_astray(record: logging.LogRecord) -> bool:
    return record.getMessage() not in _MISLEADING


async def _safely(call: Coroutine[Any, Any, None], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):  # the client's own limit does not hold on a session that is shared
            await call
    except SlackApiError as error:
        _log.warning("Slack did not show an answer: %s", code_of(error))
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        _log.warning("Slack did not show an answer: %s", type(error).__name__)
    except Exception:
        _log.exception("an answer could not be shown")


async def _on_anything(ack: AsyncAck) -> None:
    await ack()


async def _on_error(error: Exception, body: Body) -> BoltResponse:
    """Everything that Bolt or a listener raises ends here, with a 200: Slack would only send it again, or cut us off."""
    if isinstance(error, BoltUnhandledRequestError):
        _log.info("Slack sent something that nobody listens to")
    elif isinstance(error, NotUnderstood):
        _log.warning("Slack sent something that I do not understand: %s", error)
    else:
        _log.error("a request from Slack failed", exc_info=error)
        if "command" in body:
            return BoltResponse(status=200, body={"response_type": "ephemeral", "text": FAILED})
    return BoltResponse(status=200, body="")
