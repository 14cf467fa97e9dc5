"""Programs: what people do and what time does, as plain data that can be written down, shrunk and played again."""

from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st

from tests.machine.crash import At

# Everybody has a name; "eve" is another ben, with the same id in another workspace.
PEOPLE = ("ana", "ben", "cleo", "dev", "eve")


@dataclass(frozen=True, slots=True)
class Types:
    """A command; every {} in it is private text that nobody wrote before. A form that opens is filled in and sent."""

    who: str
    line: str
    n: int = 0


@dataclass(frozen=True, slots=True)
class Presses:
    """The newest button with that label; nothing if they see none."""

    who: str
    label: str
    n: int = 0


@dataclass(frozen=True, slots=True)
class PressesOld:
    """Any button they ever saw, counted from the newest."""

    who: str
    back: int
    n: int = 0


@dataclass(frozen=True, slots=True)
class Opens:
    """The Home tab."""

    who: str


@dataclass(frozen=True, slots=True)
class Meets:
    """The online meeting in the programme's channel begins, or ends."""

    begins: bool


@dataclass(frozen=True, slots=True)
class Imports:
    """The host brings the programme in once more, in another zone or not."""

    zone: str = "Europe/London"


@dataclass(frozen=True, slots=True)
class Again:
    """The platform delivers something that was done before once more, counted from the newest."""

    back: int


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Several people at the same moment."""

    what: tuple[Types, ...]


@dataclass(frozen=True, slots=True)
class Ticks:
    """So many minutes pass, or it becomes so late, and Balcony does what is due."""

    minutes: int = 0
    until: str = ""


@dataclass(frozen=True, slots=True)
class Fails:
    """The next message meets trouble."""

    how: Literal["busy", "lost", "arrives", "late"]


Deed = Types | Presses | PressesOld | Opens | Meets | Imports | Again | AtOnce | Ticks | Fails


@dataclass(frozen=True, slots=True)
class Step:
    """One deed; perhaps the process ends in it. A new one begins then: at once, or when every lease has run out.

    `again`: what people had done is delivered once more, as platforms do that got no answer.
    """

    deed: Deed
    crash: At | None = None
    soon: bool = False
    again: bool = True

    def __repr__(self) -> str:
        parts = [repr(self.deed)] + [f"crash={self.crash}"] * bool(self.crash)
        parts += ["soon=True"] * self.soon + ["again=False"] * (not self.again)
        return f"Step({', '.join(parts)})"


@dataclass(frozen=True, slots=True)
class Program:
    """Steps on one kind of platform. `look`: it lets Balcony see whether a message arrived.

    `in_order`: the platform hears one message at a time, so that the program is the same on every database.
    """

    steps: tuple[Step, ...]
    look: bool = True
    in_order: bool = True


# The programme has begun: whoever does something has joined.
PRELUDE = tuple(Step(Types(who, "/balcony join")) for who in ("ben", "cleo", "ana", "eve"))

_OWN_LINES = (
    "/commit ring {} on Friday", "/commit {} tomorrow", "/commit {} today", "/commit {}", "/commit", "/commit list", "/commit closed",
    "/reflect {}", "/reflect", "/reflect page", "/reflect list", "/balcony", "/balcony join", "/balcony settings", "/balcony leave",
    "/balcony pause 1 week", "/balcony pause until tomorrow", "/balcony resume", "/balcony maxims", "/balcony sing {} to me",
    "/balcony connections", "/balcony issue {}", "/balcony issue",
    "/balcony introductions", "/balcony introductions skip", "/balcony introductions free Tue 10-11",
)  # fmt: skip
_ENABLER_LINES = ("/balcony session", "/balcony session add", "/balcony round", "/balcony stories", "/balcony topics")
_LABELS = (
    "Done", "Partly", "Changed", "Let go", "What did you learn?", "Open it again", "Edit", "Add a cue or a witness", "Undo", "Take it out",
    "Take it out again", "Today", "Tomorrow", "No day", "Yes, I will", "Not this time", "Write", "Skip", "Less often", "Every two weeks",
    "Every week", "As it is", "Pause until…", "1 week", "Reflect", "Commit", "Join", "Leave", "Stay", "Yes", "Booked", "Not yet", "Settings", "Resume",
    "Start again", "My notebook", "What I closed", "Write more", "Write the new one", "What came of it?", "Let the enablers read it",
    "Keep it to myself again", "Change it", "My connections", "Meet again", "Yes, introduce us", "Yes, with pleasure", "I have changed my mind", "Take it back",
    "My issues", "Change or add", "Topics", "Call it …", "Add another", "Take away", "Change", "Put it back",
    "Skip the next one", "Skip this one", "How often", "Every second round", "Every round", "Times that suit me", "Introduce me again",
)  # fmt: skip
_ENABLER_LABELS = (
    "Introduce them now", "Not now", "End session", "Cancel", "Put it back", "Change", "Add a session", "Accept", "Not needed",
)  # fmt: skip
_MINUTES = (0, 1, 2, 5, 61, 5 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60, 15 * 24 * 60)
_HOURS = ("07:59", "09:00", "09:30", "15:00", "16:00", "16:30", "20:30", "23:59")

_members = st.sampled_from(("ben", "ben", "cleo", "cleo", "ana", "dev", "eve"))
_variations = st.integers(0, 7)
_typed = st.builds(Types, _members, st.sampled_from(_OWN_LINES), _variations)
_pressed = st.builds(Presses, _members, st.sampled_from(_LABELS), _variations)
_led = st.one_of(
    st.builds(Types, st.just("ana"), st.sampled_from(_ENABLER_LINES), _variations),
    st.builds(Presses, st.just("ana"), st.sampled_from(_ENABLER_LABELS), _variations),
)
_ONE_ANSWER = [line for line in _OWN_LINES if "{}" in line or line.endswith(("list", "balcony", "week", "resume"))]
_once = st.builds(Types, _members, st.sampled_from(_ONE_ANSWER))
_events = st.one_of(
    _typed, _pressed, _pressed, st.builds(PressesOld, _members, st.integers(0, 30), _variations), _led,
    st.builds(Opens, _members), st.builds(Meets, st.booleans()),
)  # fmt: skip
_time = st.one_of(st.builds(Ticks, minutes=st.sampled_from(_MINUTES)), st.builds(Ticks, until=st.sampled_from(_HOURS)))
_odd = st.one_of(
    st.builds(Again, st.integers(0, 9)), st.builds(Fails, st.sampled_from(("busy", "lost", "arrives", "late"))),
    st.builds(Imports, st.sampled_from(("Europe/London", "Pacific/Auckland"))),
)  # fmt: skip

_together = st.builds(AtOnce, st.lists(_once, min_size=2, max_size=4, unique_by=lambda one: one.who).map(tuple))

_within = st.sampled_from((0, 0, 0, 1, 2, 3, 4, 5, 6, 8, 11, 15))
_of_tick = st.sampled_from((*range(9), 10, 12, 15, 20))
_in_event = st.one_of(
    st.builds(At, st.just("statement"), number=_within, after=st.booleans()),
    st.builds(At, st.just("commit"), after=st.booleans()),
    st.builds(At, st.just("commit"), transaction=st.just(1), after=st.booleans()),
)
_in_first = st.one_of(
    st.builds(At, st.just("statement"), number=_within, after=st.booleans()),
    st.builds(At, st.just("commit"), after=st.booleans()),
)
_in_tick = st.one_of(
    st.builds(At, st.just("statement"), number=_within, transaction=_of_tick, after=st.booleans()),
    st.builds(At, st.just("commit"), transaction=_of_tick, after=st.booleans()),
    st.builds(At, st.just("say"), number=_within, after=st.booleans(), late=st.booleans()),
    st.builds(At, st.just("look"), number=_within, after=st.booleans()),
)
_anywhere = st.builds(At, st.just("await"), number=st.integers(0, 60))


def _steps(deeds: st.SearchStrategy[Deed], crashes: st.SearchStrategy[At], sure: int) -> st.SearchStrategy[Step]:
    """`sure` times out of so many without a crash."""
    crash = st.one_of(*[st.none()] * sure, crashes)
    return st.builds(Step, deeds, crash=crash, soon=st.booleans(), again=st.booleans())


def programs(size: int, *, anywhere: bool = False, least: int = 1) -> st.SearchStrategy[Program]:
    """Programs of up to so many steps; `anywhere`: any await may be the end, also one that only one database has."""
    in_event, in_tick = (st.one_of(_anywhere, one) if anywhere else one for one in (_in_event, _in_tick))
    step = st.one_of(
        _steps(_events, in_event, 2), _steps(_events, in_event, 2), _steps(_time, in_tick, 1), _steps(_odd, in_event, 1),
        _steps(_together, _in_first, 1),
    )  # fmt: skip
    steps = st.lists(step, min_size=least, max_size=size).map(tuple)
    return st.builds(Program, steps, look=st.booleans(), in_order=st.just(not anywhere))
