"""Saying things in Slack once, and what each failure means."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.chat import Channel, DeliveryError, Outcome, Person, say
from bot.domain import trouble
from bot.platforms import waiting
from bot.platforms.slack.outbound import SlackPlatform, web_client, web_session
from tests.fake_slack import FakeSlack
from tests.fake_slack.server import LoopServer
from tests.platforms.conftest import impatient
from tests.platforms.teams_stage import Seconds
from tests.platforms.test_waiting import WAITS

HELLO = say("Hello.")
BEN, PLACE = Person("slack", "T01TEST", "U02"), Channel("slack", "T01TEST", "C01GEN")
LATER, NEVER, RESTS, UNSURE = Outcome.LATER, Outcome.NEVER, Outcome.RESTS, Outcome.UNSURE

# Every error that chat.postMessage is documented to give: to a channel, and to a person where that is another thing.
CODES: dict[str, tuple[Outcome, str]] = {
    **dict.fromkeys(
        ["invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope",
         "app_uninstalled", "not_allowed_token_type"], (RESTS, trouble.REVOKED)),
    **dict.fromkeys(["ratelimited", "rate_limited"], (LATER, trouble.BUSY)),
    **dict.fromkeys(["request_timeout", "org_login_required", "team_added_to_org", "external_channel_migrating",
                     "ekm_access_denied"], (LATER, trouble.UNREACHABLE)),
    **dict.fromkeys(["internal_error", "fatal_error", "service_unavailable"], (UNSURE, trouble.UNKNOWN)),
    **dict.fromkeys(["not_in_channel", "no_permission"], (LATER, trouble.NOT_IN_CHANNEL)),
    "channel_not_found": (LATER, trouble.NO_CHANNEL),
    "is_archived": (LATER, trouble.ARCHIVED),
    **dict.fromkeys(["user_not_found", "user_disabled", "users_not_found", "cannot_dm_bot", "user_not_visible"], (NEVER, trouble.GONE)),
    **dict.fromkeys(
        ["restricted_action", "restricted_action_read_only_channel", "restricted_action_non_threadable_channel",
         "restricted_action_thread_only_channel", "restricted_action_thread_locked", "msg_too_long", "no_text",
         "too_many_attachments", "metadata_too_large", "metadata_must_be_sent_from_app", "message_limit_exceeded",
         "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_metadata_format",
         "invalid_metadata_schema", "invalid_arguments", "invalid_arg_name", "invalid_array_arg", "invalid_charset",
         "invalid_form_data", "invalid_post_type", "missing_post_type", "method_deprecated", "deprecated_endpoint",
         "two_factor_setup_required", "enterprise_is_restricted", "team_access_not_granted", "access_denied",
         "accesslimited", "as_user_not_supported", "duplicate_channel_not_found", "duplicate_message_not_found",
         "messages_tab_disabled", "slack_connect_canvas_sharing_blocked", "slack_connect_file_link_sharing_blocked",
         "slack_connect_lists_sharing_blocked", "attachment_payload_limit_exceeded", "a_word_nobody_knows"],
        (NEVER, trouble.REFUSED)),
}  # fmt: skip


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        fake.add_user("U02", "Ben")
        fake.add_channel("C01GEN", members=["U02", "U0BOT"])
        yield fake


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
async def platform(slack: FakeSlack, clock: Seconds) -> AsyncIterator[SlackPlatform]:
    async with web_session() as session:
        made = impatient(SlackPlatform(web_client(slack.bot_token, slack.api_url, session), clock=clock))
        await made.check()
        yield made


async def failure(platform: SlackPlatform, to: Person | Channel = PLACE) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await platform.send(to, HELLO, "a-key")
    return caught.value


def posts(slack: FakeSlack) -> int:
    return [method for method, _ in slack.calls].count("chat.postMessage")


async def test_it_is_said_once_with_its_key(slack: FakeSlack, platform: SlackPlatform) -> None:
    """One call; the key in the metadata; nothing unfolds, and the plain text is not formatted."""
    said = await platform.send(PLACE, HELLO, "weekly:1:2026-11-26")
    (post,) = slack.posts
    assert said == f"C01GEN:{post.ts}"
    assert post.metadata == {"event_type": "balcony", "event_payload": {"key": "weekly:1:2026-11-26"}}
    (call,) = [args for method, args in slack.calls if method == "chat.postMessage"]
    assert [str(call[name]).lower() for name in ("unfurl_links", "unfurl_media", "mrkdwn")] in (
        ["false"] * 3,
        ["0"] * 3,
    )
    assert "thread_ts" not in call


async def test_every_error_means_one_thing(slack: FakeSlack, platform: SlackPlatform) -> None:
    """The table, in a channel: outcome and reason, and never more than one call."""
    for number, (code, (outcome, reason)) in enumerate(CODES.items(), 1):
        slack.faults.next("chat.postMessage", code)
        error = await failure(platform)
        assert (error.outcome, error.reason.partition(":")[0]) == (outcome, reason), code
        assert posts(slack) == number
        assert bool(platform.problem) == (outcome == RESTS), code
        platform.problem = ""
    assert slack.posts == []


async def test_a_person_who_cannot_be_found_has_gone(slack: FakeSlack, platform: SlackPlatform) -> None:
    """A channel that is not found may come back; a person is no channel. No permission is about them alone."""
    for code, outcome, reason in (
        ("channel_not_found", NEVER, f"{trouble.GONE}:channel_not_found"),
        ("no_permission", NEVER, f"{trouble.REFUSED}:no_permission"),
        ("not_in_channel", NEVER, f"{trouble.REFUSED}:not_in_channel"),
    ):
        slack.faults.next("chat.postMessage", code)
        error = await failure(platform, BEN)
        assert (error.outcome, error.reason) == (outcome, reason)


async def test_how_long_slack_asks_to_wait(slack: FakeSlack, platform: SlackPlatform) -> None:
    """In seconds, or until a moment; where it is neither, thirty seconds; at most a day."""
    for said, date, wait in WAITS:
        slack.faults.next("chat.postMessage", "429", retry_after=said, date=date)
        error = await failure(platform)
        assert (error.outcome, error.reason, error.wait) == (LATER, trouble.BUSY, wait), said


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("500_before", 0),
        ("500_after", 1),
        ("reset_before", 0),
        ("reset_after", 1),
        ("hang_after", 1),
        ("late_commit", 1),
    ],
)
async def test_what_may_have_been_said_is_unsure(
    slack: FakeSlack, platform: SlackPlatform, fault: str, said: int
) -> None:
    """One call whatever happens, at most one post, and nobody claims to know."""
    if fault.startswith("reset"):
        platform.client.timeout = 10  # long enough for a client that tries again to do so
    slack.faults.next("chat.postMessage", fault)
    error = await failure(platform)
    assert (error.outcome, error.reason.partition(":")[0]) == (UNSURE, trouble.UNKNOWN)
    await slack.wait_for(lambda: len(slack.posts) == said)
    assert posts(slack) == 1


async def test_nobody_there_is_later(slack: FakeSlack) -> None:
    """A refused connection: certainly not said, whether we know the workspace or not."""
    async with web_session() as session:
        platform = SlackPlatform(web_client(slack.bot_token, "http://127.0.0.1:9/api/", session))
        for workspace in ("", "T01TEST"):
            platform.workspace = workspace
            error = await failure(platform)
            assert (error.outcome, error.reason) == (LATER, trouble.UNREACHABLE)


async def test_another_workspace_is_refused_before_any_call(slack: FakeSlack, platform: SlackPlatform) -> None:
    """Its U02 is somebody else."""
    calls = len(slack.calls)
    for to in (Person("slack", "T02ELSE", "U02"), Channel("slack", "T02ELSE", "C01GEN")):
        error = await failure(platform, to)
        assert (error.outcome, error.reason.partition(":")[0]) == (NEVER, trouble.ELSEWHERE)
    assert len(slack.calls) == calls


async def test_nothing_is_said_before_we_know_our_workspace(
    slack: FakeSlack, platform: SlackPlatform, clock: Seconds
) -> None:
    """`balcony tick` asks nobody who it is; the first message does, and waits while there is no answer."""
    for fault, outcome in (("500_before", LATER), ("invalid_auth", RESTS)):
        platform.workspace = ""
        slack.faults.next("auth.test", fault)
        assert (await failure(platform)).outcome == outcome
        clock.now += waiting.AFTER_REFUSAL
    assert posts(slack) == 0
    assert (await failure(platform, Person("slack", "T02ELSE", "U02"))).outcome == NEVER
    await platform.send(PLACE, HELLO, "k")
    assert len(slack.posts) == 1


Answerer = Callable[[Request], Awaitable[Response]]


@pytest.mark.parametrize(
    ("body", "kind", "status", "outcome"),
    [
        ('{"ok": true, "channel": "C', "application/json", 200, UNSURE),
        ("<html>hello</html>", "text/html", 200, UNSURE),
        ("", "text/plain", 200, UNSURE),
        ("[]", "application/json", 200, UNSURE),
        ("null", "application/json", 200, UNSURE),
        ("[1]", "application/json", 200, UNSURE),
        ('"ok"', "application/json", 200, UNSURE),
        ("ok", "text/plain", 200, UNSURE),
        ("<html>proxy</html>", "text/html", 407, LATER),
        ("forbidden", "text/plain", 403, LATER),
        ("bad gateway", "text/html", 502, UNSURE),
        ("you were too slow", "text/plain", 408, UNSURE),
        ("nobody waits any more", "text/plain", 499, UNSURE),
    ],
)
async def test_an_answer_that_is_not_slacks(body: str, kind: str, status: int, outcome: Outcome) -> None:
    """Half an answer, a proxy's page: unsure where it may have been said, later where somebody before Slack said no."""

    async def serve(_: Request) -> Response:
        return PlainTextResponse(body, status, media_type=kind)

    server = LoopServer(Starlette(routes=[Route("/api/{method}", serve, methods=["POST"])]))
    await server.start()
    async with web_session() as session:
        platform = SlackPlatform(web_client("xoxb-x", f"{server.url}/api/", session))
        platform.workspace = "T01TEST"
        assert (await failure(platform)).outcome == outcome
        await platform.check()
        assert platform.problem == "Slack cannot be reached."
    await server.stop()


