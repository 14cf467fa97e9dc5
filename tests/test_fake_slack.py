"""The fake Slack is itself proved here: against Slack's own client, and with a tiny bot that checks signatures."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import httpx
import pytest
import pytest_asyncio
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import FixedValueRetryIntervalCalculator
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fake_slack import BotMistake, FakeSlack, Impossible, Json, View
from tests.fake_slack.blocks import message_errors, view_errors
from tests.fake_slack.server import LoopServer

pytestmark = pytest.mark.thorough

ALL_SCOPES = {
    "commands", "chat:write", "im:write", "mpim:write", "im:history", "mpim:history", "channels:history",
    "groups:history", "channels:read", "groups:read", "im:read", "users:read",
}  # fmt: skip


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action_id: str, value: str = "v") -> Json:
    return {"type": "button", "action_id": action_id, "text": plain("Press"), "value": value}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "block_id": "row", "elements": list(elements)}


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def options(*values: str) -> list[Json]:
    return [{"text": plain(value.title()), "value": value} for value in values]


def asks(block_id: str, kind: str, *, optional: bool = False, **more: Any) -> Json:
    element = {"type": kind, "action_id": f"{block_id}-a", **more}
    return {"type": "input", "block_id": block_id, "label": plain("?"), "element": element, "optional": optional}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Form"), "submit": plain("Save"), "blocks": list(blocks), **more}


@dataclass
class TinyBot:
    """Refuses what is not signed, keeps what it is told, and answers as the test says."""

    verifier: SignatureVerifier
    heard: list[Json] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answer: Callable[[Json], Awaitable[Response]] | None = None

    async def serve(self, request: Request) -> Response:
        body = await request.body()
        if not self.verifier.is_valid_request(body, dict(request.headers)):
            return Response(status_code=401)
        if request.headers["content-type"] == "application/json":
            told = json.loads(body)
        else:
            told = dict(parse_qsl(body.decode(), keep_blank_values=True))
            told = json.loads(told["payload"]) if "payload" in told else told
        self.heard.append(told)
        self.headers.append(dict(request.headers))
        return Response() if self.answer is None else await self.answer(told)

    def says(self, body: Json | str = "", status: int = 200) -> None:
        """From now on this is the answer to everything."""

        async def answer(_: Json) -> Response:
            return JSONResponse(body, status) if isinstance(body, dict) else Response(body, status)

        self.answer = answer


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(scopes=ALL_SCOPES) as fake:
        fake.add_user("U01", "Ana", email="ana@example.com")
        fake.add_user("U02", "Ben")
        fake.add_channel("C01GEN", members=["U01", "U02", "U0BOT"], name="general")
        fake.add_channel("C02", members=["U02"])
        yield fake


@pytest_asyncio.fixture
async def bot(slack: FakeSlack) -> AsyncIterator[TinyBot]:
    tiny = TinyBot(SignatureVerifier(slack.signing_secret))
    server = LoopServer(Starlette(routes=[Route("/slack/events", tiny.serve, methods=["POST"])]))
    await server.start()
    slack.connect(f"{server.url}/slack/events")
    yield tiny
    await server.stop()


@pytest.fixture
def web(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


async def refused(call: Awaitable[Any]) -> str:
    """The error name with which Slack refuses this call."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def open_modal(slack: FakeSlack, web: AsyncWebClient, bot: TinyBot, view: Json) -> View:
    """Ana types a command and the bot opens this modal for her."""
    bot.says()
    await slack.command("U01", "/form")
    await web.views_open(trigger_id=bot.heard[-1]["trigger_id"], view=view)
    return slack.views["U01"][-1]


# The Web API.


async def test_posting(slack: FakeSlack, web: AsyncWebClient) -> None:
    """A post is committed once, seen by members only, and written down with all its parts."""
    metadata = {"event_type": "sent", "event_payload": {"id": "7"}}
    answer = await web.chat_postMessage(channel="C01GEN", text="hi", blocks=[section("hi")], metadata=metadata)
    (post,) = slack.posts
    assert (post.channel, post.text, post.ts, post.metadata) == ("C01GEN", "hi", answer["ts"], metadata)
    assert post.blocks[0]["text"]["text"] == "hi"
    assert post.by_token == "xoxb-test-token"
    assert post.user is None
    assert slack.seen_by("U01") == slack.seen_by("U02") == [post]
    assert slack.calls[0][0] == "chat.postMessage"


async def test_posting_to_a_user_goes_to_the_dm(slack: FakeSlack, web: AsyncWebClient) -> None:
    """A user id as channel becomes the D… of that user, also of a deactivated one."""
    slack.deactivate("U02")
    assert (await web.chat_postMessage(channel="U01", text="one"))["channel"] == "D01"
    assert (await web.chat_postMessage(channel="U02", text="two"))["ok"]
    assert [post.text for post in slack.dms("U01")] == ["one"]
    assert [post.text for post in slack.seen_by("U02")] == ["two"]


async def test_tokens(slack: FakeSlack, web: AsyncWebClient) -> None:
    """No token, a wrong one and a revoked one are told apart."""
    assert (await web.auth_test())["user_id"] == "U0BOT"
    assert await refused(AsyncWebClient("xoxb-other", base_url=slack.api_url).auth_test()) == "invalid_auth"
    assert await refused(AsyncWebClient(base_url=slack.api_url).auth_test()) == "not_authed"
    slack.revoke_token()
    assert await refused(web.auth_test()) == "token_revoked"


