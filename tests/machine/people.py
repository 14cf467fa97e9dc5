"""Who is there: what they see, what they press, and how they fill in a form."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.chat import Answer, Button, Event, Form, Kind, Message, Person, Problems, Question
from bot.platforms.local import render
from tests.machine.ground import ELSEWHERE, HOME
from tests.machine.program import PEOPLE

CHANNEL = "our-move"
_ZONES = ("Europe/London", "Europe/London", "America/New_York", "Pacific/Auckland")


@dataclass
class Someone:
    """One person, and everything they can see."""

    name: str
    person: Person
    sees: list[Message] = field(default_factory=list)
    form: Form | None = None

    def hears(self, answer: Answer) -> None:
        """The answer to what they did. A form with problems in it stays open."""
        if isinstance(answer, Form):
            self.form = answer
        elif not isinstance(answer, Problems):
            self.form = None
        if isinstance(answer, Message):
            self.sees.append(answer)

    def button(self, label: str) -> Button | None:
        """The newest one with that label."""
        return next((one for one in self._newest_first() if one.label == label), None)

    def old_button(self, back: int) -> Button | None:
        return next((one for number, one in enumerate(self._newest_first()) if number == back), None)

    def _newest_first(self) -> Iterator[Button]:
        return (one for message in reversed(self.sees) for one in reversed(render.buttons_of(message)))


def everybody() -> dict[str, Someone]:
    return {name: Someone(name, person(name)) for name in PEOPLE}


def person(name: str) -> Person:
    return Person("local", ELSEWHERE, "ben") if name == "eve" else Person("local", HOME, name)


@dataclass
class Pen:
    """Makes the private texts: each is there once, in one program."""

    written: int = 0

    def word(self) -> str:
        self.written += 1
        return f"pear{self.written:04}x"

    def title(self) -> str:
        """Of a session; everybody may read it."""
        self.written += 1
        return f"Session {self.written}"


def typed(who: Someone, line: str, key: str, pen: Pen) -> Event:
    written = line.replace("{}", f"the {pen.word()} of it") if "{}" in line else line
    command, _, words = written.partition(" ")
    return Event(Kind.COMMAND, command, who.person, key, CHANNEL, words)


def pressed(who: Someone, button: Button, key: str) -> Event:
    return Event(Kind.BUTTON, button.name, who.person, key, CHANNEL, button.value)


def filled(who: Someone, form: Form, n: int, now: datetime, *, key: str, pen: Pen) -> Event:
    """One of eight ways to fill it in; what it came with mostly stays."""
    fills = _Fills(who, form.name == "commit", n, now, pen)
    answers = {question.name: fills.in_(question) for question in form.questions}
    return Event(Kind.FORM, form.name, who.person, key, CHANNEL, form.words, answers)


@dataclass(frozen=True, slots=True)
class _Fills:
    """Somebody with a form before them. `keeps_words`: what stands in it is what a commitment is known by."""

    who: Someone
    keeps_words: bool
    n: int
    now: datetime
    pen: Pen

    def in_(self, question: Question) -> str | tuple[str, ...]:
        n, options = self.n, [option.value for option in question.options]
        match question.kind:
            case "lines" if question.initial and self.keeps_words:
                return question.initial
            case "lines":
                return "" if not question.needed and n % 4 == 3 else f"the {self.pen.word()} of it"
            case "day":
                return "" if n == 7 and not question.needed else self._day().isoformat()
            case "person":
                return ("", "cleo", "ben", "dev")[n % 4]
            case "ticks" if self.who.name == "ana":  # so three at most are introduced, all together, whatever their ids
                return tuple(options[:1])
            case "ticks":
                return (tuple(options), tuple(options), tuple(options[:1]), tuple(options[1:]), ())[n % 5]
            case "choice":
                return question.initial if n % 2 == 0 and question.initial else options[n % len(options)]
        return self._line(question.name)

    def _line(self, name: str) -> str:
        minute = self.pen.written % 60  # no two sessions begin together
        match name:
            case "organisation":
                return f"{self.who.name}'s place"
            case "place":
                return "Leeds"
            case "timezone":
                return _ZONES[self.n % len(_ZONES)]
            case "line":
                return f"the {self.pen.word()} of it"
            case "free":
                return ("Tue 10-11, Thu 14-16", "whenever", "", "Fri 9:30")[self.n % 4]
            case "starts":
                return f"{9 + self.n:02}:{minute:02}"
            case "ends":
                return f"{10 + self.n:02}:{minute:02}"
        return self.pen.title()

    def _day(self) -> date:
        return (self.now + timedelta(days=self.n - 1 if self.n < 6 else 12)).date()
