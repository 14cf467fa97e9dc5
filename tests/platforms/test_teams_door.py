"""The door: what Microsoft did not sign for us, or what is no activity of ours, changes nothing and gets a plain answer."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.platforms.teams import door
from bot.platforms.teams.door import BODY_LIMIT, DEPTH, FAILED, LARGEST
from bot.platforms.teams.gate import Gate, Hosts, cloud
from bot.platforms.teams.inbound import Reply
from bot.platforms.teams.keys import Keys
from tests.conftest import Clock, london
from tests.fake_slack.server import LoopServer
from tests.fake_teams.issuer import Fault, Issuer
from tests.platforms.test_teams_gate import APP_ID, TENANT, URL, Json, activity

PATH = "/api/messages"


@dataclass
class Doorstep:
    """The door, and what somebody behind it hears. `reply` is what they answer, or what they raise."""

    issuer: Issuer
    app: Starlette = field(default_factory=Starlette)
    reply: Reply | Exception = field(default_factory=Reply)
    heard: list[Json] = field(default_factory=list)

    async def hear(self, activity: Json) -> Reply:
        self.heard.append(activity)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply

    async def knock(self, headers: list[tuple[str, str]], body: bytes | None) -> tuple[int, bytes]:
        """A request without a server around it; without a body, they hang up. Gives its status and body."""
        said: list[dict[str, Any]] = []
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        scope = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "headers": raw,
            "query_string": b"",
            "http_version": "1.1",
        }

        async def receive() -> dict[str, Any]:
            return (
                {"type": "http.disconnect"}
                if body is None
                else {"type": "http.request", "body": body, "more_body": False}
            )

        async def send(message: Any) -> None:
            said.append(message)

        await self.app(scope, receive, send)
        return said[0]["status"], b"".join(message.get("body", b"") for message in said[1:])

    async def brings(self, body: bytes | Json, **token: Any) -> tuple[int, bytes]:
        """A request with a right token, or one with these changes."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.knock([("Authorization", self.issuer.bearer(**token))], content)


@asynccontextmanager
async def at_the_door() -> AsyncIterator[Doorstep]:
    step = Doorstep(Issuer(APP_ID, service_url=URL))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=step.issuer.routes))) as http:
        there = cloud(step.issuer.url)
        keys = Keys(there, http, Clock(london("2026-11-23 10:00")), seconds=0.3)
        step.app.routes.append(door.route(Gate(APP_ID, TENANT, Hosts(), keys, there), step.hear))
        yield step


@pytest.fixture
async def step() -> AsyncIterator[Doorstep]:
    async with at_the_door() as step:
        yield step


@asynccontextmanager
async def served(step: Doorstep) -> AsyncIterator[str]:
    """The same door over real HTTP; gives its address."""
    server = LoopServer(step.app)
    await server.start()
    try:
        yield server.url
    finally:
        await server.stop()


# --- what gets in ----------------------------------------------------------------------------------


async def test_an_activity_gets_in(step: Doorstep) -> None:
    """It is heard as it was sent, and answered as was said: with JSON, or with nothing."""
    assert await step.brings(activity()) == (200, b"")
    assert step.heard == [activity()]
    step.reply = Reply(200, {"task": {"type": "message", "value": "Kept – “as it is”."}})
    status, body = await step.brings(activity(type="invoke"))
    assert (status, json.loads(body)) == (200, step.reply.body)
    step.reply = Reply(501)
    assert await step.brings(activity(type="invoke")) == (501, b"")


async def test_what_kind_of_answer_it_is(step: Doorstep) -> None:
    """A body says that it is JSON; no body says nothing and has no length."""
    async with served(step) as url, httpx.AsyncClient(trust_env=False) as http:
        headers = {"Authorization": step.issuer.bearer()}
        answer = await http.post(url + PATH, json=activity(), headers=headers)
        assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
        assert "content-type" not in answer.headers
        step.reply = Reply(200, {"a": "ü"})
        answer = await http.post(url + PATH, json=activity(), headers=headers)
        assert (answer.headers["content-type"], answer.json()) == ("application/json", {"a": "ü"})


async def test_whatever_its_type_is_said_to_be(step: Doorstep) -> None:
    """JSON is JSON: no content type, another one, two of them."""
    body = json.dumps(activity()).encode()
    for kinds in (
        [],
        ["text/plain"],
        ["application/json; charset=latin-1"],
        ["text/html", "application/json"],
        ["\xff"],
    ):
        headers = [("Authorization", step.issuer.bearer()), *(("Content-Type", kind) for kind in kinds)]
        assert await step.knock(headers, body) == (200, b"")
    assert len(step.heard) == 5