async def test_scopes(slack: FakeSlack, web: AsyncWebClient) -> None:
    """Each method needs its scope and says which, and chat:write alone reads nothing."""
    slack.open_dm("U01")
    slack.scopes = {"commands"}
    assert await refused(web.chat_postMessage(channel="U01", text="x")) == "missing_scope"
    slack.scopes = {"chat:write"}
    for call in (
        web.conversations_open(users=["U01"]),
        web.conversations_history(channel="D01"),
        web.conversations_members(channel="C01GEN"),
        web.conversations_info(channel="C01GEN"),
        web.users_info(user="U01"),
    ):
        assert await refused(call) == "missing_scope"
    with pytest.raises(SlackApiError) as caught:
        await web.conversations_open(users=["U01", "U02"])
    assert caught.value.response["needed"] == "mpim:write"
    assert caught.value.response["provided"] == "chat:write"


async def test_refusals_of_a_post(slack: FakeSlack, web: AsyncWebClient) -> None:
    """Wrong places, empty and oversized messages are each refused by their own name, and nothing is committed."""
    slack.add_channel("C03", members=["U0BOT"])
    slack.archive("C03")
    slack.add_channel("C04", members=["U01"], private=True)
    too_much = [section("x" * 2900) for _ in range(5)]
    for channel, words, error in (
        ("C99", {"text": "x"}, "channel_not_found"),
        ("C04", {"text": "x"}, "channel_not_found"),
        ("C02", {"text": "x"}, "not_in_channel"),
        ("C03", {"text": "x"}, "is_archived"),
        ("C01GEN", {"text": ""}, "no_text"),
        ("C01GEN", {"text": "x" * 40_001}, "msg_too_long"),
        ("C01GEN", {"text": "x", "blocks": [section("x" * 3001)]}, "invalid_blocks"),
        ("C01GEN", {"text": "x", "blocks": too_much}, "msg_blocks_too_long"),
    ):
        assert await refused(web.api_call("chat.postMessage", json={"channel": channel, **words})) == error
    assert slack.posts == []
    assert len(slack.calls) == 8
    assert await refused(web.api_call("apps.connections.open")) == "unknown_method"


async def test_update_and_delete(slack: FakeSlack, web: AsyncWebClient) -> None:
    """An update without blocks keeps them, what was said before is kept, and a deleted message is seen by nobody."""
    ts = (await web.chat_postMessage(channel="C01GEN", text="a", blocks=[actions(button("go"))]))["ts"]
    await web.chat_update(channel="C01GEN", ts=ts, text="b")
    (post,) = slack.posts
    assert post.text == "b"
    assert post.blocks == post.edits[0][1]
    assert await refused(web.chat_update(channel="C01GEN", ts="1.1", text="b")) == "message_not_found"
    await web.chat_delete(channel="C01GEN", ts=ts)
    assert slack.posts == [post]
    assert slack.seen_by("U01") == []
    assert await refused(web.chat_delete(channel="C01GEN", ts=ts)) == "message_not_found"


async def test_ephemerals(slack: FakeSlack, web: AsyncWebClient) -> None:
    """An ephemeral is seen by one member, is no post, is not in the history and cannot be changed."""
    ts = (await web.chat_postEphemeral(channel="C01GEN", user="U01", text="psst"))["message_ts"]
    assert [message.text for message in slack.ephemerals] == ["psst"]
    assert slack.seen_by("U02") == slack.posts == []
    assert (await web.conversations_history(channel="C01GEN"))["messages"] == []
    assert await refused(web.chat_update(channel="C01GEN", ts=ts, text="x")) == "message_not_found"
    slack.add_user("U03", "Cy")
    assert await refused(web.chat_postEphemeral(channel="C01GEN", user="U03", text="x")) == "user_not_in_channel"


async def test_conversations(slack: FakeSlack, web: AsyncWebClient) -> None:
    """One user gives a D…, several a G… that is found again, nine or an unknown one none."""
    assert (await web.conversations_open(users=["U01"]))["channel"]["id"] == "D01"
    group = (await web.conversations_open(users=["U01", "U02"]))["channel"]["id"]
    assert group.startswith("G")
    assert (await web.conversations_open(users="U02,U01"))["channel"]["id"] == group
    assert (await web.chat_postMessage(channel=group, text="meet"))["ok"]
    assert [message.text for message in slack.seen_by("U02")] == ["meet"]
    nobody = [f"U9{n}" for n in range(9)]
    assert await refused(web.conversations_open(users=nobody)) == "too_many_users"
    assert await refused(web.conversations_open(users=["U99"])) == "user_not_found"


async def test_history(web: AsyncWebClient) -> None:
    """History is newest first, starts after `oldest`, keeps to `limit`, and has metadata only when asked."""
    metadata = {"event_type": "sent", "event_payload": {"id": "7"}}
    first = (await web.chat_postMessage(channel="U01", text="1", metadata=metadata))["ts"]
    for text in ("2", "3"):
        await web.chat_postMessage(channel="U01", text=text, metadata=metadata)
    later = await web.conversations_history(channel="D01", oldest=first, include_all_metadata=True)
    assert [message["text"] for message in later["messages"]] == ["3", "2"]
    assert later["messages"][0]["metadata"] == metadata
    page = await web.conversations_history(channel="D01", limit=2)
    assert page["has_more"]
    assert "metadata" not in page["messages"][0]
    rest = await web.conversations_history(channel="D01", cursor=page["response_metadata"]["next_cursor"])
    assert [message["text"] for message in rest["messages"]] == ["1"]
    for wrong, error in (({"cursor": "7"}, "invalid_cursor"), ({"limit": 1000}, "invalid_limit"), ({"limit": "x"}, "invalid_limit")):  # fmt: skip
        assert await refused(web.api_call("conversations.history", params={"channel": "D01"} | wrong)) == error


