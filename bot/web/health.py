"""GET /healthz: the process is alive. GET /readyz: database, platform and scheduler work."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

OK = "ok"
OK_BUT = "ok, but "


class Health(Protocol):
    """What can be asked of a running Balcony."""

    checks: dict[str, Callable[[], Awaitable[str]]]
    """By name: gives "ok", "ok, but" and what will be wrong if nobody mends it, or a plain sentence of what is wrong."""


def routes(health: Health) -> list[Route]:
    async def alive(_: Request) -> Response:
        return PlainTextResponse(OK)

    async def asked(_: Request) -> Response:
        said = {name: await check() for name, check in health.checks.items()}
        ready = all(answer == OK or answer.startswith(OK_BUT) for answer in said.values())
        return JSONResponse(said, 200 if ready else 503)

    return [Route("/healthz", alive), Route("/readyz", asked)]
