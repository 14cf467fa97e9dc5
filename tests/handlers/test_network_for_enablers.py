"""/balcony network, as conversations: for enablers alone, rounded, with a floor, and naming only who agreed."""

import re
from datetime import timedelta

import pytest

from bot.domain.counting import FLOOR, about, begun, in_words, listed, people
from bot.handlers import help_text
from bot.platforms.local.render import as_text
from storage import connections, introductions, members, programmes
from storage.introductions import MET
from storage.models import Introduced, Introduction
from tests.conftest import World


async def a_programme_of(world: World, number: int, *ties: tuple[int, int], found: int = 0) -> list[str]:
    """So many members: Ben, Cleo and others; ties between them by number; the first `found` agreed to be on the map."""
    await world.joins(*(world.room.someone(f"m{nth:02}") for nth in range(2, number)))
    async with world.database.transaction() as db:
        (programme,) = await programmes.all_of_them(db)
        everybody = sorted(await members.of_programme(db, programme), key=lambda member: member.user)
        for nth, member in enumerate(everybody):
            member.joined_at, member.wants_found = world.clock() + timedelta(seconds=nth), nth < found
        for one, other in ties:
            await connections.say_known(db, everybody[one], everybody[other].id, world.clock())
        return [member.user for member in everybody]


async def introduced(world: World, number: int, met: int) -> None:
    """So many introductions of Ben and Cleo, of which some led to a meeting."""
    async with world.database.transaction() as db:
        (programme,) = await programmes.all_of_them(db)
        ben, cleo = (await members.of_programme(db, programme))[:2]
        for nth in range(number):
            row = Introduction(programme_id=programme.id, made_at=world.clock())
            db.session.add(row)
            await db.session.flush()
            said = MET if nth < met else ""
            db.session.add_all(
                Introduced(introduction_id=row.id, member_id=member.id, met=said) for member in (ben, cleo)
            )
        await db.session.flush()
        assert await introductions.outcomes(db, programme) == (number, met)


def chain(first: int, last: int) -> list[tuple[int, int]]:
    return [(nth, nth + 1) for nth in range(first, last)]


async def test_only_enablers(world: World) -> None:
    """Help is for everybody."""
    assert "Only the enablers" in await world.ben.types("/balcony network")
    assert "Only the enablers" in await world.dev.types("/balcony network")
    assert await world.dev.types("/balcony network help") == as_text(help_text.NETWORK)


async def test_under_eight_members_nothing_is_said(world: World) -> None:
    """No number, no name, not even of those who agreed; from eight on there is something."""
    users = await a_programme_of(world, 7, *chain(0, 6), found=7)
    said = await world.ana.types("/balcony network")
    assert "fewer than eight members" in said
    assert not re.search(r"\d|island|introduction", said)
    assert not [user for user in users if user in said]
    await world.joins(world.room.someone("m99"))
    assert "Of about 10 members" in await world.ana.types("/balcony network")


async def test_what_it_says_of_islands(world: World) -> None:
    """The largest and how many are large, in steps of five; nothing of the islands under eight."""
    await a_programme_of(world, 30, *chain(0, 11), *chain(12, 20), *chain(21, 23))
    said = await world.ana.types("/balcony network")
    assert "Of about 30 members about 10 are on the largest island, 40 in 100." in said
    assert "There are two islands of eight people or more." in said
    assert "about four steps apart" in said


@pytest.mark.parametrize("outside", [0, 1, 7])
async def test_nobody_can_be_found_as_the_one_who_is_left_out(world: World, outside: int) -> None:
    """Whether nobody, one or seven are elsewhere, it says the same."""
    await a_programme_of(world, 20, *chain(0, 19 - outside))
    said = await world.ana.types("/balcony network")
    assert "Of about 20 members all, or nearly all, are on one island." in said


async def test_small_islands_alone(world: World) -> None:
    """Whatever they are like, it says the same of them, and no steps."""
    users = await a_programme_of(world, 12, *chain(0, 6), (8, 9))
    said = await world.ana.types("/balcony network")
    assert "Of about 10 members no eight are on one island yet." in said
    assert "steps apart" not in said
    assert not [user for user in users if f"@{user}" in said]


@pytest.mark.parametrize(
    ("number", "met", "said"),
    [
        (7, 7, "There were fewer than eight introductions so far."),
        (12, 7, "Of about 10 introductions fewer than eight led to a meeting"),
        (30, 0, "Of about 30 introductions fewer than eight led to a meeting"),
        (30, 23, "Of about 30 introductions nearly all led to a meeting"),
        (31, 19, "Of about 30 introductions about 20 led to a meeting"),
    ],
)
async def test_what_it_says_of_meetings(world: World, number: int, met: int, said: str) -> None:
    await a_programme_of(world, 8)
    await introduced(world, number, met)
    assert said in await world.ana.types("/balcony network")


async def test_only_those_who_agreed_are_named(world: World) -> None:
    """And only once eight did: three people and three organisations, each from another island while there are some."""
    users = await a_programme_of(world, 20, *chain(0, 4), *chain(5, 8), *chain(9, 19), found=7)
    said = await world.ana.types("/balcony network")
    assert "when eight members have agreed" in said
    assert not [user for user in users if f"@{user}" in said]
    async with world.database.transaction() as db:
        (programme,) = await programmes.all_of_them(db)
        for member in await members.of_programme(db, programme):
            member.wants_found = member.user in users[:9]
    said = await world.ana.types("/balcony network")
    named = {user for user in users if f"@{user}\n" in said}
    assert len(named) == 2  # of the two islands there are among these nine
    assert named <= set(users[:9])
    assert 1 <= len([user for user in users if f"• {user}'s place" in said]) <= 3
    assert not [user for user in users[9:] if user in said]


def test_numbers_as_people_say_them() -> None:
    assert [in_words(number) for number in (0, 1, 12, 13, 1000)] == ["none", "one", "twelve", "13", "1,000"]
    assert [people(number) for number in (1, 2)] == ["one person", "two people"]
    assert [listed(parts) for parts in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    assert begun("the iPhone") == "The iPhone"


def test_no_number_in_an_aggregate_is_small_or_exact() -> None:
    """Under eight none is told from another; above, five in a row are the same."""
    assert {about(number) for number in range(FLOOR)} == {"fewer than eight"}
    assert [about(number) for number in (8, 12, 13, 57, 58, 1203)] == ["about 10", "about 10", "about 15", "about 55", "about 60", "about 1,205"]  # fmt: skip
