"""The bot's own token for Teams: how it is got, who says no, and that nobody waits for it for long."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from bot.platforms.teams.tokens import BotTokens, NoToken
from tests.fake_slack.server import LoopServer
from tests.fake_teams.connector import serving
from tests.fake_teams.login import EXCHANGE
from tests.fake_teams.state import CONNECTOR, Bearer, Tenant

pytestmark = pytest.mark.thorough

TENANT, APP, SECRET = "11111111-2222-3333-4444-555555555555", "99999999-8888-7777-6666-abcdefabcdef", "a~secret~of~ours"
OTHER = "00000000-aaaa-bbbb-cccc-dddddddddddd"


@pytest.fixture
async def teams() -> Tenant:
    return Tenant(TENANT, APP, SECRET, clock=lambda: 0)


@pytest.fixture
async def url(teams: Tenant) -> AsyncIterator[str]:
    async with serving(teams) as address:
        yield address


def tokens(url: str, *, tenant: str = TENANT, app: str = APP, **how: Any) -> BotTokens:
    if "managed_identity" not in how:
        how.setdefault("secret", SECRET)
    return BotTokens(app, tenant, development=url, **how)


async def no(wanted: BotTokens) -> NoToken:
    with pytest.raises(NoToken) as caught:
        await wanted.token()
    return caught.value


async def test_a_secret_gets_a_token_for_the_connector(teams: Tenant, url: str) -> None:
    """The app's own, and for nothing but Teams' connector."""
    assert teams.bearers[await tokens(url).token()] == Bearer(APP, CONNECTOR, 3600)


async def test_a_token_is_kept(teams: Tenant, url: str) -> None:
    """One login for many calls, until it nears its end or Teams no longer takes it."""
    wanted = tokens(url)
    first = await wanted.token()
    assert [await wanted.token() for _ in range(5)] == [first] * 5
    assert len(teams.logins) == 1
    wanted.forget()
    assert await wanted.token() != first
    teams.token_life = 60
    wanted.forget()
    assert await wanted.token() != await wanted.token()


async def test_many_callers_ask_once(teams: Tenant, url: str) -> None:
    """Those who come while a token is asked for wait for the same one."""
    wanted = tokens(url)
    assert len(set(await asyncio.gather(*(wanted.token() for _ in range(20))))) == 1
    assert len(teams.logins) == 1


async def test_an_identity_of_the_app_itself_needs_no_login(teams: Tenant, url: str) -> None:
    """A user-assigned identity that is the bot: the machine gives its token, and nobody else is asked."""
    for identity in (APP, APP.upper()):
        teams.identities.add(identity)
        assert teams.bearers[await tokens(url, managed_identity=identity).token()].audience == CONNECTOR
    assert [asked["resource"] for asked in teams.logins] == [CONNECTOR] * 2


@pytest.mark.parametrize(("identity", "whose"), [("system", "its own"), (OTHER, OTHER)])
async def test_another_identity_vouches_for_the_app(teams: Tenant, url: str, identity: str, whose: str) -> None:
    """The machine's own identity, or a third one: its token is exchanged for one of the app's."""
    teams.own_identity = True
    teams.identities.add(OTHER)
    assert teams.bearers[await tokens(url, managed_identity=identity).token()] == Bearer(APP, CONNECTOR, 3600)
    asked, exchanged = teams.logins
    assert asked["resource"] == EXCHANGE
    assert teams.bearers[exchanged["client_assertion"]].app_id == whose


@pytest.mark.parametrize(
    ("how", "reason", "setting"),
    [
        ({"secret": "wrong"}, "invalid_client AADSTS7000215", "TEAMS_CLIENT_SECRET"),
        ({"app": OTHER}, "unauthorized_client AADSTS700016", "TEAMS_CLIENT_ID"),
        ({"tenant": OTHER}, "invalid_tenant", "TEAMS_TENANT_ID"),
        ({"managed_identity": APP}, "invalid_request", "TEAMS_MANAGED_IDENTITY"),
        ({"managed_identity": "system"}, "invalid_request", "TEAMS_MANAGED_IDENTITY"),
    ],
)
async def test_who_is_refused(teams: Tenant, url: str, how: dict[str, str], reason: str, setting: str) -> None:
    """Microsoft says no: its code, and a plain sentence with the setting to look at."""
    assert teams
    error = await no(tokens(url, **how))
    assert (error.refused, error.reason) == (True, reason)
    assert setting in error.sentence
    assert reason in error.sentence


@pytest.mark.parametrize("fault", ["503_before", "429", "reset_before", "page", "half", "list", "302_before", "407"])
async def test_who_is_not_reached(teams: Tenant, url: str, fault: str) -> None:
    """Nobody said no, so it is tried again; and as soon as it goes well there is a token."""
    wanted = tokens(url)
    teams.faults.next("login", fault)
    error = await no(wanted)
    assert (error.refused, error.sentence) == (False, "Microsoft's login cannot be reached.")
    assert await wanted.token()


@pytest.mark.parametrize("fault", ["503_before", "page", "reset_before"])
async def test_a_login_that_cannot_say_where_it_is(teams: Tenant, url: str, fault: str) -> None:
    """The same for the question before."""
    teams.faults.next("discovery", fault)
    assert not (await no(tokens(url))).refused


@pytest.mark.parametrize("fault", ["503_before", "page", "reset_before"])
async def test_an_identity_that_is_not_reached(teams: Tenant, url: str, fault: str) -> None:
    """The machine has none, or is slow to have it: the sentence says which setting asks for it."""
    teams.identities.add(APP)
    teams.own_identity = True
    for identity in ("system", APP):
        teams.faults.next("identity", fault)
        error = await no(tokens(url, managed_identity=identity))
        assert not error.refused
        assert "TEAMS_MANAGED_IDENTITY" in error.sentence


async def test_nobody_there() -> None:
    """A refused connection, or none that could be tried, is no refusal of Microsoft's."""
    for address in ("http://127.0.0.1:9", "http://no:address"):
        assert not (await no(tokens(address))).refused


