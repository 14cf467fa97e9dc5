"""Sessions, as conversations: what the channel gets, and how an enabler keeps the timetable."""

from bot.chat import Button
from bot.content import catalogue
from bot.platforms.local.render import as_text
from tests.conftest import World, programme
from tests.handlers.conftest import button, everything, labels, stranger

FIRST = "getting to shared purpose"
ENABLERS_ONLY = "Only the enablers of a programme can do that."


async def adds(world: World, **answers: str) -> str:
    """Ana adds a session, on 1 December unless something else is said."""
    await world.ana.types("/balcony session add")
    said = {"title": "Letting go", "day": "2026-12-01", "starts": "13:00", "ends": "15:00"}
    return await world.ana.fills(**said | answers)


async def test_the_channel_hears_of_an_end_once(world: World) -> None:
    """At three: the maxim with its credit, a prompt of the theme, the four questions, three buttons. Never again."""
    before = len(world.room.posts())
    await world.waits_until("2026-11-26 14:59")
    assert len(world.room.posts()) == before
    await world.waits_until("2026-11-26 15:00")
    await world.waits_until("2026-11-26 15:01")
    [post] = world.room.posts()[before:]
    said = as_text(post)
    assert "“People own what they create”" in said
    assert "Myron Rogers" in said
    assert all(question in said for question in catalogue().questions)
    assert any(prompt.text in said for prompt in catalogue().prompts if prompt.theme == "shared purpose")
    assert [one.label for one in world.ben.buttons()[-3:]] == ["Reflect", "Commit", "All six maxims"]


async def test_ended_by_hand_and_by_the_timetable_is_once(world: World) -> None:
    """Ana ends it at two; three o'clock changes nothing, and neither does pressing again."""
    world.clock.moves_to("2026-11-26 14:00")
    await world.ana.types("/balcony session")
    end = of_the_first(world, "End session")
    before = len(world.room.posts())
    assert "has ended. The channel hears from me" in await world.ana.presses_button(end)
    await world.balcony.tick()
    assert FIRST in as_text(world.room.posts()[-1])
    await world.waits_until("2026-11-26 15:00")
    assert "has ended already" in await world.ana.presses_button(end)
    await world.waits_until("2026-11-26 16:00")
    assert len(world.room.posts()) == before + 1
    assert (await world.imports()).changed == 0


def of_the_first(world: World, label: str) -> Button:
    """The button of the first session in the timetable."""
    return next(one for one in world.ana.buttons() if one.label == label)


async def test_an_end_of_long_ago_is_missed(world: World) -> None:
    """Twelve hours later it is still said, a minute after that it is not; the enabler can still end it by hand."""
    before = len(world.room.posts())
    await world.waits_until("2026-11-27 03:01")
    assert len(world.room.posts()) == before
    assert "Not posted: I was not running" in await world.ana.types("/balcony session")
    await world.waits_until("2026-12-11 03:00")
    assert "Empathy mapping" in as_text(world.room.posts()[-1])
    await world.ana.presses_button(of_the_first(world, "End session"))
    await world.balcony.tick()
    assert FIRST in as_text(world.room.posts()[-1])
    assert len(world.room.posts()) == before + 2


async def test_no_maxim_comes_again_before_all_have(world: World) -> None:
    """Seven sessions: six maxims, and then the first; no prompt twice."""
    for day in range(1, 8):
        await adds(world, title=f"Session {day}", day=f"2026-12-{day + 10:02}", theme="empathy")
        await world.waits_until(f"2026-12-{day + 10:02} 15:00")
    posts = [as_text(post) for post in world.room.posts() if "That was Session" in as_text(post)]
    shown = [maxim.number for post in posts for maxim in catalogue().maxims if maxim.text in post]
    prompts = {prompt.id for post in posts for prompt in catalogue().prompts if prompt.text in post}
    assert len(set(shown[:6])) == 6
    assert shown[6] == shown[0]
    assert len(prompts) == 7


async def test_the_enabler_sees_the_timetable(world: World) -> None:
    """Every session with its time and buttons; an ended one has none, and none can be ended before its day."""
    await world.waits_until("2026-11-26 15:00")
    said = await world.ana.types("/balcony session list")
    assert "Today, 13:00 to 15:00. Ended" in said
    assert "Thursday 10 December, 13:00 to 15:00" in said
    assert labels(world.ana) == ["Change", "Cancel", "Add a session"]
    world.clock.moves_to("2026-12-10 00:01")
    await world.ana.types("/balcony session")
    assert labels(world.ana) == ["End session", "Change", "Cancel", "Add a session"]


async def test_adding_and_changing_one(world: World) -> None:
    """It is said back, ends at its time, and a changed time counts."""
    assert "Saved: Letting go." in await adds(world)
    await world.ana.types("/balcony sessions")
    await world.ana.presses_button([one for one in world.ana.buttons() if one.label == "Change"][1])
    assert world.ana.form is not None
    assert [one.initial for one in world.ana.form.questions][:4] == ["Letting go", "2026-12-01", "13:00", "15:00"]
    assert "14:00 to 16:30" in await world.ana.fills(title="Holding on", starts="14.00", ends="16.30")
    await world.waits_until("2026-12-01 16:29")
    assert "Holding on" not in everything(world.ben)
    await world.waits_until("2026-12-01 16:30")
    assert "That was Holding on" in everything(world.ben)