# --- what does not ---------------------------------------------------------------------------------


async def test_without_a_right_token(step: Doorstep) -> None:
    """None, a wrong one, one too many: 401 with nothing in it, and the body is not even looked at."""
    right = ("Authorization", step.issuer.bearer())
    wrong = ("Authorization", step.issuer.bearer(aud="another"))
    for headers in (
        [],
        [wrong],
        [right, right],
        [right, wrong],
        [wrong, right],
        [("Authorization", "")],
        [("X-Authorization", right[1])],
    ):
        for body in (json.dumps(activity()).encode(), b"{", b""):
            assert await step.knock(headers, body) == (401, b"")
    assert step.heard == []


async def test_somebody_elses_activity(step: Doorstep) -> None:
    """Signed by Microsoft, but not for us to take: 403 with nothing in it."""
    for changes in (
        {"channelId": "webchat"},
        {"serviceUrl": "https://attacker.example/"},
        {"recipient": {"id": "28:x"}},
        {"conversation": TENANT},
    ):
        assert await step.brings(activity(**changes)) == (403, b"")
    assert step.heard == []


async def test_while_there_are_no_keys(step: Doorstep) -> None:
    """503: the only 5xx that anybody can get, and none of ours."""
    step.issuer.fault = Fault.DOWN
    assert await step.brings(activity()) == (503, b"")
    assert step.heard == []


def spoiled(part: str) -> bytes:
    """A good activity with this raw JSON as its text."""
    return json.dumps(activity(text="HERE")).replace('"HERE"', part).encode()


UNREADABLE = (
    b"", b" ", b"null", b"[]", b"5", b'"text"', b"true", b"{", b"{}}", b"{'a': 1}", b"\x00", b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf" + json.dumps(activity()).encode(), json.dumps([activity()]).encode(), json.dumps(activity()).encode()[:-1],
    json.dumps(activity()).encode() + b"x", json.dumps(activity()).encode() * 2, json.dumps(activity()).encode("utf-16"),
    spoiled("NaN"), spoiled("Infinity"), spoiled("-Infinity"), spoiled('[{"a": NaN}]'), spoiled("1e999"), spoiled("-1e999"),
    spoiled("1" * 5000), spoiled(str(LARGEST + 1)), spoiled(str(-LARGEST - 1)), spoiled("0x10"), spoiled("01"), spoiled("+1"),
    spoiled('"\\ud800"'), spoiled('["\\udc00"]'), spoiled('{"\\ud83d": 1}'), spoiled('"a\\ud83dz"'), spoiled('"\\udc00\\ud800"'),
    spoiled('"\n"'), spoiled('"\\x41"'), spoiled('{"a": 1, "a": 1}'), spoiled('1, "text": 2'), spoiled(f'1, "serviceUrl": "{URL}"'),
    spoiled('1, "t\\u0065xt": 1'), spoiled("["), spoiled("[" * DEPTH + "]" * DEPTH), spoiled('{"a":' * DEPTH + "1" + "}" * DEPTH),
    spoiled("[" * 100_000 + "]" * 100_000), spoiled('{"a":' * 100_000 + "1" + "}" * 100_000), spoiled('"HERE"').replace(b"HERE", b"\xed\xa0\x80"),
    spoiled('"HERE"').replace(b"HERE", b"\xc3\x28"), spoiled('"HERE"').replace(b"HERE", b"\xc0\xaf"),
)  # fmt: skip


async def test_a_body_that_is_no_plain_object(step: Doorstep) -> None:
    """Broken, no object, not UTF-8, too deep, a name twice, a number or a text that nothing can hold: 400."""
    for body in UNREADABLE:
        assert await step.brings(body) == (400, b""), body[-100:]
    assert step.heard == []


async def test_odd_things_that_can_be_read(step: Doorstep) -> None:
    """Both halves of a surrogate pair, the largest number, a deep part, a name again elsewhere: heard."""
    for part, text in (
        ('"\\ud83d\\ude00"', "😀"),
        (str(LARGEST), LARGEST),
        ("1.5e300", 1.5e300),
        ('"\\u0000"', "\0"),
        ('[{"a": 1}, {"a": 1}]', [{"a": 1}, {"a": 1}]),
        ("[" * (DEPTH - 1) + "]" * (DEPTH - 1), json.loads("[" * (DEPTH - 1) + "]" * (DEPTH - 1))),
    ):
        assert await step.brings(spoiled(part)) == (200, b""), part
        assert step.heard[-1]["text"] == text


