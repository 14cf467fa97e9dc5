"""Joining, settings and leaving, as conversations."""

import pytest
from sqlmodel import select

from storage.models import Member
from tests.conftest import World
from tests.handlers.conftest import SECOND, button, everything, got, joins_second, second_programme, stranger
from tests.reading import reads

ABOUT_DEV = {"issue": "loneliness in Leeds", "organisation": "Dev's charity", "sector": "charity"}


async def test_the_button_of_the_welcome_opens_the_form(world: World) -> None:
    """Dev joins by the welcome in the channel, and his issue is shown back in his own words."""
    assert "What are you working on?" in await world.dev.presses("Join")
    assert "You are joining Making our Move" in await world.dev.types("/balcony join")
    said = await world.dev.fills(**ABOUT_DEV, place="Leeds", consent=("weekly", "introductions"))
    assert "“loneliness in Leeds”" in said
    assert "write to you on Thursdays at 16:00 and introduce you to others" in said


@pytest.mark.parametrize(
    ("consent", "weekly", "introduced"),
    [(("weekly",), 1, False), (("introductions",), 0, True), (("weekly", "introductions"), 1, True), ((), 0, False)],
)
async def test_each_consent_stands_alone(world: World, consent: tuple[str, ...], weekly: int, introduced: bool) -> None:
    """Dev gets the weekly messages and the introductions he ticked, and nothing else."""
    await world.joins(world.dev, consent=consent)
    await world.waits_until("2026-11-26 16:00")
    await world.waits_until("2026-12-08 09:30")
    assert len(world.dev.gets()) == weekly
    assert ("@dev" in everything(world.ana)) is introduced


async def test_who_changes_their_mind_hears_of_topics(world: World) -> None:
    """Dev wanted nothing, and was asked nothing. With introductions he hears where to tick; with new words he is asked."""
    await world.joins(world.dev, consent=())
    assert "what it is about" not in world.dev.last()
    await world.dev.types("/balcony settings")
    assert "You have not ticked yet" in await world.dev.fills(consent=("introductions",))
    await world.dev.types("/balcony settings")
    assert "I will ask you what it is about" in await world.dev.fills(issue="owls")
    await reads(world)
    await world.dev.presses("Physical activity")
    await world.dev.types("/balcony settings")
    assert "what it is about" not in await world.dev.fills(organisation="a new place")


@pytest.mark.parametrize(
    ("consent", "sentence"),
    [
        (("found",), "I will let others find you by what you work on."),
        (("introductions", "found"), "I will introduce you to others and let others find you by what you work on."),
        (
            ("weekly", "introductions", "found"),
            "I will write to you on Thursdays at 16:00, introduce you to others and let others find you by what you work on.",
        ),
    ],
)
async def test_who_may_be_found(world: World, consent: tuple[str, ...], sentence: str) -> None:
    """Off unless it is ticked, said back, and taken back in the settings."""
    assert await findable(world) == set()
    await world.joins(world.dev, consent=consent)
    assert sentence in world.dev.last()
    assert await findable(world) == {"dev"}
    await world.dev.types("/balcony settings")
    assert world.dev.form is not None
    assert "found" in next(one.initial for one in world.dev.form.questions if one.name == "consent")
    await world.dev.fills(consent=tuple(one for one in consent if one != "found"))
    assert await findable(world) == set()


async def findable(world: World) -> set[str]:
    async with world.database.transaction() as db:
        return set((await db.session.execute(select(Member.user).where(Member.wants_found))).scalars())


async def test_consent_is_never_ticked_beforehand(world: World) -> None:
    """The form of somebody new comes with both empty, and so it does when they join again."""
    await world.dev.types("/balcony join")
    await world.dev.fills(**ABOUT_DEV)
    assert "only answer you" in world.dev.last()
    await world.dev.types("/balcony settings")
    await world.dev.fills(consent=("weekly", "found"))
    await world.dev.types("/balcony leave")
    await world.dev.presses("Leave")
    await world.dev.types("/balcony join")
    assert "only answer you" in await world.dev.fills()


WRONG = [
    ("issue", "", "working on"),
    ("issue", "x" * 301, "301 characters; there is room for 300"),
    ("issue", "\x00", "working on"),
    ("organisation", " ", "organisation"),
    ("organisation", "x" * 81, "room for 80"),
    ("place", "x" * 81, "room for 80"),
    ("sector", "", "sector"),
    ("sector", "pirate", "sector"),
    ("timezone", "Durham", "Europe/London"),
    ("timezone", "../../etc/passwd", "Europe/London"),
    ("hour", "25:00", "16:00"),
]


async def test_what_is_wrong_keeps_the_form_open(world: World) -> None:
    """One sentence at the field; nobody has joined; and the same form can be sent again."""
    before = await world.count("member")
    await world.dev.types("/balcony join")
    for field, value, sentence in WRONG:
        assert sentence in await world.dev.fills(**ABOUT_DEV | {field: value})
        assert set(world.dev.problems) == {field}
    assert await world.count("member") == before
    assert "Welcome" in await world.dev.fills(**ABOUT_DEV)


async def test_joining_again_changes_what_was_said(world: World) -> None:
    """Who has joined already finds the form filled in, and there is still one of them."""
    before = await world.count("member")
    await world.ben.types("/balcony join")
    assert world.ben.form is not None
    assert world.ben.form.questions[0].initial == "what ben is working on"
    assert "Saved" in await world.ben.fills(issue="oak trees")
    assert "“oak trees”" in await world.ben.types("/balcony")
    assert await world.count("member") == before


