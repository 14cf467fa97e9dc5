"""/commit, as conversations."""

from bot.chat import Button
from tests.conftest import World
from tests.handlers.conftest import button, everything, got, labels

GONE = "not in your notebook any more"


async def test_words_are_kept_at_once_with_their_day(world: World) -> None:
    """The words are shown back without the day, and the day as it will come."""
    said = await world.ben.types("/commit ring the school nurse on Friday morning")
    assert "“ring the school nurse”" in said
    assert "on Friday 27 November, in the morning" in said


DUE = [
    ("ring her tomorrow", "Due tomorrow. I will bring it back on the day."),
    ("ring her by 3 December", "Due on Thursday 3 December. I will bring it back on the day."),
    ("ring her next week", "Due on Friday 4 December. I will bring it back on the day."),
    ("ring her in two weeks", "Due on Monday 7 December. I will bring it back on the day."),
    ("ring her on Friday at 3pm", "Due on Friday 27 November, at 3pm. I will bring it back on the day."),
    ("ring her today", "Due today. I will bring it back this afternoon."),
]


async def test_the_day_is_said_as_it_will_come(world: World) -> None:
    """What is said of the coming back is what happens."""
    for words, due in DUE:
        assert due in await world.ben.types(f"/commit {words}")


async def test_the_day_brings_it_back_once(world: World) -> None:
    """On the morning of the day the member's own words come back, once, however often time is asked."""
    await world.ben.types("/commit ring the school nurse tomorrow")
    before = len(world.ben.gets())
    await world.waits_until("2026-11-24 08:59")
    assert len(world.ben.gets()) == before
    await world.waits_until("2026-11-24 09:00")
    await world.waits_until("2026-11-24 12:00")
    assert len(world.ben.gets()) == before + 1
    assert "ring the school nurse" in world.ben.last()


async def test_today_late_comes_back_tomorrow(world: World) -> None:
    """At five in the afternoon the day is nearly over, and Balcony says that it will be tomorrow."""
    world.clock.moves_to("2026-11-23 17:00")
    assert "Due today. I will bring it back tomorrow." in await world.ben.types("/commit ring the nurse today")
    await world.waits_until("2026-11-24 09:00")
    assert "For Monday 23 November you chose this:\n  “ring the nurse”\nHow did it go?" in world.ben.last()


async def test_somebody_who_has_not_joined_is_shown_the_way(world: World) -> None:
    """Nothing is kept for them."""
    for line in ("/commit ring somebody", "/commit", "/commit list"):
        assert "not joined" in await world.dev.types(line)
    assert labels(world.dev) == ["Join"]
    assert await world.count("commitment") == 0


async def test_without_a_day_buttons_ask_for_it(world: World) -> None:
    """A button gives it its day; no day is an answer, too, and can be changed."""
    assert "When will you do it?" in await world.ben.types("/commit ring the school nurse")
    assert labels(world.ben)[:5] == ["Today", "Tomorrow", "Friday 27 November", "Another day", "No day"]
    never = button(world.ben, "No day")
    assert "Due tomorrow" in await world.ben.presses("Tomorrow")
    assert "Kept without a day" in await world.ben.presses_button(never)
    assert "Without a day." in await world.ben.types("/commit list")
    await world.waits_until("2026-11-24 09:00")
    assert world.ben.gets() == []


async def test_several_days_are_offered(world: World) -> None:
    """Balcony does not guess: it asks which of them."""
    await world.ben.types("/commit ring her on Tuesday or Thursday")
    assert labels(world.ben)[:3] == ["Tomorrow", "Thursday 26 November", "Another day"]
    assert "Due on Thursday 26 November" in await world.ben.presses("Thursday 26 November")


async def test_an_impossible_date_is_asked_about(world: World) -> None:
    """The words are kept whole; what is wrong with the day is said; and another day can be given."""
    said = await world.ben.types("/commit ring her on 31 November")
    assert "“ring her on 31 November”" in said
    assert "31 November is not a day in the calendar. When will you do it?" in said
    assert "Due tomorrow" in await world.ben.presses("Tomorrow")


