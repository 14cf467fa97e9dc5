"""Which buttons ask something: Teams must know before they are pressed."""

from sqlalchemy import text

from bot.chat import Event, Form, Kind
from bot.handlers import BUTTONS, FORM_BUTTONS
from tests.conftest import World


async def test_the_list_is_right(world: World) -> None:
    """Pressed by an enabler with something of hers behind it, these answer with a form, and no other button does."""
    await world.joins(world.ana)
    await world.ana.types("/commit ring the nurse")
    await world.waits_until("2026-12-08 09:30")
    asking = {name for name in BUTTONS if await asks(world, name)}
    assert asking == set(FORM_BUTTONS)


async def asks(world: World, name: str) -> bool:
    """Whether it does, with any of the values that it may carry."""
    values = [
        await newest(world, table)
        for table in ("commitment", "session", "programme", "introduction", "member", "issue")
    ]
    carried = ["", *values, f"{values[0]}:done"]
    events = [Event(Kind.BUTTON, name, world.ana.person, f"{name}{n}", "our-move", v) for n, v in enumerate(carried)]
    return any([isinstance(await world.balcony.answer(event), Form) for event in events])


async def newest(world: World, table: str) -> str:
    """The id of one of Ana's; commitments, members and issues that the presses before have taken away are made again."""
    if table == "commitment":
        await world.ana.types("/commit ring the nurse")
    if table == "member":
        await world.joins(world.ana)
    if table == "issue":
        await world.ana.types("/balcony issue a second one")
    async with world.database.transaction() as db:
        newest_first = {"commitment": "id DESC", "member": "joined_at DESC", "issue": "written_at DESC, nth DESC"}
        order = newest_first.get(table, "id")
        return str((await db.session.execute(text(f"SELECT id FROM {table} ORDER BY {order}"))).scalars().first())
