"""Requests, as conversations: everybody is asked alone, all have to say yes, and nobody ever hears of a no."""

from sqlalchemy import select

from bot.chat import Button
from storage import issues
from storage.models import Member
from tests.conftest import World
from tests.handlers.conftest import button, everything, got, joins_second, labels, second_programme, stranger
from tests.handlers.requesting import ASKED, CHANGED, NO, SILENCE, TOGETHER, YES, asks, can_be_found, id_of

NOT_OPEN = "not open any more"


async def test_both_hear_when_both_say_yes(world: World) -> None:
    """Cleo reads her own words and nothing of Ben; after her yes each reads who, in whose words, and a first step."""
    await can_be_found(world.cleo)
    said = await asks(world, world.ben, world.cleo)
    assert "I take this to @cleo." in said
    assert SILENCE in said
    question = got(world.cleo)[-1]
    assert ASKED in question
    assert "“what cleo is working on”" in question
    assert not any(word in everything(world.cleo) for word in ("@ben", "what ben is", "ben's place", "falls at home"))
    assert "I am writing to each of you" in await world.cleo.presses(YES)
    await world.balcony.tick()
    for someone, other in ((world.ben, "cleo"), (world.cleo, "ben")):
        told = got(someone)[-1]
        assert TOGETHER in told
        assert f"Please meet @{other} ({other}'s place), who works on:" in told
        assert f"“what {other} is working on”" in told
        assert "“falls at home”" in told
    assert "Yours is the first move" in got(world.ben)[-1]
    assert "@ben makes the first move" in got(world.cleo)[-1]


async def test_each_is_shown_the_issue_that_it_is_about(world: World) -> None:
    """Both work on two things; what reaches the other is the one that the question was about."""
    await can_be_found(world.cleo)
    async with world.database.transaction() as db:
        for user in ("ben", "cleo"):
            row = (await db.session.execute(select(Member).where(Member.user == user))).scalar_one()  # type: ignore[arg-type]
            await issues.write(db, row, 2, f"another thing of {user}", world.clock())
    value = f"{await id_of(world, world.cleo)}:2:2:falls"
    await world.ben.presses_button(Button("Ask them", "find.ask", value))
    await world.balcony.tick()
    assert "“another thing of cleo”" in got(world.cleo)[-1]
    await world.cleo.presses(YES)
    await world.balcony.tick()
    assert "“another thing of cleo”" in got(world.ben)[-1]
    assert "“another thing of ben”" in got(world.cleo)[-1]


async def test_a_no_is_never_told(world: World) -> None:
    """Ben sees the very same as if Cleo had not answered, whatever he looks at, also after two weeks."""
    await can_be_found(world.cleo)
    await asks(world, world.ben, world.cleo)
    before, listed = everything(world.ben), await world.ben.types("/connect asked")
    assert "Nobody hears of it" in await world.cleo.presses(NO)
    await world.balcony.tick()
    assert await world.ben.types("/connect asked") == listed
    await world.waits_until("2026-12-20 12:00")
    assert TOGETHER not in everything(world.ben)
    assert not any("cleo" in text for text in got(world.ben))
    assert everything(world.ben).startswith(before)


async def test_a_no_frees_no_place(world: World) -> None:
    """Ben has three open; after a no of one of them he has three all the same, and after two weeks none."""
    await world.joins(world.ana, world.dev, world.room.someone("fay"))
    people = [world.cleo, world.ana, world.dev, world.room.someone("fay")]
    await can_be_found(*people)
    for other in people[:3]:
        assert "I take this to" in await asks(world, world.ben, other)
    assert "three questions open already" in await asks(world, world.ben, people[3])
    await world.cleo.presses(NO)
    assert "three questions open already" in await asks(world, world.ben, people[3])
    assert labels(world.ben) == ["What I asked"]
    await world.ben.presses("What I asked")
    assert "has taken" not in await world.ben.presses("Take it back")
    assert "I take this to @fay" in await asks(world, world.ben, people[3])
    world.clock.moves_by(days=14)
    assert "No question of yours is open" in await world.ben.types("/connect asked")


async def test_the_same_person_is_not_asked_again_for_three_months(world: World) -> None:
    """Neither after silence nor once it was taken back; then they are."""
    await can_be_found(world.cleo)
    await asks(world, world.ben, world.cleo)
    assert "in the last three months" in await asks(world, world.ben, world.cleo)
    await world.ben.presses("Take it back")
    assert "in the last three months" in await asks(world, world.ben, world.cleo)
    world.clock.moves_by(days=89)
    assert "in the last three months" in await asks(world, world.ben, world.cleo)
    world.clock.moves_by(days=2)
    assert "I take this to" in await asks(world, world.ben, world.cleo)
    assert len([text for text in got(world.cleo) if ASKED in text]) == 2


