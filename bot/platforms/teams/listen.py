"""Hears Teams: what people do becomes Events, and answers are shown where only they see them.

The database work is done before the HTTP answer. Calls to Teams that are not that answer come after it, in a task. If
the database takes longer than people wait, the HTTP answer says that it is not done yet, and what came of it comes later.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from bot.chat import Address, Answer, DeliveryError, Event, Form, Kind, Message, Problems, Words, text
from bot.handlers import slow
from bot.platforms.payload import NotUnderstood
from bot.platforms.soon import PATIENCE, Soon
from bot.platforms.teams import answers, inbound
from bot.platforms.teams.heard import Heard
from bot.platforms.teams.inbound import Json, Reply, Where
from bot.platforms.teams.outbound import TeamsPlatform
from bot.platforms.teams.showing import Asked, Showing, Shown
from storage.contacts import Reached
from storage.db import Database

Respond = Callable[[Event], Awaitable[Answer]]

_BY_PEOPLE = {"message", "invoke"}
_SETTLE = 10  # seconds
_log = logging.getLogger(__name__)


class Listener:
    """Turns what Teams sends into Events, and Answers into what Teams shows."""

    def __init__(
        self,
        platform: TeamsPlatform,
        database: Database,
        respond: Respond,
        clock: Callable[[], datetime],
        *,
        patience: float = PATIENCE,
    ) -> None:
        """`patience`: seconds that an answer may take before the HTTP answer says that it is not done yet."""
        self._platform = platform
        self._respond = respond
        self._soon: Soon[Shown | None] = Soon(patience)
        self._showing = Showing(platform, patience)
        self._told: set[str] = set()
        self._heard = Heard(database, clock)
        self._numbers = count()
        self._tasks: set[asyncio.Task[None]] = set()

    async def hear(self, activity: Json) -> Reply:
        """Do what somebody asked, and give what the request is answered with. Raises what an invoke of theirs met."""
        hears = {
            "message": self._on_message,
            "invoke": self._on_invoke,
            "event": self._on_event,
            "installationUpdate": self._on_arrival,
            "conversationUpdate": self._on_arrival,
        }.get(str(activity.get("type")))
        if hears is None:
            return Reply()
        try:
            if inbound.tenant(activity) != self._platform.tenant.lower():
                _log.warning("somebody of another tenant was refused")
                return Reply(403)
            if activity["type"] in _BY_PEOPLE and inbound.by_a_bot(activity):
                return Reply()
            return await hears(activity)
        except NotUnderstood as error:
            _log.warning("Teams sent something that I do not understand: %s", error)
            return Reply(400 if activity.get("type") == "invoke" else 200)

    async def settle(self) -> None:
        """Wait for the answers and the calls to Teams that are under way; an answer that takes too long is cut short."""
        await self._soon.settle(_SETTLE)
        await self._showing.settle(_SETTLE)
        while self._tasks:
            await asyncio.wait(self._tasks)

    # --- what was done -----------------------------------------------------------------------------

    async def _on_message(self, activity: Json) -> Reply:
        """Something written; or a card that was sent by a client that opens no dialogs."""
        value = activity.get("value")
        pressed = isinstance(value, dict) and not {"verb", "form"}.isdisjoint(value)
        event, where = inbound.done(activity) if pressed else inbound.command(activity), inbound.where(activity)
        if event is None:
            return Reply()
        work = await self._soon.wait(self._answer(event, activity))
        self._when_known(
            work,
            event,
            lambda shown: self._after_message(event, where, shown),
            meanwhile=lambda: self._showing.show(where, slow.still(event)),
        )
        return Reply()

    async def _on_invoke(self, activity: Json) -> Reply:
        hears = {
            "adaptiveCard/action": self._on_press,
            "task/fetch": self._on_dialog,
            "task/submit": self._on_dialog,
            "composeExtension/fetchTask": self._on_extension,
            "composeExtension/submitAction": self._on_dialog,
        }.get(str(activity.get("name")))
        return await hears(activity) if hears else Reply(501)

    async def _on_press(self, activity: Json) -> Reply:
        """A button on a card, or a form in one. In a channel the card is everybody's, and stays as it is."""
        event, where = inbound.done(activity), inbound.where(activity)
        work = await self._soon.wait(self._answer(event, activity))
        if not work.done():
            self._when_known(work, event, lambda shown: self._after_message(event, where, shown))
            return answers.sentence(answers.NOT_YET_BELOW if where.alone else answers.NOT_YET_FOR_YOU_ALONE)
        shown = work.result()
        if shown is None:
            return answers.sentence(answers.KEPT_ALREADY if event.kind == Kind.FORM else answers.DONE_ALREADY)
        if where.alone and (card := await self._showing.in_its_place(event, shown)):
            return answers.card(card)
        self._later(self._showing.show(where, shown))
        return answers.sentence(answers.BELOW if where.alone else answers.FOR_YOU_ALONE)

    async def _on_dialog(self, activity: Json) -> Reply:
        """A button that opens a dialog, or what was done in one. Only its own person sees a dialog."""
        event = inbound.done(activity)
        work = await self._soon.wait(self._answer(event, activity))
        if not work.done():
            return await self._dialog_later(work, event, activity)
        shown = work.result()
        if shown is None:
            shown = answers.SENT_ALREADY if event.kind == Kind.FORM else answers.PRESSED_ALREADY
        return answers.dialog(await self._showing.in_a_dialog(shown))

    async def _on_extension(self, activity: Json) -> Reply:
        """The message extension: the form of a commitment; from the menu of a message, with its words."""
        event, words = inbound.commit_to(activity)

        async def answer() -> Shown | None:
            shown = await self._answer(event, activity)
            return replace(shown, form=_filled(shown.form, words)) if isinstance(shown, Asked) else shown

        work = await self._soon.wait(answer())
        if not work.done():
            return await self._dialog_later(work, event, activity)
        return answers.dialog(await self._showing.in_a_dialog(work.result() or answers.PRESSED_ALREADY))

    async def _dialog_later(self, work: "asyncio.Task[Shown | None]", event: Event, activity: Json) -> Reply:
        """The dialog says that it is not done yet; what came of it, or the form that was asked for, comes in their chat."""
        where = inbound.where(activity)
        self._when_known(work, event, lambda shown: self._after_dialog(where, shown))
        waits = slow.still(event)
        return answers.dialog(
            await self._showing.in_a_dialog(replace(waits, blocks=(*waits.blocks, answers.IN_YOUR_CHAT)))
        )

    async def _on_event(self, activity: Json) -> Reply:
        event = inbound.meeting(activity)
        if event:
            await self._soon.wait(self._hear_meeting(event, activity))
        return Reply()

    async def _hear_meeting(self, event: Event, activity: Json) -> None:
        await self._respond(event)
        self._note(activity, {})

    async def _on_arrival(self, activity: Json) -> Reply:
        """Balcony was added somewhere. It says nothing: nobody who has not joined is written to."""
        if activity.get("action") == "add" or activity.get("membersAdded"):
            self._note(activity, self._whose(activity))
        return Reply()

    async def _answer(self, event: Event, activity: Json) -> Shown | None:
        """What to show for it; None if it was done before."""
        answer = await self._respond(event)
        self._note(activity, self._whose(activity), always=event.kind == Kind.FORM)
        if isinstance(answer, Form):
            return Asked(answer, inbound.form_id(event))
        if isinstance(answer, Problems):
            return await self._again(event, activity, answer)
        return answer

    async def _again(self, event: Event, activity: Json, problems: Problems) -> Shown:
        """The form that was sent, with what is wrong. Teams gives back only the answers, so it is opened once more."""
        opened = inbound.opened_again(activity, next(self._numbers))
        form = await self._respond(opened) if opened else None
        if isinstance(form, Form):
            return Asked(form, inbound.form_id_of(activity), problems, event.answers)
        sentences = [text(sentence) for sentence in problems.by_question.values()]
        typed = [Words(answer) for name in event.answers if (answer := event.answer(name))]
        return Message((*sentences, *typed))

    # --- what is shown -----------------------------------------------------------------------------

    async def _after_message(self, event: Event, where: Where, shown: Shown | None) -> None:
        """Below what was written or pressed; or in the place of the card that was pressed, if it is theirs alone."""
        if shown is None and event.kind == Kind.FORM:
            shown = answers.SENT_ALREADY
        if isinstance(shown, Message) and _was_read_by_others(event, where):
            shown = replace(shown, blocks=(*shown.blocks, answers.OTHERS_READ_IT))
        if shown and not await self._showing.replaced(event, where, shown):
            await self._showing.show(where, shown)

    async def _after_dialog(self, where: Where, shown: Shown | None) -> None:
        """The dialog may be closed by now, and cannot be written into from here."""
        if shown:
            await self._showing.put_personally(where, shown)

    # --- who was heard -----------------------------------------------------------------------------

    def _whose(self, activity: Json) -> dict[Address, Reached]:
        """The person, with their own chat with Balcony if it was there."""
        where = inbound.where(activity)
        own = where.conversation if where.alone and not inbound.is_extension(activity) else ""
        return {inbound.person(activity): Reached(own, where.service_url, where.called, where.name)}

    def _note(self, activity: Json, found: dict[Address, Reached], *, always: bool = False) -> None:
        """A message extension works where Balcony is no member, so that place is none to remember."""
        channel = inbound.channel(activity)
        if channel and not inbound.is_extension(activity):
            found = found | {channel: Reached(channel.channel, inbound.where(activity).service_url)}
        self._later(self._heard.note(found, always=always))

    def _later(self, call: Coroutine[Any, Any, None]) -> None:
        """Do it after the HTTP answer. What was done is kept already; if this fails, only the showing failed."""
        task = asyncio.create_task(_safely(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _when_known(
        self,
        work: "asyncio.Task[Shown | None]",
        event: Event,
        show: Callable[[Shown | None], Coroutine[Any, Any, None]],
        *,
        meanwhile: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        """Show it after the HTTP answer, as soon as it is known; before that, once, what they see meanwhile."""

        async def wait() -> None:
            if meanwhile and not work.done() and event.key not in self._told:
                self._told.add(event.key)
                await _safely(meanwhile())
            try:
                shown = await self._soon.late(work, failed=answers.FAILED, cut_short=slow.cannot_tell(event))
            finally:
                self._told.discard(event.key)
            await show(shown)

        self._later(wait())


def _was_read_by_others(event: Event, where: Where) -> bool:
    """They wrote something of their own where everybody reads."""
    private = bool(slow.own_words(event)) or event.name == "/connect"
    return event.kind == Kind.COMMAND and private and not (where.alone or where.targeted)


def _filled(form: Form, words: str) -> Form:
    """With the words of a message in the first question; those that are too long are cut, for they can be mended there."""
    first, *others = form.questions
    start = words if len(words) <= first.limit else f"{words[: first.limit - 1]}…"
    return replace(form, questions=(replace(first, initial=start or first.initial), *others))


async def _safely(call: Coroutine[Any, Any, None]) -> None:
    try:
        await call
    except DeliveryError as error:
        _log.warning("Teams did not show an answer: %s", error.reason)
    except Exception:
        _log.exception("an answer could not be shown")