async def test_leaving_stops_everything_and_keeps_the_notebook(world: World) -> None:
    """Ben leaves: nothing more is sent. He joins again: his pages and commitments are as they were."""
    await world.ben.types("/commit ring the school nurse on Wednesday")
    await world.ben.types("/reflect the caretaker knows")
    assert "Leave Making our Move" in await world.ben.types("/balcony leave")
    assert "You have left" in await world.ben.presses("Leave")
    for moment in ("2026-11-25 09:00", "2026-11-26 16:00", "2026-12-08 09:30"):
        await world.waits_until(moment)
    assert world.ben.gets() == []
    assert "not joined" in await world.ben.types("/commit list")
    await world.joins(world.ben)
    assert "ring the school nurse" in await world.ben.types("/commit list")
    assert "the caretaker knows" in await world.ben.types("/reflect list")


async def test_what_waits_to_be_sent_is_dropped_when_they_leave(world: World) -> None:
    """Cleo leaves before the question to be a witness went out, and is not asked."""
    before = await world.count("outbox")
    await world.ben.types("/commit")
    await world.ben.fills(what="ring the nurse", witness="cleo")
    assert await world.count("outbox") == before + 1
    await world.cleo.types("/balcony leave")
    await world.cleo.presses("Leave")
    assert await world.count("outbox") == before
    await world.balcony.tick()
    assert world.cleo.gets() == []


async def test_staying_changes_nothing(world: World) -> None:
    """Ben thinks better of it."""
    await world.ben.types("/balcony leave")
    assert "Nothing has changed" in await world.ben.presses("Stay")
    assert "what ben is working on" in await world.ben.types("/balcony")


async def test_nobody_leaves_for_somebody_else(world: World) -> None:
    """Cleo has Ben's button: the same sentence as pressing one's own twice, and Ben is still here."""
    await world.ben.types("/balcony leave")
    bens = button(world.ben, "Leave")
    to_cleo = await world.cleo.presses_button(bens)
    assert "what ben is working on" in await world.ben.types("/balcony")
    await world.ben.presses_button(bens)
    assert await world.ben.presses_button(bens) == to_cleo


async def test_old_settings_do_not_bring_somebody_back(world: World) -> None:
    """Ben has the settings open, leaves, and then sends them: he stays away."""
    await world.ben.types("/balcony settings")
    settings = world.ben.form
    await world.ben.types("/balcony leave")
    await world.ben.presses("Leave")
    world.ben.form = settings
    assert "have left" in await world.ben.fills()
    assert "not joined" in await world.ben.types("/commit list")


async def test_settings_move_the_weekly_message(world: World) -> None:
    """Another day, hour and zone: the message comes then, and the commitments come in the new morning."""
    await world.ben.types("/commit ring the nurse on Friday")
    await world.ben.types("/balcony settings")
    said = await world.ben.fills(weekday="4", hour="18:00", timezone="America/New_York")
    assert "Fridays at 18:00" in said
    await world.waits_until("2026-11-27 13:59")
    assert world.ben.gets() == []
    await world.waits_until("2026-11-27 14:00")
    assert "ring the nurse" in got(world.ben)[-1]
    await world.waits_until("2026-11-27 23:00")
    assert "Two minutes on the balcony" in got(world.ben)[-1]


async def test_settings_leave_a_slower_rhythm_alone(world: World) -> None:
    """Every two weeks stays every two weeks when only the organisation changes, or the day."""
    await world.waits_until("2026-11-26 16:00")
    await world.ben.presses("Less often")
    await world.ben.presses("Every two weeks")
    world.clock.moves_to("2026-11-27 09:00")
    await world.ben.types("/balcony settings")
    await world.ben.fills(organisation="a new place")
    await world.ben.types("/balcony settings")
    assert "Tuesdays at 16:00, every two weeks" in await world.ben.fills(weekday="1")
    for moment, came in (("2026-12-01 16:00", 1), ("2026-12-03 16:00", 1), ("2026-12-08 16:00", 2)):
        await world.waits_until(moment)
        assert len(world.ben.gets()) == came


async def test_a_consent_can_be_taken_back(world: World) -> None:
    """Without its tick no weekly message comes, and no introduction."""
    await world.ben.types("/balcony settings")
    assert "only answer you" in await world.ben.fills(consent=())
    await world.waits_until("2026-11-26 16:00")
    await world.waits_until("2026-12-08 09:30")
    assert world.ben.gets() == []
    assert "@ben" not in everything(world.ana)


async def test_two_programmes_of_one_workspace(world: World) -> None:
    """The channel says which; without one Balcony asks; a member of both is one person in two places."""
    await second_programme(world)
    assert "more than one programme" in await world.dev.types("/balcony join", channel="somewhere")
    await joins_second(world.ben)
    assert "THE OTHER GROUP" in await world.ben.types("/balcony", channel=SECOND)
    assert "MAKING OUR MOVE" in await world.ben.types("/balcony")
    await world.ben.types("/commit plant a tree", channel=SECOND)
    assert "plant a tree" in await world.ben.types("/commit list", channel=SECOND)
    assert "no open commitments" in await world.ben.types("/commit list")


async def test_no_programme_in_the_workspace(world: World) -> None:
    """Somebody elsewhere, with the same id as Ben, is told so, and gets nothing of his."""
    eve = stranger(world, "ben")
    for line in ("/balcony join", "/balcony"):
        assert "There is no programme here" in await eve.types(line)
    assert "not joined" in await eve.types("/commit list")
