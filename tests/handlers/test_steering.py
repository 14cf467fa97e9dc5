"""/balcony introductions, as conversations."""

from bot.chat import Button
from bot.platforms.local.listen import Room, Someone
from tests.conftest import World
from tests.handlers.conftest import button, joins_second, labels, meetings, member_of, second_programme, stranger


async def test_how_it_stands(world: World) -> None:
    """How often, when next, no times yet; and what there is to change."""
    said = await world.ben.types("/balcony introductions")
    assert "I introduce you to somebody in every round. The next one is on Tuesday 8 December." in said
    assert "You have named no times" in said
    assert labels(world.ben) == ["Skip the next one", "How often", "Times that suit me", "Settings"]


async def test_skip_the_next_one_and_undo(world: World) -> None:
    """By the button or the words; and it can be taken back."""
    await world.ben.types("/balcony introductions")
    assert "You skip the introductions on Tuesday 8 December." in await world.ben.presses("Skip the next one")
    assert "and you skip it" in await world.ben.types("/balcony introductions")
    assert "You are in the introductions on Tuesday 8 December." in await world.ben.presses("Undo")
    assert "and you skip it" not in await world.ben.types("/balcony introductions")
    assert "You skip" in await world.ben.types("/balcony introductions skip")
    assert "You skip" in await world.ben.types("/balcony introductions skip")


async def test_how_often(world: World) -> None:
    """It is said back at once, and stays so."""
    await world.ben.types("/balcony introductions")
    await world.ben.presses("How often")
    assert "in every fourth round" in await world.ben.presses("Every fourth round")
    assert "in every fourth round" in await world.ben.types("/balcony introductions")
    await world.ben.presses("How often")
    assert "in every round." in await world.ben.presses("Every round")


async def test_rounds_to_sit_out(world: World) -> None:
    """After a round Ben sits out three; back to every second he sits out one."""
    await world.ben.types("/balcony introductions")
    await world.ben.presses("How often")
    await world.ben.presses("Every fourth round")
    await world.waits_until("2026-12-08 09:30")
    assert "You sit out the next 3 rounds." in await world.ben.types("/balcony introductions")
    assert "Skip the next one" not in labels(world.ben)
    await world.ben.presses("How often")
    assert "You sit out the next round." in await world.ben.presses("Every second round")


async def test_times_that_suit(world: World) -> None:
    """By a form or by words; said back, sealed, changed and taken away."""
    await world.ben.types("/balcony introductions")
    await world.ben.presses("Times that suit me")
    assert "Times that usually suit you: Tue 10:00, Thu 14:00-16:00." in await world.ben.fills(
        free="tue 10, thursday 2-4pm"
    )
    assert "Times that usually suit you: Tue 10:00, Thu 14:00-16:00." in await world.ben.types("/balcony introductions")
    assert b"Tue" not in ((await member_of(world, world.ben)).free_sealed or b"")
    await world.ben.presses("Times that suit me")
    assert world.ben.form
    assert world.ben.form.questions[0].initial == "Tue 10:00, Thu 14:00-16:00"
    assert "I will name no times" in await world.ben.fills(free="")
    assert "You have named no times" in await world.ben.types("/balcony introductions")


async def test_times_that_cannot_be_read(world: World) -> None:
    """One sentence; the form stays open; nothing is kept."""
    await world.ben.types("/balcony introductions free")
    assert "Tue 10:00, Thu 14-16" in await world.ben.fills(free="whenever you like")
    assert world.ben.form
    assert "half-hours" in await world.ben.types("/balcony introductions free Tue 10:10")
    assert "You have named no times" in await world.ben.types("/balcony introductions")


async def test_without_introductions(world: World) -> None:
    """It says so, and where to ask for them; there is nothing to skip."""
    await world.ben.types("/balcony settings")
    await world.ben.fills(consent=("weekly",))
    assert "You have not asked for introductions" in await world.ben.types("/balcony introductions")
    assert labels(world.ben) == ["Settings"]
    assert "not asked for introductions" in await world.ben.types("/balcony introductions skip")


