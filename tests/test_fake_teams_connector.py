"""The fake connector is itself proved here: with the SDK's own client, and with what Teams does not take."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from microsoft_teams.api.clients.conversation import ConversationClient
from microsoft_teams.common import Client, ClientOptions

from bot.chat import Mention, say
from bot.chat import text as text_of
from bot.platforms.teams.render import Named, activities
from tests.fake_teams.connector import BODY_LIMIT, serving
from tests.fake_teams.state import CONNECTOR, Json, Tenant

pytestmark = pytest.mark.thorough

TENANT, APP, CHANNEL = "a-tenant", "an-app", "19:a@thread.tacv2"


@dataclass
class Bot:
    """Speaks to the connector by hand."""

    teams: Tenant
    http: httpx.AsyncClient
    bearer: str
    now: list[float] = field(default_factory=lambda: [0.0])

    async def asks(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        self.now[0] += 5
        signed = {"Authorization": f"Bearer {self.bearer}"} | headers
        return await self.http.request(method, f"/uk/v3/conversations{path}", json=body, headers=signed)

    async def says(self, body: Any, conversation: str = CHANNEL, query: str = "") -> tuple[int, str]:
        """The status, and the code of a refusal."""
        answer = await self.asks("POST", f"/{conversation}/activities{query}", body)
        return answer.status_code, answer.json().get("error", {}).get("code", "")


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    now = [0.0]
    teams = Tenant(TENANT, APP, clock=lambda: now[0])
    for name in ("Ana", "Ben", "Cleo", "Dev", "Eve"):
        teams.add_user(f"aad-{name}", name)
    teams.add_channel(CHANNEL, ["aad-Ana", "aad-Ben", "aad-Cleo", "aad-Dev"])
    async with serving(teams) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
        yield Bot(teams, http, teams.new_bearer(APP, CONNECTOR), now)


def text(**more: Any) -> Json:
    return {"type": "message", "text": "hello", **more}


def card(**changes: Any) -> Json:
    """One of Balcony's, perhaps with a mistake in it."""
    (activity,) = activities(say("hello"), {})
    activity["attachments"][0]["content"] |= changes
    return activity


async def test_who_may_speak(bot: Bot) -> None:
    """A bearer of this app, for this service, not run out, and nothing else."""
    assert (await bot.says(text()))[0] == 201
    assert (await bot.says(card()))[0] == 201
    good = bot.bearer
    for bad in ("made-up", bot.teams.new_bearer("another", CONNECTOR), bot.teams.new_bearer(APP, "https://graph")):
        bot.bearer = bad
        assert (await bot.says(text()))[0] == 401
    bot.bearer = good
    bot.now[0] += 3600
    assert (await bot.says(text()))[0] == 401
    assert len(bot.teams.messages) == 2


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ([], (400, "BadSyntax")),
        (text(type="typing"), (400, "BadSyntax")),
        (text(subject="x"), (400, "BadSyntax")),
        ({"type": "message"}, (400, "BadSyntax")),
        (text(text=" "), (400, "BadSyntax")),
        (text() | card(), (400, "BadSyntax")),
        (card(body="x"), (400, "BadSyntax")),
        (card(version="1.6"), (400, "BadSyntax")),
        (text(attachments=[{"contentType": "image/png", "content": {}}], text=""), (400, "BadArgument")),
        (text(**{"from": {"id": "28:another"}}), (400, "BadArgument")),
        (text(conversation={"id": "19:another@thread.tacv2"}), (400, "BadArgument")),
        (text(recipient={"id": "aad-Ana", "isTargeted": True}), (400, "BadArgument")),
        (text(replyToId="17"), (404, "ActivityNotFoundInConversation")),
        (text(text="x" * BODY_LIMIT), (413, "MessageSizeTooBig")),
    ],
)
async def test_what_teams_does_not_take(bot: Bot, body: Any, refusal: tuple[int, str]) -> None:
    """Nothing of it is shown, and it is written down for whoever looks at the test."""
    assert await bot.says(body) == refusal
    assert (bot.teams.messages, len(bot.teams.refusals)) == ([], 1)


async def test_a_card_mentions_only_people_that_there_are(bot: Bot) -> None:
    """By the bot's own id of them or by the directory's."""
    for called, status in ((bot.teams.users["aad-Ana"].called, 201), ("aad-Ana", 201), ("29:nobody", 400)):
        (activity,) = activities(say(text_of(Mention("ana"))), {"ana": Named(called, "Ana")})
        assert (await bot.says(activity))[0] == status