async def test_too_large_a_body(step: Doorstep) -> None:
    """By its length, or on the way where it has none: 413; the largest that is allowed is heard."""
    fits = json.dumps(activity(text="")).encode()
    fits = fits.replace(b'"text": ""', b'"text": "' + b"x" * (BODY_LIMIT - len(fits)) + b'"')

    async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    headers = {"Authorization": step.issuer.bearer()}
    async with served(step) as url, httpx.AsyncClient(trust_env=False) as http:
        for body, status in ((fits, 200), (fits + b" ", 413)):
            for content in (body, in_pieces(body)):
                answer = await http.post(url + PATH, content=content, headers=headers)
                assert (answer.status_code, answer.content) == (status, b"")
    assert len(step.heard) == 2


async def test_too_large_a_body_is_not_waited_for(step: Doorstep) -> None:
    """Its length alone is enough: 413 while nothing of it has come; and a stranger's is not waited for at all."""
    async with served(step) as url:
        for authorization, length, status in (
            (step.issuer.bearer(), BODY_LIMIT + 1, b" 413 "),
            ("Bearer x", 100, b" 401 "),
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
            lines = (
                f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\nContent-Length: {length}\r\n\r\n"
            )
            writer.write(lines.encode())
            async with asyncio.timeout(2):
                assert status in await reader.readline()
            writer.close()


async def test_a_body_that_breaks_off(step: Doorstep, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever hangs up in the middle is not heard, and is no error of ours."""
    assert await step.knock([("Authorization", step.issuer.bearer())], None) == (400, b"")
    assert step.heard == []
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


async def test_only_post_is_answered(step: Doorstep) -> None:
    """A browser that looks at the address gets a 405, also with a right token."""
    transport = httpx.ASGITransport(step.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:
        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "ODD"):
            headers = {"Authorization": step.issuer.bearer()}
            answer = await http.request(method, PATH, headers=headers, content=json.dumps(activity()))
            assert answer.status_code == 405, method
    assert step.heard == []


# --- when we fail ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        RuntimeError("private words"),
        Reply(200, {"a": object()}),
        Reply(200, {"a": float("nan")}),
        Reply(200, {"a": "\ud800"}),
    ],
    ids=["raised", "not JSON", "no number", "no text"],
)
async def test_a_failure_of_ours_is_no_5xx(
    step: Doorstep, reply: Reply | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """A message is answered with 200, once; whoever pressed something gets a sentence, on the card or in the dialog."""
    step.reply = reply
    assert await step.brings(activity()) == (200, b"")
    status, body = await step.brings(activity(type="invoke", name="adaptiveCard/action"))
    assert (status, json.loads(body)["value"]["message"], json.loads(body)["statusCode"]) == (200, FAILED, 500)
    for name in ("task/fetch", "task/submit", "composeExtension/fetchTask", "composeExtension/submitAction", None, 5):
        status, body = await step.brings(activity(type="invoke", name=name))
        assert (status, json.loads(body)) == (200, {"task": {"type": "message", "value": FAILED}})
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 8


# --- what is logged --------------------------------------------------------------------------------


async def test_the_log_says_why(step: Doorstep, caplog: pytest.LogCaptureFixture) -> None:
    """A reason for each refusal, on one line, without the token or a text; what a host should look at is a warning."""
    caplog.set_level(logging.DEBUG)
    token = step.issuer.token(aud="another")
    await step.knock([("Authorization", f"Bearer {token}")], b"")
    await step.knock([], b"")
    await step.brings(b'{"text": "secret words", "text": 1}')
    await step.brings(activity(text="secret words", channelId="web\nchat" + "x" * 1000))
    await step.brings(activity(text="secret words", conversation={"id": "a:1", "tenantId": "another"}))
    ours = [record for record in caplog.records if record.name == "bot.platforms.teams.door"]
    assert [
        (record.levelname, record.getMessage().removeprefix("a request to Teams' door was refused with ")[:50])
        for record in ours
    ] == [
        ("INFO", "401: the token is not right (InvalidAudienceError)"),
        ("INFO", "401: 0 authorizations"),
        ("INFO", "400: it is not readable (ValueError)"),
        ("WARNING", "403: another channel: web?chatxxxxxxxxxxxxxxxxxxxx"),
        ("WARNING", f"403: another tenant: another, {TENANT}"[:50]),
    ]
    assert all(len(record.getMessage()) < 200 for record in ours)
    assert "secret" not in caplog.text
    assert not any(part in caplog.text for part in token.split("."))
