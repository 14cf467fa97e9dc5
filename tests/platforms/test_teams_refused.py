"""What each failure in Teams means: for a channel, for somebody who wrote to Balcony, for somebody who did not."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from bot.chat import Channel, Outcome, Person
from bot.domain import trouble
from bot.platforms.teams.outbound import TeamsPlatform
from storage.db import Database
from storage.keys import KeyRing
from tests.conftest import KEYS
from tests.fake_slack.server import LoopServer
from tests.platforms.teams_stage import (
    BEN,
    BEN_AAD,
    CHANNEL,
    CLEO,
    CLEO_AAD,
    GUS,
    GUS_AAD,
    HELLO,
    PLACE,
    TENANT,
    Here,
    failure_of,
    here_on,
    platform_at,
)
from tests.platforms.test_waiting import WAITS

pytestmark = pytest.mark.thorough

CONTACT, LATER, NEVER, RESTS, UNSURE = Outcome.CONTACT, Outcome.LATER, Outcome.NEVER, Outcome.RESTS, Outcome.UNSURE

SHUT = [
    "403 BotNotInConversationRoster",
    "404 BotNotInConversationRoster",
    "403 ConversationBlockedByUser",
    "403 MessageWritesBlocked",
]
FORBIDDEN = ["403 BotDisabledByAdmin", "403 ForbiddenOperationException", "403 NotEnoughPermissions", "403 InvalidBotApiHost",
             "403 Forbidden", "403 ServiceError", "403 AWordNobodyKnows"]  # fmt: skip
LOST = ["404 ConversationNotFound", "404 AWordNobodyKnows"]
WRONG = ["400 BadSyntax", "400 BadArgument", "404 ActivityNotFoundInConversation", "413 MessageSizeTooBig", "413",
         "415 UnsupportedMediaType", "409 Conflict"]  # fmt: skip
NOT_US = ["401 Unauthorized", "401 BotNotRegistered", "401"]
BEFORE = ["400", "403", "404", "407", "451"]
Meaning = tuple[Outcome, str]
Everywhere = tuple[Meaning, Meaning, Meaning, Meaning]
A_CHANNEL, THEIR_CHAT, A_NEW_CHAT, OPENING_IT = range(4)
# In a channel; to somebody who wrote in this chat; to somebody who never did; on asking for the chat.
MEANS: dict[str, Everywhere] = {}
REFUSED, REVOKED, AWAITED = (NEVER, trouble.REFUSED), (RESTS, trouble.REVOKED), (CONTACT, trouble.AWAITED)
NOT_THERE, NO_CHANNEL, GONE = (LATER, trouble.NOT_IN_CHANNEL), (LATER, trouble.NO_CHANNEL), (NEVER, trouble.GONE)
UNREACHABLE, BUSY = (LATER, trouble.UNREACHABLE), (LATER, trouble.BUSY)
for faults, meanings in (
    (SHUT, (NOT_THERE, GONE, AWAITED, AWAITED)),
    (FORBIDDEN, (NOT_THERE, AWAITED, AWAITED, AWAITED)),
    (LOST, (NO_CHANNEL, AWAITED, AWAITED, AWAITED)),
    (WRONG, (REFUSED, REFUSED, REFUSED, AWAITED)),
    (NOT_US, (REVOKED, REVOKED, REVOKED, REVOKED)),
    (BEFORE, (UNREACHABLE, UNREACHABLE, UNREACHABLE, UNREACHABLE)),
    (["429"], (BUSY, BUSY, BUSY, BUSY)),
):
    MEANS |= dict.fromkeys(faults, meanings)


@pytest.fixture
async def here(sqlite: Database) -> AsyncIterator[Here]:
    async with here_on(sqlite) as world:
        yield world


@pytest.mark.parametrize("place", [A_CHANNEL, THEIR_CHAT, A_NEW_CHAT, OPENING_IT])
async def test_every_refusal_means_one_thing(here: Here, place: int) -> None:
    """The table: outcome and reason, and never more than one request."""
    to: Person | Channel = (PLACE, BEN, CLEO, CLEO)[place]
    call = "open" if place == OPENING_IT else "say"
    for number, (fault, meanings) in enumerate(MEANS.items(), 1):
        here.teams.faults.next(call, fault)
        error = await here.failure(to)
        assert (error.outcome, error.reason.partition(":")[0]) == meanings[place], fault
        assert here.asked(call) == number
        assert bool(here.platform.problem) == (error.outcome == RESTS), fault
        here.platform.problem = ""
        here.clock.now += 10
    assert here.teams.messages == []
    assert (here.asked("say") == 0) == (place == OPENING_IT)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"errorCode": 209, "message": "{\\r\\n  \\"subCode\\": \\"MessageWritesBlocked\\",\\r\\n  \\"details\\": \\"x\\"}"}', "MessageWritesBlocked"),
        ('{"error": {"code": "BadArgument", "message": "Failed to decrypt conversation id"}}', "FailedToDecrypt"),
        ('{"error": {"code": "Bad Argument", "message": "Missing recipient"}}', "BadArgument"),
        ('{"error": {"code": "Forbidden", "subCode": "BotDisabledByAdmin"}}', "BotDisabledByAdmin"),
        ('{"error": "BotNotInConversationRoster"}', "BotNotInConversationRoster"),
        ('{"errorCode": 207, "message": "no"}', "207"),
        ('{"error": {"code": "Ben said that he would ring the nurse", "message": "Ben"}}', "403"),
        ('{"error": {"code": ["x"], "message": 7}}', "403"),
        ('{"message": "Authorization has been denied for this request."}', "403"),
        pytest.param("[" * 100_000, "403", id="deep"),
        ("null", "403"),
    ],
)  # fmt: skip
async def test_the_code_is_found_in_every_form(here: Here, body: str, code: str) -> None:
    """Microsoft writes it in several ways; whatever is no code may be somebody's words, and is not repeated."""
    here.teams.faults.next("say", "403 x", body=body)
    assert (await here.failure()).reason.partition(":")[2] == code


