"""/reflect, as conversations: what is written is read by its author alone."""

from tests.conftest import World
from tests.handlers.conftest import button, everything, labels

SESSION = "[ Thinking time ]"
PAGE = "[ Your notebook ]"


async def test_the_last_session_first_and_then_a_free_page(world: World) -> None:
    """After a session /reflect asks the four questions once; with an answer kept it is a free page."""
    assert PAGE in await world.ben.types("/reflect")
    await world.waits_until("2026-11-26 15:00")
    asked = await world.ben.types("/reflect")
    assert SESSION in asked
    assert "getting to shared purpose" in asked
    assert "What have I heard today?" in asked
    assert "for you alone" in await world.ben.fills(q1="that trust is slow")
    assert PAGE in await world.ben.types("/reflect")
    assert SESSION in await world.cleo.types("/reflect")


async def test_a_free_page_can_be_asked_for(world: World) -> None:
    """/reflect page does not ask about the session, and a session of long ago is not asked about."""
    await world.waits_until("2026-11-26 15:00")
    assert PAGE in await world.ben.types("/reflect page")
    world.clock.moves_to("2026-12-10 14:00")
    assert SESSION in await world.ben.types("/reflect")
    world.clock.moves_to("2026-12-10 15:01")
    assert PAGE in await world.ben.types("/reflect")


async def test_the_button_in_the_channel_opens_the_form(world: World) -> None:
    """Cleo presses Reflect under the session's message; Dev, who has not joined, is shown the way."""
    await world.waits_until("2026-11-26 15:00")
    assert SESSION in await world.cleo.presses("Reflect")
    assert "not joined" in await world.dev.presses("Reflect")


async def test_the_last_question_becomes_a_commitment(world: World) -> None:
    """The one small thing is kept with its day, beside the page."""
    await world.waits_until("2026-11-26 15:00")
    await world.ben.types("/reflect")
    said = await world.ben.fills(q2="silence", q4="have tea with the caretaker tomorrow")
    assert "in your notebook, for you alone" in said
    assert "Due tomorrow" in said
    assert "have tea with the caretaker" in await world.ben.types("/commit list")
    assert "silence" in await world.ben.types("/reflect list")


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({}, "q1", "at least one"),
    ({"q1": "\x00 \n"}, "q1", "at least one"),
    ({"q3": "x" * 2001}, "q3", "room for 2,000"),
    ({"q1": "all I heard", "q4": "x" * 301}, "q4", "room for 300"),
    ({"q1": "all I heard", "q4": "on Friday"}, "q4", "not what you will do"),
]


async def test_what_is_wrong_keeps_the_form_open(world: World) -> None:
    """The other answers are not lost, and nothing is kept until it is right."""
    await world.waits_until("2026-11-26 15:00")
    await world.ben.types("/reflect")
    for answers, field, sentence in WRONG:
        assert sentence in await world.ben.fills(**answers)
        assert set(world.ben.problems) == {field}
    assert await world.count("reflection") == await world.count("commitment") == 0
    assert "for you alone" in await world.ben.fills(q1="all I heard")


async def test_words_are_kept_at_once(world: World) -> None:
    """Words after the command are a page, shown back, and can be taken out again."""
    said = await world.ben.types("/reflect <!channel> nobody had *the* whole picture")
    assert "“<!channel> nobody had *the* whole picture”" in said
    assert await world.count("reflection") == 1
    assert "Nothing of it is kept" in await world.ben.presses("Take it out again")
    assert await world.count("reflection") == 0
    assert "not in your notebook any more" in await world.ben.presses("Take it out again")


async def test_far_too_long_is_refused_and_given_back(world: World) -> None:
    """Nothing is kept or cut, and the words are not lost; invisible words alone open the page."""
    said = await world.ben.types("/reflect " + "word " * 500)
    assert "there is room for 2,000" in said
    assert " ".join(["word"] * 500) in said
    assert "50,000 characters" in await world.ben.types("/reflect " + "x" * 50_000)
    assert PAGE in await world.ben.types("/reflect \x00")
    assert await world.count("reflection") == 0


async def test_a_page_has_its_limits(world: World) -> None:
    """Nothing or too much keeps the page open."""
    await world.ben.types("/reflect page")
    assert "nothing on this page" in await world.ben.fills(page="")
    assert "room for 2,000" in await world.ben.fills(page="x" * 2001)
    assert "for you alone" in await world.ben.fills(page="x" * 2000)


async def test_the_notebook_goes_back_page_by_page(world: World) -> None:
    """The newest first, and every page is reached once, long ones too."""
    for number in range(1, 13):
        world.clock.moves_by(minutes=1)
        await world.ben.types(f"/reflect page number {number:02} {'x' * (1900 if number > 2 else 0)}")
    shown = [await world.ben.types("/reflect list")]
    while "Older pages" in labels(world.ben):
        shown.append(await world.ben.presses("Older pages"))
    assert "number 12" in shown[0]
    assert "number 01" in shown[-1]
    assert [sum(f"number {number:02}" in page for page in shown) for number in range(1, 13)] == [1] * 12
    assert all(len(page) < 13_000 for page in shown)


async def test_the_day_of_writing_is_said(world: World) -> None:
    """Today, and later the day itself."""
    await world.ben.types("/reflect the caretaker knows")
    assert "Written today" in await world.ben.types("/reflect list")
    world.clock.moves_to("2026-12-01 10:00")
    assert "Written on Monday 23 November" in await world.ben.types("/reflect list")


async def test_an_empty_notebook_says_so(world: World) -> None:
    """And an older page that is no more is no error."""
    assert "Your notebook is empty" in await world.ben.types("/reflect list")


async def test_only_its_author_reads_it(world: World) -> None:
    """Cleo's list has nothing of Ben's; his button takes nothing out for her; Ana runs it all and sees none."""
    await world.ben.types("/reflect the caretaker knows")
    await world.ben.types("/reflect list")
    bens = button(world.ben, "Take it out")
    assert "not in your notebook any more" in await world.cleo.presses_button(bens)
    assert "empty" in await world.cleo.types("/reflect list")
    await world.joins(world.ana)
    for line in ("/reflect list", "/balcony", "/balcony session", "/balcony round"):
        await world.ana.types(line)
    await world.waits_until("2026-11-26 16:00")
    assert "caretaker" not in everything(world.cleo) + everything(world.ana)
    assert "caretaker" in await world.ben.types("/reflect list")


async def test_a_page_is_taken_out_of_the_list(world: World) -> None:
    """One page goes, the others stay."""
    await world.ben.types("/reflect the first")
    world.clock.moves_by(minutes=1)
    await world.ben.types("/reflect the second")
    await world.ben.types("/reflect list")
    await world.ben.presses("Take it out")
    left = await world.ben.presses("My notebook")
    assert "the second" in left
    assert "the first" not in left


async def test_somebody_who_has_not_joined_is_shown_the_way(world: World) -> None:
    """Nothing is kept for them."""
    for line in ("/reflect", "/reflect something", "/reflect list", "/reflect page"):
        assert "not joined" in await world.dev.types(line)
    assert await world.count("reflection") == 0
