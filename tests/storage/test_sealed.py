"""Private text is sealed: it opens only for the row, column and person it was written for."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

import storage.models  # noqa: F401  fills the metadata
from bot.chat import Channel, say
from bot.domain.kind import Kind
from storage import outbox, rotation
from storage.db import Database, Db
from storage.keys import CannotOpen, KeyRing, key_file, new_key
from storage.models import Commitment, Member, Reflection
from tests.conftest import KEYS
from tests.storage import rows

CANARY = "the head teacher of Vane Road is about to leave"


async def test_text_comes_back_as_it_was_written(database: Database) -> None:
    """Whatever was written, with every odd character, is read again."""
    written = f"{CANARY} 🏛 \u202eRTL\u202c é\n\ttab"
    async with database.transaction() as db:
        ben = await rows.member(db, await rows.programme(db), issue=written)
        note = await rows.reflection(db, ben, written)
    async with database.transaction() as db:
        again = await db.session.get_one(Reflection, note.id)
        assert db.unseal(again, "body") == written
        assert db.unseal(ben, "issue") == written


async def test_nothing_readable_is_in_the_files(sqlite: Database, tmp_path: Path) -> None:
    """Neither the database nor its write-ahead log holds a word of what people wrote, nor the outbox what is said."""
    async with sqlite.transaction() as db:
        home = await rows.programme(db)
        ben = await rows.member(db, home, issue=CANARY)
        row = await rows.commitment(db, ben, CANARY)
        db.seal(row, "cue", CANARY)
        db.seal(row, "learned", CANARY)
        await rows.reflection(db, ben, CANARY)
        await outbox.put(
            db, "k", Channel("slack", "T1", "C1"), say(CANARY), rows.NOW, kind=Kind.WITNESSED, programme_id=home.id
        )
    written = _all_files(tmp_path)
    assert (tmp_path / "balcony.db-wal").stat().st_size > 0
    assert ben.id.encode() in written
    for word in ("head teacher", "Vane Road"):
        assert word.encode() not in written


async def test_moved_text_does_not_open(database: Database) -> None:
    """Text moved to another row, another column or another person is refused, and the refusal does not hold it."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        ben, cleo = await rows.member(db, home, "ben"), await rows.member(db, home, "cleo")
        mine, other, hers = [await rows.commitment(db, of, CANARY) for of in (ben, ben, cleo)]
        moved_row = Commitment(id=other.id, member_id=ben.id, created_at=rows.NOW, what_sealed=mine.what_sealed)
        moved_column = Commitment(id=mine.id, member_id=ben.id, created_at=rows.NOW, cue_sealed=mine.what_sealed)
        moved_person = Commitment(id=mine.id, member_id=cleo.id, created_at=rows.NOW, what_sealed=mine.what_sealed)
        moved_table = Reflection(id=mine.id, member_id=ben.id, written_at=rows.NOW, body_sealed=hers.what_sealed)
        for row, column in (
            (moved_row, "what"),
            (moved_column, "cue"),
            (moved_person, "what"),
            (moved_table, "body"),
        ):
            with pytest.raises(CannotOpen) as refused:
                db.unseal(row, column)
            assert "teacher" not in str(refused.value)


def test_a_changed_byte_does_not_open() -> None:
    """Every byte of a sealed text counts, also those of its head."""
    ring = KeyRing(KEYS)
    sealed = ring.seal(CANARY, "here")
    assert ring.open(sealed, "here") == CANARY
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(CannotOpen):
            ring.open(changed, "here")


def test_another_key_does_not_open() -> None:
    """Neither an unknown key, nor a text cut short."""
    sealed = KeyRing(KEYS).seal(CANARY, "here")
    with pytest.raises(CannotOpen):
        KeyRing((new_key(),)).open(sealed, "here")
    for short in (b"", sealed[:1], sealed[:10], sealed[:-1]):
        with pytest.raises(CannotOpen):
            KeyRing(KEYS).open(short, "here")


def test_the_same_text_is_never_sealed_alike() -> None:
    """Nobody can see from outside that two people wrote the same."""
    ring = KeyRing(KEYS)
    assert len({ring.seal(CANARY, "here") for _ in range(100)}) == 100


def test_the_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    """It is made with mode 0600 whatever the umask, holds one good key, and stays what it is."""
    umask = os.umask(0)
    try:
        keys = key_file(tmp_path / "balcony.db.keys")
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "balcony.db.keys").stat().st_mode) == 0o600
    assert key_file(tmp_path / "balcony.db.keys") == keys
    assert KeyRing(keys).open(KeyRing(keys).seal("x", "y"), "y") == "x"