async def test_what_cannot_be_decrypted_waits_for_a_right_id(here: Here) -> None:
    """A conversation of another bot, or an hour of Microsoft's: nobody is thrown out for that."""
    body = '{"error": {"code": "BadArgument", "message": "Failed to decrypt conversation id"}}'
    for to, meaning in ((PLACE, (LATER, trouble.NO_CHANNEL)), (BEN, (CONTACT, trouble.AWAITED))):
        for status in ("400 x", "403 x"):
            here.teams.faults.next("say", status, body=body)
            error = await here.failure(to)
            assert (error.outcome, error.reason) == (meaning[0], f"{meaning[1]}:FailedToDecrypt")


async def test_how_long_teams_asks_to_wait(here: Here) -> None:
    """In seconds, or until a moment; where it is neither, thirty; at most a day. Where the bot is not, a quarter of an hour."""
    for said, date, wait in WAITS:
        here.teams.faults.next("say", "429", retry_after=said, date=date)
        error = await here.failure()
        assert (error.outcome, error.reason, error.wait) == (LATER, f"{trouble.BUSY}:Throttled", wait), said
        here.clock.now += 5
    for fault in ("403 BotNotInConversationRoster", "404 ConversationNotFound"):
        here.teams.faults.next("say", fault)
        assert (await here.failure()).wait == 900


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("500_before", 0), ("502_after", 1), ("503_before", 0), ("504_after", 1), ("412_after", 1), ("408_before", 0),
        ("302_before", 0), ("425_before", 0), ("409", 0), ("423", 0), ("499_after", 1), ("reset_before", 0), ("reset_after", 1), ("page", 1), ("half", 1), ("list", 1),
        ("nameless", 1), ("empty", 1),
    ],
)  # fmt: skip
async def test_what_may_have_been_said_is_unsure(here: Here, fault: str, said: int) -> None:
    """One request whatever happens, at most one message, and nobody claims to know. Microsoft's advice would double it."""
    both: tuple[Person | Channel, ...] = (PLACE, BEN)
    for number, to in enumerate(both, 1):
        here.teams.faults.next("say", fault)
        error = await here.failure(to)
        assert (error.outcome, error.reason.partition(":")[0]) == (UNSURE, trouble.UNKNOWN)
        assert (here.asked(), len(here.teams.messages)) == (number, number * said)


@pytest.mark.parametrize(("fault", "said"), [("hang_before", 0), ("hang_after", 1), ("late", 1)])
async def test_nobody_waits_for_ever(here: Here, fault: str, said: int) -> None:
    """A request has a time-out; what became of it nobody knows."""
    platform = platform_at(here.database, here.url, here.clock, timeout=0.3)
    here.teams.faults.next("say", fault)
    error = await failure_of(platform)
    assert (error.outcome, error.reason.partition(":")[0]) == (UNSURE, trouble.UNKNOWN)
    await here.teams.wait_for(lambda: len(here.teams.messages) == said)
    assert here.asked() == 1
    await platform.close()


