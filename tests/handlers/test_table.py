"""The table and the one way through it, as conversations: unknown, again, failing, too long."""

import pytest

from bot.app import Balcony
from bot.chat import Button, Event, Form, Kind, Message
from bot.handlers import BUTTONS, FORMS
from bot.platforms.local.render import as_text
from storage import members
from storage.db import Database
from storage.keys import KeyRing, new_key
from tests.conftest import World, world_on
from tests.handlers.conftest import button, everything

LONG = "x" * 50_000


async def test_an_unknown_command(world: World) -> None:
    """It says which ones there are, and the words are only text."""
    said = await world.ben.types("/<!channel> hello")
    assert "I do not know /<!channel>" in said
    assert "/commit, /reflect, /connect and /balcony" in said


async def test_an_unknown_word_after_balcony(world: World) -> None:
    """It is said back, in part if it is long, and help is named; the same after session."""
    assert "I do not know “dance”. /balcony help" in await world.ben.types("/balcony dance")
    assert len(await world.ben.types(f"/balcony {LONG}")) < 200
    assert "/balcony session add" in await world.ana.types("/balcony session dance")


async def test_of_an_older_version(world: World) -> None:
    """A button or form that this version does not know does nothing, and says so."""
    for kind in (Kind.BUTTON, Kind.FORM):
        answer = await world.balcony.answer(Event(kind, "praise", world.ben.person, "k1", "our-move", "x"))
        assert isinstance(answer, Message)
        assert "older version" in as_text(answer)


async def test_no_value_of_a_button_does_harm(database: Database) -> None:
    """Made up or broken, alone or after an id of one's own: there is an answer, and none that says something went wrong."""
    world = world_on(database)
    await world.imports()
    await world.joins(world.ana)
    async with database.transaction() as db:
        [member] = await members.memberships(db, world.ana.person)
    for name in sorted(BUTTONS.keys() - {"leave"}):
        for value in ("9" * 5000, "1\0"):
            for own in ("", f"{member.id}:", f"{member.programme_id}:"):
                assert "went wrong" not in await world.ana.presses_button(Button("?", name, own + value)), name


async def test_no_answer_of_a_form_does_harm(database: Database) -> None:
    """The same for whom a form names."""
    world = world_on(database)
    await world.imports()
    await world.joins(world.ben, world.cleo)
    for opens in ("/connect know", "/connect never x"):
        await world.ben.types(opens)
        assert "@cleo" in await world.ben.fills(who="cl\0eo")


async def test_the_same_delivery_again_has_no_effect(world: World) -> None:
    """A command, a form and a button, each heard four times: one effect, and one answer."""
    events = [Event(Kind.COMMAND, "/commit", world.ben.person, "k1", "our-move", "ring the nurse")]
    events.append(Event(Kind.FORM, "reflect.page", world.ben.person, "k2", "", "", {"page": "the caretaker"}))
    for event in events:
        answers = [await world.balcony.answer(event) for _ in range(4)]
        assert [answer is None for answer in answers] == [False, True, True, True]
    assert await world.count("commitment") == await world.count("reflection") == 1


async def test_a_form_that_was_wrong_can_be_sent_again(world: World) -> None:
    """The same delivery with what was missing takes effect: the first try left nothing behind."""
    for page, kept in (("", 0), ("the caretaker", 1)):
        await world.balcony.answer(Event(Kind.FORM, "reflect.page", world.ben.person, "k1", "", "", {"page": page}))
        assert await world.count("reflection") == kept


async def test_what_fails_keeps_nothing_and_says_so(world: World) -> None:
    """With another key Ben's words cannot be opened: the day he pressed is not kept, and pressing again later works."""
    await world.ben.types("/commit ring the nurse")
    tomorrow = button(world.ben, "Tomorrow")
    press = Event(Kind.BUTTON, tomorrow.name, world.ben.person, "k1", "our-move", tomorrow.value)
    without_key = Database(world.database.url, KeyRing((new_key(),)))
    try:
        answer = await Balcony(without_key, {}, world.clock).answer(press)
    finally:
        await without_key.close()
    assert isinstance(answer, Message)
    assert "Something went wrong on my side, and nothing was kept." in as_text(answer)
    assert "Without a day." in await world.ben.types("/commit list")
    again = await world.balcony.answer(press)
    assert isinstance(again, Message)
    assert "Due tomorrow" in as_text(again)


async def test_a_refusal_keeps_nothing(world: World) -> None:
    """But that it was: the same delivery later, when it could be done, does nothing."""
    joins_later = Event(Kind.COMMAND, "/commit", world.dev.person, "k1", "our-move", "ring the nurse")
    refused = await world.balcony.answer(joins_later)
    assert isinstance(refused, Message)
    assert "You have not joined" in as_text(refused)
    await world.joins(world.dev)
    assert await world.balcony.answer(joins_later) is None
    assert await world.count("commitment") == 0


@pytest.mark.parametrize(
    "command",
    [
        "/commit",
        "/reflect",
        "/connect",
        "/connect know",
        "/connect never",
        "/balcony",
        "/balcony pause",
        "/balcony session",
    ],
)
async def test_whatever_is_typed_gets_an_answer(world: World, command: str) -> None:
    """Never a failure, never a message that is too long, never a word in the channel."""
    before = len(world.room.posts())
    for words in (LONG, "\x00", "\u202e\u2066abc", "<!channel> <@U1> *b* `c`", "\ud800", "🏴‍☠️" * 300):
        for someone in (world.ben, world.dev, world.ana):
            said = await someone.types(f"{command} {words}")
            assert "went wrong" not in said
            assert 0 < len(said) < 12_000
    assert len(world.room.posts()) == before


async def test_whatever_a_button_carries_gets_an_answer(world: World) -> None:
    """Every button there is, with a value that is none: a message or a form, and never a failure."""
    for name in BUTTONS:
        for value in ("", "x", "a:b:c", LONG, "\x00"):
            for someone in (world.ben, world.dev, world.ana):
                await someone.presses_button(Button("?", name, value))
    assert "went wrong" not in everything(world.ben) + everything(world.dev) + everything(world.ana)


async def test_whatever_a_form_carries_gets_an_answer(world: World) -> None:
    """Every form there is, for nothing and with nonsense in it: said in the form or in a sentence."""
    names = (
        "what",
        "cue",
        "day",
        "part",
        "witness",
        "issue",
        "organisation",
        "hour",
        "weekday",
        "consent",
        "starts",
        "q1",
        "page",
    )
    for number, (name, value) in enumerate((name, value) for name in FORMS for value in ("", "x", "\x00")):
        for someone in (world.ben, world.dev, world.ana):
            for filled in ("", LONG, "\x00", "2026-02-30"):
                event = Event(
                    Kind.FORM, name, someone.person, f"{number}:{someone.person.user}:{filled[:12]}", "our-move",
                    value, dict.fromkeys(names, filled),
                )  # fmt: skip
                answer = await world.balcony.answer(event)
                assert answer is not None
                assert not isinstance(answer, Form)
                assert not isinstance(answer, Message) or "went wrong" not in as_text(answer)