async def test_a_page_of_history_ends_at_a_message(web: AsyncWebClient) -> None:
    """What is said between two pages is on neither, and nothing that was there is left out or comes twice."""
    for number in range(6):
        await web.chat_postMessage(channel="U01", text=str(number))
    page = await web.conversations_history(channel="D01", limit=3)
    await web.chat_postMessage(channel="U01", text="meanwhile")
    rest = await web.conversations_history(
        channel="D01", limit=3, cursor=page["response_metadata"]["next_cursor"], oldest="0"
    )
    assert [message["text"] for answer in (page, rest) for message in answer["messages"]] == list("543210")
    assert not rest["has_more"]
    assert rest["response_metadata"]["next_cursor"] == ""


async def test_the_scopes_of_the_token_are_told(slack: FakeSlack, web: AsyncWebClient) -> None:
    """In a header of every answer."""
    slack.scopes = {"chat:write", "im:history"}
    assert (await web.auth_test()).headers["x-oauth-scopes"] == "chat:write,im:history"


async def test_people_are_known(slack: FakeSlack, web: AsyncWebClient) -> None:
    """users.info tells zone and deactivation, and the address only with its own scope."""
    slack.deactivate("U01")
    user = (await web.users_info(user="U01"))["user"]
    assert (user["name"], user["deleted"], user["tz"]) == ("Ana", True, "Europe/London")
    assert "email" not in user["profile"]
    assert (await web.conversations_members(channel="C01GEN"))["members"] == ["U01", "U02", "U0BOT"]
    assert await refused(web.users_info(user="U99")) == "user_not_found"


async def test_query_form_and_json_are_merged(slack: FakeSlack) -> None:
    """Arguments are read from query string, form and JSON body alike, and the token from any of them."""
    async with httpx.AsyncClient(base_url=slack.api_url, trust_env=False) as http:
        bearer = {"Authorization": f"Bearer {slack.bot_token}"}
        query = await http.post("chat.postMessage?channel=C01GEN&text=a", headers=bearer)
        form = await http.post(
            "chat.postMessage?channel=C01GEN",
            data={"token": slack.bot_token, "text": "b", "blocks": json.dumps([section("b")])},
        )
        body = await http.post("chat.postMessage?channel=C01GEN", json={"text": "c"}, headers=bearer)
    assert query.json()["ok"] and form.json()["ok"] and body.json()["ok"]
    assert [post.text for post in slack.posts] == ["a", "b", "c"]
    assert "token" not in slack.calls[1][1]


# Faults.


async def test_rate_limit(slack: FakeSlack, web: AsyncWebClient) -> None:
    """A 429 carries its Retry-After, commits nothing and comes once."""
    slack.faults.next("chat.postMessage", "429", retry_after="30")
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel="U01", text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "30"
    assert slack.posts == []
    assert (await web.chat_postMessage(channel="U01", text="x"))["ok"]


async def test_limit_by_the_clock() -> None:
    """A standing limit refuses the second post within a second to one channel, and not to another."""
    time = [0.0]
    async with FakeSlack(clock=lambda: time[0]) as slack:
        slack.add_user("U01", "Ana")
        slack.add_user("U02", "Ben")
        slack.faults.limit("chat.postMessage", 1, 1.0, per="channel")
        web = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        await web.chat_postMessage(channel="U01", text="1")
        await web.chat_postMessage(channel="U02", text="2")
        assert await refused(web.chat_postMessage(channel="U01", text="3")) == "ratelimited"
        time[0] = 1.0
        assert (await web.chat_postMessage(channel="U01", text="4"))["ok"]


async def test_the_limits_of_slack_itself() -> None:
    """One a second in a channel, so many a minute in the workspace, a tier for each method; the longest wait is told."""
    time = [0.0]
    async with FakeSlack(clock=lambda: time[0], scopes=["chat:write", "im:history"]) as slack:
        for number in range(10, 20):
            slack.add_user(f"U{number}", "Somebody")
        slack.faults.limit_as_slack_does(messages=4)
        web = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        for number in range(10, 13):
            await web.chat_postMessage(channel=f"U{number}", text="x")
        assert await asked_to_wait(web.chat_postMessage(channel="U12", text="x")) == "1"
        assert slack.faults.too_early == 0
        await web.chat_postMessage(channel="U13", text="x")
        assert slack.faults.too_early == 1
        time[0] = 2.5
        assert await asked_to_wait(web.chat_postMessage(channel="U14", text="x")) == "58"
        time[0] = 60
        assert (await web.chat_postMessage(channel="U14", text="x"))["ok"]
        for _ in range(50):
            await web.conversations_history(channel="D10")
        assert await asked_to_wait(web.conversations_history(channel="D10")) == "60"
        assert len(slack.posts) == 5


async def asked_to_wait(call: Awaitable[object]) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    assert caught.value.response.status_code == 429
    return str(caught.value.response.headers["Retry-After"])


@pytest.mark.parametrize(("kind", "committed"), [("500_before", 0), ("500_after", 1)])
async def test_server_errors(slack: FakeSlack, web: AsyncWebClient, kind: str, committed: int) -> None:
    """A 500 comes before or after the commit, as asked."""
    slack.faults.next("chat.postMessage", kind)
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel="U01", text="x")
    assert caught.value.response.status_code == 500
    assert len(slack.posts) == committed


@pytest.mark.parametrize(("kind", "committed"), [("reset_before", 0), ("reset_after", 1)])
async def test_resets(slack: FakeSlack, web: AsyncWebClient, kind: str, committed: int) -> None:
    """A reset closes the socket without an answer, before or after the commit."""
    slack.faults.next("chat.postMessage", kind)
    with pytest.raises(aiohttp.ClientConnectionError):
        await web.chat_postMessage(channel="U01", text="x")
    assert len(slack.posts) == committed


