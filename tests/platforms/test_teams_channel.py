"""In a channel and in a group's chat: what is answered to one person is seen by that person and nobody else."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from bot.chat import Answer, Event
from tests.fake_teams import Posted, Saw
from tests.fake_teams.activities import Place
from tests.platforms.teams_world import CHANNEL, MEETING, TeamsWorld, now_in, words_of

SECRET = "the caretaker has the key"
NEUTRAL = "What I have to say is for you alone"


@pytest.fixture
async def world(teams_world: TeamsWorld) -> TeamsWorld:
    """Ben and Cleo have joined; the welcome and what comes after a session are in the channel."""
    await teams_world.joins("U02")
    await teams_world.joins("U03")
    await teams_world.waits_until("2026-11-26 15:00")
    return teams_world


@asynccontextmanager
async def nobody_else_sees_it(world: TeamsWorld, user: str = "U02") -> AsyncIterator[None]:
    """Whatever happens meanwhile, everybody else has exactly the same before them, and the posts stay as they are."""
    before, posts = world.seen_by_others(user), [(post.id, list(post.former)) for post in world.posts()]
    yield
    assert world.seen_by_others(user) == before
    assert [(post.id, post.former) for post in world.posts()] == posts


def is_theirs(world: TeamsWorld, posted: Posted, user: str = "U02") -> bool:
    """In their own chat, or for them alone."""
    return posted.conversation == world.teams.open_chat(user).id or posted.only_for == user


@pytest.mark.parametrize("place", [CHANNEL, MEETING])
@pytest.mark.parametrize("slash", [False, True])
async def test_words_are_answered_to_one_person(world: TeamsWorld, place: str, *, slash: bool) -> None:
    """Whatever the kind of answer: kept, a list, home, help, a refusal, a form; by a mention or as a slash command."""
    for words, answered in (
        (f"commit {SECRET} on Friday", SECRET), ("commit list", SECRET), (f"reflect {SECRET}", "for you alone"),
        ("reflect list", SECRET), ("home", SECRET), ("hello", SECRET), ("help", "shows your home"), ("dance", "I do not know"),
        ("session", "Only the enablers"), ("commit", "One small thing"), ("reflect", "Thinking time"),
        ("settings", "what U02 is working on"), ("leave", "I will send you nothing more"), ("pause", "For how long"),
    ):  # fmt: skip
        async with nobody_else_sees_it(world):
            posted = await world.says("U02", words, place, slash=slash)
        assert posted is not None
        there = ("U02", place) if slash else ("", world.teams.open_chat("U02").id)
        assert (posted.only_for, posted.conversation) == there
        assert answered in now_in(posted), words


async def test_what_was_written_in_the_open_was_read(world: TeamsWorld) -> None:
    """The answer says so, where they wrote something of their own, and only there."""
    told = "You wrote this where others read along."
    for words in (f"commit {SECRET} on Friday", f"reflect {SECRET}"):
        assert told in now_in(await world.told("U02", words, CHANNEL))
        assert told not in now_in(await world.told("U02", words))
        slash = await world.says("U02", words, CHANNEL, slash=True)
        assert slash is not None
        assert told not in now_in(slash)
    assert told not in now_in(await world.told("U02", "commit list", CHANNEL))


async def test_a_teams_that_shows_it_to_all_shows_nothing(world: TeamsWorld) -> None:
    """Whoever was heard by all is answered in their own chat, though this Teams knows messages for one person."""
    for gesture in (
        world.teams.writes("U02", f"commit {SECRET} on Friday", CHANNEL),
        world.teams.presses("U02", world.posts()[-1], "All six maxims"),
    ):
        assert (await gesture).message.only_for == ""


async def test_who_has_not_joined_is_answered_alone_too(world: TeamsWorld) -> None:
    """With the way in."""
    async with nobody_else_sees_it(world, "U04"):
        posted = await world.told("U04", "hi", CHANNEL)
    assert "[Join]" in now_in(posted)


async def test_an_answer_stays_in_the_thread(world: TeamsWorld) -> None:
    """Where it was asked."""
    thread = world.posts()[0].id
    saw = await world.teams.writes("U02", "commit list", CHANNEL, thread=thread, slash=True)
    assert saw.message.thread == thread


async def test_what_was_not_addressed_to_balcony_is_not_read(world: TeamsWorld) -> None:
    """An app may be given every message of a channel: nothing is done, and nothing is said."""
    seen = len(world.teams.messages)
    for place in (Place(CHANNEL, "channel", "1"), Place(MEETING, "groupChat")):
        saw = await world.sends("U02", world.gesture("U02", place).writes("commit ring Jo"))
        assert (saw.reply.status, saw.shown) == (200, [])
    assert (len(world.teams.messages), await world.count("commitment")) == (seen, 0)


# --- presses ---------------------------------------------------------------------------------------


async def test_a_press_on_a_post_is_answered_to_one_person(world: TeamsWorld) -> None:
    """The post is everybody's: it stays, and the answer stands where only the presser sees it."""
    async with nobody_else_sees_it(world):
        saw = await world.teams.presses("U02", world.posts()[-1], "All six maxims")
    assert saw.sentence == "My answer is in your own chat with me."
    assert is_theirs(world, saw.message)


