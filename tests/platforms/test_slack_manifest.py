"""The manifest asks for what is needed, and for nothing else."""

import re
from pathlib import Path

import pytest

from bot.chat import CannotLook, Channel, Person, say
from bot.domain.kind import TERMS
from bot.handlers import COMMANDS as HANDLED
from bot.handlers import help_text
from bot.platforms.slack import render
from bot.platforms.slack.manifest import COMMANDS, EVENTS, EXACT, SCOPES, manifest, reasons
from storage.db import Database
from tests.fake_slack import Impossible
from tests.platforms.conftest import CHANNEL, slack_world_on, words_of

BEN, PLACE, SHUT = (
    Person("slack", "T01TEST", "U02"),
    Channel("slack", "T01TEST", CHANNEL),
    Channel("slack", "T01TEST", "C02SHUT"),
)
USER_SCOPES_AND_HISTORY = re.compile(r"history|:read|user|admin|files|search")


def test_it_is_within_slacks_limits() -> None:
    """Names, descriptions and hints are as long as Slack lets them be, and every address is ours."""
    made = manifest("https://balcony.example.org/")
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    assert re.fullmatch("#[0-9a-f]{6}", made["display_information"]["background_color"])
    assert len(made["features"]["bot_user"]["display_name"]) <= 80
    commands = made["features"]["slash_commands"]
    for command in commands:
        assert re.fullmatch("/[a-z0-9_-]{1,31}", command["command"])
        assert 1 <= len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000
        assert command["should_escape"] is (command["command"] == "/connect")  # there people mention others
    urls = [command["url"] for command in commands]
    urls += [made["settings"]["interactivity"]["request_url"], made["settings"]["event_subscriptions"]["request_url"]]
    assert set(urls) == {"https://balcony.example.org/slack/events"}
    assert made["settings"]["socket_mode_enabled"] is False


def test_socket_mode_names_no_address() -> None:
    """Without an address there is none in it, and Socket Mode is on."""
    made = manifest()
    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in str(made).replace("'request_url': ''", "")


def test_it_asks_for_nothing_else() -> None:
    """Two bot scopes, none of a user, no history, one event; each with its reason."""
    made = manifest()
    assert made["oauth_config"] == {"scopes": {"bot": ["commands", "chat:write"]}}
    assert made["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS) == ["app_home_opened"]
    assert not any(USER_SCOPES_AND_HISTORY.search(scope) for scope in SCOPES)
    assert all(len(reason) > 20 for _, reason in reasons())
    assert {name for name, _ in reasons()} == {*SCOPES, *EVENTS}


def test_exact_delivery_asks_for_four_more() -> None:
    """What it takes to look among our own messages, each with its reason, and nothing of a user; else it is the same."""
    usual, exact = manifest("https://balcony.example.org"), manifest("https://balcony.example.org", exact=True)
    assert exact["oauth_config"] == {"scopes": {"bot": [*SCOPES, *EXACT]}}
    assert set(EXACT) == {"im:history", "im:write", "channels:history", "groups:history"}
    assert exact | {"oauth_config": usual["oauth_config"]} == usual
    assert {name for name, _ in reasons(exact=True)} == {*SCOPES, *EXACT, *EVENTS}
    assert all(len(reason) > 20 for reason in EXACT.values())


@pytest.mark.parametrize(("scope", "lost"), [("im:history", BEN), ("im:write", BEN), ("channels:history", PLACE), ("groups:history", SHUT)])  # fmt: skip
async def test_exact_delivery_needs_each_scope(sqlite: Database, scope: str, lost: Person | Channel) -> None:
    """With all of them everything is found; without any one of them just what it is for is not."""
    async with slack_world_on(sqlite) as world:
        world.slack.add_channel("C02SHUT", members=["U02", "U0BOT"], private=True)
        for scopes in ({*SCOPES, *EXACT}, {*SCOPES, *EXACT} - {scope}):
            world.slack.scopes = scopes
            await world.platform.check()
            for to in (BEN, PLACE, SHUT):
                said = await world.platform.send(to, say("Hello."), f"{to} {len(scopes)}")
                looking = world.platform.find(to, f"{to} {len(scopes)}", world.clock())
                if to == lost and scope not in scopes:
                    with pytest.raises(CannotLook):
                        await looking
                else:
                    assert await looking == said


def test_the_promise_of_each_kind_of_message() -> None:
    """The table of docs/platforms.md says of every kind what its terms say."""
    table = Path(__file__).parents[2] / "docs" / "platforms.md"
    rows = re.findall(
        r"^\| ([a-z -]+) \| (?:the channel|one person|an enabler) \| (.*) \|$", table.read_text("utf-8"), re.MULTILINE
    )
    promised = {kind: promises.split(" | ") for kind, promises in rows}
    assert set(promised) == set(TERMS)
    for kind, terms in TERMS.items():
        less = "at least once" if terms.again else "at most once"
        assert promised[kind] == ["once", less, less]


@pytest.mark.parametrize("scope", sorted(SCOPES))
async def test_the_main_job_needs_each_scope(sqlite: Database, scope: str) -> None:
    """With the scopes of the manifest it works; without any one of them it does not."""
    async with slack_world_on(sqlite) as world:
        world.slack.scopes = set(SCOPES)
        await world.joins("U02")
        world.slack.scopes = set(SCOPES) - {scope}
        try:
            await world.says("U02", "/commit ring Jo on Friday")
            await world.balcony.tick()
        except Impossible:
            assert scope == "commands"
        else:
            assert scope == "chat:write"
            assert world.slack.posts == []
            assert "(missing_scope)" in world.platform.problem


async def test_every_command_is_in_the_manifest_and_in_help(sqlite: Database) -> None:
    """And nothing more: what Balcony answers, what Slack offers and what help names are the same three."""
    assert set(COMMANDS) == set(HANDLED)
    assert [command["command"] for command in manifest()["features"]["slash_commands"]] == list(COMMANDS)
    helped = render.plain(help_text.BALCONY)
    assert all(command in helped for command in COMMANDS)
    async with slack_world_on(sqlite) as world:
        for command in COMMANDS:
            told = await world.slack.command("U04", command, "help", channel=CHANNEL)
            assert told.posted is not None
            assert command in words_of(told.posted)
