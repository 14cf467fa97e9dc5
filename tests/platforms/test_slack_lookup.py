"""Whether something was said in Slack: found by its key, or not there, or nobody can tell; and never one for the other."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chat import CannotLook, Channel, DeliveryError, Outcome, Person, say
from bot.domain import trouble
from bot.platforms import waiting
from bot.platforms.slack import lookup
from bot.platforms.slack.manifest import EXACT, SCOPES
from bot.platforms.slack.outbound import SlackPlatform, web_client, web_session
from tests.fake_slack import FakeSlack, Posted
from tests.platforms.conftest import impatient
from tests.platforms.teams_stage import Seconds

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HELLO = say("Hello.")
BEN, PLACE, CLOSED = (
    Person("slack", "T01TEST", "U02"),
    Channel("slack", "T01TEST", "C01GEN"),
    Channel("slack", "T01TEST", "C02SHUT"),
)
HISTORY, OPEN = "conversations.history", "conversations.open"


@pytest.fixture
def clock() -> Seconds:
    return Seconds(NOW.timestamp())


@pytest.fixture
async def slack(clock: Seconds) -> AsyncIterator[FakeSlack]:
    """A workspace that gave Balcony what exact delivery needs."""
    async with FakeSlack(scopes={*SCOPES, *EXACT}, now=clock) as fake:
        fake.add_user("U02", "Ben")
        fake.add_user("U03", "Cleo")
        fake.add_channel("C01GEN", members=["U02", "U0BOT"])
        fake.add_channel("C02SHUT", members=["U02", "U0BOT"], private=True)
        yield fake


@pytest.fixture
async def platform(slack: FakeSlack, clock: Seconds) -> AsyncIterator[SlackPlatform]:
    async with web_session() as session:
        made = impatient(SlackPlatform(web_client(slack.bot_token, slack.api_url, session), clock=clock))
        await made.check()
        yield made


def asked(slack: FakeSlack) -> list[str]:
    """What was called to look something up."""
    return [method for method, _ in slack.calls if method.startswith("conversations.")]


async def cannot_look(platform: SlackPlatform, to: Person | Channel = BEN) -> None:
    with pytest.raises(CannotLook):
        await platform.find(to, "k", NOW)


async def not_now(platform: SlackPlatform, to: Person | Channel = BEN) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await platform.find(to, "k", NOW)
    return caught.value


def chatter(slack: FakeSlack, channel: str, messages: int, **more: Any) -> None:
    for number in range(messages):
        how = {"text": f"{number}", "blocks": [], "author": "U02", "via": "user"} | more
        slack.post(Posted(channel=channel, ts=slack.new_ts(), **how))


@pytest.mark.parametrize("to", [BEN, PLACE, CLOSED])
async def test_what_was_said_is_found(slack: FakeSlack, platform: SlackPlatform, to: Person | Channel) -> None:
    """By its own key and no other, with the id that sending gave."""
    ids = [await platform.send(to, HELLO, key) for key in ("k1", "k2", "k3")]
    assert [await platform.find(to, key, NOW) for key in ("k1", "k2", "k3")] == ids
    for other in ("k", "k11", "K1", ""):
        assert await platform.find(to, other, NOW) is None
    assert len(slack.posts) == 3


@pytest.mark.parametrize("to", [BEN, PLACE])
@pytest.mark.parametrize(
    ("fault", "there"),
    [("500_after", True), ("reset_after", True), ("hang_after", True), ("late_commit", True), ("500_before", False),
     ("reset_before", False), ("hang_before", False), ("internal_error", False)],
)  # fmt: skip
async def test_what_nobody_was_sure_of_is_settled(
    slack: FakeSlack, platform: SlackPlatform, to: Person | Channel, fault: str, *, there: bool
) -> None:
    """It is there or it is not, whatever the failure looked like; looking says nothing."""
    slack.faults.next("chat.postMessage", fault)
    with pytest.raises(DeliveryError) as caught:
        await platform.send(to, HELLO, "k")
    assert caught.value.outcome == Outcome.UNSURE
    await slack.wait_for(lambda: len(slack.posts) == there)
    found = await platform.find(to, "k", NOW)
    assert found == (f"{slack.posts[0].channel}:{slack.posts[0].ts}" if there else None)
    assert len(slack.posts) == there


async def test_only_our_own_messages_count(slack: FakeSlack, platform: SlackPlatform) -> None:
    """Another app may write the same metadata; so may a person's app, in their name."""
    slack.users["U0ELSE"] = slack.users["U0BOT"]
    for author in ("U0ELSE", "U02"):
        chatter(slack, "C01GEN", 1, author=author, metadata=lookup.metadata("k"))
    assert await platform.find(PLACE, "k", NOW) is None
    said = await platform.send(PLACE, HELLO, "k")
    assert await platform.find(PLACE, "k", NOW) == said


