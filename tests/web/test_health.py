"""/healthz: the process is alive. /readyz: database, platform, and what its role does, each by name."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import httpx
from starlette.applications import Starlette

from bot.config import Settings
from bot.platforms.slack.outbound import SlackPlatform, web_client
from bot.serving import Checks
from bot.web import Health, routes
from storage.db import Database
from storage.keys import KeyRing
from tests.conftest import KEYS, World


class Answers:
    """Three checks whose answers are set."""

    def __init__(self, **said: str) -> None:
        self.said = said
        self.checks = {name: self._check(name) for name in said}

    def _check(self, name: str) -> Callable[[], Awaitable[str]]:
        async def check() -> str:
            return self.said[name]

        return check


def web(health: Health) -> httpx.AsyncClient:
    app = Starlette(routes=routes(health))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://balcony")


async def test_alive_whatever_is_wrong() -> None:
    """200 and one word, also when nothing is ready: restarting would not mend it."""
    async with web(Answers(database="gone")) as http:
        answer = await http.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


async def test_ready_when_all_are() -> None:
    async with web(Answers(database="ok", platform="ok", scheduler="ok")) as http:
        answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "platform": "ok", "scheduler": "ok"})


async def test_each_check_alone_makes_it_not_ready() -> None:
    """503, with a sentence under the name of what is wrong and ok under the others."""
    names = ("database", "platform", "scheduler")
    for failing in names:
        said = dict.fromkeys(names, "ok") | {failing: "it does not answer"}
        async with web(Answers(**said)) as http:
            answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, said)


async def test_the_real_checks(world: World, tmp_path: Path) -> None:
    """Each of them fails when what it asks about fails, and says ok again when it works again."""
    async with aiohttp.ClientSession() as session:
        slack = SlackPlatform(web_client("xoxb-x", "http://127.0.0.1:9/api/", session))
        checks = Checks(world.balcony, {"slack": slack}, Settings())
        async with web(checks) as http:

            async def wrong() -> dict[str, str]:
                answer = await http.get("/readyz")
                said = {name: why for name, why in answer.json().items() if why != "ok"}
                assert answer.status_code == (503 if said else 200)
                return said

            assert list(await wrong()) == ["slack"]
            await slack.check()
            assert await wrong() == {"slack": "Slack cannot be reached."}
            slack.problem = ""
            assert await wrong() == {}
            world.clock.moves_by(minutes=2)
            assert list(await wrong()) == ["scheduler", "delivery"]
            await world.balcony.do_due()
            assert list(await wrong()) == ["delivery"]
            await world.balcony.deliver()
            assert await wrong() == {}
            broken = Database(f"sqlite+aiosqlite:///{tmp_path}", KeyRing(KEYS))  # a folder is no database
            checks._balcony.database = broken
            assert await wrong() == {"database": "the database does not answer"}
            await broken.close()