async def test_the_default_client_posts_twice_after_a_reset(slack: FakeSlack) -> None:
    """slack_sdk with its own retries doubles a post that was committed and then reset: the known trap is seen."""
    slack.faults.next("chat.postMessage", "reset_after")
    retries = AsyncConnectionErrorRetryHandler(interval_calculator=FixedValueRetryIntervalCalculator(0))
    web = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[retries])
    assert (await web.chat_postMessage(channel="U01", text="x"))["ok"]
    assert len(slack.posts) == 2


@pytest.mark.parametrize(
    ("kind", "at_once", "late", "later"),
    [("hang_after", 1, 1, 0), ("hang_before", 0, 0, 0), ("late_commit", 0, 1, 0), ("late_commit", 0, 1, 0.05)],
)
async def test_hangs(
    slack: FakeSlack, web: AsyncWebClient, *, kind: str, at_once: int, late: int, later: float
) -> None:
    """A hang never answers; it commits at once, never, or after the caller has given up, at once or some time later."""
    slack.faults.next("chat.postMessage", kind, later=later)
    calling = asyncio.create_task(web.chat_postMessage(channel="U01", text="x"))
    await slack.wait_for(lambda: slack.calls)
    assert len(slack.posts) == at_once
    calling.cancel()
    await asyncio.gather(calling, return_exceptions=True)
    await web.auth_test()
    if kind == "late_commit":
        await slack.wait_for(lambda: slack.posts)
    assert len(slack.posts) == late


async def test_named_errors(slack: FakeSlack, web: AsyncWebClient) -> None:
    """Any error name can be asked for, queued faults come in order, and a mistyped kind is refused."""
    slack.faults.next("chat.postMessage", "fatal_error")
    slack.faults.next("chat.postMessage", "internal_error")
    assert await refused(web.chat_postMessage(channel="U01", text="x")) == "fatal_error"
    assert await refused(web.chat_postMessage(channel="U01", text="x")) == "internal_error"
    with pytest.raises(ValueError, match="no such fault"):
        slack.faults.next("chat.postMessage", "502-after")


# Commands.


async def test_command(slack: FakeSlack, bot: TinyBot) -> None:
    """A command arrives signed with exactly Slack's fields, and its answer is seen by its author alone."""
    bot.says({"text": "Saved."})
    reply = await slack.command("U01", "/commit", "ring the nurse & René", channel="C01GEN")
    (told,) = bot.heard
    assert set(told) == {
        "token", "team_id", "team_domain", "channel_id", "channel_name", "user_id", "user_name", "command",
        "text", "api_app_id", "is_enterprise_install", "response_url", "trigger_id",
    }  # fmt: skip
    assert (told["text"], told["user_id"], told["channel_id"]) == ("ring the nurse & René", "U01", "C01GEN")
    assert (reply.status, reply.timed_out) == (200, False)
    assert reply.posted is slack.seen_by("U01")[0]
    assert reply.posted.text == "Saved."
    assert slack.seen_by("U02") == slack.posts == []


async def test_command_without_words_back(slack: FakeSlack, bot: TinyBot) -> None:
    """An empty answer shows nothing, a plain one shows its text, and one in_channel is everybody's."""
    assert (await slack.command("U01", "/commit")).posted is None
    bot.says("just words")
    reply = await slack.command("U01", "/commit")
    assert reply.posted
    assert (reply.posted.text, reply.posted.channel) == ("just words", "D01")
    bot.says({"text": "all", "response_type": "in_channel"})
    await slack.command("U01", "/commit", channel="C01GEN")
    assert [message.text for message in slack.seen_by("U02")] == ["all"]
    assert [post.text for post in slack.posts] == ["all"]


async def test_command_answers_are_checked(slack: FakeSlack, bot: TinyBot) -> None:
    """An answer with blocks that Slack refuses is the bot's mistake."""
    bot.says({"text": "x", "blocks": [section("")]})
    with pytest.raises(BotMistake, match="invalid_blocks"):
        await slack.command("U01", "/commit")


async def test_late_and_failed_answers(slack: FakeSlack, bot: TinyBot) -> None:
    """After three seconds (here 0.05), a 500 or a dead bot the person sees a failure."""
    bot.says("oops", 500)
    assert (await slack.command("U01", "/commit")).timed_out

    async def silent(_: Json) -> Response:
        await asyncio.Event().wait()
        return Response()

    bot.answer = silent
    slack.ack_timeout = 0.05
    late = await slack.command("U01", "/commit")
    assert (late.timed_out, late.failure, late.status) == (True, "operation_timeout", 0)
    slack.connect("http://127.0.0.1:1/slack/events")
    slack.ack_timeout = 3.0
    assert (await slack.command("U01", "/commit")).failure == "dispatch_failed"


async def test_only_members_act(slack: FakeSlack, bot: TinyBot) -> None:
    """A person cannot act in a channel of others, nor after being deactivated, nor without the commands scope."""
    with pytest.raises(Impossible, match="not a member"):
        await slack.command("U01", "/commit", channel="C02")
    slack.scopes.discard("commands")
    with pytest.raises(Impossible, match="scope"):
        await slack.command("U01", "/commit")
    slack.deactivate("U01")
    with pytest.raises(Impossible, match="deactivated"):
        await slack.command("U01", "/commit")
    assert bot.heard == []


async def test_replay_and_hostile_bytes(slack: FakeSlack, bot: TinyBot) -> None:
    """A replay is the same bytes with the same signature; bytes that are not signed are told from those that are."""
    reply = await slack.command("U01", "/commit", "x")
    assert (await slack.replay(reply.request)).status == 200
    assert bot.heard[0] == bot.heard[1]
    assert bot.headers[0]["x-slack-signature"] == bot.headers[1]["x-slack-signature"]
    body = reply.request.body
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await slack.raw(body, form)).status == 401
    assert (await slack.raw(body + b"&x=1", reply.request.headers)).status == 401
    assert (await slack.raw(body, form | slack.sign(body, secret="other"))).status == 401
    assert (await slack.raw(body, form | slack.sign(body, timestamp=1))).status == 401
    assert (await slack.raw(body, form | slack.sign(body))).status == 200