async def test_on_a_pause(world: World) -> None:
    """It says until when."""
    await world.ben.types("/balcony pause 2 weeks")
    assert "quiet until Monday 7 December" in await world.ben.types("/balcony introductions")


async def test_for_members_only(world: World) -> None:
    """Who has not joined is shown the way; nobody presses somebody else's buttons; old ones say that they are old."""
    await world.ben.types("/balcony introductions")
    pressed = [one for one in world.ben.buttons() if one.name.startswith("introductions.")]
    for one in pressed:
        assert "not in that programme" in await world.cleo.presses_button(one)
        assert "not in that programme" in await stranger(world, "ben").presses_button(one)
    assert "not joined" in await world.dev.types("/balcony introductions")
    ben = await member_of(world, world.ben)
    assert "older version" in await world.ben.presses_button(Button("?", "introductions.every", f"3:{ben.id}"))
    assert "introductions help" in await world.ben.types("/balcony introductions please")
    assert "half-hours" in await world.ben.types("/balcony introductions help")


async def test_in_two_programmes(world: World) -> None:
    """What Ben changes in one stays as it is in the other."""
    await second_programme(world)
    await joins_second(world.ben)
    assert "The other group" in await world.ben.types("/balcony introductions", channel="second-group")
    await world.ben.presses_button(button(world.ben, "Skip the next one"))
    assert "and you skip it" in await world.ben.types("/balcony introductions", channel="second-group")
    assert "and you skip it" not in await world.ben.types("/balcony introductions", channel="our-move")


async def test_after_leaving_nothing_is_changed(world: World) -> None:
    """An old button of a place that is no more."""
    await world.ben.types("/balcony introductions")
    skip = button(world.ben, "Skip the next one")
    await world.ben.types("/balcony leave")
    await world.ben.presses("Leave")
    assert "not in that programme" in await world.ben.presses_button(skip)


async def test_everybody_sits_out_the_same_round(world: World) -> None:
    """Ben and Cleo both asked for every second round: one is empty, and in the next one they are there again."""
    await world.joins(world.dev, consent=("introductions",))
    await world.waits_until("2026-12-07 09:30")
    for someone in (world.ben, world.cleo, world.dev):
        await someone.presses("Less often")
        await someone.presses("Every second round")
    for day, rounds in (("2026-12-08", 1), ("2026-12-22", 1), ("2027-01-05", 2), ("2027-01-19", 2), ("2027-02-02", 3)):
        await world.waits_until(f"{day} 09:30")
        assert len(meetings(world)) == rounds
        for someone in (world.ben, world.cleo, world.dev):
            await someone.opens_home()


async def test_settings_of_the_programme_it_is_about(world: World) -> None:
    """Dev is in two: the button leads to the settings of the one that the message is about, wherever it is pressed."""
    await second_programme(world)
    await world.joins(world.dev)
    world.clock.moves_by(minutes=1)
    await joins_second(world.dev)
    await world.dev.types("/balcony introductions")
    assert "Introductions in Making our Move" in world.dev.last()
    elsewhere = Someone(world.dev.person, Room(world.balcony.answer, world.platform, ""))
    await elsewhere.presses_button(button(world.dev, "Settings"))
    assert elsewhere.form
    assert elsewhere.form.questions[0].initial == "what dev is working on"


async def test_many_half_hours(world: World) -> None:
    """What would be longer than the form has room for is not kept: the form could not be opened any more."""
    await world.ben.types("/balcony introductions free")
    said = await world.ben.fills(free="mon-sun 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23")
    assert "long" in said
    assert "You have named no times" in await world.ben.types("/balcony introductions")
    assert "long" in await world.ben.types("/balcony introductions free mon-sun 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21")
