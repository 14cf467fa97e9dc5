"""Bugs that bots of this kind really had, of delivery and limits, by their number in the list they come from.

Where something here is short, its long form is a test elsewhere; but each of these goes the whole way to a strict platform.
"""

import ast
import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.chat import (
    Bold,
    Button,
    CannotLook,
    Channel,
    DeliveryError,
    Heading,
    Mention,
    Message,
    Outcome,
    Own,
    Person,
    Words,
    buttons,
    note,
    say,
    text,
)
from bot.domain import trouble
from bot.platforms import slack as slack_folder
from bot.platforms.slack import render
from bot.platforms.slack.manifest import EXACT, SCOPES
from bot.platforms.slack.outbound import SlackPlatform, web_client, web_session
from storage.db import Database
from tests.conftest import london
from tests.fake_slack import FakeSlack
from tests.fake_slack.blocks import MESSAGE_CHARACTERS, characters, message_errors, view_errors
from tests.platforms import adaptive
from tests.platforms.conftest import CHANNEL, SlackWorld, words_of
from tests.platforms.golden_stage import Stage, stage_on
from tests.platforms.mrkdwn import Read, mrkdwn, read
from tests.platforms.teams_stage import PLACE as TEAMS_PLACE
from tests.platforms.teams_stage import Here, Seconds, here_on
from tests.platforms.teams_world import TeamsWorld

