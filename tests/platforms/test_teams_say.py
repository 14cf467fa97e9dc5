"""Answers in Teams: to one person alone, in the place of a card, and in their turn."""

from collections.abc import AsyncIterator, Mapping

import pytest

from bot.chat import DeliveryError, Form, Outcome, Problems, Question, say
from bot.domain import trouble
from bot.platforms.teams.outbound import Spot
from storage.db import Database
from tests.platforms.teams_stage import (
    BEN_AAD,
    CHANNEL,
    CLEO_AAD,
    DEV_AAD,
    GUS_AAD,
    HELLO,
    LONG,
    Here,
    here_on,
    platform_at,
)

CONTACT, LATER, NEVER, UNSURE = Outcome.CONTACT, Outcome.LATER, Outcome.NEVER, Outcome.UNSURE
FORM = Form("f", "A form", "Send", (Question("what", "What?", "lines", initial="this"),))


@pytest.fixture
async def here(sqlite: Database) -> AsyncIterator[Here]:
    async with here_on(sqlite) as world:
        yield world


async def test_only_one_person_sees_it(here: Here) -> None:
    """In a channel, in the thread that was written in: Cleo reads it, Ben does not."""
    thread = here.teams.new_id()
    spot = Spot(f"{CHANNEL};messageid={thread}", f"{here.url}/uk/")
    said = await here.platform.say(spot, HELLO, only_for=here.teams.users[CLEO_AAD].called)
    (post,) = here.teams.seen_by(CLEO_AAD)
    assert said == f"{spot.conversation}:{post.id}"
    assert (post.only_for, post.thread) == (CLEO_AAD, thread)
    assert here.teams.seen_by(BEN_AAD) == here.teams.in_conversation(CHANNEL) == []


async def test_what_cannot_be_said_to_one_alone_is_not_said(here: Here) -> None:
    """A tenant that does not know such messages, somebody who is not there: nobody reads anything."""
    spot = Spot(CHANNEL, f"{here.url}/uk/")
    here.teams.targets = False
    for who in (CLEO_AAD, DEV_AAD):
        with pytest.raises(DeliveryError) as caught:
            await here.platform.say(spot, HELLO, only_for=here.teams.users[who].called)
        assert (caught.value.outcome, caught.value.reason) == (NEVER, f"{trouble.REFUSED}:BadArgument")
        here.teams.targets = True
    assert here.teams.messages == []


@pytest.mark.parametrize("alone", [True, False])
async def test_a_form_is_shown_as_a_card(here: Here, *, alone: bool) -> None:
    """To everybody or to one alone; again with what was wrong and what had been written."""
    called = here.teams.users[CLEO_AAD].called if alone else ""
    spot = Spot(CHANNEL, f"{here.url}/uk/")
    await here.platform.show_form(spot, FORM, "id-1", only_for=called)
    answers: Mapping[str, str] = {"what": "that"}
    await here.platform.show_form(
        spot, FORM, "id-1", only_for=called, problems=Problems({"what": "No."}), answers=answers
    )
    first, again = here.teams.seen_by(CLEO_AAD)
    assert len(here.teams.seen_by(BEN_AAD)) == (0 if alone else 2)
    assert "id-1" in str(first.card)
    assert "No." in str(again.card)
    assert "that" in str(again.card)
    assert first.activity["summary"] == "A form"


async def test_a_personal_chat_is_found(here: Here) -> None:
    """The same one each time; where Teams opens none, the error says that it waits for them."""
    for _ in range(2):
        spot = await here.platform.personal(here.teams.users[BEN_AAD].called, f"{here.url}/uk/")
        assert spot == Spot(here.chat, f"{here.url}/uk/")
    with pytest.raises(DeliveryError) as caught:
        await here.platform.personal(here.teams.users[GUS_AAD].called, f"{here.url}/uk/")
    assert caught.value.outcome == CONTACT


async def test_a_card_is_replaced(here: Here) -> None:
    """In its place; what does not fit there follows. A card that is gone cannot be."""
    spot = Spot(here.chat, f"{here.url}/uk/")
    said = (await here.platform.say(spot, HELLO)).rpartition(":")[2]
    await here.platform.replace(spot, said, say("Done."))
    (post,) = here.teams.seen_by(BEN_AAD)
    assert ("Done." in str(post.card), "Hello." in str(post.former)) == (True, True)
    await here.platform.replace(spot, said, LONG)
    posts = here.teams.seen_by(BEN_AAD)
    assert posts[0].id == said
    assert "0 Ring" in str(posts[0].card)
    assert "9 Ring" in str(posts[-1].card)
    for activity_id, fault, meaning in (
        ("1764999999999", "fine", (NEVER, f"{trouble.REFUSED}:ActivityNotFoundInConversation")),
        (said, "502_before", (UNSURE, f"{trouble.UNKNOWN}:ServiceError")),
        (f"{said}/x", "fine", (LATER, f"{trouble.UNREACHABLE}:404")),
    ):
        here.clock.now += 5
        here.teams.faults.next("update", fault)
        with pytest.raises(DeliveryError) as caught:
            await here.platform.replace(spot, activity_id, HELLO)
        assert (caught.value.outcome, caught.value.reason) == meaning


async def test_an_answer_waits_for_its_turn(here: Here, caplog: pytest.LogCaptureFixture) -> None:
    """Up to two seconds; then it is given up, with a warning that names nobody's words."""
    spot = Spot(here.chat, f"{here.url}/uk/")
    for _ in range(9):
        await here.platform.say(spot, HELLO)
    assert here.clock.waited == [1, 1]
    for _ in range(51):
        here.clock.now += 0.25
        await here.platform.say(spot, HELLO)
    with pytest.raises(DeliveryError) as caught:
        await here.platform.say(spot, HELLO)
    assert (caught.value.outcome, caught.value.reason) == (LATER, trouble.BUSY)
    assert caught.value.wait > 2
    assert "too much at once" in caplog.text
    assert here.teams.throttled == 0


async def test_others_may_be_quicker(here: Here) -> None:
    """Whoever waits and finds the place taken again does not wait for ever."""

    async def sleep(_: float) -> None:
        """Meanwhile somebody else said something."""

    platform = platform_at(here.database, here.url, here.clock, sleep=sleep)
    for _ in range(7):
        await platform.say(here.spot, HELLO)
    with pytest.raises(DeliveryError) as caught:
        await platform.say(here.spot, HELLO)
    assert (caught.value.outcome, caught.value.reason) == (LATER, trouble.BUSY)
    await platform.close()


async def test_opening_a_chat_is_limited_too(here: Here) -> None:
    """Teams counts that as it counts messages."""
    for _ in range(8):
        await here.platform.personal(here.teams.users[BEN_AAD].called, f"{here.url}/uk/")
    assert (here.clock.waited, here.teams.throttled) == ([1], 0)


async def test_the_threads_of_a_channel_count_together(here: Here) -> None:
    """An answer in each of eight threads: the eighth waits, as it would in one."""
    for _ in range(8):
        await here.platform.say(Spot(f"{CHANNEL};messageid={here.teams.new_id()}", f"{here.url}/uk/"), HELLO)
    assert (here.clock.waited, here.teams.throttled) == ([1], 0)
