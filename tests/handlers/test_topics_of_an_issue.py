"""What an issue is about, as conversations: Balcony guesses, its author ticks, and nobody else sees it."""

import asyncio

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.chat import Button, Event, Kind
from bot.domain.text import TOPIC_LIMIT
from bot.handlers.topics import MOST_TICKED, MOST_WAITING
from bot.matching.recipe import everybodys_topics
from storage import issues, programmes
from storage.db import Database
from storage.models import Member
from tests.conftest import World, world_on
from tests.handlers.conftest import button, everything, got, labels, stranger
from tests.reading import reads

OBESITY, FOOD, ACTIVITY = (
    "Childhood obesity and healthy weight",
    "Food poverty and affordable food",
    "Physical activity",
)
NONE = "None of these: call it …"


def asked(world: World) -> list[str]:
    """What Ben was asked about topics."""
    return [one for one in got(world.ben) if "What is your issue about" in one or "no words in it" in one]


async def ticked(world: World) -> list[set[str]]:
    """What Ben ticked, for each of his issues."""
    async with world.database.transaction() as db:
        ben = (await db.session.execute(select(Member).where(col(Member.user) == "ben"))).scalar_one()
        return [set(one.ticked) for one in await issues.of_member(db, ben)]


async def test_whoever_writes_an_issue_is_asked_what_it_is_about(world: World) -> None:
    """Once its portrait is there, alone, in their own words, with the five likeliest topics and none of these."""
    assert asked(world) == []
    assert await reads(world) == 2
    [question] = asked(world)
    assert "“what ben is working on”" in question
    assert labels(world.ben)[:3] == [OBESITY, FOOD, ACTIVITY]
    assert len(labels(world.ben)) == 5 + 2
    assert NONE in labels(world.ben)
    assert "what ben" not in everything(world.cleo)


async def test_once_for_a_text(world: World) -> None:
    """Painted anew it is not asked again; other words are another text; the old words are asked about again, too."""
    await reads(world)
    async with world.database.transaction() as db:
        [home] = await programmes.all_of_them(db)
        await issues.forget_portraits(db, home.id)
    assert await reads(world) == 2
    assert len(asked(world)) == 1
    world.clock.moves_by(minutes=1)
    await world.ben.types("/balcony issue owls")
    await reads(world)
    assert len(asked(world)) == 2
    assert "“owls”" in asked(world)[-1]


async def test_nobody_is_asked_long_after(world: World) -> None:
    """A portrait that comes two days later, as after an update, asks nothing."""
    world.clock.moves_by(days=2)
    assert await reads(world) == 2
    assert asked(world) == []


async def test_who_wants_neither_or_is_away_is_not_asked(world: World) -> None:
    """No introductions and not to be found, on a pause, or left; the list offers the topics all the same."""
    await world.joins(world.dev, consent=("weekly",))
    await world.joins(world.ana)
    await world.ben.types("/balcony pause 2 weeks")
    await world.cleo.types("/balcony leave")
    await world.cleo.presses("Leave")
    await reads(world)
    for someone, times in ((world.dev, 0), (world.ben, 0), (world.cleo, 0), (world.ana, 1)):
        assert sum("What is your issue about" in one for one in got(someone)) == times
    await world.dev.types("/balcony issue")
    assert NONE in labels(world.dev)


async def test_being_found_is_enough_to_be_asked(world: World) -> None:
    await world.joins(world.dev, consent=("found",))
    await reads(world)
    assert "What is your issue about" in got(world.dev)[-1]


async def test_a_press_ticks_and_unticks(world: World) -> None:
    """The message changes to show it, and everything stays pressable. An old button pressed twice is the same as once."""
    await reads(world)
    first = button(world.ben, OBESITY)
    await world.ben.presses_button(first)
    assert labels(world.ben)[:2] == [f"✓ {OBESITY}", FOOD]
    await world.ben.presses_button(first)
    await world.ben.presses(FOOD)
    assert await ticked(world) == [{"childhood_obesity", "food"}]
    assert "About: Childhood obesity and healthy weight, Food poverty" in await world.ben.types("/balcony issue")
    await world.ben.presses("Topics")
    await world.ben.presses(f"✓ {OBESITY}")
    assert labels(world.ben)[:2] == [OBESITY, f"✓ {FOOD}"]
    assert await ticked(world) == [{"food"}]


async def test_the_ticks_are_their_authors_alone(world: World) -> None:
    """Cleo has Ben's button, and so has somebody elsewhere with his id: neither ticks anything."""
    await reads(world)
    bens = next(one for one in world.ben.buttons() if one.label == OBESITY)
    for other in (world.cleo, stranger(world, "ben")):
        assert "not among your issues" in await other.presses_button(bens)
    assert await ticked(world) == [set()]