def test_many_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    """Whoever comes first makes the file whole; nobody reads half of it, and nothing else is left lying there."""
    with ThreadPoolExecutor(16) as pool:
        for number in range(20):
            path = tmp_path / f"{number}.keys"
            found = list(pool.map(key_file, [path] * 16))
            assert {len(keys) for keys in found} == {1}
            assert len(set(found)) == 1
    assert len(list(tmp_path.iterdir())) == 20


def test_every_sealed_column_is_rotated() -> None:
    """No column with private text is missing from the list that rotation goes through."""
    columns = {
        (table.name, column.name.removesuffix("_sealed"))
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_sealed")
    }
    listed = {(str(model.__tablename__), name) for model, names in rotation.SEALED for name in names}
    assert listed == columns


async def test_rotation_can_be_stopped_and_repeated(database: Database) -> None:
    """After it everything opens with the new key alone; begun again it has only the rest to do, then nothing."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        ben = await rows.member(db, home, issue=CANARY)
        promised = await rows.commitment(db, ben, CANARY)
        db.seal(promised, "learned", CANARY)
        notes = [await rows.reflection(db, ben, CANARY) for _ in range(250)]  # more than one portion
        await outbox.put(
            db, "k", Channel("slack", "T1", "C1"), say(CANARY), rows.NOW, kind=Kind.WITNESSED, programme_id=home.id
        )
    new = new_key()
    unplugged = Unplugged(database.url, KeyRing((new, *KEYS)))
    with pytest.raises(InterruptedError):
        await rotation.rotate(unplugged)
    await unplugged.close()
    both = Database(database.url, KeyRing((new, *KEYS)))
    assert await rotation.rotate(both) == rotation.Rotated(again=250 - 200 + 1)
    assert await rotation.rotate(both) == rotation.Rotated()
    await both.close()
    alone = Database(database.url, KeyRing((new,)))
    async with alone.transaction() as db:
        for note in notes:
            assert db.unseal(await db.session.get_one(Reflection, note.id), "body") == CANARY
        assert db.unseal(await db.session.get_one(Member, ben.id), "issue") == CANARY
        kept = await db.session.get_one(Commitment, promised.id)
        assert (db.unseal(kept, "what"), db.unseal(kept, "learned")) == (CANARY, CANARY)
        said = await outbox.by_key(db, "k")
        assert said is not None
        assert outbox.message_of(db, said) == say(CANARY)
    await alone.close()


async def test_rotation_leaves_what_no_key_opens(database: Database) -> None:
    """It is counted and left as it is, and the others are done."""
    async with database.transaction() as db:
        ben = await rows.member(db, await rows.programme(db), issue=CANARY)
        lost, kept = [await rows.reflection(db, ben, CANARY) for _ in range(2)]
        lost.body_sealed = KeyRing((new_key(),)).seal(CANARY, "a key that is gone")
    both = Database(database.url, KeyRing((new_key(), *KEYS)))
    assert await rotation.rotate(both) == rotation.Rotated(again=2, closed=1)
    async with both.transaction() as db:
        assert (await db.session.get_one(Reflection, lost.id)).body_sealed == lost.body_sealed
        assert db.unseal(await db.session.get_one(Reflection, kept.id), "body") == CANARY
    await both.close()


async def test_rotation_does_not_undo_what_somebody_writes_meanwhile(postgres: Database) -> None:
    """A text changed while rotation waits for its row stays changed."""
    async with postgres.transaction() as db:
        ben = await rows.member(db, await rows.programme(db))
        note = await rows.reflection(db, ben, "as it was")
    both = Database(postgres.url, KeyRing((new_key(), *KEYS)))
    async with postgres.transaction() as db:
        changed = await db.session.get_one(Reflection, note.id)
        db.seal(changed, "body", "as it is now")
        await db.session.flush()
        mine = (await db.session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        rotating = asyncio.create_task(rotation.rotate(both))
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND :mine = ANY(pg_blocking_pids(pid))")
        while not (await db.session.execute(waiting, {"mine": mine})).scalar_one():
            assert not rotating.done()
    await rotating
    async with both.transaction() as db:
        assert db.unseal(await db.session.get_one(Reflection, note.id), "body") == "as it is now"
    await both.close()


def _all_files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("balcony.db*"))


class Unplugged(Database):
    """Stops in the second portion of the reflections; members, commitments and 200 reflections are done by then."""

    reflections = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Db]:
        async with super().transaction() as db:
            yield db
            if any(isinstance(row, Reflection) for row in db.session.identity_map.values()):
                self.reflections += 1
            if self.reflections == 2:
                await db.session.flush()
                raise InterruptedError
