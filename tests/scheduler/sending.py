"""What the tests of delivery have in common: messages to put, what became of them, a platform with a mistake in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.chat import Address, Channel, Message, Person, say
from bot.delivery import Delivered, Waits
from bot.domain.kind import Kind
from bot.platforms.local.outbound import LocalPlatform
from bot.scheduler import Did
from storage import members, outbox, programmes
from storage.models import OutboxState
from tests.conftest import Blind, World

CHANNEL = Channel("local", "demo", "our-move")
BEN = Person("local", "demo", "ben")


async def put(world: World, *keys: str, to: Address = CHANNEL, user: str = "", kind: Kind = Kind.WITNESSED) -> None:
    async with world.database.transaction() as db:
        [home] = await programmes.all_of_them(db)
        member = await members.joined(db, home.id, user) if user else None
        for key in keys:
            await outbox.put(
                db, key, to, say(f"this is {key}"), world.clock(), kind=kind, programme_id=home.id, member_id=member.id if member else None
            )  # fmt: skip
            world.clock.moves_by(microseconds=1)


async def state(world: World, key: str) -> tuple[str, str]:
    async with world.database.transaction() as db:
        row = await outbox.by_key(db, key)
    assert row is not None
    return row.state, row.error


async def when_due(world: World, key: str) -> bool:
    """Move the clock to the message's next try; False if there will be none."""
    async with world.database.transaction() as db:
        row = await outbox.by_key(db, key)
    assert row is not None
    world.clock.now = max(world.clock.now, row.due_at)
    return row.state == OutboxState.DUE


def said(world: World, *, to: Address | None = None) -> list[str]:
    """The keys of what arrived, in order."""
    return [one.key for one in world.platform.said if one.key and (to is None or one.to == to)]


def sent(done: Sequence[Did | Delivered], kind: str) -> int:
    """How many messages of that kind a pass sent."""
    return sum(isinstance(one, Delivered) and one.key.startswith(f"{kind}:") and one.state == "sent" for one in done)


@dataclass
class Clumsy(Blind):
    """The local platform with a mistake in it, or with somebody who stops Balcony while it sends."""

    inner: LocalPlatform
    stumbles_at: str = ""
    meanwhile: Callable[[], None] | None = None
    tries: list[str] = field(default_factory=list)

    async def send(self, to: Address, message: Message, key: str) -> str:
        self.tries.append(key)
        if key == self.stumbles_at:
            raise ZeroDivisionError
        if self.meanwhile:
            self.meanwhile()
        return await self.inner.send(to, message, key)


async def lease_runs_out(world: World) -> None:
    world.clock.now += Waits().lease + timedelta(seconds=1)