async def test_it_is_found_behind_what_others_wrote(slack: FakeSlack, platform: SlackPlatform) -> None:
    """Page by page to the end, each small, and nothing from long before."""
    chatter(slack, "C01GEN", 40)
    said = await platform.send(PLACE, HELLO, "k")
    chatter(slack, "C01GEN", 40)
    assert await platform.find(PLACE, "k", NOW) == said
    assert asked(slack) == [HISTORY] * 3
    assert await platform.find(PLACE, "another", NOW) is None
    assert asked(slack) == [HISTORY] * 9
    pages = [args for method, args in slack.calls if method == HISTORY]
    assert {(args["limit"], args["channel"]) for args in pages} == {("15", "C01GEN")}
    assert {float(args["oldest"]) for args in pages} == {(NOW - timedelta(minutes=61)).timestamp()}


async def test_too_much_is_no_answer(slack: FakeSlack, platform: SlackPlatform) -> None:
    """After three hundred messages nobody reads on, and nobody says that it is not there."""
    chatter(slack, "C01GEN", 300)
    assert await platform.find(PLACE, "k", NOW) is None
    chatter(slack, "C01GEN", 1)
    await cannot_look(platform, PLACE)
    assert asked(slack) == [HISTORY] * 40


async def test_a_clock_that_was_put_right_hides_nothing(platform: SlackPlatform) -> None:
    """It was tried at a time that was an hour early or late by Slack's own clock."""
    for key, off in (("k1", 1), ("k2", -1)):
        said = await platform.send(BEN, HELLO, key)
        assert await platform.find(BEN, key, NOW + timedelta(hours=off)) == said


async def test_a_first_message_that_never_came(slack: FakeSlack, platform: SlackPlatform) -> None:
    """There is no conversation with them yet: looking makes an empty one, and asks twice in all."""
    assert await platform.find(Person("slack", "T01TEST", "U03"), "k", NOW) is None
    assert asked(slack) == [OPEN, HISTORY]
    assert slack.seen_by("U03") == []


@pytest.mark.parametrize(
    ("scopes", "people", "channels"),
    [
        (set(SCOPES), False, False),
        ({*SCOPES, "im:history"}, False, False),
        ({*SCOPES, "im:write"}, False, False),
        ({*SCOPES, "im:history", "im:write"}, True, False),
        ({*SCOPES, "channels:history"}, False, True),
    ],
)
async def test_without_the_scope_nobody_asks(
    slack: FakeSlack, platform: SlackPlatform, scopes: set[str], *, people: bool, channels: bool
) -> None:
    """The header of auth.test tells what was granted; what was not is not tried."""
    slack.scopes = scopes
    platform.problem = "ask again"
    await platform.check()
    for to, able in ((BEN, people), (PLACE, channels)):
        before = len(asked(slack))
        if able:
            assert await platform.find(to, "k", NOW) is None
        else:
            await cannot_look(platform, to)
        assert (len(asked(slack)) > before) == able


