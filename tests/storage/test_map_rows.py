"""What the map and the network are made of: who agreed, in order, and how many introductions led to a meeting."""

from datetime import timedelta

import pytest

from storage import introductions, members
from storage.db import Database
from storage.keys import KeyRing, new_key
from storage.models import Introduced, Round
from tests.storage import rows
from tests.storage.rows import NOW


async def test_who_agreed_to_be_found(database: Database) -> None:
    """Of one programme, who is here now, in the order in which they joined."""
    async with database.transaction() as db:
        home, other = await rows.programme(db), await rows.programme(db, channel="C2")
        four = [await rows.member(db, home, user) for user in ("a", "b", "c", "d")]
        stranger = await rows.member(db, other, "a")
        for days, member in enumerate((*four[:3], stranger)):
            member.wants_found, member.joined_at = True, NOW - timedelta(days=days)
        four[1].left_at = NOW
        await db.session.flush()
        assert await members.findable(db, home) == [four[2], four[0]]
        assert await members.findable(db, other) == [stranger]


async def test_how_many_introductions_led_to_a_meeting(database: Database) -> None:
    """Once each, however many of them said so; those of another programme are not counted."""
    async with database.transaction() as db:
        for channel, groups in (("C1", 3), ("C2", 1)):
            home = await rows.programme(db, channel=channel)
            three = [(await rows.member(db, home, user)).id for user in ("a", "b", "c")]
            made = await introductions.add(db, Round(programme_id=home.id, on=NOW.date(), made_at=NOW), [introductions.Together(three)] * groups, NOW, NOW)  # fmt: skip
            assert await introductions.outcomes(db, home) == (groups, 0)
            for one in three[:2]:
                (await db.session.get_one(Introduced, (made[0].id, one))).met = introductions.MET
            (await db.session.get_one(Introduced, (made[-1].id, three[2]))).met = introductions.NOT_YET
            await db.session.flush()
            assert await introductions.outcomes(db, home) == (groups, 1)
        empty = await rows.programme(db, channel="C3")
        assert await introductions.outcomes(db, empty) == (0, 0)


@pytest.mark.parametrize("odd", ["", "x", "é" * 20, "\ud800", "x" * 10_000])
def test_a_signature_is_of_one_text_and_one_key(odd: str) -> None:
    """It holds with every key that is there, and nothing else is taken for it, whatever it is."""
    old, new = new_key(), new_key()
    signature = KeyRing((old,)).sign("map|ben")
    assert KeyRing((old,)).has_signed("map|ben", signature)
    assert KeyRing((new, old)).has_signed("map|ben", signature)
    assert KeyRing((new, old)).sign("map|ben") != signature
    assert not KeyRing((new,)).has_signed("map|ben", signature)
    assert not KeyRing((old,)).has_signed("map|cleo", signature)
    assert not KeyRing((old,)).has_signed("map|ben", odd)
    assert not KeyRing((old,)).has_signed(odd, signature)
