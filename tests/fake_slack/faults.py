"""How the fake misbehaves on request: limits, server errors, resets and silence, before or after the commit."""

import re
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

KINDS = {
    "429",  # refused, with Retry-After
    "500_before",
    "500_after",
    "reset_before",
    "reset_after",
    "hang_before",  # never answers, never commits
    "hang_after",  # commits, never answers
    "late_commit",  # commits once the caller has given up
}
ERROR_NAME = re.compile(r"[a-z]+(_[a-z]+)*")


@dataclass(frozen=True)
class Fault:
    """One misbehaviour, used once. Any kind that is not in KINDS is the name of an `ok: false` error."""

    kind: str
    retry_after: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS and not ERROR_NAME.fullmatch(self.kind):
            raise ValueError(f"no such fault: {self.kind!r}; one of {sorted(KINDS)} or an error name")


@dataclass(frozen=True)
class Limit:
    calls: int
    seconds: float
    per: str | None


class Faults:
    """What goes wrong next, per method, in the order in which it was asked for."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._queued: dict[str, deque[Fault]] = defaultdict(deque)
        self._limits: dict[str, Limit] = {}
        self._recent: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def next(self, method: str, kind: str, *, retry_after: str | None = "1") -> None:
        """The next call of `method` without a fault yet meets this one; `retry_after=None` sends no header."""
        self._queued[method].append(Fault(kind, retry_after))

    def limit(self, method: str, calls: int, seconds: float, *, per: str | None = None) -> None:
        """From now on `calls` of `method` in `seconds`, counted apart for each value of the argument `per`."""
        self._limits[method] = Limit(calls, seconds, per)

    @property
    def pending(self) -> int:
        """How many queued faults no call has met yet."""
        return sum(len(queue) for queue in self._queued.values())

    def take(self, method: str, args: dict[str, Any]) -> Fault | None:
        """The fault that this call meets."""
        if self._queued[method]:
            return self._queued[method].popleft()
        return self._over_limit(method, args)

    def _over_limit(self, method: str, args: dict[str, Any]) -> Fault | None:
        limit = self._limits.get(method)
        if limit is None:
            return None
        now = self._clock()
        recent = self._recent[method, str(args.get(limit.per or "", ""))]
        while recent and recent[0] <= now - limit.seconds:
            recent.popleft()
        if len(recent) >= limit.calls:
            return Fault("429", str(max(1, round(recent[0] + limit.seconds - now))))
        recent.append(now)
        return None


def answer(fault: Fault | None, commit: Callable[[], Response]) -> Response:
    """The answer to a call, with the commit made, left out or made late as the fault says."""
    if fault is None:
        return commit()
    if fault.kind not in KINDS:
        return JSONResponse({"ok": False, "error": fault.kind})
    if fault.kind == "429":
        headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
        return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=429, headers=headers)
    if fault.kind == "late_commit":
        return Silence(on_disconnect=commit)
    what, when = fault.kind.split("_")
    if when == "after":
        commit()
    if what == "500":
        return Response("Internal Server Error", status_code=500, media_type="text/plain")
    return Reset() if what == "reset" else Silence()


class Silence(Response):
    """Says nothing until the caller goes away."""

    def __init__(self, on_disconnect: Callable[[], object] | None = None) -> None:
        super().__init__()
        self.on_disconnect = on_disconnect

    async def __call__(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        if self.on_disconnect is not None:
            self.on_disconnect()


class Reset(Silence):
    """Cuts the connection instead of answering."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"].state.server.reset(scope["client"])
        await super().__call__(scope, receive, send)
