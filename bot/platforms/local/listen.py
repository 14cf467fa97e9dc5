"""A room with everybody in it: people type, press and fill in, and see what they would see.

The same room runs the demo and the tests.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.chat import Answer, Button, Event, Form, Message, Person, Problems
from bot.platforms.local import inbound, render
from bot.platforms.local.outbound import LocalPlatform, Said

Respond = Callable[[Event], Awaitable[Answer]]


class NotThere(AssertionError):
    """Somebody pressed or filled in what they cannot see."""


@dataclass
class Someone:
    """One person in the room."""

    person: Person
    room: "Room"
    form: Form | None = None
    problems: dict[str, str] = field(default_factory=dict)

    async def types(self, line: str, channel: str | None = None) -> str:
        """Write a command, in the programme's channel unless another is named; gives what Balcony says, as text."""
        return await self._hears(inbound.typed(self.person, line, self._where(channel)))

    async def presses(self, label: str, value: str = "") -> str:
        """Press the newest button with that label (and value, where several are alike)."""
        found = [button for button in self.buttons() if button.label == label and value in {"", button.value}]
        if not found:
            raise NotThere(f"{self.person.user} sees no button {label!r}, only {[b.label for b in self.buttons()]}")
        return await self.presses_button(found[-1])

    async def presses_button(self, button: Button) -> str:
        return await self._hears(inbound.pressed(self.person, button, self._where(None)))

    async def fills(self, **answers: str | tuple[str, ...]) -> str:
        """Send the open form; what is not named keeps what the form came with."""
        if self.form is None:
            raise NotThere(f"{self.person.user} has no form open")
        unknown = set(answers) - {question.name for question in self.form.questions}
        if unknown:
            raise NotThere(f"the form does not ask {unknown}")
        given = {question.name: question.initial for question in self.form.questions} | answers
        return await self._hears(inbound.sent(self.person, self.form, given, self._where(None)))

    async def opens_home(self) -> str:
        return await self._hears(inbound.opened_home(self.person))

    def sees(self) -> list[Message]:
        """Everything this person can see, oldest first: their own messages and the channels'."""
        return [said.message for said in self.room.platform.said if self.room.can_see(self.person, said)]

    def gets(self) -> list[Message]:
        """What was sent to this person alone, of Balcony's own accord."""
        return [said.message for said in self.room.platform.said if said.to == self.person and said.key]

    def buttons(self) -> list[Button]:
        """Every button this person can see, oldest first."""
        return [button for message in self.sees() for button in render.buttons_of(message)]

    def last(self) -> str:
        """The newest thing they can see, as text."""
        return render.as_text(self.sees()[-1])

    async def _hears(self, event: Event) -> str:
        answer = await self.room.respond(event)
        if isinstance(answer, Form):
            self.form, self.problems = answer, {}
            return "\n".join(render.form_lines(answer))
        if isinstance(answer, Problems):
            self.problems = dict(answer.by_question)
            return "\n".join(self.problems.values())
        self.form, self.problems = None, {}
        if answer is None:
            return ""
        self.room.platform.said.append(Said(self.person, answer, ""))
        return render.as_text(answer)

    def _where(self, channel: str | None) -> str:
        return self.room.channel if channel is None else channel


class Room:
    """Everybody who is there, and one channel."""

    def __init__(
        self, respond: Respond, platform: LocalPlatform, channel: str, workspace: str = inbound.WORKSPACE
    ) -> None:
        self.respond = respond
        self.platform = platform
        self.channel = channel
        self.workspace = workspace
        self._people: dict[str, Someone] = {}

    def someone(self, user: str) -> Someone:
        """That person; they are in the channel."""
        return self._people.setdefault(user, Someone(inbound.person(user, self.workspace), self))

    def posts(self) -> list[Message]:
        """What the channel saw, oldest first."""
        return [said.message for said in self.platform.said if not isinstance(said.to, Person)]

    def can_see(self, person: Person, said: Said) -> bool:
        return said.to == person or (not isinstance(said.to, Person) and said.to.workspace == person.workspace)
