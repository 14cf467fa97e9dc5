"""Socket Mode: Slack's requests come through a connection that Balcony opens, so no address has to be public."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from bot.platforms.slack.listen import Listener


@asynccontextmanager
async def connected(listener: Listener, app_token: str) -> AsyncIterator[None]:
    """Connected for as long as this lasts; reconnects by itself."""
    handler = AsyncSocketModeHandler(listener.app, app_token, web_client=listener.app.client)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
