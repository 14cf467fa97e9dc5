"""What came of it? As conversations: one line, whose it is, and who reads it when."""

import pytest
from sqlalchemy import text

from bot.chat import Button
from bot.domain.text import LINE_LIMIT
from bot.platforms.local.listen import Someone
from tests.conftest import World, programme
from tests.handlers.conftest import SECOND, button, everything, labels, second_programme, stranger

LINE = "We share a waiting list now"
EMPTY = "No member has let you read what came of an introduction yet."


@pytest.fixture
async def met(world: World) -> World:
    """Ben and Cleo were introduced and asked, and Ben has said that they met."""
    await world.waits_until("2026-12-08 09:30")
    await world.waits_until("2026-12-15 09:30")
    await world.ben.presses("Yes")
    return world


async def writes(someone: Someone, line: str = LINE) -> str:
    await someone.presses("What came of it?")
    return await someone.fills(line=line)


@pytest.mark.parametrize(("answer", "asked"), [("Yes", 1), ("Booked", 0), ("Not yet", 0), ("Not this time", 0)])
async def test_after_a_yes_it_is_asked(met: World, answer: str, asked: int) -> None:
    """Of nobody who has not met yet, also where a time is booked: they are asked whether it happened."""
    await met.cleo.presses(answer)
    assert labels(met.cleo).count("What came of it?") == asked


async def test_it_is_for_its_author_alone(met: World) -> None:
    """Kept and shown to Ben, who is told who would read it; Cleo and Ana see nothing of it, and it is sealed."""
    said = await writes(met.ben)
    assert "Kept, for you alone." in said
    assert LINE in said
    assert (
        "by the enablers of Making our Move: systems leadership (one person now) if you let them, and by nobody else"
        in said
    )
    assert labels(met.ben) == ["Let the enablers read it", "Change it", "Take it out"]
    assert await met.ana.types("/balcony stories") == as_text_of_empty()
    assert LINE not in everything(met.cleo) + everything(met.ana)
    async with met.database.transaction() as db:
        rows = (await db.session.execute(text("SELECT * FROM cameofit"))).all()
    assert len(rows) == 1
    assert LINE not in str(rows)


def as_text_of_empty() -> str:
    more = "Who has met somebody may write one line about it. It is theirs alone, unless they let you read it."
    return f"{EMPTY}\n  {more}"


async def test_released_and_taken_back(met: World) -> None:
    """Ana reads the line and no name; taken back, she does not; pressed twice is pressed once."""
    await writes(met.ben)
    release = button(met.ben, "Let the enablers read it")
    for _ in range(2):
        said = await met.ben.presses_button(release)
        assert "The enablers can read it now, without your name." in said
        assert "That is the enablers of Making our Move: systems leadership (one person now), and nobody else." in said
    stories = await met.ana.types("/balcony stories")
    assert LINE in stories
    assert "ben" not in stories
    assert "cleo" not in stories
    assert LINE not in everything(met.cleo)
    assert "Kept, for you alone." in await met.ben.presses("Keep it to myself again")
    assert EMPTY in await met.ana.types("/balcony stories")


async def test_new_words_are_not_released(met: World) -> None:
    """The form holds what was there. Sent as it was, it stays released; changed, it is Ben's alone again."""
    await writes(met.ben)
    await met.ben.presses("Let the enablers read it")
    await met.ben.presses("Change it")
    assert met.ben.form is not None
    assert met.ben.form.questions[0].initial == LINE
    assert "can read it now" in await met.ben.fills()
    await met.ben.presses("Change it")
    said = await met.ben.fills(line="We quarrelled")
    assert "The enablers do not see these new words" in said
    assert EMPTY in await met.ana.types("/balcony stories")
    await met.ben.presses("Let the enablers read it")
    assert "We quarrelled" in await met.ana.types("/balcony stories")
    assert await met.count("cameofit") == 1


async def test_taken_out(met: World) -> None:
    """Nothing is kept; an old button says so and offers to write another one."""
    await writes(met.ben)
    release = button(met.ben, "Let the enablers read it")
    await met.ben.presses_button(release)
    assert "Nothing of it is kept." in await met.ben.presses("Take it out")
    assert await met.count("cameofit") == 0
    assert EMPTY in await met.ana.types("/balcony stories")
    assert "no line of yours" in await met.ben.presses_button(release)
    assert labels(met.ben) == ["What came of it?"]


async def test_a_line_is_needed_and_has_a_limit(met: World) -> None:
    """Both are said in the form, which stays open; a line is one line."""
    assert "nothing here yet" in await writes(met.ben, " \n ")
    assert "there is room for 200" in await met.ben.fills(line="x" * (LINE_LIMIT + 1))
    assert "One, two" in await met.ben.fills(line="One,\n\n two")
    assert await met.count("cameofit") == 1