# response_url.


async def test_response_url(slack: FakeSlack, bot: TinyBot) -> None:
    """It answers, replaces and deletes, five times in all."""
    bot.says({"text": "first"})
    reply = await slack.command("U01", "/commit", channel="C01GEN")
    url = bot.heard[0]["response_url"]
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.post(url, json={"text": "second"})).status_code == 200
        assert (await http.post(url, json={"text": "edited", "replace_original": True})).status_code == 200
        assert [message.text for message in slack.seen_by("U01")] == ["edited", "second"]
        assert (await http.post(url, json={"delete_original": True})).status_code == 200
        assert (await http.post(url, json={"text": "all", "response_type": "in_channel"})).status_code == 200
        assert (await http.post(url, json={"text": ""})).json()["error"] == "no_text"
        used = await http.post(url, json={"text": "sixth"})
    assert (used.status_code, used.json()["error"]) == (404, "used_url")
    assert reply.posted
    assert reply.posted.deleted
    assert [message.text for message in slack.seen_by("U02")] == ["all"]


async def test_response_url_grows_old(slack: FakeSlack, bot: TinyBot) -> None:
    """After half an hour it is gone."""
    await slack.command("U01", "/commit")
    (url,) = slack.response_urls.values()
    url.born -= 30 * 60 + 1
    async with httpx.AsyncClient(trust_env=False) as http:
        old = await http.post(bot.heard[0]["response_url"], json={"text": "x"})
    assert (old.status_code, old.json()["error"]) == (404, "expired_url")


# Buttons.


async def test_press_on_a_message(slack: FakeSlack, web: AsyncWebClient, bot: TinyBot) -> None:
    """A press sends block_actions in Slack's shape, with what is typed beside the button."""
    blocks = [asks("words", "plain_text_input", multiline=True), actions(button("go", "17"))]
    await web.chat_postMessage(channel="U01", text="x", blocks=blocks)
    (post,) = slack.dms("U01")
    reply = await slack.press("U01", post, "go", filled={"words": "well\nmet"})
    assert reply.status == 200
    (told,) = bot.heard
    container = {"type": "message", "message_ts": post.ts, "channel_id": "D01", "is_ephemeral": False}
    assert told["type"] == "block_actions"
    assert told["container"] == container
    assert told["channel"] == {"id": "D01", "name": "directmessage"}
    assert told["user"] == {"id": "U01", "username": "Ana", "name": "Ana", "team_id": "T01TEST"}
    assert told["team"] == {"id": "T01TEST", "domain": "t01test"}
    assert (told["message"]["ts"], told["message"]["blocks"]) == (post.ts, post.blocks)
    assert told["state"]["values"] == {"words": {"words-a": {"type": "plain_text_input", "value": "well\nmet"}}}
    (action,) = told["actions"]
    assert action.pop("action_ts")
    assert action == {"type": "button", "action_id": "go", "block_id": "row", "text": plain("Press"), "value": "17"}
    assert told["trigger_id"]
    assert told["response_url"]


async def test_press_needs_a_visible_button(slack: FakeSlack, web: AsyncWebClient, bot: TinyBot) -> None:
    """A button that is not there, or before others' eyes only, or on a deleted message cannot be pressed."""
    ts = (await web.chat_postMessage(channel="U01", text="x", blocks=[actions(button("go"))]))["ts"]
    (post,) = slack.posts
    with pytest.raises(Impossible, match="there are"):
        await slack.press("U01", post, "stop")
    with pytest.raises(Impossible, match="cannot see"):
        await slack.press("U02", post, "go")
    with pytest.raises(Impossible, match="value"):
        await slack.press("U01", post, "go", "other")
    await web.chat_delete(channel="D01", ts=ts)
    with pytest.raises(Impossible, match="cannot see"):
        await slack.press("U01", post, "go")
    assert bot.heard == []


async def test_press_on_an_ephemeral(slack: FakeSlack, bot: TinyBot) -> None:
    """An ephemeral's action carries no message, and its response_url replaces what was pressed."""
    bot.says({"text": "?", "blocks": [actions(button("undo"))]})
    reply = await slack.command("U01", "/commit", channel="C01GEN")
    assert reply.posted
    bot.says()
    await slack.press("U01", reply.posted, "undo")
    told = bot.heard[-1]
    assert told["container"]["is_ephemeral"]
    assert "message" not in told
    async with httpx.AsyncClient(trust_env=False) as http:
        await http.post(told["response_url"], json={"text": "Undone.", "replace_original": True})
    assert [message.text for message in slack.seen_by("U01")] == ["Undone."]


async def test_choosing(slack: FakeSlack, web: AsyncWebClient, bot: TinyBot) -> None:
    """A choice in a message sends the chosen option, date or user, and only such as exist."""
    pick = {"type": "static_select", "action_id": "pick", "options": options("a", "b")}
    day = {"type": "datepicker", "action_id": "day"}
    who = {"type": "users_select", "action_id": "who"}
    await web.chat_postMessage(channel="U01", text="x", blocks=[actions(pick, day, who)])
    (post,) = slack.posts
    await slack.press("U01", post, "pick", "b")
    assert bot.heard[-1]["actions"][0]["selected_option"] == options("b")[0]
    assert bot.heard[-1]["state"]["values"]["row"]["pick"]["selected_option"]["value"] == "b"
    await slack.press("U01", post, "day", "2026-11-27")
    assert bot.heard[-1]["actions"][0]["selected_date"] == "2026-11-27"
    await slack.press("U01", post, "who", "U02")
    assert bot.heard[-1]["actions"][0]["selected_user"] == "U02"
    with pytest.raises(Impossible, match="no option"):
        await slack.press("U01", post, "pick", "c")
    with pytest.raises(Impossible, match="unknown"):
        await slack.press("U01", post, "who", "U99")


