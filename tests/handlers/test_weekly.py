"""The weekly message, as conversations: silence is respected."""

from datetime import timedelta

import pytest

from bot.chat import Bold, Button, Message, Text
from bot.content import catalogue
from tests.conftest import World, london
from tests.handlers.conftest import SECOND, button, got, joins_second, labels, second_programme

FIRST = london("2026-11-26 16:00")


async def thursdays(world: World, number: int, first: int = 0) -> None:
    """So many Thursdays pass, each at four o'clock, from the first, which is 26 November and has a session."""
    if first == 0:
        await world.waits_until("2026-11-26 15:00")
    for week in range(first, first + number):
        world.clock.now = FIRST + timedelta(weeks=week)
        await world.balcony.tick()


def prompt_of(message: Message) -> str:
    block = message.blocks[1]
    assert isinstance(block, Text)
    assert isinstance(block.parts[0], Bold)
    return block.parts[0].text


async def test_it_comes_at_the_members_hour(world: World) -> None:
    """A prompt and four buttons, on Thursday at four, once; nothing in the first three days after joining."""
    await world.waits_until("2026-11-26 15:59")
    assert world.ben.gets() == []
    await world.waits_until("2026-11-26 16:00")
    await world.waits_until("2026-11-26 20:00")
    assert len(world.ben.gets()) == 1
    assert labels(world.ben) == ["Write", "Skip", "Less often", "Pause until…"]
    assert any(prompt.text in world.ben.last() for prompt in catalogue().prompts)


async def test_somebody_who_joins_on_the_day_waits_a_week(world: World) -> None:
    """Dev joins on Wednesday, and Thursday's message is not for him yet."""
    world.clock.moves_to("2026-11-25 10:00")
    await world.joins(world.dev)
    await thursdays(world, 1)
    assert world.dev.gets() == []
    await thursdays(world, 1, first=1)
    assert len(world.dev.gets()) == 1


async def test_no_prompt_comes_twice(world: World) -> None:
    """Twenty-eight weeks, twenty-eight prompts; every fourth message has a maxim, never one a second time before all six."""
    for week in range(28):
        await thursdays(world, 1, first=week)
        await world.ben.presses("Skip")
    prompts = [prompt_of(message) for message in world.ben.gets()]
    assert len(set(prompts)) == len(prompts) == 28
    maxims = [maxim.number for text in got(world.ben) for maxim in catalogue().maxims if f"“{maxim.text}”" in text]
    assert maxims == [1, 2, 3, 4, 5, 6, 1]


async def test_write_opens_a_page_about_its_prompt(world: World) -> None:
    """The page is kept under the prompt, for its author."""
    await thursdays(world, 1)
    prompt = prompt_of(world.ben.gets()[-1])
    assert prompt in await world.ben.presses("Write")
    await world.ben.fills(page="that nobody had asked")
    listed = await world.ben.types("/reflect list")
    assert prompt in listed
    assert "that nobody had asked" in listed


async def test_what_is_open_comes_with_its_buttons(world: World) -> None:
    """Five commitments with buttons, and the number of the others."""
    for number in range(7):
        await world.ben.types(f"/commit thing {number}")
    await thursdays(world, 1)
    assert "Still open:" in world.ben.last()
    assert "And 2 more: /commit list" in world.ben.last()
    assert labels(world.ben).count("Done") == 5
    assert "Done. Good." in await world.ben.presses("Done")


async def test_a_slower_rhythm_is_offered_then_it_rests(world: World) -> None:
    """After three unanswered the offer, then the last word, then nothing; home tells the truth; one press resumes."""
    await thursdays(world, 4)
    assert ["slower rhythm" in text for text in got(world.ben)] == [False, False, False, True]
    assert labels(world.ben)[-3:] == ["Every two weeks", "Every four weeks", "As it is"]
    await thursdays(world, 4, first=4)
    assert len(world.ben.gets()) == 5
    assert "I will rest" in world.ben.last()
    assert "I am resting" in await world.ben.types("/balcony")
    assert "Good to have you back" in await world.ben.presses("Start again")
    await thursdays(world, 1, first=8)
    assert len(world.ben.gets()) == 6
    assert "slower rhythm" not in world.ben.last()


@pytest.mark.parametrize("sign", ["Skip", "As it is", "/commit list", "/balcony"])
async def test_any_sign_of_life_is_an_answer(world: World, sign: str) -> None:
    """After three unanswered, one word or press, and it neither offers nor rests."""
    await thursdays(world, 4 if sign == "As it is" else 3)
    await (world.ben.types(sign) if sign.startswith("/") else world.ben.presses(sign))
    await thursdays(world, 3, first=4)
    assert "slower rhythm" not in "".join(got(world.ben)[-3:])


