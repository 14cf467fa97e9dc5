"""What the conversations about requests share: who may be found, and how somebody is asked for."""

from sqlalchemy import select

from bot.chat import Button
from bot.platforms.local.listen import Someone
from storage.models import Member
from tests.conftest import World

YES, NO, CHANGED = "Yes, introduce us", "Not this time", "I have changed my mind"
ASKED = "Somebody in "
TOGETHER = "You have both said yes."
SILENCE = "If you hear nothing, it was not the moment."


async def can_be_found(*people: Someone) -> None:
    for someone in people:
        assert "You can be found now" in await someone.presses_button(Button("Let others find me", "found.on"))


async def id_of(world: World, someone: Someone, channel: str = "our-move") -> str:
    """Their member id in the programme of that channel."""
    async with world.database.transaction() as db:
        rows = (await db.session.execute(select(Member).where(Member.user == someone.person.user))).scalars().all()  # type: ignore[arg-type]
    return rows[0].id if channel == "our-move" else rows[-1].id


async def asks(world: World, asker: Someone, other: Someone, question: str = "falls at home") -> str:
    """As if they had found the other one by that question; the other's question goes out."""
    said = await asker.presses_button(Button("Ask them", "find.ask", f"{await id_of(world, other)}:1:1:{question}"))
    await world.balcony.tick()
    return said
