"""The people of the fake Teams do what a real client would do, and show what it would show: no more."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fake_slack.server import LoopServer
from tests.fake_slack.things import BotMistake, Impossible
from tests.fake_teams import Dialog, FakeTeams, Json, Posted
from tests.fake_teams.connector import CARD

pytestmark = pytest.mark.thorough

CHANNEL = "19:general@thread.tacv2"


@dataclass
class Bot:
    """Answers what it was told to answer, and keeps what it heard."""

    status: int = 200
    body: Any = None
    heard: list[Json] = field(default_factory=list)

    async def hear(self, request: Request) -> Response:
        self.heard.append(await request.json())
        content = b"" if self.body is None else json.dumps(self.body).encode()
        return Response(content, self.status, media_type="application/json")


@dataclass
class Town:
    teams: FakeTeams
    bot: Bot

    def post(self, card: Json, where: str, only_for: str = "") -> Posted:
        activity = {"type": "message", "attachments": [{"contentType": CARD, "content": card}]}
        return self.teams.post(Posted(self.teams.new_id(), where, activity, only_for=only_for))

    def chat(self, user: str) -> str:
        return self.teams.open_chat(user).id


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with FakeTeams("tenant", "app") as teams:
        for user in ("U1", "U2"):
            teams.add_user(user, f"Name of {user}")
        teams.add_channel(CHANNEL, ["U1"])
        bot = Bot()
        server = LoopServer(Starlette(routes=[Route("/", bot.hear, methods=["POST"])]))
        await server.start()
        teams.connect(f"{server.url}/")
        yield Town(teams, bot)
        await server.stop()


def card(*body: Json, actions: list[Json] | None = None) -> Json:
    shape: Json = {
        "type": "AdaptiveCard", "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "version": "1.5",
        "fallbackText": "x", "speak": "x", "msteams": {"width": "Full"},
        "body": [{"type": "TextBlock", "text": "Hello", "wrap": True}, *body],
    }  # fmt: skip
    return shape | ({"actions": actions} if actions else {})


def execute(title: str = "Go") -> Json:
    return {"type": "Action.Execute", "title": title, "verb": "go", "data": {"verb": "go", "value": "7"}}


def submit(**data: Any) -> Json:
    return {"type": "Action.Submit", "title": "Send", "data": data}


def line(name: str, **more: Any) -> Json:
    return {"type": "Input.Text", "id": name, "label": name, **more}


def ways(body: Json) -> list[Json]:
    """The same answer as a press and as a dialog would get it."""
    return [{"statusCode": 200, "type": CARD, "value": body}, {"task": {"type": "continue", "value": body}}]


async def test_only_what_is_seen_can_be_pressed(town: Town) -> None:
    """Not somebody else's chat, not what is for one other person, not a button that is not there."""
    for shown in (
        town.post(card(actions=[execute()]), town.chat("U2")),
        town.post(card(actions=[execute()]), CHANNEL, "U2"),
    ):
        with pytest.raises(Impossible):
            await town.teams.presses("U1", shown, "Go")
    with pytest.raises(Impossible):
        await town.teams.presses("U1", town.post(card(actions=[execute()]), town.chat("U1")), "Stop")
    assert town.bot.heard == []


async def test_words_go_only_where_the_bot_is(town: Town) -> None:
    """To a chat with it, and to a channel that both are in."""
    with pytest.raises(Impossible):
        await town.teams.writes("U1", "hi")
    with pytest.raises(Impossible):
        await town.teams.writes("U2", "hi", CHANNEL)
    await town.teams.installs("U1")
    await town.teams.writes("U1", "hi")
    town.teams.remove_app(town.chat("U1"))
    with pytest.raises(Impossible):
        await town.teams.writes("U1", "hi")
    assert [one["type"] for one in town.bot.heard] == ["installationUpdate", "conversationUpdate", "message"]


async def test_an_execute_is_an_invoke_with_the_cards_inputs(town: Town) -> None:
    """Those that are empty are left out; the sentence in the answer is for the presser."""
    town.bot.body = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Fine."}
    shown = town.post(card(line("a", value="b"), line("c"), actions=[execute()]), CHANNEL)
    saw = await town.teams.presses("U1", shown, "Go")
    (heard,) = town.bot.heard
    assert (heard["name"], heard["replyToId"]) == ("adaptiveCard/action", shown.id)
    assert heard["conversation"]["id"] == f"{CHANNEL};messageid={shown.id}"
    assert heard["value"]["action"]["data"] == {"verb": "go", "value": "7", "a": "b"}
    assert (saw.sentence, saw.shown) == ("Fine.", [])


async def test_a_card_in_the_answer_takes_the_place_of_what_is_theirs_alone(town: Town) -> None:
    """In a channel it would be everybody's."""
    town.bot.body = {"statusCode": 200, "type": CARD, "value": card()}
    mine = town.post(card(actions=[execute()]), town.chat("U1"))
    assert (await town.teams.presses("U1", mine, "Go")).message is mine
    assert "actions" not in mine.card
    for shown in (town.post(card(actions=[execute()]), CHANNEL), town.post(card(actions=[execute()]), CHANNEL, "U1")):
        with pytest.raises(BotMistake):
            await town.teams.presses("U1", shown, "Go")


