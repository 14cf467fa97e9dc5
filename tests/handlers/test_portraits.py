"""What members work on is understood in the background, and only where there is something to understand."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, select

from bot.matching.recipe import version_here
from storage import issues, members, own_topics
from storage.models import Issue, Member, Programme
from tests.conftest import World
from tests.handlers.conftest import got, labels

_HOME = Path(__file__).parents[2]
_SMALL = """
import sys
import bot.serving, bot.app, bot.handlers.portraits
from bot.matching.recipe import version_here
version_here()
sys.exit("numpy" in sys.modules)
"""


def test_a_process_without_matching_work_has_no_numpy() -> None:
    """Serving, and knowing which version of portraits is wanted, bring in nothing of it."""
    assert subprocess.run([sys.executable, "-c", _SMALL], cwd=_HOME, check=False).returncode == 0


async def issues_of(world: World) -> list[issues.Painted]:
    async with world.database.transaction() as db:
        home = (await db.session.execute(select(Programme))).scalar_one()
        found = await issues.of_programme(db, home, version_here())
    return [one for of_member in found.values() for one in of_member]


@pytest.mark.thorough
async def test_issues_are_painted_when_there_is_time(world: World) -> None:
    """Joining is answered without a portrait; the next pass makes it, and the one after has nothing to do."""
    assert await issues_of(world) == []
    done = await world.balcony.do_in_time()
    assert [did.outcome for did in done] == ["2 painted"]
    assert await world.balcony.do_in_time() == []
    both = await issues_of(world)
    rows = np.array([np.frombuffer(one.portrait, "<f2") for one in both]).astype(np.float32)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-2)
    assert all(one.words for one in both)


@pytest.mark.thorough
async def test_its_author_is_asked_with_what_the_encoder_heard(world: World) -> None:
    """From the words alone to a tick, with everything in between: the right topic comes first, however it is spelt."""
    for words, topic in (
        ("childhod obesitty in Durahm", "Childhood obesity and healthy weight"),
        ("older people who see nobody from one week to the next", "Loneliness and isolation"),
        ("mould in council flats", "Housing conditions and affordable homes"),
    ):
        world.clock.moves_by(minutes=1)
        await world.ben.types("/balcony issue")
        await world.ben.presses("Change")
        await world.ben.fills(issue=words)
        await world.balcony.do_in_time()
        await world.balcony.tick()
        assert f"“{words}”" in got(world.ben)[-1]
        assert labels(world.ben)[0] == topic
        assert f"✓ {topic}" in await world.ben.presses(topic)


@pytest.mark.thorough
async def test_a_topic_of_their_own_changes_all_portraits(world: World) -> None:
    """Accepted by the enabler, it is in every portrait of the programme, and named by whose words it is."""
    await world.balcony.do_in_time()
    before = len((await issues_of(world))[0].portrait)
    async with world.database.transaction() as db:
        home = (await db.session.execute(select(Programme))).scalar_one()
        [ben, _] = await members.of_programme(db, home)
        called = await own_topics.call(db, ben, "Coastal erosion", world.clock())
        await issues.write(db, ben, 2, "coastal erosion at Vane Sands", world.clock())
        await own_topics.decide(db, home, called.id, accept=True, now=world.clock())
    assert await issues_of(world) == []
    await world.balcony.do_in_time()
    after = await issues_of(world)
    assert {len(one.portrait) for one in after} == {before + 2}
    assert [called.id in one.mentioned for one in after if one.nth == 2] == [True]


@pytest.mark.thorough
async def test_what_was_said_in_an_older_version_is_carried_over_and_painted(world: World) -> None:
    """In the first pass of a process; later passes do not look at every member again. Nobody is asked about old words."""
    await says_as_before(world)
    world.clock.moves_by(days=2)
    done = await world.balcony.do_in_time()
    assert [did.outcome for did in done] == ["2 carried over", "2 painted"]
    assert sorted(one.words for one in await issues_of(world)) == ["the old words of ben", "the old words of cleo"]
    await world.balcony.tick()
    assert got(world.ben) == []
    await says_as_before(world)
    assert await world.balcony.do_in_time() == []


async def says_as_before(world: World) -> None:
    """Ben and Cleo have said what they work on where it stood before there could be several."""
    async with world.database.transaction() as db:
        await db.session.execute(delete(Issue))
        for member in (await db.session.execute(select(Member))).scalars():
            db.seal(member, "issue", f"the old words of {member.user}")
