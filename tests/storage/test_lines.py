"""Lines about introductions: one for each person, sealed, and read by enablers only while they are released."""

from datetime import timedelta

import pytest

from storage import came_of_it, introductions
from storage.db import Database
from storage.models import Member, Programme, Round
from tests.storage import rows
from tests.storage.rows import NOW, SOON


@pytest.fixture
async def met(database: Database) -> tuple[Programme, Member, Member, list[str]]:
    """Two members and three introductions of the two."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        one, two = [await rows.member(db, home, user) for user in ("a", "b")]
        made = Round(programme_id=home.id, on=NOW.date(), made_at=NOW)
        groups = await introductions.add(db, made, [introductions.Together([one.id, two.id])] * 3, NOW, NOW)
    return home, one, two, [row.id for row in groups]


async def read(database: Database, home: Programme, *, skip: int = 0, limit: int = 9) -> list[str]:
    """What its enablers read."""
    async with database.transaction() as db:
        return [db.unseal(row, "line") for row in await came_of_it.released(db, home, skip=skip, limit=limit)]


async def test_one_line_each(database: Database, met: tuple[Programme, Member, Member, list[str]]) -> None:
    """Written twice it is one; of two people about the same meeting, two."""
    _, one, two, [group, *_] = met
    for member, line in ((one, "first"), (one, "again"), (two, "other")):
        async with database.transaction() as db:
            row = await came_of_it.keep(db, member, group, line, NOW)
            assert db.unseal(row, "line") == line
            assert b"first" not in (row.line_sealed or b"")
    async with database.transaction() as db:
        mine = [await came_of_it.of_member(db, member, group) for member in (one, two)]
        assert [db.unseal(row, "line") for row in mine if row] == ["again", "other"]


async def test_only_what_is_released_is_read(
    database: Database, met: tuple[Programme, Member, Member, list[str]]
) -> None:
    """New words are not; the same words once more stay released. The newest release is first."""
    home, one, _, groups = met
    for number, group in enumerate(groups):
        async with database.transaction() as db:
            row = await came_of_it.keep(db, one, group, f"line {number}", NOW)
            row.released_at = SOON + timedelta(minutes=number) if number else None
    assert await read(database, home) == ["line 2", "line 1"]
    assert await read(database, home, skip=1, limit=1) == ["line 1"]
    async with database.transaction() as db:
        await came_of_it.keep(db, one, groups[1], "line 1", SOON)
        await came_of_it.keep(db, one, groups[2], "new words", SOON)
    assert await read(database, home) == ["line 1"]


async def test_nothing_of_who_left(database: Database, met: tuple[Programme, Member, Member, list[str]]) -> None:
    """It is there again if they come back."""
    home, one, _, [group, *_] = met
    for left_at, lines in ((NOW, []), (None, ["a line"])):
        async with database.transaction() as db:
            (await came_of_it.keep(db, one, group, "a line", NOW)).released_at = NOW
            (await db.session.get_one(Member, one.id)).left_at = left_at
        assert await read(database, home) == lines