async def test_no_header_is_no_scope() -> None:
    """Something between us and Slack may take it out."""
    async with web_session() as session:
        platform = SlackPlatform(web_client("xoxb-x", "http://127.0.0.1:9/api/", session))
        platform.workspace, platform.problem = "T01TEST", ""
        await cannot_look(platform)
        await cannot_look(platform, PLACE)


async def test_a_scope_that_is_missing_after_all_is_remembered(slack: FakeSlack, platform: SlackPlatform) -> None:
    """For people at once; for a channel alone, for another may be public. Saying things goes on."""
    slack.scopes = {*SCOPES, "channels:history"}
    for to, calls in ((BEN, [OPEN]), (CLOSED, [HISTORY])):
        before = len(asked(slack))
        for _ in range(3):
            await cannot_look(platform, to)
        assert asked(slack)[before:] == calls
    await cannot_look(platform, Person("slack", "T01TEST", "U03"))
    assert await platform.find(PLACE, "k", NOW) is None
    assert platform.problem == ""
    await platform.send(BEN, HELLO, "k")
    assert asked(slack) == [OPEN, HISTORY, HISTORY]


@pytest.mark.parametrize("method", [OPEN, HISTORY])
async def test_slack_may_be_asked_later(slack: FakeSlack, platform: SlackPlatform, method: str) -> None:
    """A limit with its wait; and where Slack failed, nothing was to be said, so it is no doubt but a delay."""
    slack.faults.next(method, "429", retry_after="47")
    error = await not_now(platform)
    assert (error.outcome, error.reason, error.wait) == (Outcome.LATER, trouble.BUSY, 47)
    for fault in ("500_before", "hang_before", "internal_error", "team_added_to_org"):
        slack.faults.next(method, fault)
        error = await not_now(platform)
        assert (error.outcome, error.reason.partition(":")[0]) == (Outcome.LATER, trouble.UNREACHABLE), fault
    assert await platform.find(BEN, "k", NOW) is None


async def test_a_refused_token_rests(slack: FakeSlack, platform: SlackPlatform, clock: Seconds) -> None:
    """The same as when something is said: one call, and then none."""
    slack.revoke_token()
    calls = len(slack.calls)
    for _ in range(3):
        error = await not_now(platform)
        assert (error.outcome, error.reason) == (Outcome.RESTS, f"{trouble.REVOKED}:token_revoked")
    assert len(slack.calls) == calls + 1
    assert "SLACK_BOT_TOKEN (token_revoked)" in platform.problem
    slack.token_revoked = False
    clock.now += waiting.AFTER_REFUSAL
    assert await platform.find(BEN, "k", NOW) is None


async def test_where_we_may_not_read_nobody_can_tell(slack: FakeSlack, platform: SlackPlatform) -> None:
    """Put out of the channel, a channel that is gone, a closed account, a word nobody knows, another workspace."""
    await platform.send(PLACE, HELLO, "k")
    slack.channels["C01GEN"].members.remove("U0BOT")
    await cannot_look(platform, PLACE)
    await cannot_look(platform, Channel("slack", "T01TEST", "C0NONE"))
    slack.deactivate("U02")
    await cannot_look(platform)
    slack.users["U02"].deactivated = False
    for word in ("a_word_nobody_knows", "invalid_cursor", "method_not_supported_for_channel_type"):
        slack.faults.next(HISTORY, word)
        await cannot_look(platform)
    calls = len(slack.calls)
    await cannot_look(platform, Person("slack", "T02ELSE", "U02"))
    assert len(slack.calls) == calls


async def test_an_archived_channel_can_be_read(slack: FakeSlack, platform: SlackPlatform) -> None:
    """It was said before somebody archived it."""
    said = await platform.send(PLACE, HELLO, "k")
    slack.archive("C01GEN")
    assert await platform.find(PLACE, "k", NOW) == said


