"""The machine finds what is wrong: each Balcony here breaks one promise."""

import pytest

from tests.machine import wrong
from tests.machine.arena import Arena
from tests.machine.checks import Broken
from tests.machine.crash import At
from tests.machine.machine import Makes
from tests.machine.program import Again, Deed, Fails, Program, Step, Ticks, Types

ASKS_A_WITNESS = Types("ben", "/commit", 1)


def broken(where: Arena, makes: Makes, *steps: Step | Deed, look: bool = True) -> str:
    """What is wrong with it, in the machine's words."""
    whole = tuple(step if isinstance(step, Step) else Step(step) for step in steps)
    with pytest.raises(Broken) as found:
        where.play(Program(whole, look=look, in_order=False), makes)
    return str(found.value).partition("WRONG ")[2]


def test_said_before_it_is_kept(on_sqlite: Arena) -> None:
    """The witness is asked about what was rolled back."""
    ends = Step(ASKS_A_WITNESS, At("commit", transaction=1), again=False)
    assert "nothing in the database says so" in broken(on_sqlite, wrong.SendsFirst, Ticks(), ends)


def test_told_before_it_is_kept(on_sqlite: Arena) -> None:
    """Somebody reads "Kept", and it is not."""
    assert ", and is gone" in broken(on_sqlite, wrong.AnswersFirst, Types("ben", "/commit {}"))


def test_done_again(on_sqlite: Arena) -> None:
    """The platform delivers it twice, and it has two effects."""
    assert "was delivered again" in broken(on_sqlite, wrong.HearsTwice, Types("ben", "/commit {}"), Again(0))


@pytest.mark.parametrize("look", [True, False])
def test_said_again_without_looking(on_sqlite: Arena, look: bool) -> None:
    """The witness is asked twice."""
    ends = Step(Ticks(), At("say", after=True))
    assert "came 2 times" in broken(on_sqlite, wrong.says_it_again, Ticks(), ASKS_A_WITNESS, ends, look=look)


def test_looked_too_soon(on_sqlite: Arena) -> None:
    """The request was still under way."""
    steps = (Ticks(), ASKS_A_WITNESS, Fails("late"), Ticks(minutes=1), Ticks(), Ticks(minutes=3))
    assert "came 2 times" in broken(on_sqlite, wrong.looks_too_soon, *steps)


def test_gossip(on_sqlite: Arena) -> None:
    """Cleo reads what Ben wrote."""
    said = broken(on_sqlite, wrong.Gossip, Types("ben", "/commit {}"), Types("cleo", "/commit list"))
    assert "cleo reads pear" in said


def test_not_even_a_crash_stops_it(on_sqlite: Arena) -> None:
    """It goes on although the process has ended."""
    ends = Step(Types("ben", "/commit {}"), At("commit"))
    assert "went on although it was dead" in broken(on_sqlite, wrong.CannotDie, ends)