async def test_a_button_of_other_words_ticks_nothing(world: World) -> None:
    """Ben has changed his issue since: the old button shows the new words and what may fit them."""
    await reads(world)
    old = button(world.ben, OBESITY)
    world.clock.moves_by(minutes=1)
    await world.ben.types("/balcony issue")
    await world.ben.presses("Change")
    await world.ben.fills(issue="night buses")
    said = await world.ben.presses_button(old)
    assert "in other words since" in said
    assert "“night buses”" in said
    assert await ticked(world) == [set()]


async def test_other_words_lose_their_ticks_and_are_asked_about(world: World) -> None:
    """The form says so before."""
    await reads(world)
    await world.ben.presses(OBESITY)
    world.clock.moves_by(minutes=1)
    await world.ben.types("/balcony issue")
    assert "ask you again what to tick" in await world.ben.presses("Change")
    await world.ben.fills(issue="night buses")
    assert await ticked(world) == [set()]
    await reads(world, "transport")
    assert "“night buses”" in asked(world)[-1]


async def test_what_a_button_cannot_carry(world: World) -> None:
    """A topic that is none, or half a value, changes nothing."""
    await reads(world)
    issue_id, stamp, _, _ = button(world.ben, OBESITY).value.split(":", 3)
    for value, said in (
        (f"{issue_id}:{stamp}:on:dragons", "not in the list any more"),
        (f"{issue_id}:{stamp}:on:food dementia", "not in the list any more"),
        (f"{issue_id}:{stamp}:maybe:food", "older version"),
        (f"{issue_id}:{stamp}", "older version"),
        (f"{issue_id}", "older version"),
        ("", "not among your issues"),
    ):
        assert said in await world.ben.presses_button(Button("?", "topic.tick", value))
    assert await ticked(world) == [set()]


async def test_an_issue_that_is_not_read_yet(world: World) -> None:
    """The list says so kindly, and a topic can be named all the same."""
    shown = await world.ben.types("/balcony issue")
    assert "still reading it" in shown
    await world.ben.presses("Call it …")
    assert "✓ Dementia" in await world.ben.fills(label="dementia")
    await reads(world)
    assert got(world.ben) == []  # it is ticked, so there is nothing to ask
    assert "✓ Dementia" in await _topics(world)


async def test_an_issue_without_words(world: World) -> None:
    """No topic is guessed for a picture, and a kind line says so."""
    world.clock.moves_by(minutes=1)
    await world.ben.types("/balcony issue")
    await world.ben.presses("Change")
    await world.ben.fills(issue="🌳🚲")
    await reads(world)
    assert "“🌳🚲”" in asked(world)[-1]
    assert "no words in it" in asked(world)[-1]
    assert labels(world.ben) == ["Call it …", "My issues"]


async def test_a_name_that_is_none_of_these(world: World) -> None:
    """It is ticked at once, for this issue alone; the form says who sees it."""
    await reads(world)
    await world.ben.types("/balcony issue owls")
    await world.ben.types("/balcony issue")
    await world.ben.presses("Topics")
    await world.ben.presses("Call it …")
    assert world.ben.form is not None
    assert "Your enabler sees this name, not who gave it." in world.ben.form.questions[0].hint
    said = await world.ben.fills(label="  Coastal   erosion ")
    assert "Your enabler decides" in said
    assert "✓ Coastal erosion" in said
    assert [len(each) for each in await ticked(world)] == [0, 1]
    assert "About: Coastal erosion" in await world.ben.types("/balcony issue")


async def test_a_name_that_the_list_has(world: World) -> None:
    """Whatever its capitals, the topic of the list is ticked, and nobody has to decide on it."""
    await reads(world)
    await world.ben.presses(NONE)
    said = await world.ben.fills(label="SUICIDE  prevention")
    assert "in my list already" in said
    assert "✓ Suicide prevention" in said
    assert await world.count("owntopic") == 0


async def test_what_is_no_name(world: World) -> None:
    """Nothing, signs alone or too much: said in the form, and nothing is kept."""
    await reads(world)
    await world.ben.presses(NONE)
    for label, sentence in (
        ("", "Please call it something"),
        ("***", "Please call it something"),
        ("x" * (TOPIC_LIMIT + 1), f"room for {TOPIC_LIMIT}"),
    ):
        assert sentence in await world.ben.fills(label=label)
    assert await world.count("owntopic") == 0
    await world.ben.presses(NONE)
    assert "✓ <!channel> =1+1" in await world.ben.fills(label="<!channel> =1+1")


