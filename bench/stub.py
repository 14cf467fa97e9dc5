"""A Slack Web API that says yes to everything: `PORT=… python stub.py`.

It answers at once and remembers nothing, so that what is measured is the bot.
"""

import itertools
import os
from typing import Any

from aiohttp import web
from signed import CHANNEL, TEAM

ANSWERS: dict[str, dict[str, Any]] = {
    "auth.test": {"team_id": TEAM, "team": "Test", "user_id": "U0BOT", "user": "balcony", "bot_id": "B01"},
    "bots.info": {"bot": {"id": "B01", "app_id": "A01APP", "user_id": "U0BOT"}},
    "conversations.open": {"channel": {"id": "D01"}},
    "conversations.info": {"channel": {"id": CHANNEL, "name": "general", "is_member": True}},
    "conversations.members": {"members": [], "response_metadata": {"next_cursor": ""}},
    "users.info": {"user": {"id": "U01", "name": "member", "tz": "Europe/London", "profile": {}}},
    "views.open": {"view": {"id": "V01"}},
}
messages = itertools.count(1)


async def answer(request: web.Request) -> web.Response:
    method = request.path.rpartition("/")[2]
    posted = {"channel": CHANNEL, "ts": f"1700000000.{next(messages):06d}"}
    return web.json_response({"ok": True, **ANSWERS.get(method, posted)})


def main() -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None, access_log=None)


if __name__ == "__main__":
    main()