async def test_a_day_alone_is_not_a_commitment(world: World) -> None:
    """Nothing is kept, and the sentence says what is missing."""
    assert "not what you will do" in await world.ben.types("/commit on Friday")
    assert await world.count("commitment") == 0


async def test_a_button_of_last_week_gives_no_day_that_has_passed(world: World) -> None:
    """Pressed too late, it offers new days, and the commitment has none."""
    await world.ben.types("/commit ring the school nurse")
    tomorrow = button(world.ben, "Tomorrow")
    world.clock.moves_to("2026-11-30 10:00")
    assert "already passed" in await world.ben.presses_button(tomorrow)
    assert labels(world.ben)[1] == "Tomorrow"
    assert "Without a day." in await world.ben.types("/commit list")


async def test_far_too_long_is_refused_with_the_limit(world: World) -> None:
    """Nothing is kept or cut; what fits is given back, and for more Balcony says that it does not fit."""
    assert "301 characters; there is room for 300" in await world.ben.types("/commit " + "x" * 301)
    assert "x" * 301 in world.ben.last()
    said = await world.ben.types("/commit " + "x" * 50_000)
    assert "50,000 characters; there is room for 300" in said
    assert "too long to show back" in said
    assert await world.count("commitment") == 0


async def test_what_people_write_is_kept_to_the_letter(world: World) -> None:
    """Another script, markup, an emoji family, two lines: all of it is only text."""
    for words in ("دعوة الجيران إلى الشاي", "<!channel> *ring* <@U1> `now` 👩‍👩‍👧", "ring\nher"):
        assert f"“{words}”" in await world.ben.types(f"/commit {words}")
        assert f"“{words}”" in await world.ben.types("/commit list")


async def test_a_null_character_harms_nothing(world: World) -> None:
    """It is left out; alone it is as good as no words."""
    assert "“ring her”" in await world.ben.types("/commit ring\x00 her")
    assert "[ One small thing ]" in await world.ben.types("/commit \x00")
    assert await world.count("commitment") == 1


async def test_the_list_goes_on_after_ten(world: World) -> None:
    """Twelve open ones are two pages, the first due first; a page that is empty by now shows the first."""
    for number in range(1, 12):
        await world.ben.types(f"/commit thing {number:02}")
    await world.ben.types("/commit thing 12 tomorrow")
    first = await world.ben.types("/commit list")
    assert first.index("thing 12") < first.index("thing 01")
    assert "thing 10" not in first
    more = button(world.ben, "2 more")
    second = await world.ben.presses_button(more)
    assert "thing 10" in second
    assert "thing 11" in second
    for _ in range(2):
        await world.ben.presses("Done", second_value(world, "done"))
        second = await world.ben.presses_button(more)
    assert "thing 01" in second


def second_value(world: World, outcome: str) -> str:
    """The value of the last button of that outcome in the newest message."""
    return [one.value for one in world.ben.buttons() if one.value.endswith(f":{outcome}:beside")][-1]


async def test_an_empty_list_says_so(world: World) -> None:
    """And how to begin."""
    assert "no open commitments" in await world.ben.types("/commit LIST")


async def test_undo_leaves_nothing(world: World) -> None:
    """It is out of the notebook, does not come back, and its buttons say so."""
    await world.ben.types("/commit ring the nurse tomorrow")
    change = button(world.ben, "Add a cue or a witness")
    assert "Nothing of it is kept" in await world.ben.presses("Undo")
    assert await world.count("commitment") == 0
    assert GONE in await world.ben.presses("Undo")
    assert GONE in await world.ben.presses_button(change)
    await world.waits_until("2026-11-24 09:00")
    assert world.ben.gets() == []