# Modals.


async def test_triggers(slack: FakeSlack, web: AsyncWebClient, bot: TinyBot) -> None:
    """A trigger opens one modal once and only while fresh; an unknown one opens none."""
    await slack.command("U01", "/form")
    trigger = bot.heard[-1]["trigger_id"]
    view = modal(asks("words", "plain_text_input"), callback_id="form", private_metadata="7")
    opened = await web.views_open(trigger_id=trigger, view=view)
    (shown,) = slack.views["U01"]
    assert (shown.id, shown.hash) == (opened["view"]["id"], opened["view"]["hash"])
    assert (shown.title, shown.callback_id, shown.private_metadata) == ("Form", "form", "7")
    assert await refused(web.views_open(trigger_id=trigger, view=view)) == "exchanged_trigger_id"
    assert await refused(web.views_open(trigger_id="1.2.3", view=view)) == "invalid_trigger_id"
    await slack.command("U01", "/form")
    slack.expire_triggers()
    assert await refused(web.views_open(trigger_id=bot.heard[-1]["trigger_id"], view=view)) == "expired_trigger_id"


async def test_trigger_lives_three_seconds() -> None:
    """By the injected clock a trigger works at 3.0 s and not at 3.1 s."""
    time = [0.0]
    async with FakeSlack(clock=lambda: time[0]) as slack:
        slack.add_user("U01", "Ana")
        web = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        first, second = slack.new_trigger("U01"), slack.new_trigger("U01")
        time[0] = 3.0
        assert (await web.views_open(trigger_id=first, view=modal(section("x"))))["ok"]
        time[0] = 3.1
        assert await refused(web.views_open(trigger_id=second, view=modal(section("x")))) == "expired_trigger_id"


async def test_submitting_every_kind_of_input(slack: FakeSlack, web: AsyncWebClient, bot: TinyBot) -> None:
    """state.values has Slack's shape for each kind: what was given, what was there to begin with, or null."""
    view = await open_modal(slack, web, bot, modal(
        asks("words", "plain_text_input"),
        asks("kept", "plain_text_input", initial_value="as it was"),
        asks("empty", "plain_text_input", optional=True),
        asks("one", "static_select", options=options("a", "b")),
        asks("who", "users_select"),
        asks("many", "checkboxes", options=options("a", "b", "c"), initial_options=options("c")),
        asks("none", "checkboxes", options=options("a"), optional=True),
        asks("radio", "radio_buttons", options=options("a", "b"), initial_option=options("b")[0]),
        asks("day", "datepicker"),
        asks("hour", "timepicker"),
    ))  # fmt: skip
    given = {"words": "hi", "one": "a", "who": "U02", "many": ["a", "b"], "day": "2026-11-27", "hour": "09:30"}
    result = await slack.submit("U01", view, given)
    assert (result.closed, result.view, result.errors) == (True, None, None)
    told = bot.heard[-1]
    values = {block: state[f"{block}-a"] for block, state in told["view"]["state"]["values"].items()}
    assert values == {
        "words": {"type": "plain_text_input", "value": "hi"},
        "kept": {"type": "plain_text_input", "value": "as it was"},
        "empty": {"type": "plain_text_input", "value": None},
        "one": {"type": "static_select", "selected_option": options("a")[0]},
        "who": {"type": "users_select", "selected_user": "U02"},
        "many": {"type": "checkboxes", "selected_options": options("a", "b")},
        "none": {"type": "checkboxes", "selected_options": []},
        "radio": {"type": "radio_buttons", "selected_option": options("b")[0]},
        "day": {"type": "datepicker", "selected_date": "2026-11-27"},
        "hour": {"type": "timepicker", "selected_time": "09:30"},
    }
    assert told["type"] == "view_submission"
    assert told["response_urls"] == []
    assert told["view"]["hash"] == view.hash
    assert (told["view"]["root_view_id"], told["view"]["previous_view_id"]) == (view.id, None)


async def test_the_client_keeps_people_from_submitting(slack: FakeSlack, web: AsyncWebClient, bot: TinyBot) -> None:
    """An empty required input, a text too long, or an unknown block cannot be submitted."""
    view = await open_modal(slack, web, bot, modal(asks("words", "plain_text_input", max_length=5)))
    for filled, why in (({}, "required"), ({"words": "sixsix"}, "fit"), ({"words": "x", "other": "y"}, "nothing to")):
        with pytest.raises(Impossible, match=why):
            await slack.submit("U01", view, filled)
    with pytest.raises(Impossible, match="before them"):
        await slack.submit("U02", view, {"words": "x"})
    assert len(bot.heard) == 1


async def test_errors_update_push_and_clear(slack: FakeSlack, web: AsyncWebClient, bot: TinyBot) -> None:
    """Errors keep the modal, update changes it, push lays one on it up to three, clear closes all."""
    view = await open_modal(slack, web, bot, modal(asks("words", "plain_text_input")))
    bot.says({"response_action": "errors", "errors": {"words": "Too vague"}})
    result = await slack.submit("U01", view, {"words": "x"})
    assert (result.errors, result.closed) == ({"words": "Too vague"}, False)
    bot.says({"response_action": "errors", "errors": {"other": "?"}})
    with pytest.raises(BotMistake, match="must name inputs"):
        await slack.submit("U01", view, {"words": "x"})
    bot.says({"response_action": "update", "view": modal(section("Sure?"))})
    updated = (await slack.submit("U01", view, {"words": "x"})).view
    assert updated
    assert updated.id == view.id
    assert updated.hash != view.hash
    bot.says({"response_action": "push", "view": modal(section("More"))})
    second = (await slack.submit("U01", updated)).view
    assert second
    third = (await slack.submit("U01", second)).view
    assert third
    assert (third.root_id, third.previous_id) == (view.id, second.id)
    with pytest.raises(Impossible, match="before them"):
        await slack.submit("U01", second)
    with pytest.raises(BotMistake, match="push_limit_reached"):
        await slack.submit("U01", third)
    bot.says({"response_action": "clear"})
    assert (await slack.submit("U01", third)).closed
    assert slack.views["U01"] == []