async def test_a_dialog_opens_where_a_client_opens_dialogs(town: Town) -> None:
    """Elsewhere the same button is a message with its data. What a dialog has become is before them, and nothing older."""
    opens = submit(msteams={"type": "task/fetch"}, verb="ask", value="")
    shown = town.post(card(actions=[opens]), town.chat("U1"))
    form = card(line("a"), actions=[submit(form="f", id="1")])
    town.bot.body = {
        "task": {"type": "continue", "value": {"title": "T", "height": "medium", "width": "medium", "card": {"contentType": CARD, "content": form}}}
    }  # fmt: skip
    first = (await town.teams.presses("U1", shown, "Send")).opened
    second = (await town.teams.fills("U1", first, a="x")).opened
    with pytest.raises(Impossible):
        await town.teams.fills("U1", first, a="x")
    town.teams.closes("U1")
    with pytest.raises(Impossible):
        await town.teams.fills("U1", second, a="x")
    town.bot.body = None
    await town.teams.presses("U1", shown, "Send", dialogs=False)
    assert [one.get("name", one["type"]) for one in town.bot.heard] == ["task/fetch", "task/submit", "message"]
    assert town.bot.heard[1]["value"]["data"] == {"form": "f", "id": "1", "a": "x"}
    assert town.bot.heard[2]["value"]["verb"] == "ask"


async def test_a_client_checks_what_it_sends(town: Town) -> None:
    """Missing, too long, several lines, no day, no choice, nobody: not sent, and said."""
    choice = {
        "type": "Input.ChoiceSet",
        "id": "c",
        "label": "c",
        "style": "compact",
        "choices": [{"title": "A", "value": "a"}],
    }
    people = {"type": "Input.ChoiceSet", "id": "p", "label": "p", "style": "filtered", "choices": [],
              "choices.data": {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}}  # fmt: skip
    day = {"type": "Input.Date", "id": "d", "label": "d"}
    needed = line("n", isRequired=True, errorMessage="Please", maxLength=3)
    shown = town.post(
        card(needed, choice, choice | {"id": "m", "isMultiSelect": True}, people, day, actions=[execute()]),
        town.chat("U1"),
    )
    for wrong in (
        {},
        {"n": " "},
        {"n": "😀😀"},
        {"n": "a\nb"},
        {"c": "b"},
        {"m": ["a", "b"]},
        {"p": "U3"},
        {"d": "soon"},
        {"x": "y"},
    ):
        with pytest.raises(Impossible):
            await town.teams.fills("U1", shown, **{"n": "yes"} | wrong if wrong else {})
    assert town.bot.heard == []
    town.bot.body = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Fine."}
    await town.teams.fills("U1", shown, n="yes", c="a", m=["a"], p="U2", d="2026-12-01")
    assert len(town.bot.heard) == 1


ODD: list[Any] = [
    *ways({}), None, {}, [], {"statusCode": 200, "type": "text/plain", "value": "x"}, {"task": {"type": "message", "value": 7}},
    {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": ""}, {"task": {"type": "open", "value": {}}},
    {"task": {"type": "continue", "value": {"title": "T", "height": 1, "width": 1, "card": card()}}}, {"statusCode": 200},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
async def test_an_answer_that_teams_would_not_show_is_a_mistake(town: Town, odd: object) -> None:
    """To a press and to what opens a dialog alike; and a message has no answer in its response."""
    town.bot.body = odd
    shown = town.post(card(actions=[execute(), submit(msteams={"type": "task/fetch"}, verb="ask")]), town.chat("U1"))
    for label in ("Go", "Send"):
        with pytest.raises(BotMistake):
            await town.teams.presses("U1", shown, label)
    if odd is not None:
        with pytest.raises(BotMistake):
            await town.teams.writes("U1", "hi")


async def test_a_bot_that_fails_or_is_slow_is_a_mistake(town: Town) -> None:
    """Teams stops speaking to it; only 501 is an answer."""
    town.bot.status = 500
    town.chat("U1")
    with pytest.raises(BotMistake):
        await town.teams.writes("U1", "hi")
    town.bot.status = 501
    assert (await town.teams.writes("U1", "hi")).reply.status == 501
    town.teams.patience = 0
    with pytest.raises(BotMistake):
        await town.teams.writes("U1", "hi")


async def test_in_a_dialog_there_is_only_submit(town: Town) -> None:
    place = town.teams._place_of(town.post(card(), town.chat("U1")))
    town.teams.dialogs["U1"] = Dialog("U1", place, "T", card(actions=[execute()]))
    with pytest.raises(BotMistake):
        await town.teams.presses("U1", town.teams.dialogs["U1"], "Go")