async def test_nobody_floods_the_enabler(world: World) -> None:
    """Some names of one member may wait; the next has to wait until they are looked at. One that is there is no new one."""
    await reads(world)
    for number in range(MOST_WAITING):
        await _calls(world, f"name {number}")
    assert "wait for your enabler already" in await _calls(world, "one more")
    assert "✓ name 1" in await _calls(world, "Name 1")
    assert await world.count("owntopic") == MOST_WAITING


async def test_more_than_ten_topics_say_nothing(world: World) -> None:
    """The eleventh is not ticked, by a button or by name, until one is unticked."""
    await reads(world)
    names = [topic.label for topic in everybodys_topics().all if "obesity" not in topic.label]
    for name in names[:MOST_TICKED]:
        await _calls(world, name)
    assert "untick one first" in await _calls(world, names[MOST_TICKED])
    await world.ben.types("/balcony issue")
    await world.ben.presses("Topics")
    assert "untick one first" in await world.ben.presses(OBESITY)
    assert [len(each) for each in await ticked(world)] == [MOST_TICKED]


async def test_pressing_is_a_sign_of_life(world: World) -> None:
    """What was unanswered is no longer."""
    await reads(world)
    await world.waits_until("2026-11-26 16:00")
    one = next(each for each in world.ben.buttons() if each.label == OBESITY)
    await world.ben.presses_button(one)
    async with world.database.transaction() as db:
        ben = (await db.session.execute(select(Member).where(col(Member.user) == "ben"))).scalar_one()
    assert ben.unanswered == 0


async def test_a_form_for_somebody_elses_issue(world: World) -> None:
    """Cleo sends Ben's form: nothing is called, nothing ticked."""
    await reads(world)
    bens = button(world.ben, NONE)
    event = Event(Kind.FORM, "topic.call", world.cleo.person, "k1", "our-move", bens.value, {"label": "Bats"})
    await world.balcony.answer(event)
    assert await world.count("owntopic") == 0


@pytest.fixture
async def far(postgres: Database) -> World:
    """The same people on PostgreSQL, where several do something at the same moment."""
    world = world_on(postgres)
    await world.imports()
    await world.joins(world.ben, world.cleo)
    await reads(world)
    return world


async def test_two_presses_at_once_both_count(far: World) -> None:
    """Two topics of one message pressed at the same moment, again and again: neither is lost."""
    for _ in range(5):
        await far.ben.types("/balcony issue")
        if "Topics" in labels(far.ben):
            await far.ben.presses("Topics")
        [before] = await ticked(far)
        pressed = [one for one in far.ben.buttons() if one.name == "topic.tick"][-4:-1]
        await asyncio.gather(*(far.ben.presses_button(one) for one in pressed))
        assert await ticked(far) == [before ^ {one.value.rpartition(":")[2] for one in pressed}]


async def test_four_issues_at_once_are_two(far: World) -> None:
    """There is one already, so two of them find a place, and who comes too late gets their words back."""
    said = await asyncio.gather(
        *(far.ben.types(f"/balcony issue {word}") for word in ("bats", "owls", "moths", "voles"))
    )
    assert sum("Kept, in your own words" in one for one in said) == 2
    assert sum("Nothing was kept yet" in one for one in said) == 2
    shown = await far.ben.types("/balcony issue")
    assert sum(f"“{word}”" in shown for word in ("bats", "owls", "moths", "voles")) == 2
    await asyncio.gather(*(far.cleo.types("/balcony issue newts") for _ in range(3)))
    assert (await far.cleo.types("/balcony issue")).count("newts") == 1


async def test_the_same_name_at_once_is_one_topic(far: World) -> None:
    """Ben and Cleo call it the same at the same moment: both have ticked it, and Ana decides on it."""
    await far.joins(far.ana)
    for someone in (far.ben, far.cleo):
        await someone.types("/balcony issue")
        await someone.presses_button([one for one in someone.buttons() if one.name == "topic.call"][-1])
    said = await asyncio.gather(far.ben.fills(label="Coastal erosion"), far.cleo.fills(label="coastal erosion"))
    assert all("✓" in one for one in said)
    await far.balcony.tick()
    assert await far.count("owntopic") == 1
    assert sum("Coastal" in one or "coastal" in one for one in got(far.ana)) == 1


async def _topics(world: World) -> str:
    await world.ben.types("/balcony issue")
    return await world.ben.presses("Topics")


async def _calls(world: World, label: str) -> str:
    await world.ben.types("/balcony issue")
    call = [one for one in world.ben.buttons() if one.name == "topic.call"][-1]
    await world.ben.presses_button(call)
    return await world.ben.fills(label=label)
