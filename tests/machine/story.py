"""A story in which everybody does everything once, and every program that ends it at one of its crash points."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice

from tests.machine.arena import Arena
from tests.machine.crash import At
from tests.machine.program import (
    PRELUDE,
    Again,
    AtOnce,
    Fails,
    Imports,
    Meets,
    Opens,
    Presses,
    Program,
    Step,
    Ticks,
    Types,
)

_DAY = 24 * 60  # minutes
_NEVER = 10**9  # no step has so many awaits

STORY = tuple(
    Step(deed)
    for deed in (
        # Monday: the channel is greeted; a commitment, its day, its witness
        Ticks(), Types("dev", "/balcony join", 3), Types("ben", "/commit ring {} on Friday"), Types("ben", "/commit {}"),
        Presses("ben", "Tomorrow"), Presses("ben", "Add a cue or a witness", 1), Ticks(minutes=1), Presses("cleo", "Yes, I will"),
        Ticks(minutes=1), Types("cleo", "/commit", 2), Types("cleo", "/reflect {}"), Types("cleo", "/reflect page"),
        Types("ana", "/balcony session add", 3), Types("ana", "/balcony session"), Presses("ana", "Cancel"), Presses("ana", "Put it back"),
        Types("eve", "/commit {} tomorrow"), Opens("eve"), Fails("late"), Ticks(until="16:30"), Ticks(minutes=3), Ticks(minutes=3),
        # Tuesday: it comes back
        Presses("ben", "Edit"), Ticks(until="09:00"), Presses("ben", "Partly"), Presses("ben", "What did you learn?"),
        Types("ben", "/commit closed"), Presses("ben", "Open it again"), Presses("ben", "Let go"), Types("ben", "/commit list"),
        Presses("cleo", "Not this time"), Ticks(minutes=1),
        # Thursday: a session ends, and everybody gets their weekly message
        Ticks(minutes=2 * _DAY), Meets(begins=True), Ticks(until="15:00"), Meets(begins=False), Fails("arrives"), Ticks(minutes=1),
        Ticks(minutes=3), Presses("ben", "Reflect"), Fails("busy"), Ticks(until="16:00"), Ticks(minutes=1), Presses("cleo", "Write"),
        Presses("cleo", "Less often"), Presses("cleo", "Every two weeks"), Presses("cleo", "Pause until…"), Presses("cleo", "1 week"),
        Types("cleo", "/balcony resume"), Types("cleo", "/balcony settings"), Again(0), Again(3),
        AtOnce((Types("ben", "/commit {} on Friday"), Types("cleo", "/reflect {}"), Types("eve", "/commit {}"))),
        # a round by hand, and the question a week later
        Types("ana", "/balcony round"), Presses("ana", "Introduce them now"),
        Types("dev", "/balcony pause 1 week"), Types("dev", "/balcony resume"), Fails("busy"), Ticks(minutes=1), Ticks(minutes=3),
        Imports("Europe/Paris"), Ticks(minutes=7 * _DAY), Ticks(minutes=_DAY), Presses("ben", "Yes"), Presses("ben", "What came of it?"),
        Presses("ben", "Let the enablers read it"), Types("ana", "/balcony stories"), Presses("ben", "Keep it to myself again"),
        Types("ben", "/balcony"), Presses("ben", "My connections"), Presses("ben", "Meet again"), Ticks(until="20:30"),
        Presses("dev", "Not this time"), Presses("dev", "I have changed my mind"), Fails("late"), Ticks(minutes=1), Ticks(minutes=3),
        Presses("cleo", "Booked"), Presses("ben", "Not yet"), Ticks(minutes=2 * _DAY), Fails("lost"), Ticks(until="09:00"), Ticks(minutes=3),
        Presses("ben", "Change it"), Presses("ben", "Take it out"),
        # who else, two others, whom one knows, and whom one never wants to meet
        Types("ben", "/connect"), Types("ana", "/connect introduce", 1), Types("ben", "/connect know", 3), Presses("ben", "Whom I know"),
        Presses("ben", "Take off"), Types("cleo", "/connect never"), Presses("cleo", "Add somebody", 3), Presses("cleo", "Take off"),
        Types("cleo", "/balcony leave"), Presses("cleo", "Leave"), Types("cleo", "/balcony join"), Types("ben", "/reflect list"),
        Presses("ben", "Take it out"), Presses("ben", "Undo"),
        # what they work on, and what it is about
        Types("ben", "/balcony issue {}"), Types("ben", "/balcony issue"), Presses("ben", "Topics"), Presses("ben", "Call it …"),
        Presses("ben", "My issues"), Presses("ben", "Change"), Presses("ben", "My issues"), Presses("ben", "Add another"),
        Presses("ben", "My issues"), Presses("ben", "Take away"), Presses("ben", "Put it back"), Ticks(minutes=1),
        Presses("ana", "Accept"), Types("ana", "/balcony topics"), Presses("ana", "Take it out again"),
        # what is read, and what is thought better of
        Types("ben", "/balcony"), Presses("ben", "My notebook"), Presses("ben", "What I closed"), Types("ana", "/balcony session"),
        Presses("ana", "Change"), Types("ana", "/balcony round"), Presses("ana", "Not now"), Types("cleo", "/balcony leave"),
        Presses("cleo", "Stay"), Types("cleo", "/balcony pause 1 week"), Presses("cleo", "Resume"),
        # introductions are steered, and the next one is warned of
        Types("ben", "/balcony introductions"), Presses("ben", "Times that suit me"), Types("ben", "/balcony introductions"),
        Presses("ben", "Skip the next one"), Presses("ben", "Undo"), Types("ben", "/balcony introductions"), Presses("ben", "How often"),
        Presses("ben", "Every second round"), Ticks(minutes=_DAY), Ticks(until="09:30"), Ticks(minutes=1), Presses("ben", "Skip this one"),
        Ticks(minutes=_DAY), Ticks(until="09:30"), Ticks(minutes=1),
    )
)  # fmt: skip


def ended_everywhere(arena: Arena, every: int) -> Iterator[Program]:
    """The story ended at every so many of its crash points, on a platform that can be asked and on one that cannot."""
    number = count()
    for look in (True, False):
        arena.points.trail = []
        trails = arena.play(Program(STORY, look=look)).trails[len(PRELUDE) :]
        arena.points.trail = None
        for index, trail in enumerate(trails):
            for at in _and_late(dict.fromkeys(trail)):
                turn, rest = divmod(next(number), every)
                if rest == 0:
                    yield _ended(index, at, look=look, soon=bool(turn % 2))


def ended_at_awaits(arena: Arena, every: int) -> Iterator[Program]:
    """The same, at every so many of its awaits, however many this database has: programs for this one alone."""
    counting = tuple(replace(step, crash=At("await", _NEVER)) for step in STORY)
    awaits = arena.play(Program(counting, in_order=False)).awaits[len(PRELUDE) :]
    places = ((index, number) for index, times in enumerate(awaits) for number in range(times))
    for turn, (index, number) in enumerate(islice(places, 0, None, every)):
        program = _ended(index, At("await", number), look=bool(index % 2), soon=bool(turn % 2))
        yield replace(program, in_order=False)


def _ended(index: int, at: At, *, look: bool, soon: bool) -> Program:
    last = replace(STORY[index], crash=at, soon=soon)
    return Program((*STORY[:index], last), look=look)


def _and_late(trail: dict[At, None]) -> Iterator[At]:
    for at in trail:
        yield at
        if at.place == "say" and not at.after:
            yield replace(at, late=True)
