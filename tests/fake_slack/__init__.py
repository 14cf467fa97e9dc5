"""The project's own strict Slack: real HTTP, really signed, as unforgiving as the real one."""

from types import TracebackType
from typing import Self

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from . import response_url, web_api
from .line import Delivery, Reply, SentRequest, SubmitResult
from .people import People
from .server import LoopServer
from .things import BotMistake, Channel, Impossible, Json, Posted, User, View

__all__ = [
    "BotMistake",
    "Channel",
    "Delivery",
    "FakeSlack",
    "Impossible",
    "Json",
    "Posted",
    "Reply",
    "SentRequest",
    "SubmitResult",
    "User",
    "View",
]


class FakeSlack(People):
    """One workspace with one bot, serving its Web API for as long as the `async with` lasts."""

    async def __aenter__(self) -> Self:
        routes = [
            Route("/api/{method}", web_api.serve, methods=["GET", "POST"]),
            Route("/response/{id}", response_url.serve, methods=["POST"]),
        ]
        app = Starlette(routes=routes)
        app.state.workspace = self
        self._server = LoopServer(app)
        await self._server.start()
        self.base_url = self._server.url
        # The environment's proxies have no business between two ends of one machine.
        # Every gesture has its own connection, so that a bot that was restarted is not met through a dead one.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.AsyncClient(
            trust_env=False, verify=False, timeout=None, limits=limits
        )  # plain HTTP: no certificates to load
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()
        await self._server.stop()

    @property
    def api_url(self) -> str:
        """The base_url for slack_sdk."""
        return f"{self.base_url}/api/"
