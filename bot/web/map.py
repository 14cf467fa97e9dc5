"""GET /map/<token>.png and .svg: the picture of the map, for whoever has the link that a member was given.

It is drawn when it is fetched, from what is in the database then. The token says whose map it is and until when; nobody
can make one without the keys. Whatever is wrong with it, the answer is the same 404.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.handlers.chart import PATH, Sketch, sketch_for, whose_link
from bot.web.png import png
from storage.db import Database

OFTEN = 12  # times a minute for one link: clients and their proxies fetch a picture more than once
AT_ONCE = 8  # pictures that are waited for
_A_MINUTE = timedelta(minutes=1)
_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_log = logging.getLogger(__name__)


def map_routes(database: Database, clock: Callable[[], datetime]) -> list[Route]:
    pictures = _Pictures(database, clock)
    return [Route(PATH + "{name:path}", pictures.get, methods=["GET"])]


class _Pictures:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0
        self._fetched: dict[str, deque[datetime]] = {}

    async def get(self, request: Request) -> Response:
        token, _, kind = request.path_params["name"].rpartition(".")
        if kind not in {"png", "svg"}:
            return _nothing()
        member_id = whose_link(self._database.keys, token, self._clock())
        if member_id is None:
            return _nothing()
        if self._too_often(token) or self._waiting >= AT_ONCE:
            return _later(429)
        self._waiting += 1
        try:
            sketch = await self._database.run(lambda db: sketch_for(db, member_id))
            return await self._drawn(sketch, kind) if sketch else _nothing()
        except Exception:
            _log.exception("a map could not be shown")
            return _later(503)
        finally:
            self._waiting -= 1

    def _too_often(self, token: str) -> bool:
        """Whether this link was fetched so often in the last minute. What is older is forgotten, of every link."""
        since = self._clock() - _A_MINUTE
        self._fetched = {one: times for one, times in self._fetched.items() if times[-1] > since}
        times = self._fetched.setdefault(token, deque(maxlen=OFTEN))
        if len(times) == OFTEN and times[0] > since:
            return True
        times.append(self._clock())
        return False

    async def _drawn(self, sketch: Sketch, kind: str) -> Response:
        async with self._one_at_a_time:
            svg = await asyncio.to_thread(sketch.drawn)
            if kind == "svg":
                return Response(svg, media_type="image/svg+xml", headers=_HEADERS)
            return Response(await png(svg), media_type="image/png", headers=_HEADERS)


def _nothing() -> Response:
    return PlainTextResponse("There is nothing here.", 404, headers=_HEADERS)


def _later(status: int) -> Response:
    return PlainTextResponse("Please try again in a minute.", status, headers=_HEADERS | {"Retry-After": "60"})