HELLO = say("Hello.")
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
PLACE = Channel("slack", "T01TEST", "C01GEN")
PEOPLE = [Person("slack", "T01TEST", f"U1{number:02}") for number in range(100)]
THOUSAND = [(PEOPLE[number % 100], f"k{number}") for number in range(1000)]
BLINK = 0.1  # seconds that a client waits here


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A hundred people, one channel, and every scope that exact delivery needs."""
    async with FakeSlack(scopes={*SCOPES, *EXACT}, now=NOW.timestamp) as fake:
        for person in PEOPLE:
            fake.add_user(person.user, person.user)
        fake.add_channel("C01GEN", members=["U100", "U0BOT"])
        yield fake


@pytest.fixture
async def platform(slack: FakeSlack) -> AsyncIterator[SlackPlatform]:
    async with web_session() as session:
        made = SlackPlatform(web_client(slack.bot_token, slack.api_url, session), clock=Seconds())
        await made.check()
        yield made


@pytest.fixture
async def here(sqlite: Database) -> AsyncIterator[Here]:
    async with here_on(sqlite) as world:
        yield world


async def outcome(call: Awaitable[object]) -> tuple[str, str, float]:
    """What a failure means: outcome, reason and wait."""
    with pytest.raises(DeliveryError) as caught:
        await call
    return caught.value.outcome, caught.value.reason.partition(":")[0], caught.value.wait


async def side_by_side(calls: Iterable[Awaitable[object]], at_once: int) -> None:
    turn = asyncio.Semaphore(at_once)

    async def one(call: Awaitable[object]) -> None:
        async with turn:
            await call

    await asyncio.gather(*map(one, calls))


def posts(slack: FakeSlack) -> int:
    return [method for method, _ in slack.calls].count("chat.postMessage")


async def settles(slack: FakeSlack, platform: SlackPlatform, fault: str, at_once: int) -> None:
    """A thousand messages meet that fault; each is looked up, and said again only if it is not there."""

    async def once(to: Person, key: str) -> None:
        slack.faults.next("chat.postMessage", fault)
        assert (await outcome(platform.send(to, HELLO, key)))[0] == Outcome.UNSURE

    async def settled(to: Person, key: str) -> bool:
        return bool(await platform.find(to, key, NOW)) or not await platform.send(to, HELLO, key)

    await side_by_side((once(to, key) for to, key in THOUSAND), at_once)
    # What a quarantine is for: until then, whatever Slack took may still come. A busy machine may have given up before it did.
    slack.faults.clear()
    platform.client.timeout = 10
    for _ in range(3):
        await platform.client.auth_test()
    await slack.wait_for(lambda: len(slack.posts) == posts(slack))
    taken = len(slack.posts)
    await side_by_side((settled(to, key) for to, key in THOUSAND), 20)
    said = Counter(post.metadata["event_payload"]["key"] for post in slack.posts if post.metadata)
    assert said == {key: 1 for _, key in THOUSAND}
    assert posts(slack) == 1000
    assert taken


@pytest.mark.thorough
async def test_bug_2_the_clients_own_retry_posts_twice(slack: FakeSlack, platform: SlackPlatform) -> None:
    """2: Slack took it and reset the connection, a thousand times: a thousand posts, and every one of them is found."""
    await settles(slack, platform, "reset_after", 20)


@pytest.mark.thorough
async def test_bug_3_a_time_out_after_success(slack: FakeSlack, platform: SlackPlatform) -> None:
    """3: it came a thousand times after everybody had given up: none is doubled and none is lost."""
    platform.client.timeout = BLINK  # type: ignore[assignment]  # seconds, for asyncio
    await settles(slack, platform, "late_commit", 100)


async def test_bug_6_teams_says_it_twice_after_a_server_error(here: Here) -> None:
    """6: 408 and every 5xx after Teams took it: one request, one message, nobody sure, and nobody can look."""
    faults = [f"{status}_after" for status in (408, 412, 500, 502, 503, 504)] + ["reset_after", "page", "half"]
    for number, fault in enumerate(faults, 1):
        here.clock.now += 10
        here.teams.faults.next("say", fault)
        assert (await outcome(here.platform.send(TEAMS_PLACE, HELLO, "k")))[:2] == (Outcome.UNSURE, trouble.UNKNOWN)
        assert (here.asked(), len(here.teams.messages)) == (number, number), fault
        with pytest.raises(CannotLook):
            await here.platform.find(TEAMS_PLACE, "k", NOW)


async def test_bug_7_a_dead_token_is_tried_for_ever(slack: FakeSlack, platform: SlackPlatform, here: Here) -> None:
    """7: a thousand messages and a thousand beats: one call, and one plain sentence for the host."""
    slack.revoke_token()
    here.teams.registered = False
    calls = len(slack.calls)
    for to, key in THOUSAND:
        assert (await outcome(platform.send(to, HELLO, key)))[:2] == (Outcome.RESTS, trouble.REVOKED)
        assert (await outcome(here.platform.send(TEAMS_PLACE, HELLO, key)))[:2] == (Outcome.RESTS, trouble.REVOKED)
        await platform.check()
        await here.platform.check()
    assert (len(slack.calls) - calls, len(here.teams.calls)) == (1, 1)
    assert "install the app again" in await platform.state()
    assert "check that a bot with this id is registered" in await here.platform.state()


async def test_bug_13_slack_takes_messages_for_closed_accounts(slack: FakeSlack, platform: SlackPlatform) -> None:
    """13: it says so to nobody. With our scopes we cannot see it; where Slack does say it, they are gone for good."""
    slack.deactivate("U101")
    assert await platform.send(PEOPLE[1], HELLO, "k")
    with pytest.raises(CannotLook):  # to look for their conversation, Slack must open it, and does not
        await platform.find(PEOPLE[1], "k", NOW)
    for word in ("user_disabled", "user_not_found", "users_not_found", "user_not_visible", "cannot_dm_bot"):
        slack.faults.next("chat.postMessage", word)
        assert (await outcome(platform.send(PEOPLE[1], HELLO, "k")))[:2] == (Outcome.NEVER, trouble.GONE)
    assert not any(scope.startswith("users") for scope in (*SCOPES, *EXACT))


async def test_bug_14_an_archived_channel_stops_everything(slack: FakeSlack, platform: SlackPlatform) -> None:
    """14: one call for it and a wait of a quarter of an hour; everybody else has theirs."""
    slack.archive("C01GEN")
    archived = asyncio.create_task(outcome(platform.send(PLACE, HELLO, "k")))
    await side_by_side((platform.send(person, HELLO, person.user) for person in PEOPLE), 20)
    assert await archived == (Outcome.LATER, trouble.ARCHIVED, 900)
    assert (posts(slack), len(slack.posts), platform.problem) == (101, 100, "")
    for word, reason in (("not_in_channel", trouble.NOT_IN_CHANNEL), ("channel_not_found", trouble.NO_CHANNEL)):
        slack.faults.next("chat.postMessage", word)
        assert await outcome(platform.send(PLACE, HELLO, "k")) == (Outcome.LATER, reason, 900)


LENGTHS = [0, 1, 2_998, 2_999, 3_000, 3_001, 5_999, 6_000, 6_001, 8_999, 9_000]


@pytest.mark.parametrize("sign", ["x", "word ", "&", "<!channel>"])
async def test_bug_15_a_section_of_more_than_3000_characters(
    slack: FakeSlack, platform: SlackPlatform, sign: str
) -> None:
    """15: of whatever length, Slack takes it, and nothing of it is lost."""
    for length in LENGTHS:
        own = (sign * (length // len(sign) + 1))[:length]
        await platform.send(PLACE, say("You wrote:", Words(own or "-")), f"k{length}")
        assert shown_on(slack.posts[-1].blocks) == (own or "-")
    assert len(slack.posts) == posts(slack) == len(LENGTHS)


@pytest.mark.thorough
async def test_bug_15_whatever_members_write_is_taken(slack_world: SlackWorld) -> None:
    """15: from nothing to 50,000 characters, by command: kept, given back, or told how much room there is."""
    world = slack_world
    await world.joins("U02")
    for length in (*LENGTHS, 13_199, 13_201, 40_000, 50_000):
        for command in ("/commit", "/reflect", "/balcony"):
            reply = await world.slack.command("U02", command, "x" * length, channel=CHANNEL)
            assert not reply.timed_out
            assert reply.posted or (command, length) in {("/commit", 0), ("/reflect", 0)}, (command, length)
            if reply.posted and command == "/reflect" and 2_000 < length <= 9_000:
                assert "room for 2,000" in words_of(reply.posted)
                assert words_of(reply.posted).count("x") >= length
    await world.listener.settle()


async def test_bug_16_all_blocks_together_are_too_long(slack: FakeSlack, platform: SlackPlatform) -> None:
    """16: the most that is ever given back, with as much around it: below what Slack takes in all, and the plain text, too."""
    for sign in ("x", "&", "👩‍👩‍👧‍👦"):
        own = (sign * 9_000)[: 9_000 // len(sign) * len(sign)]
        message = say(Heading("h" * 150), text(Bold("b" * 500)), Words(own), note("n" * 500))
        await platform.send(PLACE, message, sign)
        (post,) = slack.posts[-1:]
        assert characters(post.blocks) <= MESSAGE_CHARACTERS
        assert len(post.text) <= 40_000
        assert shown_on(post.blocks) == own


@pytest.mark.thorough
async def test_bug_17_more_items_than_slack_takes(sqlite: Database) -> None:
    """17: up to 500 commitments and pages: every list, form and home is within 50 blocks, 25 buttons and 13,000 characters."""
    await stage_on(sqlite)
    stage = Stage.on(sqlite, london("2026-11-23 10:00"))
    for number in range(501):
        if number in (0, 1, 4, 5, 9, 10, 11, 25, 26, 49, 50, 51, 100, 101, 500):
            for line in ("/commit list", "/commit closed", "/reflect list", "/balcony", "/balcony settings"):
                shown = await stage.types(line)
                assert isinstance(shown, Message) or line == "/balcony settings"
                if isinstance(shown, Message):
                    drawn = render.message(shown)["blocks"]
                    assert (message_errors(drawn), view_errors(render.home(shown))) == ([], []), (line, number)
                    assert characters(drawn) <= MESSAGE_CHARACTERS
        stage.clock.moves_by(minutes=1)
        await stage.types(f"/commit ring number {number} on Friday")
        await stage.types(f"/reflect page {number}")


FAMILY, FLAG, TONE = "👩‍👩‍👧‍👦", "🇬🇧", "👍🏽"


async def test_bug_18_a_sign_is_cut_in_half(slack: FakeSlack, platform: SlackPlatform) -> None:
    """18: families, flags, skin tones and entities at every place around the limit: whole, wherever the cut is."""
    for sign in (FAMILY, FLAG, TONE, "&", "e\u0301\u0323"):
        for before in range(2_960, 3_011, 5):
            await platform.send(PLACE, say(Words("x" * before + sign * 6 + "y" * 60)), f"{sign}{before}")
            pieces = [block["text"]["text"] for block in slack.posts[-1].blocks]
            assert len(pieces) == 2
            assert sum(piece.count(sign) for piece in pieces) == 6, (sign, before)
    own = "&" * 39_999
    assert not render.plain(say(Words(own))).removesuffix("…").endswith(("&", "&a", "&am", "&amp"))


LISTS = {"users_list", "users_conversations", "conversations_list", "conversations_members", "conversations_replies",
         "usergroups_list", "usergroups_users_list", "team_info", "users_info", "search_messages"}  # fmt: skip


async def test_bug_19_only_the_first_thousand_of_a_list(slack_world: SlackWorld) -> None:
    """19: nothing is listed, so nothing is cut off and no limit is met: neither in the code, nor in a programme's life."""
    called = names_in(slack_folder.__path__[0])
    assert called >= {"chat_postMessage", "auth_test", "conversations_history"}
    assert not called & LISTS
    world = slack_world
    for user in ("U02", "U03"):
        await world.joins(user)
    for moment in ("2026-11-26 15:00", "2026-12-03 16:00", "2026-12-08 09:30", "2026-12-15 09:30"):
        await world.waits_until(moment)
    asked = {method for method, _ in world.slack.calls}
    assert "chat.postMessage" in asked
    assert asked <= {"auth.test", "chat.postMessage", "views.open", "views.publish", "response_url"}


