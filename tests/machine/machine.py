"""Plays a program over the real handlers, jobs and courier, ends the process where the program says, and checks.

Balconies come and go; what is around them (scene.py) stays.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.app import Balcony
from bot.chat import Platform
from bot.delivery import Waits
from storage.db import Database
from storage.keys import KeyRing
from tests.conftest import KEYS
from tests.machine import plain
from tests.machine.crash import Points
from tests.machine.deeds import Deeds
from tests.machine.ground import Ground
from tests.machine.process import Process
from tests.machine.program import PRELUDE, AtOnce, Program, Step
from tests.machine.scene import Played, Scene

_PATIENCE = 300.0  # seconds of a whole program: also on a machine that is busy with something else
_A_SECOND = timedelta(seconds=1)
_LEASE, _QUARANTINE = Waits().lease + _A_SECOND, Waits().quarantine + _A_SECOND
_SETTLING = tuple(timedelta(minutes=minutes, seconds=1) for minutes in (0, 2, 2, 2, 2, 60, 2, 2))

Makes = Callable[[Database, Mapping[str, Platform], Callable[[], datetime]], Balcony]


async def play(ground: Ground, points: Points, program: Program, makes: Makes | None = None) -> Played:
    """Raises Broken with the whole story if a promise is. `makes` makes a Balcony, for one that is not to be trusted."""
    await ground.fresh()
    points.revive()
    return await _Play(ground, points, program, makes or Balcony).through()


class _Play:
    def __init__(self, ground: Ground, points: Points, program: Program, makes: Makes) -> None:
        self._ground, self._points, self._program, self._makes = ground, points, program, makes
        self._scene = Scene(ground, points, program)
        self._deeds = Deeds(self._scene, points)
        self._process = Process(ground, points)
        self._scene.balcony = self._another()

    async def through(self) -> Played:
        scene = self._scene
        try:
            with self._process.heard():
                async with asyncio.timeout(_PATIENCE):
                    for step in PRELUDE + self._program.steps:
                        await self._step(step)
                    await self._settle()
        except TimeoutError:
            scene.must_hold(["it hangs", *map(repr, asyncio.all_tasks())])
        finally:
            self._points.disarm()
            await self._process.ends()
        scene.played.tables = plain.tables(self._ground.rows(*plain.COMPARED), scene.names)
        return scene.played

    def _another(self) -> Balcony:
        """A new process. Only the engine's compiled statements are the old one's."""
        database = Database(self._ground.url, KeyRing(KEYS))
        database.engine = self._ground.engine
        return self._makes(database, {"local": self._scene.wire}, self._scene.clock)

    async def _step(self, step: Step) -> None:
        scene = self._scene
        scene.story.append(repr(step))
        scene.clock.now += _A_SECOND
        ending = await self._process.does(self._deeds.do(step.deed), step.crash)
        scene.played.trails.append([*(self._points.trail or ())])  # what settles in the end is of no step
        scene.played.awaits.append(self._points.awaits)
        if ending == "done":
            return scene.look_around(self._process.complaints)
        scene.played.crashes += 1
        scene.story.append(f"    the process ends {self._points.last}")
        scene.must_hold(["the process went on although it was dead"] * (ending != "dead"))
        await self._process.begins()
        return await self._begin_again(step)

    async def _begin_again(self, step: Step) -> None:
        """Another process on the same database: at once, or when every lease and quarantine of the last is over."""
        scene, deeds = self._scene, self._deeds
        waiting, deeds.unanswered = deeds.unanswered, []
        facts, _ = scene.facts()
        for one in waiting:
            scene.ledger.perhaps(one.claims, facts)
        scene.balcony = self._another()
        scene.clock.now += _A_SECOND
        scene.look_around(self._process.complaints)
        together = isinstance(step.deed, AtOnce)
        if step.again or together:
            await deeds.do_again(waiting, aloud=not together)
        if not step.soon:
            for span in (_LEASE, _QUARANTINE):
                scene.clock.now += span
                await deeds.tick()
        scene.look_around(self._process.complaints)

    async def _settle(self) -> None:
        """Time passes until nothing is under way any more: leases, quarantines, waits."""
        scene = self._scene
        scene.story.append("everything settles")
        for span in _SETTLING:
            scene.clock.now += span
            await self._deeds.tick()
            scene.look_around(self._process.complaints)
            outbox = self._ground.rows("outbox")["outbox"]
            if not scene.checks.waits(outbox, scene.clock()):
                break
        wrong = scene.checks.left_open(outbox, scene.clock())
        scene.must_hold(wrong or scene.checks.in_the_end(outbox, scene.played.crashes))
