"""Shows answers in Teams where only those see them who asked."""

import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat import DeliveryError, Event, Form, Kind, Message, Outcome, Problems
from bot.platforms.soon import Soon
from bot.platforms.teams import answers, forms, render
from bot.platforms.teams.inbound import Json, Where
from bot.platforms.teams.outbound import Spot, TeamsPlatform
from bot.platforms.teams.render import Named

_STOPS = {Outcome.UNSURE, Outcome.RESTS}  # it may have been shown, or nothing can be shown anywhere
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A form to show; if it was sent before, with what was wrong and what had been filled in."""

    form: Form
    id: str
    problems: Problems | None = None
    filled: Mapping[str, str | tuple[str, ...]] | None = None


Shown = Message | Asked


class Showing:
    """Ways to show an answer. Each that calls Teams raises DeliveryError."""

    def __init__(self, platform: TeamsPlatform, patience: float) -> None:
        """`patience`: seconds that a look at the database for names may take."""
        self._platform = platform
        self._names: Soon[dict[str, Named]] = Soon(patience)

    async def settle(self, seconds: float) -> None:
        await self._names.settle(seconds)

    async def replaced(self, event: Event, where: Where, shown: Shown) -> bool:
        pressed = event.kind != Kind.COMMAND and where.alone and where.card
        if not pressed or not isinstance(shown, Message) or not _takes_its_place(event, shown):
            return False
        return await _is_shown(self._platform.replace(_spot(where), where.card, shown))

    async def show(self, where: Where, shown: Shown) -> None:
        """In the personal chat as it is. Elsewhere to one person alone: there, or in their chat; or only that there is something.

        There only where they were themselves heard by nobody else: a client or a server that does not know messages for
        one person may show them to all, and not say so (the playground does).
        """
        if where.alone:
            await self._put(_spot(where), shown)
        elif not (
            (where.targeted and await _is_shown(self._put(_spot(where), shown, only_for=where.called)))
            or await _is_shown(self.put_personally(where, shown))
        ):
            await self._platform.say(_spot(where), answers.WRITE_TO_ME)

    async def put_personally(self, where: Where, shown: Shown) -> None:
        await self._put(await self._platform.personal(where.called, where.service_url), shown)

    async def _put(self, spot: Spot, shown: Shown, *, only_for: str = "") -> None:
        if isinstance(shown, Message):
            await self._platform.say(spot, shown, only_for=only_for)
        else:
            await self._platform.show_form(
                spot, shown.form, shown.id, only_for=only_for, problems=shown.problems, answers=shown.filled
            )

    async def in_its_place(self, event: Event, shown: Shown) -> Json | None:
        """The card that takes the place of the one that was pressed; None if it is to stand below."""
        if isinstance(shown, Asked):
            return (
                forms.form_card(shown.form, shown.id, problems=shown.problems, answers=shown.filled)
                if shown.problems
                else None
            )
        cards = render.cards(shown, await self._people_in(shown)) if _takes_its_place(event, shown) else []
        return cards[0] if len(cards) == 1 else None

    async def in_a_dialog(self, shown: Shown) -> Json:
        if isinstance(shown, Message):
            return forms.dialog_message(shown, await self._people_in(shown))
        return forms.dialog(shown.form, shown.id, problems=shown.problems, answers=shown.filled)

    async def _people_in(self, shown: Message) -> dict[str, Named]:
        """How Teams calls those whom it mentions; nobody by name if the database does not say so soon."""
        work = await self._names.wait(self._platform.people_in(shown))
        try:
            return work.result() if work.done() else {}
        except DeliveryError:
            return {}


def _spot(where: Where) -> Spot:
    return Spot(where.conversation, where.service_url)


def _takes_its_place(event: Event, message: Message) -> bool:
    """A form is done with once it was sent; of a button, the handler knows."""
    return event.kind == Kind.FORM or message.replaces


async def _is_shown(call: Coroutine[Any, Any, None]) -> bool:
    """Whether it was. Raises if it may have been, so that nobody reads it twice, and if nothing can be shown at all."""
    try:
        await call
    except DeliveryError as error:
        if error.outcome in _STOPS:
            raise
        _log.info("an answer is shown in another way: %s", error.reason)
        return False
    return True
