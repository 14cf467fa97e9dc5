"""What could not be said in the channel: the enabler sees it, and may try it again."""

from bot.chat import Button, DeliveryError, Outcome
from bot.domain import trouble
from bot.domain.kind import Kind
from tests.conftest import World
from tests.scheduler.sending import put, said

AGAIN = Button("Try again now", "trouble.again")
SHUT = DeliveryError(trouble.NOT_IN_CHANNEL, Outcome.LATER)


async def test_what_is_mended_goes_at_once(world: World) -> None:
    """Ana has invited Balcony, and need not wait for its next try; the message comes once."""
    await put(world, "k1", "k2", kind=Kind.INTRODUCTION)
    world.platform.fail = [SHUT]
    await world.balcony.deliver()
    assert "I am not in the channel" in await world.ana.types("/balcony session")
    assert "I am trying it now: 2 messages." in await world.ana.presses("Try again now")
    await world.balcony.deliver()
    assert said(world)[-2:] == ["k1", "k2"]
    assert "Needs your attention" not in await world.ana.types("/balcony session")
    assert "Try again now" not in world.ana.last()


async def test_what_has_failed_may_be_tried_again(world: World) -> None:
    """The channel was archived and is open again."""
    world.platform.archived.add("our-move")
    await put(world, "k", kind=Kind.INTRODUCTION)
    await world.balcony.deliver()
    await world.ana.types("/balcony session")
    world.platform.archived.clear()
    assert "I am trying it now: one message." in await world.ana.presses("Try again now")
    await world.balcony.deliver()
    assert said(world)[-1] == "k"


async def test_it_stays_shut(world: World) -> None:
    """Then it is shown again."""
    await put(world, "k", kind=Kind.INTRODUCTION)
    world.platform.fail = [SHUT, SHUT]
    await world.balcony.deliver()
    await world.ana.types("/balcony session")
    await world.ana.presses("Try again now")
    await world.balcony.deliver()
    assert "I am not in the channel" in await world.ana.types("/balcony session")


async def test_what_is_not_known_yet_is_said_so(world: World) -> None:
    """There is nothing to press while it is looked into; when nobody can know, that is said."""
    await put(world, "k", kind=Kind.INTRODUCTION)
    world.platform.fail = [DeliveryError(trouble.UNKNOWN, Outcome.UNSURE)]
    await world.balcony.deliver()
    assert "I will see to it in a few minutes" in await world.ana.types("/balcony session")
    assert "Try again now" not in world.ana.last()
    world.clock.moves_by(minutes=3)
    await world.balcony.deliver()
    assert "may not have arrived. I do not send it again" in await world.ana.types("/balcony session")


async def test_nobody_else_may(world: World) -> None:
    """Ben runs nothing; and where nothing waits, that is said."""
    await world.ana.types("/balcony session")
    await put(world, "k", kind=Kind.INTRODUCTION)
    world.platform.fail = [SHUT]
    await world.balcony.deliver()
    assert "Only the enablers" in await world.ben.presses_button(AGAIN)
    await world.balcony.deliver()
    assert "k" not in said(world)
    world.clock.moves_by(minutes=16)
    await world.balcony.deliver()
    assert "Nothing waits any more." in await world.ana.presses_button(AGAIN)
