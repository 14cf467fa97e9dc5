"""Signed nonsense: payloads of Slack's own shapes with parts missing, null, or of another kind."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.fake_slack import Json, payloads
from tests.platforms.conftest import CHANNEL, SlackWorld

pytestmark = pytest.mark.thorough

TABLES = ("commitment", "reflection", "member", "session", "introduction", "outbox")
STATUSES = {200, 400, 401, 413}

odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", "\0", "\ud800", "\u202e", "x" * 5000, "null", "U02", "T01TEST", "home", "modal", "commit|", "1"]
    ),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=3), st.just({})), max_size=3),
    st.dictionaries(
        st.sampled_from(["id", "type", "value", "x"]), st.one_of(st.none(), st.integers(), st.text(max_size=3))
    ),
)
GONE = object()


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every part of a payload."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [each for key, part in inner for each in places(part, (*path, key))]


def spoiled(payload: Json, changes: list[tuple[tuple[Any, ...], Any]]) -> Json:
    """The payload with each of these parts taken out or changed for something else."""
    copy: Any = json.loads(json.dumps(payload))
    for path, value in changes:
        part = copy
        try:
            for key in path[:-1]:
                part = part[key]
            if value is GONE:
                del part[path[-1]]
            else:
                part[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took it away
    return dict(copy)


def examples() -> dict[str, Json]:
    """One payload of each kind, as the fake sends them, of somebody who has not joined: it must change nothing."""
    person = {"team": {"id": "T01TEST", "domain": "t"}, "user": {"id": "U04", "team_id": "T01TEST"}, "enterprise": None}
    action = {"type": "button", "action_id": "commitment.close#1", "block_id": "b", "value": "abc:done"}
    message = {"container": {"type": "message", "message_ts": "1.1", "channel_id": CHANNEL}, "channel": {"id": CHANNEL}}
    fields = {"what": {"a": {"value": "ring Jo"}}, "day": {"a": {"selected_date": "2026-12-01"}}}
    more = {
        "part": {"a": {"selected_option": {"value": "morning"}}},
        "x": {"a": {"selected_options": [{"value": "y"}]}},
    }
    view = {"id": "V1", "type": "modal", "callback_id": "commit|", "hash": "1", "state": {"values": fields | more}}
    press = {"type": "block_actions", "trigger_id": "1.2", "actions": [action], "response_url": "http://127.0.0.1:9/x"}
    return {
        "press": press | person | message,
        "press at home": press | person | {"view": view | {"type": "home"}},
        "press in a form": press | person | {"view": view, "container": {"type": "view"}},
        "form": {"type": "view_submission", "trigger_id": "1.2", "view": view, "response_urls": []} | person,
        "command": {"command": "/commit", "text": "ring", "team_id": "T01TEST", "user_id": "U04", "trigger_id": "1.2"},
    }


EXAMPLES = examples()
kinds = st.sampled_from(sorted(EXAMPLES))
changes = kinds.flatmap(
    lambda kind: st.tuples(
        st.just(kind),
        st.lists(
            st.tuples(st.sampled_from(places(EXAMPLES[kind])), st.one_of(st.just(GONE), odd)), min_size=1, max_size=3
        ),
    )
)
bounded = settings(
    max_examples=120, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


async def everything(world: SlackWorld) -> tuple[int, ...]:
    """How many rows there are of each kind."""
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)
    async with world.database.transaction() as db:
        return tuple((await db.session.execute(text(f"SELECT {counts}"))).one())


def is_plain(words: str) -> bool:
    return not any(trace in words for trace in ("Traceback", "Error", "File ", ".py", "SELECT", "sqlite"))


@bounded
@given(changes)
async def test_signed_nonsense(slack_world: SlackWorld, change: tuple[str, list[Any]]) -> None:
    """Never a 500, never a traceback, and nothing is done."""
    kind, spoils = change
    payload = spoiled(EXAMPLES[kind], spoils)
    before = await everything(slack_world)
    if kind == "command":
        body = urlencode({name: str(value) for name, value in payload.items()}, errors="replace").encode()
    else:
        body = urlencode({"payload": json.dumps(payload)}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"} | slack_world.slack.sign(body)
    reply = await slack_world.slack.raw(body, headers)
    await slack_world.listener.settle()
    assert reply.status in STATUSES
    assert is_plain(reply.body)
    assert await everything(slack_world) == before


@bounded
@given(
    st.dictionaries(
        st.sampled_from(["type", "event", "team", "user", "view", "enterprise", "authorizations", "channel"]), odd
    )
)
async def test_signed_events_of_nonsense(slack_world: SlackWorld, parts: Json) -> None:
    """An event whose every part may be anything: never a 500, never a traceback."""
    envelope = payloads.envelope(slack_world.slack, {"type": "app_home_opened", "user": "U04", "tab": "home"}, "Ev1")
    reply = await slack_world.slack.send_json(envelope | parts)
    assert reply.status in STATUSES
    assert is_plain(reply.body)
    await slack_world.listener.settle()


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
async def test_the_examples_are_understood(slack_world: SlackWorld, kind: str) -> None:
    """Unspoiled they reach a handler, so that the fuzzing starts from something real."""
    if kind == "command":
        reply = await slack_world.slack.send_form({name: str(value) for name, value in EXAMPLES[kind].items()})
    else:
        reply = await slack_world.slack.send_payload(EXAMPLES[kind])
    await slack_world.listener.settle()
    assert reply.status == 200
    assert await slack_world.count("delivered") + ("not joined" in reply.body) + ("press" in kind) >= 1
