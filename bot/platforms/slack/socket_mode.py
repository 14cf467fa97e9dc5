"""Socket Mode: Slack's requests come through a connection that Balcony opens, so no address has to be public."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from bot.platforms.slack.listen import Listener
from bot.platforms.slack.outbound import SlackPlatform

PING = 5.0  # seconds; what does not answer for half as long is dead, though it looks alive, and is connected anew


@asynccontextmanager
async def connected(
    listener: Listener, platform: SlackPlatform, app_token: str, ping: float = PING
) -> AsyncIterator[None]:
    """Connects, and stays connected for as long as this lasts. Nothing waits for it: /readyz says whether it stands."""
    handler = AsyncSocketModeHandler(listener.app, app_token, web_client=listener.app.client, ping_interval=ping)
    platform.hears = handler.client.is_connected
    connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        connecting.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await connecting
        await handler.close_async()  # type: ignore[no-untyped-call]
