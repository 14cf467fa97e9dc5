"""Slack as one process uses it: a way to say things, and a way to hear."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.routing import Route

from bot.config import Settings
from bot.platforms.slack import door
from bot.platforms.slack.listen import Listener, Respond
from bot.platforms.slack.outbound import SlackPlatform, web_client, web_session
from bot.platforms.slack.socket_mode import connected


class SlackConnection:
    """The workspace that the settings name."""

    name = "slack"

    def __init__(self, settings: Settings, platform: SlackPlatform) -> None:
        self.platform = platform
        self._settings = settings

    @asynccontextmanager
    async def hearing(self, respond: Respond) -> AsyncIterator[list[Route]]:
        """Answers what comes, by the routes it gives or through Socket Mode; at the end, what is under way is shown."""
        listener = Listener(self.platform, respond)
        if self._settings.socket_mode:
            async with connected(listener, self.platform, self._settings.slack_app_token):
                yield []
        else:
            yield [door.route(listener.app, self._settings.slack_signing_secret, self.platform.skew)]
        await listener.settle()


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[SlackConnection]:
    async with web_session() as session:
        client = web_client(settings.slack_bot_token, settings.slack_api_url, session)
        yield SlackConnection(settings, SlackPlatform(client))