async def test_bug_20_the_bot_answers_itself(slack_world: SlackWorld) -> None:
    """20: its own message, an edit, an unfurled link, a reply in a thread, an app's message: 0 answers, and no more asked."""
    world = slack_world
    await world.joins("U02")
    await world.balcony.tick()
    own = {"type": "message", "channel": CHANNEL, "channel_type": "channel", "user": "U0BOT", "bot_id": "B0BOT", "text": "/commit ring Jo", "ts": "1.5"}  # fmt: skip
    inner = {name: own[name] for name in ("type", "user", "text", "ts")}
    before = (
        len(world.slack.messages),
        len(world.slack.calls),
        await world.count("outbox"),
        await world.count("commitment"),
    )
    for event in (
        own,
        own | {"subtype": "bot_message"},
        {"type": "message", "subtype": "message_changed", "channel": CHANNEL, "message": inner | {"edited": {"ts": "1.6"}}, "previous_message": inner},
        {"type": "message", "subtype": "message_changed", "channel": CHANNEL, "hidden": True,
         "message": inner | {"attachments": [{"from_url": "https://example.org"}]}, "previous_message": inner},
        own | {"thread_ts": "1.5", "ts": "1.7", "parent_user_id": "U0BOT"},
        own | {"user": "U02", "bot_id": None, "thread_ts": "1.5", "ts": "1.8"},
        own | {"type": "app_mention"},
        {"type": "reaction_added", "user": "U0BOT", "reaction": "eyes", "item": {"type": "message", "channel": CHANNEL, "ts": "1.5"}},
    ):  # fmt: skip
        assert (await world.slack.event(event)).acked
    await world.listener.settle()
    await world.balcony.tick()
    assert before == (len(world.slack.messages), len(world.slack.calls), await world.count("outbox"), await world.count("commitment"))  # fmt: skip


