"""Everything around Balcony, which outlives its processes: people, clock, platform, database, and who keeps count."""

from collections import Counter
from dataclasses import dataclass, field

from bot.app import Balcony
from bot.chat import Answer, Channel
from tests.conftest import Clock
from tests.machine import ledger, people, plain
from tests.machine.checks import Broken, Checks
from tests.machine.crash import At, Points
from tests.machine.ground import START, Ground, Row
from tests.machine.ledger import Fact, Ledger
from tests.machine.people import Pen, Someone
from tests.machine.program import Program
from tests.machine.wire import Gate, Wire

_READ = (
    "programme", "session", "member", "issue", "commitment", "reflection", "round", "introduction", "introduced", "cameofit",
    "request", "asked", "outbox",
)  # fmt: skip


@dataclass
class Played:
    """What a program came to: what everybody was told, step by step, and what is in the tables in the end."""

    told: list[str] = field(default_factory=list)
    tables: dict[str, list[str]] = field(default_factory=dict)
    crashes: int = 0
    trails: list[list[At]] = field(default_factory=list)  # the crash points of each step, if they are recorded
    awaits: list[int] = field(default_factory=list)  # how many each step had, if they are counted
    did: Counter[str] = field(default_factory=Counter)  # which handlers answered, and which jobs had something to do


class Scene:
    """One program's world. `balcony` is the process that runs now."""

    balcony: Balcony

    def __init__(self, ground: Ground, points: Points, program: Program) -> None:
        self.ground = ground
        self.clock = Clock(START)
        self.names: plain.Names = {}
        gate = Gate(lambda: not ground.idle(), lambda key: plain.named(key, self.names)) if program.in_order else None
        self.wire = Wire(points, self.clock, gate, look=program.look)
        self.people = people.everybody()
        self.pen = Pen()
        self.ledger = Ledger()
        self.checks = Checks(self.wire, look=program.look)
        self.played = Played()
        self.story: list[str] = []
        self._look = program.look
        self._heard: list[tuple[str, Answer]] = []  # since we last looked around
        self._seen = 0

    def hears(self, who: Someone, answer: Answer) -> None:
        who.hears(answer)
        self._heard.append((who.name, answer))

    def look_around(self, complaints: list[str]) -> None:
        """Whatever was promised must be so now. Raises Broken."""
        facts, rows = self.facts()
        self._hand_out()
        self.played.told += [f"{name} hears {plain.answered(answer, self.names)}" for name, answer in self._heard]
        self._heard.clear()
        wrong = self.ledger.broken(facts) + self.checks.broken(rows["outbox"])
        self.must_hold(wrong + [f"logged: {line}" for line in complaints])

    def facts(self) -> tuple[dict[Fact, str], dict[str, list[Row]]]:
        """What is in the database now, and its rows."""
        self.wire.catches_up()
        rows = self.ground.rows(*_READ)
        plain.learn(self.names, rows)
        return ledger.facts(rows, self.names), rows

    def must_hold(self, wrong: list[str]) -> None:
        """Raises Broken, with the story so far, if anything is wrong."""
        if wrong:
            look = "with a look" if self._look else "without a look"
            raise Broken(
                "\n".join([f"on {self.ground.name}, {look}", *self.story, *(f"WRONG {line}" for line in wrong)])
            )

    def _hand_out(self) -> None:
        """Everybody sees what has arrived for them since, each place in its own order."""
        new, self._seen = self.wire.log[self._seen :], len(self.wire.log)
        for one in sorted(new, key=lambda one: str(one.to)):
            for someone in self.people.values():
                here = isinstance(one.to, Channel) and someone.person.workspace == one.to.workspace
                if here or someone.person == one.to:
                    someone.sees.append(one.message)
            self.played.told.append(f"{one.to} hears {plain.arrived(one.key, one.message, self.names)}")