async def test_check_says_what_is_wrong(slack: FakeSlack, platform: SlackPlatform, clock: Seconds) -> None:
    """A plain sentence with the setting's name for a token that is refused; it goes when Slack answers again."""
    slack.faults.next("auth.test", "invalid_auth")
    await platform.check()
    assert "SLACK_BOT_TOKEN (invalid_auth)" in platform.problem
    clock.now += waiting.AFTER_REFUSAL
    for fault in ("hang_before", "429", "internal_error", "500_before"):
        slack.faults.next("auth.test", fault)
        await platform.check()
        assert platform.problem == "Slack cannot be reached."
        clock.now += waiting.AFTER_SILENCE
    await platform.check()
    assert (platform.problem, platform.workspace, platform.bot_user) == ("", "T01TEST", "U0BOT")


async def test_the_token_is_in_no_log(
    slack: FakeSlack, platform: SlackPlatform, clock: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    """Also not where everything is logged."""
    caplog.set_level(logging.DEBUG)
    for fault in ("500_after", "reset_before", "429", "invalid_auth"):
        slack.faults.next("chat.postMessage", fault)
        await failure(platform)
    clock.now += waiting.AFTER_REFUSAL
    await platform.check()
    await asyncio.gather(*(platform.send(BEN, HELLO, str(number)) for number in range(3)))
    assert slack.bot_token not in caplog.text