async def test_bug_20_the_same_in_teams(teams_world: TeamsWorld) -> None:
    """20: what comes as an edit, or from the bot itself, has no effect."""
    world = teams_world
    await world.joins("U02")
    before = (len(world.teams.messages), await world.count("commitment"))
    written = world.gesture("U02").writes("commit ring Jo")
    for activity in (
        written | {"type": "messageUpdate", "id": "1764000000101", "channelData": written["channelData"] | {"eventType": "editMessage"}},
        written | {"id": "1764000000102", "from": {"id": f"28:{world.teams.app_id}", "name": "Balcony", "role": "bot"}},
        written | {"id": "1764000000105", "from": {"id": "28:another-bot", "name": "Weather"}},
        written | {"id": "1764000000106", "from": {"id": "29:1odd", "name": "Weather", "role": "bot"}},
        written | {"type": "typing", "id": "1764000000103"},
        written | {"type": "messageReaction", "id": "1764000000104", "reactionsAdded": [{"type": "like"}]},
    ):  # fmt: skip
        saw = await world.sends("U02", activity)
        assert saw.reply.status == 200
    assert before == (len(world.teams.messages), await world.count("commitment"))


HOSTILE = ["<!channel>", "<@U02>", "<#C01GEN>", "<https://evil.example|NHS login>", "https://evil.example", "&lt;!here&gt;", "*b* _i_ `c`",
           ":wave:", "[x](https://evil.example)", "<at>everyone</at>", "@everyone", "<b>x</b>", "\u202eevil\u202c", "> q", "- a\n1. b"]  # fmt: skip


