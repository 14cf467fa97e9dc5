"""Saying things in Teams once: where, in how many parts, how much at a time, and to whom alone."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.chat import Channel, DeliveryError, Form, Mention, Outcome, Person, Problems, Question, Words, say, text
from bot.domain import trouble
from bot.platforms.teams.outbound import SERVICE_URL, Spot
from storage.db import Database
from tests.fake_slack.server import LoopServer
from tests.platforms.teams_stage import (
    APP,
    BEN,
    BEN_AAD,
    CHANNEL,
    CLEO,
    CLEO_AAD,
    DEV_AAD,
    GUS_AAD,
    HELLO,
    LONG,
    PLACE,
    SECRET,
    TENANT,
    Here,
    failure_of,
    here_on,
    platform_at,
)  # fmt: skip

CONTACT, LATER, NEVER, RESTS, UNSURE = Outcome.CONTACT, Outcome.LATER, Outcome.NEVER, Outcome.RESTS, Outcome.UNSURE
FORM = Form("f", "A form", "Send", (Question("what", "What?", "lines", initial="this"),))


@pytest.fixture
async def here(sqlite: Database) -> AsyncIterator[Here]:
    async with here_on(sqlite) as world:
        yield world


async def test_a_channel_hears_it_once(here: Here) -> None:
    """One request, from the bot; Teams' ids come back."""
    said = await here.platform.send(PLACE, HELLO, "k")
    (post,) = here.teams.in_conversation(CHANNEL)
    assert said == f"{CHANNEL}:{post.id}"
    assert post.activity["from"] == {"id": f"28:{APP}"}
    assert "Hello." in str(post.card)
    assert (here.asked(), here.teams.seen_by(CLEO_AAD), here.teams.refusals) == (1, [post], [])
    assert here.teams.called("say")[0].path == f"/teams/v3/conversations/{CHANNEL}/activities"


async def test_a_person_is_written_to_where_they_wrote(here: Here) -> None:
    """In the chat and at the address that their own message came from."""
    await here.platform.send(BEN, HELLO, "k")
    assert [call.path for call in here.teams.calls] == [f"/uk/v3/conversations/{here.chat}/activities"]
    assert len(here.teams.seen_by(BEN_AAD)) == 1
    assert here.teams.seen_by(CLEO_AAD) == []


async def test_a_person_who_never_wrote_gets_a_chat(here: Here) -> None:
    """It is opened at the tenant's common address, for them alone, and it is the same one the next time."""
    first = await here.platform.send(CLEO, HELLO, "k1")
    again = await here.platform.send(CLEO, HELLO, "k2")
    assert first.rpartition(":")[0] == again.rpartition(":")[0] == here.teams.open_chat(CLEO_AAD).id
    assert [call.name for call in here.teams.calls] == ["open", "say"] * 2
    assert {call.path.split("/")[1] for call in here.teams.calls} == {"teams"}
    assert len(here.teams.seen_by(CLEO_AAD)) == 2


async def test_who_only_wrote_elsewhere_is_called_as_teams_calls_them(here: Here) -> None:
    """Their own id for this bot opens their chat, at the address that they were heard from."""
    called = here.teams.users[CLEO_AAD].called
    await here.knows(CLEO_AAD, "", f"{here.url}/uk/", called, "Cleo")
    await here.platform.send(CLEO, HELLO, "k")
    assert here.teams.called("open")[0].body["members"] == [{"id": called}]
    assert {call.path.split("/")[1] for call in here.teams.calls} == {"uk"}


async def test_an_address_that_is_not_allowed_is_not_used(here: Here) -> None:
    """Whatever was stored: the token goes to Teams' own hosts and nowhere else."""
    strangers: list[Request] = []

    async def take(request: Request) -> Response:
        strangers.append(request)
        return JSONResponse({"id": "1"}, 201)

    stranger = LoopServer(Starlette(routes=[Route("/{path:path}", take, methods=["POST", "PUT"])]))
    await stranger.start()
    await here.knows(BEN_AAD, here.chat, f"{stranger.url}/uk/")
    await here.platform.send(BEN, HELLO, "k")
    assert here.teams.called("say")[0].path.startswith("/teams/")
    spot = Spot(here.chat, stranger.url)
    for call in (
        here.platform.say(spot, HELLO), here.platform.replace(spot, "1", HELLO), here.platform.personal("29:1", stranger.url)
    ):  # fmt: skip
        with pytest.raises(DeliveryError) as caught:
            await call
        assert (caught.value.outcome, caught.value.reason) == (NEVER, f"{trouble.REFUSED}:host")
    assert strangers == []
    await stranger.stop()


async def test_another_tenant_is_refused_before_any_call(here: Here) -> None:
    """Its people are somebody else, whatever their ids. Capitals are no difference."""
    for to in (Person("teams", "another", BEN_AAD), Channel("teams", "another", CHANNEL)):
        error = await here.failure(to)
        assert (error.outcome, error.reason.partition(":")[0]) == (NEVER, trouble.ELSEWHERE)
    assert here.teams.calls == []
    await here.platform.send(Channel("teams", TENANT.upper(), CHANNEL), HELLO, "k")
    assert here.asked() == 1


async def test_a_conversation_is_no_path(here: Here) -> None:
    """What a programme's file names as its channel cannot lead anywhere else in the connector."""
    for odd in (
        f"{CHANNEL}/activities?isTargetedActivity=true#",
        f"{CHANNEL}/../{here.chat}",
        "../../x",
        CHANNEL + "/x",
    ):
        error = await here.failure(Channel("teams", TENANT, odd))
        assert error.outcome == LATER
    assert here.teams.calls == []