async def test_nobody_else_reaches_it(met: World) -> None:
    """Dev, who was not introduced, and somebody with Ben's id elsewhere: the same words as about nothing."""
    await writes(met.ben)
    await met.joins(met.dev)
    release = button(met.ben, "Let the enablers read it")
    for someone in (met.dev, stranger(met, "ben")):
        for name in ("came.write", "came.release", "came.withdraw", "came.forget"):
            said = await someone.presses_button(Button("?", name, release.value))
            assert said == await someone.presses_button(Button("?", name, "nothing"))
            assert "not one of yours" in said
    assert EMPTY in await met.ana.types("/balcony stories")
    assert await met.count("cameofit") == 1


async def test_cleo_has_a_line_of_her_own(met: World) -> None:
    """About the same meeting; what she does with hers does nothing to Ben's."""
    await writes(met.ben)
    await met.cleo.presses("Yes")
    await writes(met.cleo, "He knows everybody")
    await met.cleo.presses("Let the enablers read it")
    stories = await met.ana.types("/balcony stories")
    assert "He knows everybody" in stories
    assert LINE not in stories
    await met.cleo.presses("Take it out")
    assert LINE in await met.ben.presses("Let the enablers read it")


async def test_of_who_left_nothing_is_read(met: World) -> None:
    """From that moment; and they reach it no more themselves."""
    await writes(met.ben)
    await met.ben.presses("Let the enablers read it")
    back = button(met.ben, "Keep it to myself again")
    await met.ben.types("/balcony leave")
    await met.ben.presses("Leave")
    assert EMPTY in await met.ana.types("/balcony stories")
    assert "not one of yours" in await met.ben.presses_button(back)


# --- /balcony stories ---


async def test_stories_are_for_enablers(met: World) -> None:
    """Of that programme: who runs another one reads nothing of it, by the command or by a button."""
    await writes(met.ben)
    await met.ben.presses("Let the enablers read it")
    await met.imports(programme(channel=SECOND, enabler="cleo"))
    for line in (await met.ben.types("/balcony stories"), await met.dev.types("/balcony stories")):
        assert "Only the enablers of a programme can do that." in line
    assert EMPTY in await met.cleo.types("/balcony stories", channel=SECOND)
    async with met.database.transaction() as db:
        homes = (await db.session.execute(text("SELECT id FROM programme"))).scalars().all()
    heard = [await met.cleo.presses_button(Button("?", "stories", f"{home}:0")) for home in homes]
    assert sorted("Only the enablers" in said for said in heard) == [False, True]
    assert LINE not in everything(met.cleo)


async def test_of_two_programmes_the_channel_says_which(met: World) -> None:
    """Ana runs both."""
    await second_programme(met)
    await writes(met.ben)
    await met.ben.presses("Let the enablers read it")
    assert LINE in await met.ana.types("/balcony stories")
    assert EMPTY in await met.ana.types("/balcony stories", channel=SECOND)


async def test_many_are_paged(met: World) -> None:
    """Ten on a page, the newest first, and a button for the rest; a page that is none says so."""
    async with met.database.transaction() as db:
        [home] = (await db.session.execute(text("SELECT id FROM programme"))).scalars()
    await releases(met, 12)
    first = await met.ana.types("/balcony stories")
    assert first.index("line 11") < first.index("line 2")
    assert "line 1”" not in first
    older = await met.ana.presses("Older ones")
    assert older.index("line 1”") < older.index("line 0”")
    assert "Older ones" not in labels(met.ana)
    assert "no older ones" in await met.ana.presses_button(Button("?", "stories", f"{home}:20"))
    for odd in ("9" * 30, "x", ""):
        assert "went wrong" not in await met.ana.presses_button(Button("?", "stories", f"{home}:{odd}"))


async def releases(world: World, number: int) -> None:
    """Ben writes that many lines, each about an introduction of its own, and lets them be read."""
    async with world.database.transaction() as db:
        [ben] = (await db.session.execute(text("SELECT id FROM member WHERE user = 'ben'"))).scalars()
        copy = (
            "INSERT INTO introduction (id, round_id, programme_id, made_at) "
            "SELECT :id, round_id, programme_id, made_at FROM introduction LIMIT 1"
        )
        place = "INSERT INTO introduced (introduction_id, member_id, met) VALUES (:id, :member, 'met')"
        for one in range(number):
            await db.session.execute(text(copy), {"id": f"made{one}"})
            await db.session.execute(text(place), {"id": f"made{one}", "member": ben})
    for one in range(number):
        await world.ben.presses_button(Button("?", "came.write", f"made{one}"))
        await world.ben.fills(line=f"line {one}")
        world.clock.moves_by(minutes=1)
        await world.ben.presses("Let the enablers read it")


async def test_hostile_lines_are_only_text(met: World) -> None:
    """Shown to the letter, and nothing in them is alive."""
    hostile = "<!channel> *bold* =HYPERLINK(1) @ana [x](y)"
    assert hostile in await writes(met.ben, hostile)
    await met.ben.presses("Let the enablers read it")
    assert hostile in await met.ana.types("/balcony stories")
