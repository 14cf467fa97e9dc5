"""Everything a run needs, set up and taken away: a folder, a database, a crowd, the fake, the workers."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from balcony import plain_environment
from clock import Clock, starting_now
from crew import Crew, FakeSlack, crew, fake_slack
from databases import SQLITE, Place, database
from figures import Cpu
from orders import FakeOrder, Waits, WorkerOrder
from people import Book, Crowd, move_in
from servers import ROOT, TICKS_PER_SECOND, free_port

from storage.db import Database

_OPEN = ("due", "claimed", "ambiguous")
_CHECK = Path(__file__).with_name("check.py")


@dataclass(frozen=True)
class Scene:
    """What a run is to be like. `seconds` of the machine, and then it is over, settled or not."""

    database: str
    crowd: Crowd
    seconds: float
    seed: int
    factor: float = 1.0
    waits: Waits = field(default_factory=Waits)
    fake: dict[str, Any] = field(default_factory=dict)
    worker: dict[str, Any] = field(default_factory=dict)

    @property
    def workers(self) -> int:
        """SQLite has one writer, so one process; four on PostgreSQL."""
        return 1 if self.database == SQLITE else 4


@dataclass
class Stage:
    """A scene set up. The workers are hired by the run, when it wants them."""

    scene: Scene
    folder: Path
    place: Place
    clock: Clock
    book: Book
    slack: FakeSlack
    crew: Crew
    until: float
    _commits: int = 0
    _read: int = 0

    def hire(self) -> None:
        self.crew.hire(self.scene.workers)

    def do(self, work: Callable[[Database], Awaitable[Any]]) -> Any:
        """With the database open in this process."""

        async def opened() -> Any:
            database = self.place.open()
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(opened())

    def commits(self) -> int:
        """How many messages have arrived so far."""
        with (self.folder / "commits.log").open("rb") as log:
            log.seek(self._read)
            new = log.read()
        self._read += len(new)
        self._commits += new.count(b"\n")
        return self._commits

    def states(self) -> dict[str, int]:
        """How many messages are in which state."""
        found = self.place.read("SELECT state, count(*) FROM outbox GROUP BY state")
        return {str(state): int(str(number)) for state, number in found}

    def still_open(self, without: Collection[str] = ()) -> int:
        """How many messages of the other workspaces something is still to be done about."""
        apart = "".join(f" AND workspace <> '{one}'" for one in without)
        states = ", ".join(f"'{one}'" for one in _OPEN)
        return int(str(self.place.read(f"SELECT count(*) FROM outbox WHERE state IN ({states}){apart}")[0][0]))

    def cpu(self) -> Cpu:
        """Used so far by all of them."""
        database = self.place.cpu_ticks() * 1000 / TICKS_PER_SECOND
        return Cpu(self.crew.cpu_ms(), database, float(self.slack.figures()["cpu"]) * 1000)

    def time_is_left(self) -> bool:
        """Raises ChildProcessError when a worker ended by itself."""
        if gone := self.crew.gone():
            raise ChildProcessError(f"workers ended by themselves, with {gone}; see {self.folder / 'workers.log'}")
        return time.monotonic() < self.until

    def wait_until_settled(self, without: Collection[str] = ()) -> bool:
        """False if time ran out first."""
        while self.time_is_left():
            if not self.still_open(without):
                return True
            time.sleep(0.25)
        return False

    def check(self, *, look: bool, waiting: Collection[str] = ()) -> bool:
        """What the checker finds, in a process of its own. True: nothing was broken."""
        self._list()
        asked = [sys.executable, str(_CHECK), str(self.folder), *(["--look"] if look else [])]
        sys.stdout.flush()
        done = subprocess.run([*asked, "--waiting", ",".join(waiting)], check=False, timeout=120)
        return done.returncode == 0

    def _list(self) -> None:
        """What the operator is shown, as the checker reads it."""
        asked = [sys.executable, "-m", "bot", "delivery", "list", "--json", "--limit", "1000000"]
        settings = {"DATABASE_URL": self.place.url, "BALCONY_KEYS": self.place.key, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            asked,
            cwd=ROOT,
            env={**plain_environment(), **settings},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        with (self.folder / "listed.jsonl").open("w") as file:
            file.writelines(json.dumps(one) + "\n" for one in json.loads(done.stdout))


@contextmanager
def stage(scene: Scene) -> Iterator[Stage]:
    """Until the block ends: then every process is gone, and the folder too."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="balcony-delivery-")))
        place = stack.enter_context(database(scene.database, folder))
        clock, port = starting_now(scene.factor), free_port()
        slack = stack.enter_context(fake_slack(FakeOrder(port, str(folder), clock, seed=scene.seed, **scene.fake)))
        until = time.monotonic() + scene.seconds
        order = WorkerOrder(
            place.url, place.key, f"{slack.url}/api/", clock, scene.seconds + 60, str(folder), waits=scene.waits,
            **scene.worker,
        )  # fmt: skip
        made = Stage(
            scene, folder, place, clock, Book(folder, clock), slack, stack.enter_context(crew(order, 0)), until
        )
        made.do(lambda opened: move_in(opened, scene.crowd, clock))
        yield made


def without_guard(scene: Scene, guard: str) -> Scene:
    """The same scene, and one guard is taken away: the checker must go red."""
    if guard == "quarantine":
        return replace(scene, waits=replace(scene.waits, quarantine=0.1))
    return replace(scene, worker={**scene.worker, "guard": guard})
