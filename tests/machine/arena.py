"""Where programs play: a database, a loop of its own, and the points at which a process on it may end."""

import asyncio
import difflib
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass

from tests.machine.checks import Broken
from tests.machine.crash import Points, counted, listening
from tests.machine.ground import Ground
from tests.machine.machine import Makes, play
from tests.machine.program import Program
from tests.machine.scene import Played


@dataclass
class Arena:
    """One database, for any number of programs."""

    ground: Ground
    points: Points
    runner: asyncio.Runner

    def play(self, program: Program, makes: Makes | None = None) -> Played:
        """Raises Broken, with the whole story, if a promise is."""
        return self.runner.run(play(self.ground, self.points, program, makes))


@contextmanager
def arena(opening: AbstractAsyncContextManager[Ground]) -> Iterator[Arena]:
    points = Points()
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.get_loop().set_task_factory(counted(points))
        ground = runner.run(opening.__aenter__())
        try:
            with listening(ground.engine, points):
                yield Arena(ground, points, runner)
        finally:
            runner.run(opening.__aexit__(None, None, None))


def on_both(program: Program, one: Arena, other: Arena) -> tuple[Played, Played]:
    """Play it on both. Raises Broken if a promise is, or if anybody was told something else, or anything else was kept."""
    first, second = one.play(program), other.play(program)
    if program.in_order:
        names = (one.ground.name, other.ground.name)
        _same("what people were told", sorted(first.told, key=_hearer), sorted(second.told, key=_hearer), names)
        for table, rows in first.tables.items():
            _same(table, rows, second.tables[table], names)
    return first, second


def _hearer(told: str) -> str:
    """What different people hear at the same moment may come in any order."""
    return told.partition(" hears ")[0]


def _same(what: str, first: list[str], second: list[str], names: tuple[str, str]) -> None:
    if first != second:
        lines = difflib.unified_diff(first, second, *names, lineterm="", n=1)
        raise Broken("\n".join([f"{what} differs", *lines]))