async def test_busy_for_a_moment(teams: Tenant, url: str) -> None:
    """OAuth has words for that, and they are no refusal."""
    teams.faults.next("login", "400 x", body='{"error": "temporarily_unavailable"}')
    assert not (await no(tokens(url))).refused


async def test_a_mended_refusal_is_noticed(teams: Tenant, url: str) -> None:
    """The library remembers a refusal for a minute; a host who mended it does not wait for that."""
    wanted = tokens(url)
    teams.faults.next("login", "400 x", body='{"error": "unauthorized_client", "error_codes": [700016]}')
    assert (await no(wanted)).refused
    assert await wanted.token()


async def test_a_redirect_does_not_carry_the_secret_along(teams: Tenant, url: str) -> None:
    """It is not followed."""
    teams.faults.next("login", "302_before")
    assert (await no(tokens(url))).reason == "TooManyRedirects"


async def test_a_request_has_a_time_out(teams: Tenant, url: str) -> None:
    """Whoever does not answer is left, by the request itself."""
    teams.faults.next("login", "hang_before")
    assert (await no(tokens(url, timeout=0.5))).reason == "ReadTimeout"


async def test_nobody_waits_for_an_answer_that_never_ends() -> None:
    """A byte now and then keeps a request alive; those who wait for the token go on, and nobody asks a second time."""
    more, asked = asyncio.Event(), []

    async def drip(request: Request) -> StreamingResponse:
        asked.append(request.url.path)

        async def bytes_() -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await more.wait()
                more.clear()

        return StreamingResponse(bytes_())

    server = LoopServer(Starlette(routes=[Route("/{path:path}", drip)]))
    await server.start()
    wanted = tokens(server.url, timeout=0.3)
    for _ in range(2):
        waiting = asyncio.create_task(no(wanted))
        while not waiting.done():
            more.set()
            await asyncio.wait({waiting}, timeout=0.05)
        assert (await waiting).reason == "TimeoutError"
    assert len(asked) == 1
    await server.stop()


async def test_a_private_word_stays_where_it_is(teams: Tenant, url: str, caplog: pytest.LogCaptureFixture) -> None:
    """No secret, no token and no description of Microsoft's, which may hold anything, in a log line or an error."""
    caplog.set_level(logging.DEBUG)
    wanted = tokens(url)
    token = await wanted.token()
    teams.faults.next("login", "400 x", body='{"error": "Ben said this", "error_description": "Ben said this"}')
    teams.faults.next("login", "400 x", body="Ben said this")
    for _ in range(2):
        wanted.forget()
        error = await no(wanted)
        assert "Ben" not in f"{error!r} {error.reason} {error.sentence}"
    teams.faults.next("login", "503_before")
    wanted.forget()
    await no(wanted)
    for private in (SECRET, token, "Ben"):
        assert private not in caplog.text