async def test_a_failed_submission_keeps_the_modal(slack: FakeSlack, web: AsyncWebClient, bot: TinyBot) -> None:
    """After a 500 the modal stays open with the failure."""
    view = await open_modal(slack, web, bot, modal(asks("words", "plain_text_input")))
    bot.says("oops", 500)
    result = await slack.submit("U01", view, {"words": "x"})
    assert (result.timed_out, result.closed) == (True, False)
    assert slack.views["U01"] == [view]


async def test_views_update(slack: FakeSlack, web: AsyncWebClient, bot: TinyBot) -> None:
    """views.update refuses an old hash and a closed modal; a press goes to what is shown now."""
    view = await open_modal(slack, web, bot, modal(section("one")))
    await web.views_update(view_id=view.id, hash=view.hash, view=modal(actions(button("go"))))
    assert await refused(web.views_update(view_id=view.id, hash=view.hash, view=modal())) == "hash_conflict"
    await slack.press("U01", view, "go")
    assert bot.heard[-1]["container"] == {"type": "view", "view_id": view.id}
    assert "response_url" not in bot.heard[-1]
    await web.views_push(trigger_id=bot.heard[-1]["trigger_id"], view=modal(section("two")))
    with pytest.raises(Impossible, match="before them"):
        await slack.press("U01", view, "go")
    await slack.close("U01", slack.views["U01"][-1])
    await slack.close("U01", slack.views["U01"][-1])
    assert await refused(web.views_update(view_id=view.id, view=modal())) == "not_found"


async def test_close_is_told_when_asked(slack: FakeSlack, web: AsyncWebClient, bot: TinyBot) -> None:
    """view_closed is sent for a modal with notify_on_close only."""
    quiet = await open_modal(slack, web, bot, modal(section("x")))
    assert await slack.close("U01", quiet) is None
    loud = await open_modal(slack, web, bot, modal(section("x"), notify_on_close=True))
    await slack.close("U01", loud)
    assert bot.heard[-1]["type"] == "view_closed"


async def test_home(slack: FakeSlack, web: AsyncWebClient, bot: TinyBot) -> None:
    """Opening the Home sends the event; what is published is seen, and pressed with `view` and without `message`."""
    delivery = await slack.open_home("U01")
    assert delivery.acked
    told = bot.heard[-1]
    assert (told["type"], told["event"]["type"], told["event"]["tab"]) == ("event_callback", "app_home_opened", "home")
    assert told["event_id"] == delivery.event_id
    home = {"type": "home", "blocks": [actions(button("edit"))]}
    await web.views_publish(user_id="U01", view=home)
    first = slack.homes["U01"]
    await web.views_publish(user_id="U01", view=home, hash=first.hash)
    assert slack.homes["U01"].id == first.id
    assert await refused(web.views_publish(user_id="U01", view=home, hash=first.hash)) == "hash_conflict"
    assert await refused(web.views_publish(user_id="U01", view=modal())) == "invalid_arguments"
    await slack.press("U01", slack.homes["U01"], "edit")
    told = bot.heard[-1]
    assert told["view"]["type"] == "home"
    assert not {"message", "response_url", "channel"} & set(told)
    await web.views_open(trigger_id=told["trigger_id"], view=modal(section("x")))
    assert len(slack.views["U01"]) == 1


# Events.


async def test_events_come_again_until_acked(slack: FakeSlack, bot: TinyBot) -> None:
    """An event that is not acked comes three times more, numbered, with the same id and a fresh signature."""
    bot.says("oops", 500)
    delivery = await slack.event({"type": "team_join"}, event_id="Ev1")
    assert not delivery.acked
    assert [told["event_id"] for told in bot.heard] == ["Ev1"] * 4
    assert [headers.get("x-slack-retry-num") for headers in bot.headers] == [None, "1", "2", "3"]
    assert bot.headers[1]["x-slack-retry-reason"] == "http_error"
    assert len({headers["x-slack-signature"] for headers in bot.headers}) == 4


async def test_copies_of_an_event(slack: FakeSlack, bot: TinyBot) -> None:
    """Copies are delivered even when the first is acked, and an acked event without copies comes once."""
    await slack.event({"type": "team_join"}, copies=3)
    assert len(bot.heard) == 3
    await slack.event({"type": "team_join"})
    assert len(bot.heard) == 4
    assert len({told["event_id"] for told in bot.heard}) == 2


async def test_challenge(slack: FakeSlack, bot: TinyBot) -> None:
    """The check of the request URL passes only when the challenge comes back."""
    with pytest.raises(BotMistake, match="challenge"):
        await slack.challenge()

    async def give_back(told: Json) -> Response:
        return JSONResponse({"challenge": told["challenge"]})

    bot.answer = give_back
    await slack.challenge()


async def test_say(slack: FakeSlack, bot: TinyBot) -> None:
    """A message to the bot is an event with im:history, and unheard without."""
    await slack.say("U01", "hello")
    assert bot.heard[-1]["event"]["channel_type"] == "im"
    slack.scopes.discard("im:history")
    assert await slack.say("U01", "hello?") is None
    assert len(bot.heard) == 1
    assert slack.posts == []