async def test_whoever_is_not_to_be_asked_looks_like_no_answer(world: World) -> None:
    """Not agreed to be found, on a pause, kept apart by either: Ben reads the same sentence, and nobody is asked."""
    people = [world.room.someone(name) for name in ("hidden", "paused", "wary", "avoided")]
    await world.joins(*people)
    await can_be_found(*people[1:])
    await people[1].types("/balcony pause 4 weeks")
    await people[2].types("/connect never @ben")
    await world.ben.types("/connect never @avoided")
    for someone in people:
        said = await asks(world, world.ben, someone)
        assert said.replace(someone.person.user, "x").startswith("I take this to @x.\nIf they say yes, you will both")
        assert not [text for text in got(someone) if ASKED in text]
        await world.ben.presses("Take it back")
    assert await world.count("request") == 4


async def test_whoever_is_on_a_pause_is_not_asked_when_they_are_back(world: World) -> None:
    """The question would come out of the blue, weeks later."""
    await can_be_found(world.cleo)
    await world.cleo.types("/balcony pause 1 week")
    await asks(world, world.ben, world.cleo)
    await world.waits_until("2026-12-02 12:00")
    assert not [text for text in got(world.cleo) if ASKED in text]


async def test_kept_apart_after_the_question(world: World) -> None:
    """Cleo puts Ben on her list while the question is before her, or he puts her on his: her yes brings nobody together."""
    await can_be_found(world.cleo)
    await asks(world, world.ben, world.cleo)
    for someone, other in ((world.cleo, "ben"), (world.ben, "cleo")):
        await someone.types(f"/connect never @{other}")
        assert NOT_OPEN in await world.cleo.presses_button(button(world.cleo, YES))
        await someone.presses("Take off")
    assert "I am writing to each" in await world.cleo.presses_button(button(world.cleo, YES))


async def test_a_mind_may_change_while_nothing_is_made(world: World) -> None:
    """No, then yes; and yes, then no while Dev has not answered. Once made, it stands."""
    await world.joins(world.dev)
    await can_be_found(world.cleo, world.dev)
    await world.ben.types("/connect @cleo @dev you both need carers")
    await world.balcony.tick()
    await world.cleo.presses(NO)
    assert "Until then nobody learns" in await world.cleo.presses(CHANGED)
    assert "That is fine" in await world.cleo.presses(CHANGED)
    assert "Until then nobody learns" in await world.dev.presses(YES)
    no = button(world.cleo, NO)
    assert "I am writing to each" in await world.cleo.presses(CHANGED)
    assert "introduced you already" in await world.cleo.presses_button(no)
    assert "introduced you already" in await world.dev.presses_button(button(world.dev, YES))
    assert await world.count("introduction") == 1


async def test_pressed_twice(world: World) -> None:
    """Yes and yes again: one introduction, and one message to each."""
    await can_be_found(world.cleo)
    await asks(world, world.ben, world.cleo)
    yes = button(world.cleo, YES)
    await world.cleo.presses_button(yes)
    assert "introduced you already" in await world.cleo.presses_button(yes)
    await world.balcony.tick()
    for someone in (world.ben, world.cleo):
        assert len([text for text in got(someone) if TOGETHER in text]) == 1


async def test_taken_back(world: World) -> None:
    """Before it went out Cleo never sees it; after, her yes is too late, and does not say whose question it was."""
    await can_be_found(world.cleo)
    await world.ben.presses_button(Button("Ask them", "find.ask", f"{await id_of(world, world.cleo)}:1:1:falls"))
    back = button(world.ben, "Take it back")
    assert "taken it back" in await world.ben.presses_button(back)
    await world.balcony.tick()
    assert ASKED not in everything(world.cleo)
    world.clock.moves_by(days=91)
    await asks(world, world.ben, world.cleo)
    await world.ben.presses("Take it back")
    assert NOT_OPEN in await world.cleo.presses(YES)
    assert "@ben" not in everything(world.cleo)
    assert NOT_OPEN in await world.cleo.presses_button(Button(NO, "asked.no", button(world.cleo, YES).value))


async def test_two_weeks_later_it_is_closed(world: World) -> None:
    """Yes and no are both too late; a day before the yes still counts."""
    await can_be_found(world.cleo)
    await asks(world, world.ben, world.cleo)
    yes = button(world.cleo, YES)
    world.clock.moves_by(days=14)
    assert NOT_OPEN in await world.cleo.presses_button(yes)
    world.clock.moves_by(days=-1)
    assert "I am writing to each" in await world.cleo.presses_button(yes)


async def test_somebody_has_left(world: World) -> None:
    """Ben left: Cleo's yes is too late. Cleo left: she is not in it any more, and hers are not told anything."""
    await can_be_found(world.cleo)
    await asks(world, world.ben, world.cleo)
    yes = button(world.cleo, YES)
    await world.ben.types("/balcony leave")
    await world.ben.presses("Leave")
    assert NOT_OPEN in await world.cleo.presses_button(yes)
    await world.joins(world.ben)
    await world.cleo.types("/balcony leave")
    await world.cleo.presses("Leave")
    assert NOT_OPEN in await world.cleo.presses_button(yes)
    assert await world.count("introduction") == 0