async def test_a_message_that_was_pressed_is_still_found(slack: FakeSlack, platform: SlackPlatform) -> None:
    """An answer took its place."""
    said = await platform.send(BEN, HELLO, "k")
    slack.posts[0].edit("Done.", [])
    assert await platform.find(BEN, "k", NOW) == said


# --- pages of any shape ---------------------------------------------------------------------------

OURS = {"type": "message", "user": "U0BOT", "bot_id": "B0BOT", "ts": "1.5", "metadata": lookup.metadata("k")}
OTHER = OURS | {"metadata": lookup.metadata("another"), "ts": "1.4"}
WITHOUT = {name: value for name, value in OURS.items() if name != "metadata"}
JOINED = {"type": "message", "subtype": "channel_join", "user": "U0BOT", "ts": "1.0"}
MORE = {"has_more": True, "response_metadata": {"next_cursor": "next"}}
Page = Mapping[str, Any]


async def looked(*pages: Page) -> str | None:
    """What is found on these pages; after the last of them comes nothing."""
    left = list(pages)

    async def read(cursor: str) -> Page:
        assert bool(cursor) == (len(left) < len(pages))
        return left.pop(0)

    return await lookup.find(read, "k", bot_id="B0BOT", bot_user="U0BOT")


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ([{"messages": []}], None),
        ([{"messages": [OTHER, JOINED]}], None),
        ([{"messages": [OURS]}], "1.5"),
        ([{"messages": [OTHER]} | MORE, {"messages": []} | MORE, {"messages": [OURS]}], "1.5"),
        ([{"messages": []} | MORE, {"messages": [], "has_more": False, "response_metadata": {}}], None),
        ([{"messages": [], "response_metadata": None}], None),
        ([{"messages": [{name: OURS[name] for name in OURS if name != "bot_id"}]}], "1.5"),
        ([{"messages": [OURS | {"user": "U9"}]}], "1.5"),
        ([{"messages": [OURS | {"user": "U9", "bot_id": "B9"}]}], None),
        ([{"messages": [WITHOUT]} | MORE, {"messages": [OURS]}], "1.5"),
        ([{"messages": [WITHOUT | {"bot_id": "B9", "user": "U9"}]}], None),
    ],
)  # fmt: skip
async def test_what_is_on_the_pages(pages: list[Page], found: str | None) -> None:
    """An empty page is not the end, and an app is known by either of its ids."""
    assert await looked(*pages) == found


@pytest.mark.parametrize(
    "pages",
    [
        [{}],
        [{"messages": None}],
        [{"messages": {"0": OURS}}],
        [{"messages": ["x"]}],
        [{"messages": [OTHER], "has_more": True}],
        [{"messages": [OTHER], "has_more": True, "response_metadata": {"next_cursor": ""}}],
        [{"messages": [OTHER]} | MORE, {}],
        [{"messages": [WITHOUT]}],
        [{"messages": [OURS | {"metadata": {}}]}],
        [{"messages": [OURS | {"metadata": {"event_type": "balcony", "event_payload": "k"}}]}],
        [{"messages": [OURS | {"metadata": {"event_type": "balcony", "event_payload": {"key": 7}}}]}],
        [{"messages": [OURS | {"metadata": {"event_type": "other", "event_payload": {"key": "k"}}}]}],
        [{"messages": [OURS | {"ts": None}]}],
        [{"messages": [OTHER]} | MORE] * 20,
    ],
)
async def test_whatever_is_odd_is_no_answer(pages: list[Page]) -> None:
    """Another shape, an end that is none, a message of ours whose key was lost: not found is not "not there"."""
    with pytest.raises(CannotLook):
        await looked(*pages)


async def test_without_ids_of_our_own_nothing_is_ours() -> None:
    """A check that told no ids leaves nothing that could be taken for ours."""

    async def read(_: str) -> Page:
        return {"messages": [OURS, OURS | {"bot_id": "", "user": ""}]}

    assert await lookup.find(read, "k", bot_id="", bot_user="") is None
