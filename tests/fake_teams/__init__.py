"""The project's own strict Teams: real HTTP, really signed, as unforgiving as the real one."""

from types import TracebackType
from typing import Self

import httpx
from starlette.applications import Starlette

from tests.fake_slack.server import LoopServer

from . import connector, login
from .issuer import Issuer
from .line import Reply
from .people import Dialog, People, Saw
from .state import Conversation, Json, Posted, TeamsError, User

__all__ = ["Conversation", "Dialog", "FakeTeams", "Json", "Posted", "Reply", "Saw", "TeamsError", "User"]


class FakeTeams(People):
    """One tenant with one bot: who signs, where the bot logs in, the connector, and people; for as long as it lasts."""

    async def __aenter__(self) -> Self:
        self._issuer = Issuer(self.app_id)
        # The issuer's paths come first: a login has a tenant in its own.
        app = Starlette(routes=[*self._issuer.routes, *login.ROUTES, *connector.ROUTES])
        app.state.teams = self
        self._server = LoopServer(app)
        await self._server.start()
        self.base_url = self._issuer.url = self._server.url
        # Every activity has its own connection, so that a bot that was restarted is not met through a dead one.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.AsyncClient(trust_env=False, verify=False, timeout=None, limits=limits)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()
        await self._server.stop()