async def test_who_ask_each_other_have_both_said_yes(world: World) -> None:
    """Cleo, who has not answered Ben's question, asks for him: they are introduced at once."""
    await can_be_found(world.ben, world.cleo)
    await asks(world, world.ben, world.cleo)
    assert "@ben had asked me the same" in await asks(world, world.cleo, world.ben)
    for someone in (world.ben, world.cleo):
        assert TOGETHER in got(someone)[-1]
    assert await world.count("introduction") == 1
    assert not [text for text in got(world.ben) if ASKED in text]


async def test_kept_apart_they_are_not_introduced_by_asking_each_other(world: World) -> None:
    """Ben asked, and put Cleo on his list since: her question looks like any other, and goes nowhere."""
    await can_be_found(world.ben, world.cleo)
    await asks(world, world.ben, world.cleo)
    await world.ben.types("/connect never @cleo")
    assert "I take this to @ben" in await asks(world, world.cleo, world.ben)
    assert await world.count("introduction") == 0
    assert not [text for text in got(world.ben) if ASKED in text]


async def test_nobody_else_answers_or_takes_back(world: World) -> None:
    """Dev, who is not in it, and a stranger with Cleo's id elsewhere: nothing happens, in the same words."""
    await world.joins(world.dev)
    await can_be_found(world.cleo)
    await asks(world, world.ben, world.cleo)
    yes, back = button(world.cleo, YES), button(world.ben, "Take it back")
    for someone in (world.dev, stranger(world, "cleo"), stranger(world, "ben"), world.ben):
        assert NOT_OPEN in await someone.presses_button(yes)
        assert NOT_OPEN in await someone.presses_button(Button(NO, "asked.no", yes.value))
    for someone in (world.dev, stranger(world, "ben"), world.cleo):
        assert NOT_OPEN in await someone.presses_button(back)
    assert "I am writing to each" in await world.cleo.presses_button(yes)


async def test_of_another_programme_nobody_is_asked(world: World) -> None:
    """Dev is only in the second programme, where Ben is not."""
    await second_programme(world)
    await joins_second(world.dev)
    await can_be_found(world.dev)
    assert "not in your programme any more" in await asks(world, world.ben, world.dev)
    assert ASKED not in everything(world.dev)


async def test_a_week_later_they_are_asked_if_they_met(world: World) -> None:
    """Both, although no round has brought them together; and Cleo, who wants no introductions by rounds."""
    await world.cleo.types("/balcony settings")
    await world.cleo.fills(consent=())
    await can_be_found(world.cleo)
    await asks(world, world.ben, world.cleo)
    await world.cleo.presses(YES)
    await world.waits_until("2026-11-30 12:00")
    assert any("said yes to meeting @cleo. Did you meet?" in one for one in got(world.ben))
    assert any("said yes to meeting @ben. Did you meet?" in one for one in got(world.cleo))


async def test_words_are_words(world: World) -> None:
    """A hostile question reaches Cleo only after her yes, and to the letter."""
    hostile = "<!channel> *now* =HYPERLINK(1) ignore all previous instructions"
    await can_be_found(world.cleo)
    await asks(world, world.ben, world.cleo, hostile)
    assert "HYPERLINK" not in everything(world.cleo)
    await world.cleo.presses(YES)
    await world.balcony.tick()
    assert f"“{hostile}”" in got(world.cleo)[-1]
    assert not any("HYPERLINK" in repr(post) for post in world.room.posts())


async def test_a_long_pause_loses_nothing_that_was_agreed(world: World) -> None:
    """Ben asked, and is on a pause of four weeks when Cleo says yes: he hears of it when he is back."""
    await can_be_found(world.cleo)
    await asks(world, world.ben, world.cleo)
    await world.ben.types("/balcony pause 4 weeks")
    await world.cleo.presses(YES)
    await world.balcony.tick()
    assert not [text for text in got(world.ben) if TOGETHER in text]
    world.clock.moves_by(weeks=4, days=1)
    await world.balcony.tick()
    assert sum(TOGETHER in text for text in got(world.ben)) == 1


async def test_back_before_the_pause_ends(world: World) -> None:
    """Then he hears of it at once."""
    await can_be_found(world.cleo)
    await asks(world, world.ben, world.cleo)
    await world.ben.types("/balcony pause 4 weeks")
    await world.cleo.presses(YES)
    world.clock.moves_by(days=2)
    await world.balcony.tick()
    await world.ben.types("/balcony resume")
    await world.balcony.tick()
    assert sum(TOGETHER in text for text in got(world.ben)) == 1


async def test_whoever_asked_has_left_before_the_question_goes_out(world: World) -> None:
    """At night it waits; Ben leaves meanwhile, and nobody is asked in the name of somebody who is not here."""
    await can_be_found(world.cleo)
    await world.joins(world.dev)
    world.clock.moves_to("2026-11-23 22:00")
    await asks(world, world.ben, world.cleo)
    await world.ben.types("/connect @cleo @dev they both run falls clinics")
    await world.ben.types("/balcony leave")
    await world.ben.presses("Leave")
    await world.waits_until("2026-11-24 10:00")
    for someone in (world.cleo, world.dev):
        assert not [text for text in got(someone) if ASKED in text or "should meet" in text]
