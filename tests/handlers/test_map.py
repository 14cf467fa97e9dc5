"""/balcony map, as conversations: who agreed to be on it, islands, bridges, my place, and what is never told."""

from datetime import timedelta

from bot.chat import Button, Message, Own, Picture, Text
from bot.handlers import help_text
from bot.platforms.local.listen import Someone
from bot.platforms.local.render import as_text
from storage import connections, members, never_match, programmes
from storage.models import Member
from tests.conftest import World
from tests.handlers.conftest import SECOND, button, everything, joins_second, labels, second_programme, stranger

SHOW, HIDE = "Show me on the map", "Take me off the map"


async def on_the_map(world: World, *users: str) -> list[Someone]:
    """They have joined, if they had not yet, one after the other in this order, and agree to be on it."""
    people = [world.room.someone(user) for user in users]
    for nth, someone in enumerate(people):
        if someone not in (world.ben, world.cleo):
            await world.joins(someone)
        await someone.types("/balcony map")
        await someone.presses(SHOW)
        async with world.database.transaction() as db:
            (member,) = await members.memberships(db, someone.person)
            member.joined_at = world.clock() + timedelta(seconds=nth)
    return people


async def know(world: World, *pairs: str) -> None:
    """Pairs of people who know each other, like "ben cleo"."""
    for pair in pairs:
        one, other = [await row(world, user) for user in pair.split()]
        async with world.database.transaction() as db:
            assert await connections.say_known(db, one, other.id, world.clock())


async def row(world: World, user: str) -> Member:
    async with world.database.transaction() as db:
        (found,) = await members.memberships(db, world.room.someone(user).person)
        return found


def shown(someone: Someone) -> Message:
    return someone.sees()[-1]


def own_words(message: Message) -> list[str]:
    return [part.text for block in message.blocks if isinstance(block, Text) for part in block.parts if isinstance(part, Own)]  # fmt: skip


# --- who is on it --------------------------------------------------------------------------------


async def test_nobody_is_on_it_unasked(world: World) -> None:
    """Before anybody agrees it says so, says what others would see, and offers it; nobody is named."""
    said = await world.ben.types("/balcony map")
    assert "Nobody has agreed to be on the map yet" in said
    assert "your name, your organisation and which of them you met" in said
    assert labels(world.ben) == [SHOW]
    assert "cleo" not in said


async def test_show_me_and_undo(world: World) -> None:
    """On, off and on again, in the place of the message; pressed twice it is the same as once."""
    await world.ben.types("/balcony map")
    offer = button(world.ben, SHOW)
    for _ in range(2):
        assert "You are on the map" in await world.ben.presses_button(offer)
        assert shown(world.ben).replaces
        assert (await row(world, "ben")).wants_found
    off = button(world.ben, HIDE)
    for _ in range(2):
        assert "You are off the map" in await world.ben.presses_button(off)
        assert not (await row(world, "ben")).wants_found
    assert labels(world.ben) == [SHOW]
    assert "You are on the map" in await world.ben.presses(SHOW)


async def test_the_first_one(world: World) -> None:
    await on_the_map(world, "ben")
    said = await world.ben.types("/balcony map")
    assert "You are the first one here" in said
    assert labels(world.ben) == [HIDE]


async def test_from_outside_there_are_numbers_and_no_names(world: World) -> None:
    """Who is not on it hears how many are, and not who."""
    await on_the_map(world, "ben", "dev", "fay")
    await know(world, "ben dev", "dev cleo")
    said = await world.cleo.types("/balcony map")
    assert "Three people are on the map, on two islands. The largest holds two people." in said
    assert "You are not on it" in said
    assert labels(world.cleo) == [SHOW]
    assert not {"@ben", "@dev", "@fay"} & set(said.replace(",", " ").split())


async def test_who_did_not_agree_is_not_there_in_any_way(world: World) -> None:
    """Not by name, not in a number, not as a tie between two who know each other only through them."""
    await on_the_map(world, "ben", "dev")
    before = await world.ben.types("/balcony map")
    await know(world, "ben cleo", "cleo dev")
    assert await world.ben.types("/balcony map") == before
    assert "cleo" not in before
    assert "Two people are on the map, and none of them have met yet." in before