async def test_what_replaces_elsewhere_replaces_nothing_in_a_channel(world: TeamsWorld) -> None:
    """Every button whose answer would take its place: on a post, and on a card that only its presser sees."""
    welcome = world.posts()[0]
    kept = await world.says("U02", f"commit {SECRET} on Friday", CHANNEL, slash=True)
    assert kept is not None
    for shown in (welcome, kept):
        place = Place(CHANNEL, "channel", shown.id)
        for name in ("stay", "resume", "weekly.every", "round.not", "commitment.list"):
            async with nobody_else_sees_it(world):
                saw = await world.hears_press("U02", name, "2", place=place, card=shown.id)
            assert saw.reply.card is None
            assert is_theirs(world, saw.message)
            told = world.gesture("U02", place).submits_as_message(shown.id, {"verb": name, "value": "2"})
            async with nobody_else_sees_it(world):
                saw = await world.sends("U02", told)
            assert is_theirs(world, saw.message)
    async with nobody_else_sees_it(world):
        saw = await world.teams.presses("U02", kept, "Undo")
    assert "Taken out again" in now_in(saw.message)


async def test_a_dialog_is_seen_by_one_person(world: TeamsWorld) -> None:
    """From a post: the form, what was wrong, the confirmation."""
    after_session = world.posts()[-1]
    async with nobody_else_sees_it(world):
        dialog = await world.opens("U02", after_session, "Commit")
        wrong = await world.teams.fills("U02", dialog, what=SECRET, day="2020-01-01")
        kept = await world.teams.fills("U02", wrong.opened, day="2026-12-01")
    assert SECRET in now_in(kept.opened)


async def test_joining_from_the_channel(world: TeamsWorld) -> None:
    """Several people press the same button; each has a form of their own, and nobody sees what another says."""
    welcome = world.posts()[0]
    world.teams.add_user("U05", "Fay")
    world.teams.conversations[CHANNEL].members.append("U05")
    for user in ("U04", "U05"):
        async with nobody_else_sees_it(world, user):
            dialog = await world.opens(user, welcome, "Join")
            joined = await world.teams.fills(user, dialog, issue=SECRET, organisation="x", sector="council")
        assert "Welcome" in now_in(joined.opened)
    assert await world.count("member") == 4


async def test_a_client_without_dialogs_gets_the_form_alone(world: TeamsWorld) -> None:
    """The form, what was wrong, and the confirmation: each where only they see it, and the form is sent once."""
    async with nobody_else_sees_it(world):
        asked = (await world.teams.presses("U02", world.posts()[-1], "Commit", dialogs=False)).message
        wrong = (await world.teams.fills("U02", asked, what=SECRET, day="2020-01-01")).message
        kept = (await world.teams.fills("U02", wrong, times=3, day="2026-12-01")).message
    assert all(is_theirs(world, one) for one in (asked, wrong, kept))
    assert "That day has already passed." in words_of(wrong)
    assert SECRET in now_in(kept)
    assert await world.count("commitment") == 1


async def test_a_form_that_comes_as_a_message_is_answered_alone(world: TeamsWorld) -> None:
    """Right, wrong or sent before; also the card that it was in stays, for nobody knows who sees that."""
    asked = await world.says("U02", "commit", CHANNEL, slash=True)
    assert asked is not None
    data = asked.card["actions"][0]["data"]
    gesture = world.gesture("U02", Place(CHANNEL, "channel", asked.id))
    for more, answered in (
        ({"what": SECRET, "day": "2020-01-01"}, SECRET), ({"what": SECRET}, SECRET), ({"what": SECRET}, "sent already"),
    ):  # fmt: skip
        async with nobody_else_sees_it(world):
            saw = await world.sends("U02", gesture.submits_as_message(asked.id, data | more))
        assert is_theirs(world, saw.message)
        assert answered in now_in(saw.message)
    assert asked.former == []


