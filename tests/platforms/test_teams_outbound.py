"""Saying things in Teams once: where, in how many parts, how much at a time, and with which token."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.chat import Channel, DeliveryError, Mention, Outcome, Person, Words, say, text
from bot.domain import trouble
from bot.platforms import waiting
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
    HELLO,
    LONG,
    PLACE,
    SECRET,
    TENANT,
    Here,
    failure_of,
    here_on,
    platform_at,
)

LATER, NEVER, RESTS, UNSURE = Outcome.LATER, Outcome.NEVER, Outcome.RESTS, Outcome.UNSURE


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
    here.clock.now += waiting.AFTER_REFUSAL
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


async def test_no_token_says_nothing(here: Here) -> None:
    """Refused: the tenant rests, and the host reads why. Not reached: later."""
    here.platform._tokens.forget()
    here.teams.secret = "another~one"
    error = await here.failure()
    assert (error.outcome, error.reason) == (RESTS, f"{trouble.REVOKED}:invalid_client AADSTS7000215")
    assert "TEAMS_CLIENT_SECRET (invalid_client AADSTS7000215)" in await here.platform.state()
    here.clock.now += waiting.AFTER_REFUSAL
    here.teams.faults.next("login", "503_before")
    error = await here.failure()
    assert (error.outcome, error.reason.partition(":")[0]) == (LATER, trouble.UNREACHABLE)
    assert here.teams.calls == []
    here.teams.secret = SECRET
    await here.platform.send(PLACE, HELLO, "k")
    assert await here.platform.state() == ""


async def test_a_token_that_teams_does_not_take_is_replaced(here: Here) -> None:
    """The tenant rests, and the next try comes with a new one; so does one that ran out here."""
    here.teams.revoke_tokens()
    error = await here.failure()
    assert (error.outcome, error.reason) == (RESTS, f"{trouble.REVOKED}:401")
    assert "TEAMS_CLIENT_ID (401)" in await here.platform.state()
    here.clock.now += waiting.AFTER_REFUSAL
    await here.platform.send(PLACE, HELLO, "k")
    here.clock.now += 3601
    assert (await here.failure()).outcome == RESTS
    here.clock.now += waiting.AFTER_REFUSAL
    await here.platform.send(PLACE, HELLO, "k")
    assert await here.platform.state() == ""


async def test_check_says_what_is_wrong(here: Here) -> None:
    """A plain sentence until a token was had; it goes when there is one."""
    platform = platform_at(here.database, here.url, here.clock)
    assert "not reached Microsoft yet" in await platform.state()
    here.teams.faults.next("login", "reset_before")
    await platform.check()
    assert await platform.state() == "Microsoft's login cannot be reached."
    here.clock.now += waiting.AFTER_SILENCE
    await platform.check()
    assert await platform.state() == ""
    here.teams.registered = False
    await failure_of(platform)
    assert "TEAMS_CLIENT_ID (BotNotRegistered)" in await platform.state()
    await platform.close()


async def test_nothing_private_is_in_a_log(here: Here, caplog: pytest.LogCaptureFixture) -> None:
    """Not a word, not the token, not the secret, also where everything is logged; and no library names what it calls."""
    caplog.set_level(logging.DEBUG)
    secret = say(Words("I will ring the school nurse."))
    for fault in ("fine", "403 BotDisabledByAdmin", "502_after", "reset_before", "page", "half", "list", "429", "401"):
        here.teams.faults.next("say", fault)
        here.clock.now += 10
        try:
            await here.platform.send(PLACE, secret, "k")
        except DeliveryError as error:
            assert "nurse" not in f"{error!r} {error.reason}"
    here.clock.now += waiting.AFTER_REFUSAL
    await here.platform.send(CLEO, secret, "k")
    await here.platform.say(Spot(CHANNEL, f"{here.url}/uk/"), secret, only_for=here.teams.users[CLEO_AAD].called)
    for private in ("nurse", SECRET, *here.teams.bearers):
        assert private not in caplog.text
    assert not [record for record in caplog.records if record.name == "httpx"]


def test_where_nobody_was_heard_from_yet() -> None:
    """Microsoft's common address is used."""
    assert SERVICE_URL == "https://smba.trafficmanager.net/teams/"
