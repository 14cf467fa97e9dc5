"""The door: what Slack did not sign, or did not mean, changes nothing and gets a plain answer."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx
import pytest

from bot.platforms.slack.door import BODY_LIMIT
from tests.fake_slack import FakeSlack, Reply
from tests.platforms.conftest import CHANNEL, SlackWorld, words_of

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


def commit_body(slack: FakeSlack) -> bytes:
    """What Slack sends for /commit, typed by Ben: something else each time."""
    fields = {
        "command": "/commit",
        "text": f"ring Jo {slack.serial()}",
        "team_id": slack.team_id,
        "user_id": "U02",
        "channel_id": CHANNEL,
    }
    return urlencode(fields | {"trigger_id": slack.new_trigger("U02")}).encode()


async def signed(slack: FakeSlack, body: bytes, kind: dict[str, str], **how: object) -> Reply:
    return await slack.raw(body, kind | slack.sign(body, **how))  # type: ignore[arg-type]


async def kept(world: SlackWorld) -> int:
    return await world.count("commitment")


@pytest.fixture
async def world(slack_world: SlackWorld) -> SlackWorld:
    """Ben has joined."""
    await slack_world.joins("U02")
    return slack_world


async def test_what_slack_did_not_sign_is_refused(world: SlackWorld) -> None:
    """No signature, another secret's, another body's, and each half alone: 401, and nothing is kept."""
    slack, body = world.slack, commit_body(world.slack)
    good = slack.sign(body)
    stamp, signature = good["X-Slack-Request-Timestamp"], good["X-Slack-Signature"]
    for headers in (
        {},
        slack.sign(body, secret="another"),
        slack.sign(body + b"&text=x"),
        {"X-Slack-Request-Timestamp": stamp},
        {"X-Slack-Signature": signature},
        good | {"X-Slack-Signature": ""},
        good | {"X-Slack-Signature": signature.replace("v0=", "v1=")},
        good | {"X-Slack-Signature": "é" + signature},
        good | {"X-Slack-Signature": signature[:-1]},
    ):
        reply = await slack.raw(body, FORM | headers)
        assert (reply.status, reply.body) == (401, "not signed by Slack")
    assert await kept(world) == 0


async def test_a_signature_of_another_time_is_refused(world: SlackWorld) -> None:
    """More than five minutes old, or early: 401; a clock that is less off than that is accepted."""
    for off, status in ((-301, 401), (301, 401), (-86_400, 401), (86_400, 401), (-298, 200), (298, 200)):
        before = await kept(world)
        reply = await signed(world.slack, commit_body(world.slack), FORM, timestamp=int(world.slack.now()) + off)
        assert reply.status == status, off
        assert await kept(world) == before + (status == 200)


async def test_a_time_stamp_that_is_no_number_is_refused(world: SlackWorld, caplog: pytest.LogCaptureFixture) -> None:
    """Rightly signed over whatever stands there, it is a 401 all the same, and nothing is logged as an error."""
    body = commit_body(world.slack)
    for stamp in ("abc", "", "-5", "1e9", "1.5", "٣٣٣", "9" * 13, "9" * 5000, "0x10", "²", "true", "nan"):
        headers = world.slack.sign(body) | {"X-Slack-Request-Timestamp": stamp}
        signature = world.slack.sign(body, timestamp=stamp)["X-Slack-Signature"]
        for proof in (headers, headers | {"X-Slack-Signature": signature}):
            reply = await world.slack.raw(body, FORM | proof)
            assert reply.status == 401, stamp
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_header_that_is_there_twice_is_refused(world: SlackWorld) -> None:
    """Two stamps or two signatures, also if one of them is right: 401."""
    body = commit_body(world.slack)
    good = list((FORM | world.slack.sign(body)).items())
    async with httpx.AsyncClient(trust_env=False) as http:
        for extra in (("X-Slack-Signature", "v0=00"), ("X-Slack-Request-Timestamp", "1"), good[1], good[2]):
            answer = await http.post(str(world.slack._url), content=body, headers=[*good, extra])
            assert answer.status_code == 401
    assert await kept(world) == 0


BROKEN = (
    (JSON, b'{"type": '),
    (JSON, b"[]"),
    (JSON, b"[[1, 2], {}]"),
    (JSON, b"null"),
    (JSON, b'"text"'),
    (JSON, b"1" * 5000),
    (JSON, b""),
    (JSON, b"[" * 100_000 + b"]" * 100_000),
    (JSON, b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    (FORM, b"payload="),
    (FORM, b"payload=%7B"),
    (FORM, b"payload=[]"),
    (FORM, b"payload=null"),
    (FORM, b"payload=%7B%7D&payload=%7B"),
)


async def test_a_signed_body_that_is_no_object_is_refused(world: SlackWorld) -> None:
    """Broken JSON, a list, a payload that is none, nesting without end: 400 in two words."""
    for kind, body in BROKEN:
        reply = await signed(world.slack, body, kind)
        assert (reply.status, reply.body) == (400, "not readable"), body[:50]


async def test_a_body_that_is_not_utf8_is_refused(world: SlackWorld) -> None:
    """Rightly signed or not: 401, for Slack never signs such a thing."""
    for body in (b"\xff\xfe", b"command=/commit&text=\xc3\x28", b'{"a": "\xed\xa0\x80"}'):
        for kind in (FORM, JSON):
            assert (await signed(world.slack, body, kind)).status == 401


async def test_nesting_that_can_be_read_is_passed_over(world: SlackWorld) -> None:
    """An event with a deep part nobody looks at: 200, or 400 where it is too deep to read."""
    for depth in (10, 300, 900):
        body = b'{"type": "event_callback", "event": {"type": "x"}, "z": ' + b"[" * depth + b"]" * depth + b"}"
        assert (await signed(world.slack, body, JSON)).status in {200, 400}


async def test_too_large_a_body_is_refused(world: SlackWorld) -> None:
    """By its length, or on the way where it has none: 413, before anything is read out of it."""
    body = b"text=" + b"x" * BODY_LIMIT

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    headers = FORM | world.slack.sign(body)
    async with httpx.AsyncClient(trust_env=False) as http:
        for content in (body, in_pieces()):
            answer = await http.post(str(world.slack._url), content=content, headers=headers)
            assert (answer.status_code, answer.text) == (413, "too large")


async def test_too_large_a_body_is_not_waited_for(world: SlackWorld) -> None:
    """Its length alone is enough: 413 while nothing of it has come."""
    host, port = str(world.slack._url).removeprefix("http://").split("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: {BODY_LIMIT + 1}\r\n\r\n".encode())
    async with asyncio.timeout(2):
        assert b" 413 " in await reader.readline()
    writer.close()


async def test_a_large_body_within_the_limit_is_read(world: SlackWorld) -> None:
    """50,000 characters after /commit get a sentence with the limit, not an error."""
    told = await world.says("U02", "/commit " + "x" * 50_000)
    assert told is not None
    assert "room for 300" in words_of(told)


async def test_slack_checks_the_address(world: SlackWorld) -> None:
    """url_verification gives the challenge back, ssl_check an empty 200."""
    await world.slack.challenge()
    reply = await world.slack.send_form({"ssl_check": "1", "token": "x"})
    assert (reply.status, reply.body) == (200, "")


async def test_the_same_request_again_has_no_effect(world: SlackWorld) -> None:
    """A recorded /commit, sent five times more: one commitment, and 200 each time."""
    first = await world.slack.command("U02", "/commit", "ring Jo", channel=CHANNEL)
    for _ in range(5):
        again = await world.slack.replay(first.request)
        assert (again.status, again.body) == (200, "")
    assert await kept(world) == 1


async def test_the_word_payload_in_a_command_is_only_a_word(world: SlackWorld) -> None:
    """Bolt's own reading would answer 404 to it."""
    told = await world.says("U02", "/commit ask Jo about the payload=x on Friday")
    assert told is not None
    assert "ask Jo about the payload=x" in words_of(told)


async def test_what_nobody_listens_to_gets_200(world: SlackWorld) -> None:
    """Unknown events, a shortcut, a closed view, a select that asks for options: Slack counts what gets no 200."""
    for kind in ("message", "team_join", "no_such_event", "", "app_uninstalled"):
        delivery = await world.slack.event({"type": kind, "user": "U02"})
        assert [reply.status for reply in delivery.replies] == [200], kind
    for kind in ("shortcut", "message_action", "view_closed", "block_suggestion", "no_such_thing"):
        body = urlencode({"payload": json.dumps({"type": kind, "user": {"id": "U02"}, "callback_id": "x"})}).encode()
        reply = await signed(world.slack, body, FORM)
        assert (reply.status, reply.body) == (200, ""), kind


async def test_only_post_is_answered(world: SlackWorld) -> None:
    """A browser that looks at the address gets a 405."""
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(str(world.slack._url))).status_code == 405