async def test_who_left_is_gone_from_it(world: World) -> None:
    await on_the_map(world, "ben", "cleo", "dev")
    await know(world, "ben cleo", "cleo dev")
    await world.cleo.types("/balcony leave")
    await world.cleo.presses("Leave")
    said = await world.ben.types("/balcony map")
    assert "@cleo" not in said
    assert "Two people are on the map" in said


async def test_of_another_programme_nobody_is_there(world: World) -> None:
    """Who is in two sees the one of the channel, and is on the one where they agreed."""
    await second_programme(world)
    await joins_second(world.ben)
    await on_the_map(world, "cleo", "dev")
    assert "Nobody has agreed" in await world.ben.types("/balcony map", channel=SECOND)
    assert "Two people are on the map" in await world.ben.types("/balcony map")
    await world.ben.presses_button(button(world.ben, SHOW))
    assert "Three people are on the map" in await world.ben.types("/balcony map")
    assert "Nobody has agreed" in await world.ben.types("/balcony map", channel=SECOND)


async def test_nobody_else_can_put_me_on_it(world: World) -> None:
    """A button names a place that is the presser's own, or does nothing; the same where they have left."""
    await world.ben.types("/balcony map")
    offer = button(world.ben, SHOW)
    for someone in (world.cleo, stranger(world, "ben"), world.dev):
        assert "not in that programme" in await someone.presses_button(offer)
    await world.ben.types("/balcony leave")
    await world.ben.presses("Leave")
    assert "not in that programme" in await world.ben.presses_button(offer)
    async with world.database.transaction() as db:
        here = await programmes.all_of_them(db)
        left = await members.row_of(db, here[0], world.ben.person)
    assert left
    assert not left.wants_found


async def test_who_has_not_joined_gets_the_way_in(world: World) -> None:
    assert "not joined" in await world.dev.types("/balcony map")
    assert await world.dev.types("/balcony map help") == as_text(help_text.MAP)


# --- what it says --------------------------------------------------------------------------------


async def test_my_place_in_words(world: World) -> None:
    """Islands by size, whom I am tied to, how many within two steps, my bridges, and the widest step."""
    await on_the_map(world, "ben", "cleo", "dev", "fay", "gus", "hal", "ida", "jim", "kim")
    await know(world, "ben cleo", "ben dev", "cleo dev", "ben fay", "fay gus", "hal ida", "ida jim")
    said = await world.ben.types("/balcony map")
    assert "Nine people are on the map, on three islands. The largest holds five people." in said
    assert "You are on an island of five. The other island has three people, and one person stands alone." in said
    assert "You are tied to @cleo (2), @dev (3) and @fay (4).\nWithin two steps there are four people." in said
    assert "Your tie to @fay (4) is a bridge: without it your island would be two." in said
    assert (
        "The widest step for you would be to meet @hal (6): it would join your island of five to one of three." in said
    )
    assert "• @ben (1) and @fay (4)" in said


async def test_alone_and_on_the_only_island(world: World) -> None:
    await on_the_map(world, "ben", "cleo", "dev", "fay", "gus")
    await know(world, "cleo dev")
    said = await world.ben.types("/balcony map")
    assert "You stand alone so far." in said
    assert "The other island has two people, and two others stand alone." in said
    assert "would be to meet @cleo (2): it would join you to an island of two." in said
    await know(world, "ben cleo", "dev fay", "fay gus")
    said = await world.ben.types("/balcony map")
    assert "all of them are on one island: the system is connected to itself" in said
    assert "You are on the only island." in said
    assert "would be to meet @gus (5): four steps away from you on your island." in said