def said_by(own: str) -> Message:
    """What somebody wrote, wherever it may stand."""
    about = text("By ", Mention("U100"), ": ", Own(own), ", ", Bold("on Friday"))
    return say(
        Heading("News"), about, Words(own), note("About ", Own(own)), buttons(Button("Done", "commitment.close"))
    )


async def test_bug_22_what_people_wrote_is_alive(slack: FakeSlack, platform: SlackPlatform, here: Here) -> None:
    """22: mentions, links and formatting in somebody's words: on both platforms only what Balcony means acts, and the words are all there."""
    for own in HOSTILE:
        await platform.send(PLACE, said_by(own), own)
        (post,) = slack.posts[-1:]
        found, plain = read(post.blocks), Read()
        mrkdwn(post.text, plain, formats=False)
        assert {"U100"} == {name for name in ("U100", "U02", "C01GEN", "evil", "channel") if any(name in one for one in found.alive)}  # fmt: skip
        assert plain.alive == ["<@U100>"]
        assert own in found.text
        here.clock.now += 10
        await here.platform.send(TEAMS_PLACE, said_by(own), own)
        shown = adaptive.read(here.teams.in_conversation(TEAMS_PLACE.channel)[-1].card)
        assert (shown.alive, shown.mentions) == ([], []), own
        assert own in shown.text


def shown_on(blocks: list[render.Json]) -> str:
    """The one quotation in a message, put together again."""
    drawn = [
        block["text"]["text"]
        for block in blocks
        if block["type"] == "section" and block["text"]["type"] == "plain_text"
    ]
    assert all(len(piece) <= render.TEXT_LIMIT for piece in drawn)
    return "".join(piece[2:-2] for piece in drawn)  # without the marks around each piece


def names_in(folder: str) -> set[str]:
    """Whatever is asked of anything in the code there."""
    trees = [ast.parse(path.read_text("utf-8")) for path in Path(folder).glob("*.py")]
    return {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
