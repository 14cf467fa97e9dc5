"""What people and time do in a program, done to the Balcony that runs now."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.chat import Answer, Button, Event, Kind, Message
from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from bot.scheduler import Did
from storage.db import Db
from tests.conftest import LONDON, programme
from tests.machine import ledger, people, plain
from tests.machine.crash import Points
from tests.machine.ledger import Claim
from tests.machine.people import CHANNEL, Someone
from tests.machine.program import (
    Again,
    AtOnce,
    Deed,
    Fails,
    Imports,
    Meets,
    Opens,
    Presses,
    PressesOld,
    Ticks,
    Types,
)
from tests.machine.scene import Scene

_REPEATED_FOR = timedelta(days=1)  # no platform delivers anything again after longer


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody did, and what the answer to it may state."""

    who: Someone
    event: Event
    claims: list[Claim]


class Deeds:
    """Does them, and knows what has not been answered."""

    def __init__(self, scene: Scene, points: Points) -> None:
        self.unanswered: list[Asked] = []
        self._scene = scene
        self._points = points
        self._stated: list[tuple[datetime, Event]] = []  # what an answer called done
        self._held: list[tuple[Someone, Answer]] | None = None
        self._keys = 0

    async def do(self, deed: Deed) -> None:
        match deed:
            case Types() | Presses() | PressesOld() | Opens() | Meets():
                await self._someone_does(deed)
            case AtOnce(what):
                await self._at_once(what)
            case Again(back):
                await self._delivered_again(back)
            case Imports(zone):
                await self._imports(zone)
            case Ticks(minutes, until):
                self._scene.clock.now = _later(self._scene.clock(), minutes, until)
                await self.tick()
            case Fails(how):
                self._scene.wire.trouble.append(how)

    async def tick(self) -> None:
        done = await self._scene.balcony.tick()
        names = (f"job {one.job}" if isinstance(one, Did) else f"message {one.state}" for one in done)
        self._scene.played.did.update(names)

    async def do_again(self, waiting: Sequence[Asked], *, aloud: bool) -> None:
        """The platform got no answer, so it delivers these once more; not `aloud`: what comes of it is not compared."""
        self._held = None if aloud else []
        for one in waiting:
            await self._asks(one.who, one.event)
            one.who.form = None  # whoever waited so long fills in nothing
        self._held = None

    # --- somebody ---------------------------------------------------------------------------------

    async def _someone_does(self, deed: Types | Presses | PressesOld | Opens | Meets) -> None:
        who = self._scene.people["ana" if isinstance(deed, Meets) else deed.who]
        match deed:
            case Types(_, line, n):
                await self._asks_and_fills(who, people.typed(who, line, self._key(), self._scene.pen), n)
            case Presses(_, label, n):
                await self._presses(who, who.button(label), n)
            case PressesOld(_, back, n):
                await self._presses(who, who.old_button(back), n)
            case Opens():
                await self._asks(who, Event(Kind.HOME, "home", who.person, self._key()))
            case Meets(begins):
                name = "started" if begins else "ended"
                await self._asks(who, Event(Kind.MEETING, name, who.person, self._key(), CHANNEL))

    async def _presses(self, who: Someone, button: Button | None, n: int) -> None:
        if button is None:
            self._scene.story.append("    there is no such button")
        else:
            await self._asks_and_fills(who, people.pressed(who, button, self._key()), n)

    async def _asks_and_fills(self, who: Someone, event: Event, n: int) -> None:
        """And fills in the form that opens, and sends it."""
        await self._asks(who, event)
        if form := who.form:
            who.form = None
            await self._asks(
                who, people.filled(who, form, n, self._scene.clock(), key=self._key(), pen=self._scene.pen)
            )

    async def _asks(self, who: Someone, event: Event) -> None:
        scene = self._scene
        asked = Asked(who, event, ledger.claims(event, scene.names, scene.clock()))
        scene.checks.wrote(who, event)
        self.unanswered.append(asked)
        answer = await scene.balcony.answer(event)
        self.unanswered.remove(asked)
        scene.played.did[f"{event.kind} {event.name}"] += answer is not None
        if scene.ledger.told(asked.claims, answer):
            self._stated.append((scene.clock(), event))
        if isinstance(answer, Message):
            released = ledger.released(scene.ground.rows("cameofit")) if "stories" in (event.name, event.words) else ()
            scene.checks.answered(who, event, answer, released)
        if self._held is None:
            scene.hears(who, answer)
        else:
            self._held.append((who, answer))

    # --- everybody else ---------------------------------------------------------------------------

    async def _at_once(self, what: Sequence[Types]) -> None:
        """If the process is to end in it, it ends for everybody, for who comes first is not the same everywhere."""
        self._held = []
        await asyncio.gather(*(self._someone_does(one) for one in what))
        self._points.is_over()
        held, self._held = sorted(self._held, key=lambda one: one[0].name), None
        for who, answer in held:
            self._scene.hears(who, answer)

    async def _delivered_again(self, back: int) -> None:
        """It was done before, so nothing comes of it."""
        scene = self._scene
        stated = [event for at, event in self._stated if scene.clock() - at < _REPEATED_FOR]
        if back >= len(stated):
            return
        event, before = stated[-1 - back], scene.ground.rows(*plain.COMPARED)
        if (answer := await scene.balcony.answer(event)) is not None:
            scene.must_hold([f"{event.name} was delivered again, and heard {plain.answered(answer, scene.names)}"])
        if scene.ground.rows(*plain.COMPARED) != before:
            scene.must_hold([f"{event.name} was delivered again, and changed something"])

    async def _imports(self, zone: str) -> None:
        self._scene.ledger.forget("session", "title")
        source = read(programme().replace("Europe/London", zone))

        async def work(db: Db) -> None:
            await bring_in(db, source, self._scene.clock())

        await self._scene.balcony.database.run(work)

    def _key(self) -> str:
        self._keys += 1
        return f"machine:{self._keys}"


def _later(now: datetime, minutes: int, until: str) -> datetime:
    """So many minutes later, or the next time that it is so late in London."""
    if not until:
        return now + timedelta(minutes=minutes)
    hour, minute = (int(part) for part in until.split(":"))
    local = now.astimezone(LONDON)
    wanted = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (wanted if wanted > local else wanted + timedelta(days=1)).astimezone(UTC)