async def test_the_form_takes_everything(world: World) -> None:
    """What, when it is time, day and hour; and changing it shows what was there."""
    assert "What will you do?" in await world.ben.types("/commit")
    said = await world.ben.fills(what="ring her", cue="when the kettle is on", day="2026-11-27", part="at lunchtime")
    assert "“when the kettle is on”" in said
    assert "Due on Friday 27 November, at lunchtime." in said
    await world.ben.presses("Edit")
    assert world.ben.form is not None
    assert [one.initial for one in world.ben.form.questions] == [
        "ring her", "when the kettle is on", "2026-11-27", "at lunchtime", "",
    ]  # fmt: skip
    assert "Due tomorrow" in await world.ben.fills(day="2026-11-24")
    await world.waits_until("2026-11-24 09:00")
    assert "when the kettle is on" in world.ben.last()
    await world.waits_until("2026-11-27 09:00")
    assert sum("kettle" in text for text in got(world.ben)) == 1


WRONG = [
    ("what", "", "what you will do"),
    ("what", "x" * 301, "room for 300"),
    ("cue", "x" * 301, "room for 300"),
    ("day", "2026-02-30", "not a day in the calendar"),
    ("day", "2026-11-22", "already passed"),
    ("day", "2027-11-25", "more than a year away"),
    ("witness", "ben", "somebody else"),
    ("witness", "dev", "not joined"),
]


async def test_what_is_wrong_keeps_the_form_open(world: World) -> None:
    """One sentence at the field, and nothing is kept until it is right."""
    await world.ben.types("/commit")
    for field, value, sentence in WRONG:
        assert sentence in await world.ben.fills(**{"what": "ring her"} | {field: value})
        assert set(world.ben.problems) == {field}
    assert await world.count("commitment") == 0
    assert "Kept" in await world.ben.fills(what="ring her")


async def test_a_changed_word_does_not_bring_it_back_twice(world: World) -> None:
    """It came back in the morning; correcting a word at noon leaves it at that."""
    await world.ben.types("/commit ring the nurse tomorrow")
    await world.waits_until("2026-11-24 09:00")
    world.clock.moves_to("2026-11-24 12:00")
    await world.ben.presses("Add a cue or a witness")
    assert "I will bring it back" not in await world.ben.fills(what="ring the school nurse")
    for moment in ("2026-11-24 16:30", "2026-11-25 09:00"):
        await world.waits_until(moment)
    assert len(world.ben.gets()) == 1


async def test_nobody_presses_somebody_elses_button(world: World) -> None:
    """Cleo with the ids of Ben's buttons reads the same as about a deleted thing; Ben's stays as it was."""
    await world.ben.types("/commit ring the nurse")
    before = await world.ben.types("/commit list")
    for label in ("Undo", "Add a cue or a witness", "Tomorrow", "No day", "Done", "Let go"):
        bens = button(world.ben, label)
        assert GONE in await world.cleo.presses_button(bens)
        assert GONE in await world.cleo.presses_button(Button(bens.label, bens.name, f"0{bens.value}"))
    assert await world.ben.types("/commit list") == before


async def test_nobody_sends_somebody_elses_form(world: World) -> None:
    """Cleo sends the form of Ben's commitment: nothing in it changes."""
    await world.ben.types("/commit ring the nurse")
    await world.ben.presses("Add a cue or a witness")
    world.cleo.form = world.ben.form
    assert GONE in await world.cleo.fills(what="something else")
    assert "ring the nurse" in await world.ben.types("/commit list")
    assert "ring the nurse" not in everything(world.cleo)


async def test_an_unknown_day_on_a_button_is_of_an_older_version(world: World) -> None:
    """It says so, and nothing changes."""
    await world.ben.types("/commit ring the nurse")
    value = button(world.ben, "Tomorrow").value.replace("2026-11-24", "soon")
    assert "older version" in await world.ben.presses_button(Button("Soon", "commitment.day", value))
    assert "Without a day." in await world.ben.types("/commit list")
