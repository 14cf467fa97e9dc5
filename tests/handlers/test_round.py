"""Rounds, as conversations: who is introduced to whom."""

import re
from datetime import timedelta

import pytest

from bot.platforms.local.render import as_text
from storage import issues, members, never_match, programmes
from storage.models import Member
from tests.conftest import World, london, programme
from tests.handlers.conftest import button, everything, got, joins_second, member_of, second_programme

TUESDAY = "2026-12-08 09:30"


def pairs(world: World) -> list[frozenset[str]]:
    """Who was introduced to whom so far, in the channel."""
    firsts = [as_text(post).split("\n")[0] for post in world.room.posts()]
    return [frozenset(re.findall(r"@(\w+)", first)) for first in firsts if "please meet" in first]


async def round_now(world: World) -> str:
    """Ana looks at the preview and confirms it."""
    await world.ana.types("/balcony round")
    return await world.ana.presses("Introduce them now")


async def test_the_timetable_makes_a_round(world: World) -> None:
    """On its Tuesday, once: both called by name, each one's issue as they wrote it, three lines to begin with."""
    await world.ben.types("/balcony settings")
    await world.ben.fills(issue="<!channel> *oak* trees", place="Durham")
    await world.waits_until("2026-12-08 09:29")
    assert pairs(world) == []
    await world.waits_until(TUESDAY)
    await world.waits_until("2026-12-08 10:00")
    assert pairs(world) == [{"ben", "cleo"}]
    said = as_text(world.room.posts()[-1])
    assert "@ben (ben's place, Durham) is working on:\n  “<!channel> *oak* trees”" in said
    assert "“what cleo is working on”" in said
    assert re.search(r"1\. .+\n2\. .+\n3\. .+\n", said)
    assert "suits both of you" in said


async def test_the_preview_shows_no_private_words(world: World) -> None:
    """Ana sees names and numbers; nobody has been told; not now tells nobody."""
    await world.ben.types("/commit ring the nurse")
    await world.ben.types("/reflect the caretaker knows")
    said = await world.ana.types("/balcony round")
    assert "one introduction, of two people:" in said
    assert "@ben" in said
    for private in ("working on", "nurse", "caretaker", "place"):
        assert private not in said
    assert "Nobody was introduced" in await world.ana.presses("Not now")
    await world.balcony.tick()
    assert pairs(world) == []


async def test_a_round_now_and_once_a_day(world: World) -> None:
    """Confirmed it is made as the preview said; the same day there is no other, by press, command or timetable."""
    world.clock.moves_to("2026-12-08 09:00")
    said = await round_now(world)
    again = button(world.ana, "Introduce them now")
    assert "One introduction is on the way" in said
    assert "made already" in await world.ana.presses_button(again)
    assert "made already" in await world.ana.types("/balcony round")
    await world.waits_until(TUESDAY)
    assert pairs(world) == [{"ben", "cleo"}]


async def test_three_people_are_a_trio(world: World) -> None:
    """Nobody is left over."""
    await world.joins(world.dev)
    assert "one introduction, of three people:" in await world.ana.types("/balcony round")
    await world.ana.presses("Introduce them now")
    await world.balcony.tick()
    assert pairs(world) == [{"ben", "cleo", "dev"}]
    assert "suits all of you" in as_text(world.room.posts()[-1])


async def test_nobody_asked_for_introductions(world: World) -> None:
    """No round, nobody is told anything, and Ana hears why."""
    for someone in (world.ben, world.cleo):
        await someone.types("/balcony settings")
        await someone.fills(consent=())
    assert "Nobody has asked for introductions" in await world.ana.types("/balcony round")
    await world.waits_until(TUESDAY)
    assert pairs(world) == []
    assert got(world.ben) + got(world.cleo) == []


async def test_only_one_asked_and_is_told(world: World) -> None:
    """On the day, once, with the day of the next try; the preview tells nobody."""
    await world.cleo.types("/balcony settings")
    await world.cleo.fills(consent=())
    assert "it takes two" in await world.ana.types("/balcony round")
    await world.balcony.tick()
    assert got(world.ben) == []
    await world.waits_until(TUESDAY)
    await world.waits_until("2026-12-08 10:00")
    told = [text for text in got(world.ben) if "nobody I could introduce you to" in text]
    assert len(told) == 1
    assert "Tuesday 22 December" in told[0]
    assert got(world.cleo) == []


