"""The yardstick: Bolt's AsyncApp, one listener that only acknowledges.

`PORT=… SLACK_SIGNING_SECRET=… python bare.py [--process-before-response]`
"""

import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.routing import Route


async def authorize(**_: Any) -> AuthorizeResult:
    """Known at once: the built-in one asks Slack on every request."""
    return AuthorizeResult(
        enterprise_id=None, team_id="T01TEST", bot_token="xoxb-bench", bot_id="B01", bot_user_id="U0BOT"
    )


async def commit(ack: Callable[[], Awaitable[None]]) -> None:
    await ack()


def web(process_before_response: bool) -> Starlette:
    # Bolt's own default is passed when it is False, so every other setting stays Bolt's.
    app = AsyncApp(
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        authorize=authorize,
        process_before_response=process_before_response,
    )
    app.command("/commit")(commit)
    handler = AsyncSlackRequestHandler(app)
    return Starlette(routes=[Route("/slack/events", handler.handle, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.run(
        web("--process-before-response" in sys.argv),
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