async def test_a_rest_lasts_until_they_say_so(world: World) -> None:
    """Using Balcony does not end it, and neither does a pause; choosing a rhythm does."""
    await thursdays(world, 5)
    every_two = button(world.ben, "Every two weeks")
    await world.ben.types("/commit list")
    await world.ben.types("/balcony pause 1 week")
    await thursdays(world, 3, first=5)
    assert len(world.ben.gets()) == 5
    assert "every two weeks" in await world.ben.presses_button(every_two)
    await thursdays(world, 2, first=8)
    assert len(world.ben.gets()) == 6


@pytest.mark.parametrize(
    ("rhythm_label", "pressed", "weeks"),
    [
        ("Every two weeks", "2026-11-26 17:00", [2, 4]),
        ("Every two weeks", "2026-12-02 09:00", [2, 4]),
        ("Every four weeks", "2026-11-26 17:00", [4]),
        ("Every four weeks", "2026-12-03 15:59", [4]),
        ("Every week", "2026-11-27 09:00", [1, 2, 3, 4, 5]),
    ],
)
async def test_less_often_counts_from_the_last_one(
    world: World, rhythm_label: str, pressed: str, weeks: list[int]
) -> None:
    """Two weeks after the last message, or four, whenever in between the button is pressed."""
    await thursdays(world, 1)
    world.clock.moves_to(pressed)
    await world.ben.presses("Less often")
    await world.ben.presses(rhythm_label)
    assert [week for week in range(1, 6) if await came_in(world, week)] == weeks


async def came_in(world: World, week: int) -> bool:
    """Whether a message came that Thursday; it is answered."""
    before = len(world.ben.gets())
    await thursdays(world, 1, first=week)
    came = len(world.ben.gets()) > before
    if came:
        await world.ben.presses("Skip")
    return came


async def test_back_to_every_week(world: World) -> None:
    """From four weeks to one, in the second week: the next Thursday brings it."""
    await thursdays(world, 1)
    await world.ben.presses("Less often")
    weekly = button(world.ben, "Every week")
    assert "every four weeks" in await world.ben.presses("Every four weeks")
    world.clock.now = FIRST + timedelta(days=10)
    assert "every" not in await world.ben.presses_button(weekly)
    assert [await came_in(world, week) for week in (2, 3)] == [True, True]


async def test_the_hour_stays_when_clocks_change(world: World) -> None:
    """Around the last Sunday of March it is four o'clock in London before and after."""
    for day in ("2027-03-18", "2027-03-25", "2027-04-01"):
        await world.waits_until(f"{day} 15:59")
        before = len(world.ben.gets())
        await world.waits_until(f"{day} 16:00")
        assert len(world.ben.gets()) == before + 1


async def test_pause_from_the_message(world: World) -> None:
    """Two presses, and two weeks of quiet; then it goes on."""
    await thursdays(world, 1)
    assert "For how long" in await world.ben.presses("Pause until…")
    assert "quiet until Thursday 10 December" in await world.ben.presses("2 weeks")
    assert [await came_in(world, week) for week in (1, 2)] == [False, True]


async def test_buttons_belong_to_their_programme(world: World) -> None:
    """Ben is in two programmes: less often in the one leaves the other weekly."""
    await second_programme(world)
    await thursdays(world, 1)
    mine = button(world.ben, "Less often")
    await joins_second(world.ben)
    await world.ben.presses_button(mine)
    await world.ben.presses("Every four weeks")
    assert "every four weeks" in await world.ben.types("/balcony")
    assert "every four weeks" not in await world.ben.types("/balcony", channel=SECOND)


async def test_nobody_presses_for_somebody_else(world: World) -> None:
    """Cleo with Ben's buttons changes neither his rhythm nor hers."""
    await thursdays(world, 1)
    await world.ben.presses("Less often")
    for label in ("Every four weeks", "Less often"):
        assert "not in that programme" in await world.cleo.presses_button(button(world.ben, label))
    for someone in (world.ben, world.cleo):
        assert "every four weeks" not in await someone.types("/balcony")


async def test_an_unknown_rhythm_is_of_an_older_version(world: World) -> None:
    """It says so and changes nothing."""
    assert "older version" in await world.ben.presses_button(Button("?", "weekly.every", "9"))
    assert "Thursdays at 16:00 and" in await world.ben.types("/balcony")