async def test_two_of_the_same_title(world: World) -> None:
    """Both are kept, and both are listed."""
    await adds(world)
    await adds(world, day="2026-12-02")
    assert (await world.ana.types("/balcony session")).count("Letting go") == 2


WRONG = [
    ("title", " ", "title"),
    ("title", "x" * 151, "room for 150"),
    ("day", "", "choose a day"),
    ("day", "2026-02-30", "choose a day"),
    ("day", "2026-11-01", "long over"),
    ("starts", "noon", "13:00"),
    ("starts", "25:00", "13:00"),
    ("ends", "13:00", "end after it starts"),
    ("ends", "12:00", "end after it starts"),
]


async def test_what_is_wrong_keeps_the_form_open(world: World) -> None:
    """One sentence at the field; nothing is added until it is right."""
    before = await world.count("session")
    for field, value, sentence in WRONG:
        assert sentence in await adds(world, **{field: value})
        assert set(world.ana.problems) == {field}
    assert await world.count("session") == before


async def test_a_cancelled_session_is_not_heard_of(world: World) -> None:
    """And put back in time it is."""
    world.clock.moves_to("2026-11-26 10:00")
    await world.ana.types("/balcony session")
    cancel = of_the_first(world, "Cancel")
    end = of_the_first(world, "End session")
    assert "is cancelled" in await world.ana.presses_button(cancel)
    assert "is cancelled already" in await world.ana.presses_button(end)
    assert "Cancelled" in await world.ana.types("/balcony session")
    await world.ana.presses_button(cancel)
    assert "is planned again" in await world.ana.presses("Put it back")
    assert "is not cancelled" in await world.ana.presses("Put it back")
    await world.ana.presses_button(cancel)
    await world.waits_until("2026-11-26 15:00")
    assert FIRST not in everything(world.ben)


async def test_an_ended_session_is_not_cancelled(world: World) -> None:
    """It was said already."""
    await world.ana.types("/balcony session")
    cancel = of_the_first(world, "Cancel")
    await world.waits_until("2026-11-26 15:00")
    assert "has ended already" in await world.ana.presses_button(cancel)
    assert "Ended" in await world.ana.types("/balcony session")


async def test_a_long_timetable_has_pages(world: World) -> None:
    """Ten at a time, later and earlier."""
    for day in range(1, 15):
        await adds(world, title=f"Extra {day:02}", day=f"2027-01-{day:02}")
    assert "Extra 14" not in await world.ana.types("/balcony session")
    assert "Extra 14" in await world.ana.presses("Later")
    assert FIRST in await world.ana.presses("Earlier")


async def test_others_get_a_plain_no(world: World) -> None:
    """Ben, Dev, and somebody elsewhere with Ana's id: by command, button and form; nothing changes."""
    await world.ana.types("/balcony session")
    anas = [one for one in world.ana.buttons() if one.name.startswith("session.")]
    await world.ana.types("/balcony session add")
    before = await world.ana.types("/balcony session")
    await world.ana.types("/balcony session add")
    for someone in (world.ben, world.dev, stranger(world, "ana")):
        for line in ("/balcony session", "/balcony session list", "/balcony session add", "/balcony round"):
            assert await someone.types(line) == ENABLERS_ONLY
        for one in anas:
            assert "enabler" in await someone.presses_button(one)
        someone.form = world.ana.form
        assert await someone.fills(title="mine", day="2026-12-01", starts="13:00", ends="15:00") == ENABLERS_ONLY
    assert await world.ana.types("/balcony session") == before


async def test_an_enabler_of_one_programme_has_no_say_in_another(world: World) -> None:
    """Dev runs the second group, and presses Ana's buttons."""
    await world.imports(programme(channel="second-group", enabler="dev"))
    world.clock.moves_to("2026-11-26 10:00")
    await world.ana.types("/balcony session")
    for label in ("End session", "Change", "Cancel", "Add a session"):
        assert "enabler" in await world.dev.presses_button(button(world.ana, label))


async def test_who_runs_two_programmes_is_asked_which(world: World) -> None:
    """In the channel of either it is plain, elsewhere it is not."""
    await world.imports(programme(channel="second-group").replace("Making our Move", "The other group"))
    assert "more than one programme" in await world.ana.types("/balcony session", channel="a-third")
    assert "THE OTHER GROUP" in await world.ana.types("/balcony session", channel="second-group")
    assert "MAKING OUR MOVE" in await world.ana.types("/balcony session")


async def test_what_could_not_be_said_is_shown_to_the_enabler(world: World) -> None:
    """The channel is archived: Ana reads what to do about it, Ben does not."""
    world.platform.archived.add("our-move")
    await world.waits_until("2026-11-26 15:00")
    assert "the channel is archived" in await world.ana.types("/balcony session")
    assert "archived" not in await world.ben.types("/balcony")