async def test_shortcut(slack: FakeSlack, bot: TinyBot) -> None:
    """A shortcut carries its callback_id and a trigger."""
    await slack.shortcut("U01", "reflect")
    assert (bot.heard[0]["type"], bot.heard[0]["callback_id"]) == ("shortcut", "reflect")
    assert bot.heard[0]["trigger_id"] in slack.triggers


# The fake as a tool.


async def test_waiting(slack: FakeSlack, web: AsyncWebClient) -> None:
    """wait_for wakes at the change it waits for, and says the last calls when that never comes."""
    waiting = asyncio.create_task(slack.wait_for(lambda: slack.posts))
    await web.chat_postMessage(channel="U01", text="x")
    assert len(await waiting) == 1
    with pytest.raises(AssertionError, match=r"chat\.postMessage"):
        await slack.wait_for(lambda: False, timeout=0.01)


async def test_workspaces_are_independent(slack: FakeSlack, web: AsyncWebClient) -> None:
    """Two workspaces with the same ids share nothing, and one's token and secret are refused by the other."""
    async with FakeSlack("T02", bot_token="xoxb-2", signing_secret="other") as second:
        second.add_user("U01", "Anton")
        await web.chat_postMessage(channel="U01", text="for Ana")
        assert second.posts == []
        assert await refused(AsyncWebClient(slack.bot_token, base_url=second.api_url).auth_test()) == "invalid_auth"
        assert second.sign(b"x", timestamp=1) != slack.sign(b"x", timestamp=1)


# What Slack takes.


def test_good_blocks() -> None:
    """A message with every kind of block is taken as it is."""
    image = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}
    confirm = {"title": plain("Sure?"), "text": plain("Really?"), "confirm": plain("Yes"), "deny": plain("No")}
    menu = {"type": "overflow", "action_id": "menu", "options": options("a"), "confirm": confirm}
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]}
    blocks = [
        {"type": "header", "text": plain("Head") | {"emoji": True}}, {"type": "divider"}, image, rich,
        section("x") | {"accessory": menu}, section("x") | {"fields": [plain("f")]},
        {"type": "context", "elements": [plain("c"), image]}, actions(button("go")), asks("i", "datepicker"),
    ]  # fmt: skip
    assert message_errors(blocks) == []


@pytest.mark.parametrize(
    ("why", "blocks"),
    [
        ("no more than 50", [{"type": "divider"}] * 51),
        ("unsupported type", [{"type": "button"}]),
        ("1 to 3000", [section("x" * 3001)]),
        ("must not be empty", [section(" ")]),
        ("one of", [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]),
        ("1 to 150", [{"type": "header", "text": plain("x" * 151)}]),
        ("1 to 10 items", [{"type": "context", "elements": [plain("x")] * 11}]),
        ("1 to 25 items", [actions(*[button(str(n)) for n in range(26)])]),
        ("1 to 10 items", [{"type": "section", "fields": [plain("x")] * 11}]),
        ("1 to 2000", [{"type": "section", "fields": [plain("x" * 2001)]}]),
        ("1 to 75", [actions(button("a") | {"text": plain("x" * 76)})]),
        ("1 to 2000", [actions(button("a", "x" * 2001))]),
        ("1 to 255", [actions(button("x" * 256))]),
        ("already exists", [actions(button("a"), button("a"))]),
        ("already exists", [actions(button("a")), actions(button("b"))]),
        ("1 to 10 options", [asks("i", "checkboxes", options=options(*map(str, range(11))))]),
        ("1 to 100 options", [asks("i", "static_select", options=[])]),
        ("1 to 150", [asks("i", "static_select", options=options("x" * 151))]),
        ("must be unique", [asks("i", "static_select", options=options("a", "a"))]),
        ("one of the options", [asks("i", "radio_buttons", options=options("a"), initial_option=options("b")[0])]),
        ("at most 3 ", [asks("i", "plain_text_input", max_length=3, initial_value="four")]),
        ("within 0 to 3000", [asks("i", "plain_text_input", max_length=3001)]),
        ("1 to 150", [asks("i", "plain_text_input", placeholder=plain("x" * 151))]),
        ("unsupported element", [asks("i", "button")]),
        ("unsupported element", [actions({"type": "plain_text_input", "action_id": "a"})]),
        ("additional property: emoji", [{"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}}]),
        ("additional property: verbatim", [{"type": "header", "text": plain("x") | {"verbatim": True}}]),
        ("additional property: colour", [actions(button("a") | {"colour": "red"})]),
        ("NUL", [section("a\0b")]),
        ("1 to 100 ", [actions(button("a") | {"confirm": {"title": plain("x" * 101)}})]),
    ],
)  # fmt: skip
def test_bad_blocks(why: str, blocks: list[Json]) -> None:
    """Each breach of a limit is found and named."""
    assert any(why in error for error in message_errors(blocks)), message_errors(blocks)


@pytest.mark.parametrize(
    ("why", "view"),
    [
        ("modal or a home", {"type": "tab"}),
        ("1 to 24", modal(title=plain("x" * 25))),
        ("1 to 24", modal(close=plain("x" * 25))),
        ("needs a submit", {"type": "modal", "title": plain("x"), "blocks": [asks("i", "datepicker")]}),
        ("at most 3000", modal(private_metadata="x" * 3001)),
        ("1 to 255", modal(callback_id="x" * 256)),
        ("no more than 100", modal(*[{"type": "divider"}] * 101)),
        ("only one", modal(asks("i", "datepicker", focus_on_load=True), asks("j", "datepicker", focus_on_load=True))),
        ("additional property: submit", {"type": "home", "blocks": [], "submit": plain("x")}),
    ],
)  # fmt: skip
def test_bad_views(why: str, view: Json) -> None:
    """Each breach of a view's limits is found and named."""
    assert any(why in error for error in view_errors(view)), view_errors(view)