async def test_an_answer_that_drips_has_an_end(here: Here) -> None:
    """A byte now and then keeps the client waiting; the call as a whole has an end, too."""
    more = asyncio.Event()

    async def drip(_: Request) -> StreamingResponse:
        async def bytes_() -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await more.wait()
                more.clear()

        return StreamingResponse(bytes_(), 201)

    server = LoopServer(Starlette(routes=[Route("/{path:path}", drip, methods=["POST"])]))
    await server.start()
    platform = elsewhere(here, f"{server.url}/", timeout=0.3)
    for to, outcome, reason in ((PLACE, UNSURE, trouble.UNKNOWN), (CLEO, LATER, trouble.UNREACHABLE)):
        waiting = asyncio.create_task(failure_of(platform, to))
        while not waiting.done():
            more.set()
            await asyncio.wait({waiting}, timeout=0.05)
        assert ((await waiting).outcome, (await waiting).reason) == (outcome, f"{reason}:TimeoutError")
    await platform.close()
    await server.stop()


@pytest.mark.parametrize(
    "fault",
    ["500_before", "502_after", "412_after", "reset_before", "reset_after", "page", "list", "nameless", "empty"],
)
async def test_a_chat_that_could_not_be_opened_is_tried_again(here: Here, fault: str) -> None:
    """Nobody hears of it being opened, and it is the same one however often."""
    here.teams.faults.next("open", fault)
    error = await here.failure(CLEO)
    assert (error.outcome, error.reason.partition(":")[0]) == (LATER, trouble.UNREACHABLE)
    assert here.asked() == 0
    await here.platform.send(CLEO, HELLO, "k")
    assert len(here.teams.seen_by(CLEO_AAD)) == 1


def elsewhere(here: Here, address: str, **how: Any) -> TeamsPlatform:
    """One that speaks to another address, which it is allowed to."""
    return platform_at(here.database, here.url, here.clock, allow=lambda _: True, service_url=address, **how)


async def test_nobody_there_is_later(here: Here) -> None:
    """A refused connection, or an address that is none: certainly not said."""
    for address in ("http://127.0.0.1:9/teams/", "http://no:address/", "nowhere"):
        platform = elsewhere(here, address)
        error = await failure_of(platform)
        assert (error.outcome, error.reason.partition(":")[0]) == (LATER, trouble.UNREACHABLE)
        await platform.close()


async def test_a_connection_that_never_comes_is_later(here: Here) -> None:
    """A firewall that swallows everything: it gives up before the call as a whole does, and knows that nothing was sent."""
    with socket.socket() as wall, socket.socket() as first, socket.socket() as second:
        wall.bind(("127.0.0.1", 0))
        wall.listen(0)
        for knocking in (first, second):
            knocking.setblocking(False)
            knocking.connect_ex(wall.getsockname())
        platform = elsewhere(here, f"http://127.0.0.1:{wall.getsockname()[1]}/", timeout=0.5)
        error = await failure_of(platform)
    assert (error.outcome, error.reason) == (LATER, f"{trouble.UNREACHABLE}:ConnectTimeout")
    await platform.close()


async def test_a_database_that_is_away_loses_nothing(here: Here) -> None:
    """Where to say it is not known, so it is not said yet."""
    away = Database("sqlite+aiosqlite:////nowhere/balcony.db", KeyRing(KEYS))
    platform = platform_at(away, here.url, here.clock)
    error = await failure_of(platform)
    assert (error.outcome, error.reason) == (LATER, f"{trouble.UNREACHABLE}:OperationalError")
    assert here.teams.calls == []
    await platform.close()
    await away.close()


async def test_a_channel_without_the_bot(here: Here) -> None:
    """It was taken out, or there is no such channel; both may change."""
    here.teams.remove_app(CHANNEL)
    assert (await here.failure()).reason == f"{trouble.NOT_IN_CHANNEL}:BotNotInConversationRoster"
    error = await here.failure(Channel("teams", TENANT, "19:no-such@thread.tacv2"))
    assert error.reason == f"{trouble.NO_CHANNEL}:ConversationNotFound"


async def test_who_blocks_balcony_has_gone(here: Here) -> None:
    """They wrote to it once and will hear no more; so has who removed the app."""
    here.teams.block(BEN_AAD)
    error = await here.failure(BEN)
    assert (error.outcome, error.reason) == (NEVER, f"{trouble.GONE}:MessageWritesBlocked")
    here.teams.users[BEN_AAD].blocking = False
    here.teams.remove_app(here.chat)
    error = await here.failure(BEN)
    assert (error.outcome, error.reason) == (NEVER, f"{trouble.GONE}:BotNotInConversationRoster")


async def test_a_guest_who_cannot_be_written_to_is_awaited(here: Here) -> None:
    """Teams opens no chat with them, or there is nobody of that id: it waits until they write."""
    for user in (GUS_AAD, "aad-of-nobody", "29:nobody"):
        error = await here.failure(Person("teams", TENANT, user))
        assert (error.outcome, error.reason.partition(":")[0]) == (CONTACT, trouble.AWAITED)
    here.teams.open_chat(GUS_AAD)  # they wrote
    await here.platform.send(GUS, HELLO, "k")
    assert len(here.teams.seen_by(GUS_AAD)) == 1