async def test_whoever_is_not_to_be_matched_is_not_proposed(world: World) -> None:
    """Whichever of the two said so, and without a word about it."""
    await on_the_map(world, "ben", "cleo", "dev", "fay")
    await know(world, "cleo dev")
    ben, cleo, dev = [await row(world, user) for user in ("ben", "cleo", "dev")]
    async with world.database.transaction() as db:
        await never_match.add(db, cleo, ben.id, world.clock())
    assert "to meet @dev (3)" in await world.ben.types("/balcony map")
    async with world.database.transaction() as db:
        await never_match.add(db, ben, dev.id, world.clock())
    assert "to meet @fay (4)" in await world.ben.types("/balcony map")


async def test_who_is_who_near_me_first_a_page_at_a_time(world: World) -> None:
    """Fifteen at a time; a button shows the next. Everybody once, with their organisation as they wrote it."""
    users = [f"p{number:02}" for number in range(18)]
    await on_the_map(world, "ben", *users)
    await know(world, "ben p09", "p09 p11")
    said = await world.ben.types("/balcony map")
    listed = [line for line in said.split("\n") if "'s place" in line]
    assert listed[:2] == ["11: @p09, p09's place", "13: @p11, p11's place"]
    assert len(listed) == 15
    following = await world.ben.presses("Show the next 3")
    listed += [line for line in following.split("\n") if "'s place" in line]
    assert sorted(line.partition("@")[2].partition(",")[0] for line in listed) == users
    assert "That is everybody." in await world.ben.presses_button(Button("", "map.others", f"{(await row(world, 'ben')).id}:18"))  # fmt: skip


async def test_hostile_organisations_are_only_their_words(world: World) -> None:
    """In the text they are somebody's own; the number of a page that no button has said is the first page."""
    for user, name in (("dev", "<!channel> *b*"), ("fay", "<script>"), ("gus", "\u202eevil")):
        await world.joins(world.room.someone(user), organisation=name)
        await world.room.someone(user).types("/balcony map")
        await world.room.someone(user).presses(SHOW)
    await on_the_map(world, "ben")
    await world.ben.types("/balcony map")
    assert {"<!channel> *b*", "<script>", "\u202eevil"} <= set(own_words(shown(world.ben)))
    ben = (await row(world, "ben")).id
    for odd in ("-1", "9" * 5000, "x", "١"):
        assert "Who is who" in await world.ben.presses_button(Button("", "map.others", f"{ben}:{odd}"))


# --- the picture ---------------------------------------------------------------------------------


def pictures(message: Message) -> list[Picture]:
    return [block for block in message.blocks if isinstance(block, Picture)]


async def test_without_an_address_there_are_words_alone(world: World) -> None:
    """And not one about why."""
    await on_the_map(world, "ben", "cleo")
    said = await world.ben.types("/balcony map")
    assert pictures(shown(world.ben)) == []
    assert not {"BALCONY_URL", "picture", "address"} & set(said.split())


async def test_with_an_address_there_is_a_picture(world: World) -> None:
    """The words are all there beside it. It is mine: another member's is at another place, and no name is in it."""
    await on_the_map(world, "ben", "cleo")
    in_words = await world.ben.types("/balcony map")
    world.database.address = "https://balcony.example.org"
    said = await world.ben.types("/balcony map")
    assert set(in_words.split("\n")) <= set(said.split("\n"))
    (picture,) = pictures(shown(world.ben))
    assert picture.url.startswith("https://balcony.example.org/map/")
    assert picture.alt == "The map: two people on two islands, drawn as numbers. You are number 1. The text beside it says the same."  # fmt: skip
    assert "ben" not in picture.url
    assert Message.from_json(shown(world.ben).to_json()) == shown(world.ben)
    assert f"  {picture.url}" in said.split("\n")
    await world.cleo.types("/balcony map")
    assert pictures(shown(world.cleo))[0].url != picture.url
    assert picture.url not in everything(world.cleo)


async def test_who_is_not_on_it_gets_no_picture(world: World) -> None:
    world.database.address = "https://balcony.example.org"
    await on_the_map(world, "ben", "dev")
    await world.cleo.types("/balcony map")
    assert pictures(shown(world.cleo)) == []