async def test_who_is_known_is_mentioned(here: Here) -> None:
    """By the name and id that Teams knows; somebody never heard from, or without a name, is a member."""
    await here.knows(CLEO_AAD, "", f"{here.url}/uk/", here.teams.users[CLEO_AAD].called)
    people = [part for user in (BEN_AAD, CLEO_AAD, DEV_AAD) for part in (Mention(user), " and ")]
    await here.platform.send(PLACE, say(text(*people, "you meet.")), "k")
    (post,) = here.teams.in_conversation(CHANNEL)
    (entity,) = post.card["msteams"]["entities"]
    assert entity["mentioned"] == {"id": here.teams.users[BEN_AAD].called, "name": "Ben Field"}
    assert str(post.card["body"]).count("a member") == 2
    assert "aad-" not in str(post.activity)


async def test_both_databases_know_who_was_heard_from(database: Database) -> None:
    """A chat, and a name for a mention."""
    async with here_on(database) as here:
        await here.platform.send(BEN, say(text("Hello ", Mention(BEN_AAD), ".")), "k")
        assert [call.name for call in here.teams.calls] == ["say"]
        assert here.teams.seen_by(BEN_AAD)[0].card["msteams"]["entities"]


async def test_a_long_message_comes_in_order(here: Here) -> None:
    """In several parts, each within what Teams takes, first to last."""
    await here.platform.send(PLACE, LONG, "k")
    parts = [str(post.card) for post in here.teams.in_conversation(CHANNEL)]
    assert len(parts) >= 2
    whole = "".join(parts)
    places = [whole.index(f"{number} Ring") for number in range(10)]
    assert places == sorted(places)


@pytest.mark.parametrize("fault", ["429", "403 BotNotInConversationRoster", "401", "502_before", "reset_after", "413"])
async def test_half_a_message_is_unsure(here: Here, fault: str) -> None:
    """Once the first part was taken, trying again would say it twice; before that, the failure means what it means."""
    here.teams.faults.next("say", "fine")
    here.teams.faults.next("say", fault)
    error = await here.failure(PLACE, LONG)
    assert (error.outcome, error.reason.partition(":")[0]) == (UNSURE, trouble.UNKNOWN)
    assert here.asked() == 2
    here.teams.faults.next("say", "429")
    assert (await here.failure(PLACE, LONG)).outcome == LATER


async def test_the_eighth_in_a_second_waits_for_the_next(here: Here) -> None:
    """It is not sent, and Teams never has to refuse; other conversations go on."""
    for number in range(7):
        await here.platform.send(PLACE, HELLO, str(number))
    error = await here.failure()
    assert (error.outcome, error.reason, error.wait) == (LATER, trouble.BUSY, 1)
    await here.platform.send(BEN, HELLO, "k")
    here.clock.now += 1
    await here.platform.send(PLACE, HELLO, "k")
    assert (here.clock.waited, here.teams.throttled, here.asked()) == ([], 0, 9)


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


async def test_parts_wait_for_each_other(here: Here) -> None:
    """A message in parts that meets the limit goes on when it may, and is not left half said."""
    for number in range(6):
        await here.platform.send(PLACE, HELLO, str(number))
    await here.platform.send(PLACE, LONG, "k")
    assert here.clock.waited
    assert here.teams.throttled == 0
    assert "9 Ring" in str(here.teams.in_conversation(CHANNEL)[-1].card)


async def test_parts_do_not_wait_for_ever(here: Here) -> None:
    """Longer than the outbox's lease nobody sends; half of it was read, so nobody claims to know."""
    never = asyncio.Event()

    async def sleep(_: float) -> None:
        await never.wait()

    platform = platform_at(here.database, here.url, here.clock, sleep=sleep, timeout=0.1)
    for _ in range(6):
        await platform.send(PLACE, HELLO, "k")
    error = await failure_of(platform, PLACE, LONG)
    assert (error.outcome, error.reason) == (UNSURE, f"{trouble.UNKNOWN}:TimeoutError")
    assert here.asked() == 7
    await platform.close()


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


async def test_nothing_private_is_in_a_log(here: Here, caplog: pytest.LogCaptureFixture) -> None:
    """Not a word, not the token, not the secret, also where everything is logged; and no library names what it calls."""
    caplog.set_level(logging.DEBUG)
    secret = say(Words("I will ring the school nurse."))
    for fault in ("fine", "401", "403 BotDisabledByAdmin", "502_after", "reset_before", "page", "half", "list", "429"):
        here.teams.faults.next("say", fault)
        here.clock.now += 10
        try:
            await here.platform.send(PLACE, secret, "k")
        except DeliveryError as error:
            assert "nurse" not in f"{error!r} {error.reason}"
    await here.platform.send(CLEO, secret, "k")
    await here.platform.say(Spot(CHANNEL, f"{here.url}/uk/"), secret, only_for=here.teams.users[CLEO_AAD].called)
    for private in ("nurse", SECRET, *here.teams.bearers):
        assert private not in caplog.text
    assert not [record for record in caplog.records if record.name == "httpx"]


def test_where_nobody_was_heard_from_yet() -> None:
    """Microsoft's common address is used."""
    assert SERVICE_URL == "https://smba.trafficmanager.net/teams/"