async def test_a_failure_is_said_to_one_person(world: TeamsWorld) -> None:
    async def respond(_: Event) -> Answer:
        raise RuntimeError(SECRET)

    world.listener._respond = respond
    async with nobody_else_sees_it(world):
        posted = await world.told("U02", "commit ring Jo", CHANNEL)
    assert "Something went wrong on my side" in now_in(posted)


# --- where Teams has no message for one person -----------------------------------------------------

Gestures = Callable[[TeamsWorld], Awaitable[Saw]]
GESTURES: list[Gestures] = [
    lambda world: world.teams.writes("U02", f"commit {SECRET} on Friday", CHANNEL, slash=True),
    lambda world: world.teams.writes("U02", "commit", CHANNEL, slash=True),
    lambda world: world.teams.presses("U02", world.posts()[-1], "All six maxims"),
    lambda world: world.teams.presses("U02", world.posts()[-1], "Commit", dialogs=False),
]


@pytest.mark.parametrize("gesture", GESTURES)
async def test_refused_there_it_is_shown_in_their_own_chat(world: TeamsWorld, gesture: Gestures) -> None:
    """A message or a form; in the channel nothing appears."""
    world.teams.targets = False
    async with nobody_else_sees_it(world):
        saw = await gesture(world)
    assert saw.message.conversation == world.teams.open_chat("U02").id


@pytest.mark.parametrize("gesture", GESTURES)
async def test_refused_everywhere_one_sentence_says_so(world: TeamsWorld, gesture: Gestures) -> None:
    """In the open and in the thread, without a word of theirs; what was done is kept."""
    world.teams.targets = False
    world.teams.block("U02")
    posts = len(world.posts())
    saw = await gesture(world)
    (said,) = world.posts()[posts:]
    assert saw.message is said
    assert NEUTRAL in now_in(said)
    assert said.thread
    assert SECRET not in world.seen_by_others("U02")


async def test_who_cannot_be_written_to_first_is_told_in_the_open(world: TeamsWorld) -> None:
    """A guest without the app: Teams makes no chat with them."""
    world.teams.targets = False
    world.teams.add_user("U05", "Gus", guest=True, reachable=False)
    world.teams.conversations[CHANNEL].members.append("U05")
    posted = await world.told("U05", "home", CHANNEL)
    assert NEUTRAL in now_in(posted)
    assert posted.only_for == ""


@pytest.mark.parametrize("fault", ["502_after", "reset_after", "hang_after", "page"])
async def test_what_may_have_been_shown_is_not_shown_again(
    world: TeamsWorld, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither elsewhere nor in the open."""
    world.platform._timeout = 0.5
    world.teams.faults.next("say", fault)
    async with nobody_else_sees_it(world):
        saw = await world.teams.writes("U02", f"commit {SECRET} on Friday", CHANNEL, slash=True)
    assert [one.only_for for one in saw.shown] == ["U02"]
    assert caplog.messages[-1].startswith("Teams did not show an answer: unknown")
    assert SECRET not in caplog.text


async def test_where_balcony_may_say_nothing_it_says_nothing(
    world: TeamsWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """Its access was taken away: one line in the log, and not three."""
    world.teams.registered = False
    seen = len(world.teams.messages)
    assert await world.says("U02", "commit ring Jo", CHANNEL) is None
    assert len(world.teams.messages) == seen
    assert [line for line in caplog.messages if "did not show" in line] == [
        "Teams did not show an answer: revoked:BotNotRegistered"
    ]
    assert await world.count("commitment") == 1


async def test_too_much_at_once_goes_another_way(world: TeamsWorld) -> None:
    """Refused with a wait by the channel, it is shown in their own chat."""
    world.teams.faults.next("say", "429")
    async with nobody_else_sees_it(world):
        saw = await world.teams.writes("U02", "commit list", CHANNEL, slash=True)
    assert saw.message.conversation == world.teams.open_chat("U02").id


def test_what_others_see_is_all_they_see() -> None:
    """The tests' own way to look has what a message was before, too."""
    card = {"body": [{"type": "TextBlock", "text": "now"}]}
    before = {"attachments": [{"content": {"body": [{"type": "TextBlock", "text": SECRET}]}}]}
    posted = Posted("1", CHANNEL, {"attachments": [{"content": card}]}, former=[before])
    assert SECRET in words_of(posted)
    assert SECRET not in now_in(posted)
