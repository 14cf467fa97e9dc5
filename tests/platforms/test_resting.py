"""Who refused us is asked once, and then left alone; who could not be reached is asked now and then; others go on."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.chat import CannotLook, DeliveryError, Outcome, Pace, Person, say
from bot.domain import trouble
from bot.platforms import waiting
from bot.platforms.local.outbound import LocalPlatform
from bot.platforms.slack.outbound import SlackPlatform, web_client, web_session
from bot.platforms.teams.limits import PER_CONVERSATION, PER_TENANT
from bot.platforms.teams.outbound import TeamsPlatform
from storage.db import Database
from tests.fake_slack import FakeSlack
from tests.platforms.conftest import impatient
from tests.platforms.teams_stage import APP, SECRET, TENANT, Here, Seconds, here_on, platform_at
from tests.platforms.teams_stage import PLACE as TEAMS_PLACE

HELLO = say("Hello.")
BEN = Person("slack", "T01TEST", "U02")
GONE = ["token_revoked", "account_inactive", "invalid_auth", "not_allowed_token_type", "app_uninstalled", "token_expired",
        "not_authed", "missing_scope"]  # fmt: skip


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        fake.add_user("U02", "Ben")
        yield fake


@pytest.fixture
async def platform(slack: FakeSlack, clock: Seconds) -> AsyncIterator[SlackPlatform]:
    async with web_session() as session:
        made = impatient(SlackPlatform(web_client(slack.bot_token, slack.api_url, session), clock=clock))
        await made.check()
        yield made


@pytest.fixture
async def here(sqlite: Database) -> AsyncIterator[Here]:
    async with here_on(sqlite) as world:
        yield world


def posts(slack: FakeSlack) -> int:
    return [method for method, _ in slack.calls].count("chat.postMessage")


async def rests(platform: SlackPlatform | TeamsPlatform) -> str:
    """What it says why it rests."""
    with pytest.raises(DeliveryError) as caught:
        await platform.send(BEN if isinstance(platform, SlackPlatform) else TEAMS_PLACE, HELLO, "k")
    assert caught.value.outcome == Outcome.RESTS
    return caught.value.reason


@pytest.mark.parametrize("word", GONE)
async def test_slack_is_called_once(slack: FakeSlack, platform: SlackPlatform, clock: Seconds, word: str) -> None:
    """However much waits, and however often the beat asks how it is; a quarter of an hour later once more."""
    for _ in range(3):
        calls = len(slack.calls)
        slack.faults.next("chat.postMessage", word)
        for _ in range(20):
            assert await rests(platform) == f"{trouble.REVOKED}:{word}"
            await platform.check()
            clock.now += 40
        assert len(slack.calls) == calls + 1
        assert f"SLACK_BOT_TOKEN ({word})" in await platform.state()
        clock.now += 100
    await platform.send(BEN, HELLO, "k")
    assert await platform.state() == ""


async def test_slack_is_asked_whether_it_is_mended(slack: FakeSlack, platform: SlackPlatform, clock: Seconds) -> None:
    """By the beat, which says nothing to anybody; then everything may come at once."""
    slack.revoke_token()
    await rests(platform)
    clock.now += waiting.AFTER_REFUSAL
    calls = len(slack.calls)
    for _ in range(10):
        await platform.check()
    assert [method for method, _ in slack.calls[calls:]] == ["auth.test"]
    clock.now += waiting.AFTER_REFUSAL
    slack.token_revoked = False
    await platform.check()
    assert await platform.state() == ""
    await platform.send(BEN, HELLO, "k")


async def test_what_the_courier_asks_of_slack(slack: FakeSlack, platform: SlackPlatform, clock: Seconds) -> None:
    """Whether it takes us again: by a question that says nothing, once in a quarter of an hour."""
    slack.revoke_token()
    await rests(platform)
    for asked in (0, 1, 2):
        assert [method for method, _ in slack.calls].count("auth.test") == 1 + asked
        for _ in range(5):
            assert not await platform.mended("T01TEST")
            clock.now += 1
        clock.now += waiting.AFTER_REFUSAL
        assert not await platform.mended("T01TEST")
    slack.token_revoked = False
    clock.now += waiting.AFTER_REFUSAL
    assert await platform.mended("T01TEST")
    assert posts(slack) == 1


async def test_what_another_process_was_refused(slack: FakeSlack, clock: Seconds) -> None:
    """Four of them: whoever does not know of it asks before it says anything, so one post in all."""
    async with web_session() as session:
        client = web_client(slack.bot_token, slack.api_url, session)
        first, *others = (impatient(SlackPlatform(client, clock=clock)) for _ in range(4))
        for platform in (first, *others):
            await platform.check()
        slack.revoke_token()
        await rests(first)
        for platform in (first, *others) * 3:
            assert not await platform.mended("T01TEST")
            assert await rests(platform) == f"{trouble.REVOKED}:token_revoked"
    assert posts(slack) == 1
    assert [method for method, _ in slack.calls].count("auth.test") == 4 + 3


async def test_a_token_that_was_never_right_is_tried_once(slack: FakeSlack, clock: Seconds) -> None:
    """From the start: what is to be said rests without a call of its own."""
    async with web_session() as session:
        platform = impatient(SlackPlatform(web_client("xoxb-wrong", slack.api_url, session), clock=clock))
        for _ in range(5):
            assert await rests(platform) == f"{trouble.REVOKED}:invalid_auth"
            await platform.check()
            assert not await platform.is_known()
    assert [method for method, _ in slack.calls] == ["auth.test"]


async def test_a_slack_that_is_away_is_asked_every_few_seconds(clock: Seconds) -> None:
    """Not at every beat; and nobody takes it for a refusal."""
    async with FakeSlack() as slack, web_session() as session:
        platform = impatient(SlackPlatform(web_client(slack.bot_token, slack.api_url, session), clock=clock))
        for asked in range(1, 4):
            slack.faults.next("auth.test", "500_before")
            for _ in range(10):
                await platform.check()
                with pytest.raises(DeliveryError) as caught:
                    await platform.send(BEN, HELLO, "k")
                assert (caught.value.outcome, caught.value.reason) == (Outcome.LATER, trouble.UNREACHABLE)
            assert len(slack.calls) == asked
            clock.now += waiting.AFTER_SILENCE
        slack.faults.next("auth.test", "429", retry_after="120")
        await platform.check()
        clock.now += 119
        await platform.check()
        assert len(slack.calls) == 4
        clock.now += 1
        await platform.check()
        assert await platform.state() == ""


async def test_two_at_once_are_two_calls_at_most(slack: FakeSlack, platform: SlackPlatform) -> None:
    """What was under way when the refusal came is still told; nothing begins after it."""
    slack.revoke_token()
    calls = len(slack.calls)
    await asyncio.gather(rests(platform), rests(platform))
    await asyncio.gather(*(rests(platform) for _ in range(20)))
    assert len(slack.calls) == calls + 2


async def test_teams_is_called_once(here: Here) -> None:
    """The connector does not know the bot: one call, and the login is not asked again and again either."""
    here.teams.registered = False
    here.clock.now += 10
    logins = len(here.teams.logins)
    for _ in range(20):
        assert await rests(here.platform) == f"{trouble.REVOKED}:BotNotRegistered"
        await here.platform.check()
        here.clock.now += 40
    assert (len(here.teams.calls), len(here.teams.logins)) == (1, logins)
    here.teams.registered = True
    assert not await here.platform.mended(TENANT)
    here.clock.now += 100
    assert await here.platform.mended(TENANT)
    await here.platform.send(TEAMS_PLACE, HELLO, "k")
    assert await here.platform.state() == ""


async def test_a_login_that_refuses_is_asked_once(here: Here) -> None:
    """A secret that has run out: nothing more goes to the login or the connector, until somebody may have mended it."""
    here.platform._tokens.forget()
    here.teams.secret = "another~one"
    logins = len(here.teams.logins)
    for _ in range(20):
        await rests(here.platform)
        await here.platform.check()
    assert (here.teams.calls, len(here.teams.logins)) == ([], logins + 1)
    here.teams.secret = SECRET
    here.clock.now += waiting.AFTER_REFUSAL
    await here.platform.check()
    assert await here.platform.state() == ""
    await here.platform.send(TEAMS_PLACE, HELLO, "k")


async def test_a_login_that_is_away_is_asked_every_few_seconds(here: Here) -> None:
    """By the beat, that is."""
    platform = platform_at(here.database, here.url, here.clock)
    logins = len(here.teams.logins)
    for asked in range(1, 4):
        here.teams.faults.next("login", "503_before")
        for _ in range(10):
            await platform.check()
        assert len(here.teams.logins) == logins + asked
        here.clock.now += waiting.AFTER_SILENCE
    await platform.check()
    assert await platform.state() == ""
    await platform.close()


# --- how fast, and whether it can be looked up ----------------------------------------------------


async def test_how_fast_each_may_be_spoken_to(slack: FakeSlack, here: Here) -> None:
    """Slack's are its documents', Teams' keep all of its windows, and a test with a clock of its own passes another."""
    async with web_session() as session:
        client = web_client(slack.bot_token, slack.api_url, session)
        assert SlackPlatform(client).pace == Pace(300, 1.0, 50)
        assert SlackPlatform(client, pace=Pace()).pace == LocalPlatform().pace == Pace()
    assert here.platform.pace == Pace()
    usual = TeamsPlatform(here.database, here.platform._tokens, TENANT, APP, lambda _: True, trust_env=False)
    assert usual.pace == Pace(1500, 2.01, None)
    await usual.close()
    assert all(most * usual.pace.spacing >= span for span, most in PER_CONVERSATION)
    assert all(most * 60 / span >= (usual.pace.per_minute or 0) for span, most in PER_TENANT)


async def test_where_nothing_can_be_read_back_nobody_looks(here: Here) -> None:
    """Teams keeps no key, and a terminal no memory: both say so without a call."""
    said = await here.platform.send(TEAMS_PLACE, HELLO, "k")
    assert said
    calls = len(here.teams.calls)
    for platform, to in ((here.platform, TEAMS_PLACE), (LocalPlatform(), Person("local", "demo", "ben"))):
        with pytest.raises(CannotLook):
            await platform.find(to, "k", datetime(2026, 11, 23, 10, tzinfo=UTC))
    assert len(here.teams.calls) == calls
