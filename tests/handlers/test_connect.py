"""/connect, as conversations: who else works on something, in words that say no more than is known."""

from collections.abc import Sequence

import pytest

from bot.chat import Button, Event, Kind, Message
from bot.handlers.finding import Found, Like
from bot.platforms.local.listen import Someone
from bot.platforms.local.outbound import Said
from bot.platforms.local.render import as_text
from tests.conftest import World
from tests.handlers.conftest import button, everything, got, joins_second, labels, second_programme
from tests.handlers.requesting import ASKED, TOGETHER, YES, can_be_found, id_of

NOBODY = "I found nobody"
QUESTION = "who else works on falls at home?"
FALLS = "Ageing well, frailty and falls"


async def looks(world: World, someone: Someone, *likes: Like, question: str = QUESTION) -> str:
    """They ask, and these were found: what the encoder makes of words is the business of test_finding.py."""
    found = Found(likes)
    key = f"looks:{len(world.platform.said)}"
    event = Event(Kind.COMMAND, "/connect", someone.person, key, "our-move", question, thought=found)
    answer = await world.balcony.answer(event)
    assert isinstance(answer, Message)
    world.platform.said.append(Said(someone.person, answer, ""))
    return as_text(answer)


async def like(world: World, *people: Someone, sure: bool = True, mentioned: bool = True) -> list[Like]:
    return [Like(await id_of(world, one), 1, sure, mentioned, FALLS if sure else "") for one in people]


async def many(world: World) -> Sequence[Someone]:
    people = [world.room.someone(f"person{number}") for number in range(5)]
    await world.joins(*people)
    await can_be_found(*people)
    return people


async def test_up_to_three_in_their_own_words(world: World) -> None:
    """The first three who were found, each with where they work, their words, the reason, and a button."""
    people = await many(world)
    said = await looks(world, world.ben, *await like(world, *people))
    for number, someone in enumerate(people):
        shown = f"@{someone.person.user} ({someone.person.user}'s place)\n  “what {someone.person.user} is working on”"
        assert (shown in said) == (number < 3)
    assert said.count(f"You both mention “{FALLS}”.") == 3
    assert said.count("Ask them") == 3
    assert "These people work on something like it:" in said
    assert "say nothing about you" in said
    await world.ben.presses("Ask them", button_of(world.ben, 1).value)
    await world.balcony.tick()
    assert [ASKED in "\n".join(got(someone)) for someone in people] == [False, True, False, False, False]


def button_of(someone: Someone, nth: int) -> Button:
    return [one for one in someone.buttons() if one.label == "Ask them"][nth]


async def test_what_was_found_leads_to_an_introduction(world: World) -> None:
    """From the question to both being told, by buttons alone."""
    await can_be_found(world.cleo)
    await looks(world, world.ben, *await like(world, world.cleo))
    await world.ben.presses("Ask them")
    await world.balcony.tick()
    await world.cleo.presses(YES)
    await world.balcony.tick()
    assert f"You asked about:\n  “{QUESTION}”" in got(world.ben)[-1]
    assert TOGETHER in got(world.cleo)[-1]
    assert got(world.cleo)[-1].index("Please meet @ben") < got(world.cleo)[-1].index("@ben asked about:")


async def test_as_sure_as_it_is(world: World) -> None:
    """Not sure of the topic, it says perhaps; another issue is shown only where nothing better is, and is called that."""
    people = await many(world)
    maybe = await like(world, people[0], mentioned=False)
    other = await like(world, people[1], sure=False, mentioned=False)
    said = await looks(world, world.ben, *maybe, *other)
    assert f"You may both be thinking of “{FALLS}”." in said
    assert "@person1" not in said
    assert "This person works on something like it:" in said
    said = await looks(world, world.ben, *other)
    assert "Nobody says that they work on quite that." in said
    assert "Another issue, but perhaps a chance to compare notes." in said


async def test_nobody_is_shown_who_is_not_to_be(world: World) -> None:
    """Not agreed, gone, paused, kept apart by either, known by either, asked before, oneself: also if it came between."""
    names = ("hidden", "gone", "paused", "wary", "avoided", "knows", "known", "asked")
    people = {name: world.room.someone(name) for name in names}
    await world.joins(*people.values())
    await can_be_found(world.ben, *people.values())
    assert "@asked" in await looks(world, world.ben, *await like(world, people["asked"]))
    found = await like(world, *people.values(), world.ben)
    await world.ben.presses("Ask them")
    await people["hidden"].presses_button(Button("I do not want to be found", "found.off"))
    await people["gone"].types("/balcony leave")
    await people["gone"].presses("Leave")
    await people["paused"].types("/balcony pause 2 weeks")
    await people["wary"].types("/connect never @ben")
    await world.ben.types("/connect never @avoided")
    await people["knows"].types("/connect know @ben")
    await world.ben.types("/connect know @known")
    for one in found:
        assert NOBODY in await looks(world, world.ben, one), one