async def test_one_opts_out_between_preview_and_press(world: World) -> None:
    """What counts is the moment of the press."""
    await world.ana.types("/balcony round")
    await world.cleo.types("/balcony leave")
    await world.cleo.presses("Leave")
    assert "it takes two" in await world.ana.presses("Introduce them now")
    await world.balcony.tick()
    assert pairs(world) == []


async def test_who_paused_opted_out_or_left_is_not_in_it(world: World) -> None:
    """Of six people three have a reason not to be there; so it is a trio."""
    more = [world.room.someone(name) for name in ("dev", "eve", "fay", "gus")]
    await world.joins(*more)
    await more[0].types("/balcony pause 4 weeks")
    await more[1].types("/balcony settings")
    await more[1].fills(consent=("weekly",))
    await more[2].types("/balcony leave")
    await more[2].presses("Leave")
    await world.waits_until(TUESDAY)
    assert pairs(world) == [{"ben", "cleo", "gus"}]


async def test_nobody_meets_the_same_person_before_everyone(world: World) -> None:
    """Four people have three rounds of new pairs; the fourth begins again."""
    await world.joins(world.dev, world.room.someone("fay"))
    for week in range(4):
        world.clock.now = london(TUESDAY) + timedelta(weeks=2 * week)
        await world.balcony.tick()
        for name in ("ben", "cleo", "dev", "fay"):
            await world.room.someone(name).opens_home()  # a sign of life; after three silent rounds Balcony rests
    made = pairs(world)
    assert len(made) == 8
    assert len(set(made[:6])) == 6


async def test_colleagues_meet_last(world: World) -> None:
    """Ben and Dev work at the same place, so each meets somebody else first."""
    fay = world.room.someone("fay")
    await world.joins(world.dev, organisation="ben's place")
    await world.joins(fay, organisation="Cleo's Place")
    await world.waits_until(TUESDAY)
    assert frozenset({"ben", "dev"}) not in pairs(world)
    assert frozenset({"cleo", "fay"}) not in pairs(world)


async def test_others_cannot_confirm_it(world: World) -> None:
    """Ben has Ana's button, and so has the enabler of another programme; nobody is introduced."""
    await world.imports(programme(channel="second-group", enabler="dev"))
    await world.ana.types("/balcony round")
    for someone in (world.ben, world.dev):
        said = await someone.presses_button(button(world.ana, "Introduce them now"))
        assert said == "Only the enablers of a programme can do that."
    await world.balcony.tick()
    assert pairs(world) == []


async def test_a_large_round_is_shown_in_part(world: World) -> None:
    """Forty-four people are 22 introductions: twenty names and a number."""
    await world.joins(*(world.room.someone(f"m{number}") for number in range(42)))
    said = await world.ana.types("/balcony round")
    assert "22 introductions between 44 people" in said
    assert "And 2 more." in said
    assert everything(world.ben).count("please meet") == 0


@pytest.mark.parametrize(
    ("size", "number", "sizes"), [(3, 6, [3, 3]), (4, 8, [4, 4]), (3, 7, [2, 2, 3]), (4, 5, [2, 3])]
)
async def test_groups_of_three_and_four(world: World, size: int, number: int, sizes: list[int]) -> None:
    """As the programme says; where it does not come out even, the groups are nearly as large."""
    await world.imports(programme().replace("size = 2", f"size = {size}"))
    await world.joins(*(world.room.someone(f"m{nth}") for nth in range(number - 2)))
    await world.waits_until(TUESDAY)
    made = pairs(world)
    assert sum(map(len, made)) == number
    assert sorted(map(len, made)) == sizes


