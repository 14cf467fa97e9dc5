"""What Balcony says in the local platform is kept in order, for the terminal or a test to read."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.chat import Address, CannotLook, Channel, DeliveryError, Message, Outcome, Pace
from bot.domain import trouble


@dataclass(frozen=True, slots=True)
class Said:
    """One message, and where it went."""

    to: Address
    message: Message
    key: str


@dataclass
class LocalPlatform:
    """Everything that was said, first to last. `fail` lists errors to raise before anything is said, one for each try."""

    said: list[Said] = field(default_factory=list)
    fail: list[DeliveryError] = field(default_factory=list)
    archived: set[str] = field(default_factory=set)
    pace: Pace = field(default_factory=Pace)  # as fast as it goes

    async def send(self, to: Address, message: Message, key: str) -> str:
        if self.fail:
            raise self.fail.pop(0)
        if isinstance(to, Channel) and to.channel in self.archived:
            raise DeliveryError(trouble.ARCHIVED, Outcome.LATER)
        self.said.append(Said(to, message, key))
        return f"local:{len(self.said)}"

    async def find(self, to: Address, key: str, since: datetime) -> str | None:  # noqa: ARG002  nothing is kept by its key
        """Always raises CannotLook: what stands in a terminal nobody reads back."""
        raise CannotLook

    async def mended(self, workspace: str) -> bool:  # noqa: ARG002
        return not self.fail
