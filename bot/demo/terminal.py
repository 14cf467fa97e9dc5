"""After the story the terminal is the visitor's: be any member, press a button by its number, move the clock."""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from rich.markup import escape

from bot.chat import Button, Form, Message, Question
from bot.demo.stage import ZONE, Stage
from bot.domain.rhythm import WEEKDAYS, next_weekday
from bot.platforms.local import render
from bot.platforms.local.listen import Someone

HELP = """Now it is yours.
  /commit …  /reflect …  /connect …   as the member you are; /balcony help says more
  1, 2, 3 …                           press a button of what you see
  as NAME                             be somebody else (who lists everybody; the enabler is: enabler)
  +3 days   +2 hours   friday 09:00   move the clock
  home   channel                      what you see at home; the newest in the channel
  help   quit"""


async def hand_over(stage: Stage) -> None:
    """Read lines until the visitor leaves."""
    visitor = Visitor(stage)
    stage.console.print()
    stage.console.print(HELP)
    while (line := visitor.ask()) is not None:
        if line:
            await visitor.does(line)
    stage.console.print("Goodbye. Nothing of this was kept.")


class Visitor:
    """The person at the terminal, and whom they are playing."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.me: Someone = stage.someone("helen")
        self.buttons: list[Button] = []

    def ask(self, question: str = "") -> str | None:
        """One line; None when they leave."""
        prompt = question or f"\n{self.stage.clock.now.astimezone(ZONE):%a %-d %b %H:%M} {self.me.person.user}"
        try:
            line = self.stage.console.input(f"{escape(prompt)}> ").strip()
        except (EOFError, KeyboardInterrupt):
            return None
        return None if not question and line in {"quit", "exit", "q"} else line

    async def does(self, line: str) -> None:
        """Do what the line says, or say what is understood."""
        word = line.lower()
        if line.startswith("/"):
            await self._hears(await self.me.types(line))
        elif word.isdigit():
            await self._press(int(word))
        elif word.startswith("as "):
            self._become(word[3:].strip().lstrip("@"))
        elif word == "who":
            self.stage.console.print(", ".join([*self.stage.people, "enabler"]))
        elif word == "home":
            await self._hears(await self.me.opens_home())
        elif word == "channel":
            self._shows(self.stage.room.posts()[-1:], "channel")
        elif (moment := _moment(word, self.stage.clock.now.astimezone(ZONE))) is not None:
            await self._moves(moment)
        else:
            self.stage.console.print(HELP if word == "help" else f"I do not know {escape(repr(line))}. Type help.")

    def _become(self, user: str) -> None:
        if user not in self.stage.people and user != "enabler":
            self.stage.console.print(f"Nobody here is called {escape(user)}. Type who.")
            return
        self.me = self.stage.someone(user)
        self.buttons = []

    async def _press(self, number: int) -> None:
        if not 1 <= number <= len(self.buttons):
            self.stage.console.print(
                "There is no button with that number in what you see."
                if self.buttons
                else "There is no button in what you see."
            )
            return
        await self._hears(await self.me.presses_button(self.buttons[number - 1]))

    async def _hears(self, words: str) -> None:
        while self.me.form:
            answers = self._fill(self.me.form)
            if answers is None:
                self.me.form = None
                self.stage.console.print("The form is closed; nothing was sent.")
                return
            words = await self.me.fills(**answers)
            for sentence in self.me.problems.values():
                self.stage.console.print(f"[red]{escape(sentence)}[/red]")
        if words:
            self._shows(self.me.sees()[-1:], self.me.person.user)
        await self.stage.balcony.tick()  # what was said to others goes out at once, as it does when Balcony serves

    def _fill(self, form: Form) -> dict[str, str | tuple[str, ...]] | None:
        for words in render.form_lines(form)[: 1 + len(form.intro)]:
            self.stage.console.print(f"[bold]{escape(words)}[/bold]")
        self.stage.console.print("[dim]Enter keeps what is there; a single . closes the form.[/dim]")
        answers: dict[str, str | tuple[str, ...]] = {}
        for question in form.questions:
            given = self._question(question)
            if given is None or given == ".":
                return None
            if given:
                answers[question.name] = _chosen(question, given)
        return answers

    def _question(self, question: Question) -> str | None:
        options = "  ".join(f"{number} {option.label}" for number, option in enumerate(question.options, 1))
        if options:
            self.stage.console.print(f"[dim]{escape(options)}[/dim]")
        there = f" [{question.initial}]" if question.initial else "" if question.needed else " (optional)"
        return self.ask(f"{question.label}{there}")

    def _shows(self, messages: Sequence[Message], to: str) -> None:
        """Show them, and let the numbers mean the buttons of the last."""
        for message in messages:
            self.stage.prints(render.as_text(message), self.stage.room.channel if to == "channel" else to)
            self.buttons = render.buttons_of(message)

    async def _moves(self, moment: datetime) -> None:
        before = len(self.stage.room.platform.said)
        await self.stage.moves_to(moment)
        self.stage.title("")
        new = [said for said in self.stage.room.platform.said[before:] if self.stage.room.can_see(self.me.person, said)]
        for said in new[-6:]:
            self._shows([said.message], self.me.person.user if said.to == self.me.person else "channel")
        others = len(self.stage.room.platform.said) - before - len(new)
        if others or not new:
            self.stage.console.print(
                f"[dim]{others} messages went to other members.[/dim]" if others else "[dim]Nothing was due.[/dim]"
            )


def _chosen(question: Question, given: str) -> str | tuple[str, ...]:
    """Options may be chosen by their numbers."""
    if not question.options:
        return given
    numbers = [int(word) for word in re.findall(r"\d+", given)]
    values = tuple(question.options[number - 1].value for number in numbers if 1 <= number <= len(question.options))
    if question.kind == "ticks":
        return values
    return values[0] if values and not re.search(r"[:a-z]", given) else given


def _moment(word: str, now: datetime) -> datetime | None:
    """Where a line like "+3 days" or "friday 09:00" moves the clock, in local time; never back."""
    if span := re.fullmatch(r"\+\s*(\d{1,4})\s*(minute|hour|day|week)s?", word):
        amount, unit = int(span[1]), span[2]
        if unit in {"day", "week"}:
            return datetime.combine(
                now.date() + timedelta(days=amount * (7 if unit == "week" else 1)), now.time(), ZONE
            )
        return now + timedelta(**{f"{unit}s": amount})
    if day := re.fullmatch(rf"({'|'.join(WEEKDAYS)})(?:\s+(\d{{1,2}}):(\d{{2}}))?", word):
        at = time(int(day[2]) % 24, int(day[3]) % 60) if day[2] else now.time()
        moment = datetime.combine(next_weekday(now.date(), WEEKDAYS.index(day[1])), at, ZONE)
        return moment if moment > now else moment + timedelta(days=7)
    return None