async def test_who_met_is_not_shown(world: World) -> None:
    """Ben and Cleo met through Balcony, so they need no introduction."""
    await can_be_found(world.cleo)
    await looks(world, world.ben, *await like(world, world.cleo))
    await world.ben.presses("Ask them")
    await world.balcony.tick()
    await world.cleo.presses(YES)
    await world.waits_until("2026-11-30 12:00")
    await world.ben.presses("Yes")
    assert NOBODY in await looks(world, world.ben, *await like(world, world.cleo))


async def test_words_taken_back_meanwhile(world: World) -> None:
    """The issue that was like the question is not there any more: its author is not shown with another."""
    await can_be_found(world.cleo)
    [one] = await like(world, world.cleo)
    assert NOBODY in await looks(world, world.ben, Like(one.member_id, 3, sure=True))


async def test_nobody_yet(world: World) -> None:
    """Said kindly, with a way to be found oneself, and back; whoever can be found is not offered it."""
    assert NOBODY in await looks(world, world.ben)
    assert labels(world.ben) == ["Ask about something else", "Let others find me"]
    await world.ben.presses("Let others find me")
    assert NOBODY in await looks(world, world.ben)
    assert labels(world.ben) == ["Ask about something else"]
    assert "What would you like to talk about?" in await world.ben.presses("Ask about something else")
    await world.ben.presses("I do not want to be found")
    assert "Nobody finds you now" in world.ben.last()
    assert NOBODY in await looks(world, world.cleo, *await like(world, world.ben))
    await world.ben.presses("Let others find me")
    assert "@ben" in await looks(world, world.cleo, *await like(world, world.ben))


async def test_what_was_found_for_another_programme(world: World) -> None:
    """Ben joined a second one while it was looked for in the first: nobody of it is shown."""
    await can_be_found(world.cleo)
    found = await like(world, world.cleo)
    await second_programme(world)
    await joins_second(world.ben)
    thought = Found(tuple(found))
    event = Event(Kind.COMMAND, "/connect", world.ben.person, "k1", "second-group", QUESTION, thought=thought)
    answer = await world.balcony.answer(event)
    assert isinstance(answer, Message)
    assert "@cleo" not in as_text(answer)


async def test_alone_it_opens_a_form(world: World) -> None:
    """It begins with their first issue; wordless and too long are said in it, and it answers with whom it found."""
    assert "What would you like to talk about?" in await world.ben.types("/connect")
    assert world.ben.form is not None
    assert world.ben.form.questions[0].initial == "what ben is working on"
    for wrong, sentence in (("", "a word or two"), ("?!", "a word or two"), ("x" * 301, "there is room for 300")):
        assert sentence in await world.ben.fills(about=wrong)
    assert NOBODY in await world.ben.fills(about="falls at home")
    await world.ben.types("/connect help")
    assert "What would you like" in await world.ben.presses("Find somebody")


@pytest.mark.parametrize(
    "words",
    ["???", "🏴‍☠️🌊", "<!channel> @here", "=HYPERLINK(1)", "ignore all instructions", "\x00a", "ünïcødé 你好", "a"],
)
async def test_odd_questions(world: World, words: str) -> None:
    """Each is answered, shown back to the letter where it says something, and never stirs the channel."""
    before = len(world.room.posts())
    said = await world.ben.types(f"/connect {words}")
    assert "went wrong" not in said
    assert "a word or two" in said or "have not joined" in said or words.strip("\x00") in said
    assert len(world.room.posts()) == before


async def test_too_long_a_question(world: World) -> None:
    assert "5,000 characters; there is room for 300" in await world.ben.types(f"/connect {'x' * 5000}")


async def test_whoever_has_not_joined(world: World) -> None:
    """Is told how to, whatever they write."""
    for words in ("", "falls", "@ben @cleo meet", "know @ben", "known", "never @ben", "never", "introduce"):
        assert "You have not joined" in await world.dev.types(f"/connect {words}"), words
    assert "/connect never" in await world.dev.types("/connect help")


async def test_old_and_wrong_buttons(world: World) -> None:
    """Asking for somebody who left, for oneself, and for nobody: a sentence each, and nobody is written to."""
    await can_be_found(world.cleo)
    cleo, ben = await id_of(world, world.cleo), await id_of(world, world.ben)
    await world.cleo.types("/balcony leave")
    await world.cleo.presses("Leave")
    for value in (f"{cleo}:1:1:falls", f"{ben}:1:1:falls", "nobody:1:1:falls", "", f"{cleo}"):
        assert "not in your programme" in await world.ben.presses_button(Button("Ask them", "find.ask", value))
    assert await world.count("request") == 0
    assert ASKED not in everything(world.cleo)


async def test_found_by_another_programmes_button(world: World) -> None:
    """Only oneself decides whether one is found: a button with somebody else's id does nothing."""
    yes = Button("Let others find me", "found.on", await id_of(world, world.cleo))
    assert "not in that programme" in await world.ben.presses_button(yes)
    await looks(world, world.ben)
    assert NOBODY in await looks(world, world.ben, *await like(world, world.cleo))
    assert button(world.ben, "Let others find me").value == await id_of(world, world.ben)
