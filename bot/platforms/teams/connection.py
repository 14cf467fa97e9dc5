"""Teams as one process uses it: a way to say things, and a way to hear."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import httpx
from starlette.routing import Route

from bot.config import Settings
from bot.platforms.teams import door
from bot.platforms.teams.gate import Gate, Hosts, cloud
from bot.platforms.teams.keys import TIMEOUT, Keys
from bot.platforms.teams.listen import Listener, Respond
from bot.platforms.teams.outbound import SERVICE_URL, TeamsPlatform
from bot.platforms.teams.tokens import BotTokens
from storage.db import Database

_log = logging.getLogger(__name__)


class TeamsConnection:
    """The app registration and the tenant that the settings name."""

    name = "teams"

    def __init__(self, platform: TeamsPlatform, gate: Gate, database: Database, clock: Callable[[], datetime]) -> None:
        self.platform = platform
        self._gate, self._database, self._clock = gate, database, clock

    @asynccontextmanager
    async def hearing(self, respond: Respond) -> AsyncIterator[list[Route]]:
        """Answers what comes by the route it gives; at the end, what is under way is shown."""
        listener = Listener(self.platform, self._database, respond, self._clock)
        yield [door.route(self._gate, listener.hear)]
        await listener.settle()


@asynccontextmanager
async def connect(
    settings: Settings, database: Database, clock: Callable[[], datetime]
) -> AsyncIterator[TeamsConnection]:
    """With TEAMS_DEV_URL, Microsoft is a stand-in on this machine: the check of tokens stays, the issuer is another."""
    app_id, tenant, development = settings.teams_client_id, settings.teams_tenant_id, settings.teams_dev_url
    if development:
        _log.warning(
            "TEAMS_DEV_URL is set: whoever is at %s on this machine is taken for Microsoft. Never do this where people use it.",
            development,
        )
    tokens = BotTokens(
        app_id,
        tenant,
        secret=settings.teams_client_secret,
        managed_identity=settings.teams_managed_identity,
        development=development,
    )
    hosts, where = Hosts(development), cloud(development)
    own = not development  # the environment's proxies have no business between two ends of one machine
    platform = TeamsPlatform(
        database,
        tokens,
        tenant,
        app_id,
        hosts.allow,
        service_url=f"{development}/" if development else SERVICE_URL,
        trust_env=own,
    )
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=own) as http:
            gate = Gate(app_id, tenant, hosts, Keys(where, http, clock), where, skew=platform.skew)
            yield TeamsConnection(platform, gate, database, clock)
    finally:
        await platform.close()