async def test_all_in_one_organisation(world: World) -> None:
    """They are introduced all the same, and nothing is said of a boundary."""
    for someone in (world.ben, world.cleo):
        await someone.types("/balcony settings")
        await someone.fills(organisation="The Trust", place="Leeds")
    await world.waits_until(TUESDAY)
    assert pairs(world) == [{"ben", "cleo"}]
    assert "across" not in as_text(world.room.posts()[-1])


async def test_in_two_programmes_each_has_its_own_rounds(world: World) -> None:
    """Ben and Cleo are in both: they meet in each, with the words they said there."""
    await second_programme(world)
    for someone in (world.ben, world.cleo):
        await joins_second(someone)
    await world.waits_until(TUESDAY)
    assert pairs(world) == [{"ben", "cleo"}] * 2
    said = [as_text(post) for post in world.room.posts() if "please meet" in as_text(post)]
    assert sorted("a second issue" in text for text in said) == [False, True]


async def test_who_has_no_issue_takes_part(world: World) -> None:
    """It was taken away since: nothing stands between the quotation marks, and nothing is claimed."""
    ben = await member_of(world, world.ben)
    async with world.database.transaction() as db:
        await issues.write(db, ben, 1, "", world.clock())
        ben.issue_sealed = None
        await db.session.merge(ben)
    await world.waits_until(TUESDAY)
    [said] = [as_text(post) for post in world.room.posts() if "please meet" in as_text(post)]
    assert "@ben (ben's place) takes part as well." in said


async def test_a_large_programme_is_planned_by_the_timetable_on_sqlite(world: World) -> None:
    """Nobody waits while an enabler looks at a preview."""
    async with world.database.transaction() as db:
        [home] = await programmes.all_of_them(db)
        db.session.add_all(
            Member(
                programme_id=home.id,
                platform="local",
                workspace="demo",
                user=f"u{nth}",
                timezone="Europe/London",
                wants_introductions=True,
                weekly_weekday=0,
                weekly_time=home.weekly_time,
                joined_at=world.clock(),
            )
            for nth in range(1000)
        )
    assert "The timetable makes the rounds" in await world.ana.types("/balcony round")


async def test_left_over_people_are_in_the_preview_as_a_number(world: World) -> None:
    """Dev may meet neither: Ana sees that somebody is left, and not why."""
    await world.joins(world.dev)
    dev = await member_of(world, world.dev)
    for someone in (world.ben, world.cleo):
        other = await member_of(world, someone)
        async with world.database.transaction() as db:
            await never_match.add(db, dev, other.id, world.clock())
    said = await world.ana.types("/balcony round")
    assert "one introduction, of two people:" in said
    assert "For one person there is nobody this time." in said
    assert "@dev" not in said


async def test_by_hand_on_the_day_of_the_timetable(world: World) -> None:
    """That day has had its round, so the next one is the following: for those who are left over, and to be skipped."""
    await world.joins(world.dev)
    async with world.database.transaction() as db:
        mine = [(await members.memberships(db, someone.person))[0] for someone in (world.ben, world.cleo, world.dev)]
        await never_match.add(db, mine[2], mine[0].id, world.clock())
        await never_match.add(db, mine[2], mine[1].id, world.clock())
    world.clock.moves_to("2026-12-08 09:00")
    await round_now(world)
    await world.balcony.tick()
    assert "I will try again on Tuesday 22 December" in got(world.dev)[-1]
    assert "The next one is on Tuesday 22 December" in await world.ben.types("/balcony introductions")
    await world.waits_until(TUESDAY)
    assert pairs(world) == [{"ben", "cleo"}]
    assert len([text for text in got(world.dev) if "time for introductions" in text]) == 1


async def test_by_hand_nobody_and_the_timetable_all_the_same(world: World) -> None:
    """What came to nothing at nine was no round: at half past nine there is one, for now there is somebody."""
    world.clock.moves_to("2026-12-08 09:00")
    await world.ana.types("/balcony round")
    await world.cleo.types("/balcony leave")
    await world.cleo.presses("Leave")
    assert "takes two" in await world.ana.presses("Introduce them now")
    await world.joins(world.cleo)
    await world.waits_until(TUESDAY)
    assert pairs(world) == [{"ben", "cleo"}]