async def test_only_for_one(bot: Bot) -> None:
    """A targeted message needs both the query and the recipient, who must be there; and there must be others."""
    ana, eve = ({"id": bot.teams.users[aad].called, "isTargeted": True} for aad in ("aad-Ana", "aad-Eve"))
    chat = bot.teams.open_chat("aad-Ana").id
    query = "?isTargetedActivity=true"
    assert await bot.says(text(), query=query) == (400, "BadArgument")
    assert await bot.says(text(recipient={"id": ana["id"]}), query=query) == (400, "BadArgument")
    assert await bot.says(text(recipient=eve), query=query) == (400, "BadArgument")
    assert await bot.says(text(recipient=ana), chat, query) == (400, "BadArgument")
    assert await bot.says(text(recipient=ana), query=query) == (201, "")
    (posted,) = bot.teams.seen_by("aad-Ana")
    assert bot.teams.seen_by("aad-Ben") == []
    path = f"/{CHANNEL}/activities/{posted.id}"
    assert (await bot.asks("PUT", path, text())).status_code == 404
    assert (await bot.asks("PUT", f"{path}{query}", text(recipient=ana))).status_code == 400
    assert (await bot.asks("PUT", f"{path}{query}", text(text="changed"))).status_code == 200
    assert (posted.activity["text"], posted.former[0]["text"]) == ("changed", "hello")


async def test_a_chat_is_opened_with_one_person_of_this_tenant(bot: Bot) -> None:
    """By this bot, without a message in it; anybody else, and groups, are refused."""
    good: Json = {"bot": {"id": f"28:{APP}"}, "members": [{"id": "aad-Ana"}], "tenantId": TENANT, "isGroup": False}
    opened = [(await bot.asks("POST", "", good)).json()["id"] for _ in range(2)]
    assert opened == [bot.teams.open_chat("aad-Ana").id] * 2
    for change, status in (
        ({"tenantId": "another"}, 403), ({"isGroup": True}, 400), ({"bot": {"id": "28:another"}}, 400), ({"members": []}, 400),
        ({"members": [{"id": "29:nobody"}]}, 400), ({"members": [{"id": "nobody"}]}, 403), ({"activity": text()}, 400),
    ):  # fmt: skip
        assert (await bot.asks("POST", "", good | change)).status_code == status


async def test_a_roster_comes_in_pages(bot: Bot) -> None:
    """The way the SDK reads it."""
    options = ClientOptions(token=bot.bearer, timeout=5)
    sdk = Client(options)
    client = ConversationClient(f"{bot.http.base_url}/uk/", sdk)
    names, token = [], None
    for _ in range(2):
        page = await client.get_paged_members(CHANNEL, page_size=3, continuation_token=token)
        names += [member.name for member in page.members]
        token = page.continuation_token
    assert (names, token) == (["Ana", "Ben", "Cleo", "Dev"], None)
    await sdk.http.aclose()


async def test_too_much_at_once_is_throttled(bot: Bot) -> None:
    """Seven in a second to one conversation, thirty to all; each is told for how long, and it counts by its own clock."""
    for place in range(5):
        bot.teams.add_channel(f"19:{place}@thread.tacv2", ["aad-Ana"])
    statuses = []
    for number in range(8):
        bot.now[0] -= 5  # time stands still
        statuses.append((await bot.asks("POST", f"/{CHANNEL}/activities", text(text=str(number)))).status_code)
    assert statuses == [201] * 7 + [429]
    bot.now[0] -= 5
    answer = await bot.asks("POST", f"/{CHANNEL}/activities", text())
    assert answer.headers["retry-after"] == "1"
    statuses = []
    for number in range(24):
        bot.now[0] -= 5
        statuses.append((await bot.says(text(), f"19:{number % 5}@thread.tacv2"))[0])
    assert statuses == [201] * 23 + [429]
    assert (await bot.says(text()))[0] == 201


async def test_a_thread_is_one_that_somebody_began(bot: Bot) -> None:
    """Behind the channel's id; any other is no conversation."""
    thread = bot.teams.new_id()
    assert (await bot.says(text(), f"{CHANNEL};messageid={thread}"))[0] == 201
    assert bot.teams.messages[0].thread == thread
    assert await bot.says(text(), f"{CHANNEL};messageid=17") == (404, "ConversationNotFound")
