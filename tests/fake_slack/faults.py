"""How the fake misbehaves on request: limits, server errors, resets and silence, before or after the commit."""

import asyncio
import math
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
# docs.slack.dev, "Rate limits": calls a minute of one method; of chat.postMessage one a second in each channel.
TIER_3, TIER_4 = 50, 100
TIERS = {
    **dict.fromkeys(["chat.update", "chat.delete", "conversations.open", "conversations.history"], TIER_3),
    **dict.fromkeys(["conversations.info", "response_url"], TIER_3),
    **dict.fromkeys(["chat.postEphemeral", "views.open", "views.push", "views.update", "views.publish"], TIER_4),
    **dict.fromkeys(["users.info", "conversations.members"], TIER_4),
}
MESSAGES = 300  # a minute in one workspace; Slack says only "several hundred"
ERROR_NAME = re.compile(r"[a-z]+(_[a-z]+)*")


@dataclass(frozen=True)
class Fault:
    """One misbehaviour, used once. Any kind that is not in KINDS is the name of an `ok: false` error."""

    kind: str
    retry_after: str | None = None
    date: str | None = None  # the answer's own Date
    later: float = 0  # seconds from when the caller gave up until it is committed after all

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
        self._limits: dict[str, dict[str | None, Limit]] = defaultdict(dict)
        self._recent: dict[tuple[str, str | None, str], deque[float]] = defaultdict(deque)
        self._until: dict[str, float] = {}
        self.too_early = 0  # calls of a method before the Retry-After that it was answered with was over

    def next(
        self,
        method: str,
        kind: str,
        *,
        retry_after: str | None = "1",
        date: str | None = None,
        later: float = 0,
    ) -> None:
        """The next call of `method` without a fault yet meets this one; `retry_after=None` sends no header."""
        self._queued[method].append(Fault(kind, retry_after, date, later))

    def limit(self, method: str, calls: int, seconds: float, *, per: str | None = None) -> None:
        """From now on `calls` of `method` in `seconds`, counted apart for each value of the argument `per`.

        One limit for each `per`, and all of them hold.
        """
        self._limits[method][per] = Limit(calls, seconds, per)

    def limit_as_slack_does(self, messages: int = MESSAGES) -> None:
        """From now on every method has its tier, a channel one message a second, and the workspace so many a minute."""
        for method, calls in TIERS.items():
            self.limit(method, calls, 60)
        self.limit("chat.postMessage", 1, 1, per="channel")
        self.limit("chat.postMessage", messages, 60)

    def clear(self) -> None:
        """What is queued and was not met yet is off."""
        self._queued.clear()

    @property
    def pending(self) -> int:
        """How many queued faults no call has met yet."""
        return sum(len(queue) for queue in self._queued.values())

    def take(self, method: str, args: dict[str, Any]) -> Fault | None:
        """The fault that this call meets."""
        now = self._clock()
        self.too_early += now < self._until.get(method, now)
        fault = self._queued[method].popleft() if self._queued[method] else self._over_limit(method, args, now)
        if fault and fault.kind == "429" and re.fullmatch(r"\d+(\.\d+)?", fault.retry_after or ""):
            self._until[method] = now + float(fault.retry_after or 0)
        return fault

    def _over_limit(self, method: str, args: dict[str, Any], now: float) -> Fault | None:
        """Only a call that every limit lets through is counted."""
        counted, waits = [], [0.0]
        for limit in self._limits[method].values():
            recent = self._recent[method, limit.per, str(args.get(limit.per or "", ""))]
            while recent and recent[0] <= now - limit.seconds:
                recent.popleft()
            if len(recent) >= limit.calls:
                waits.append(recent[0] + limit.seconds - now)
            counted.append(recent)
        if max(waits) > 0:
            return Fault("429", str(max(1, math.ceil(max(waits)))))
        for recent in counted:
            recent.append(now)
        return None


def answer(fault: Fault | None, commit: Callable[[], Response]) -> Response:
    """The answer to a call, with the commit made, left out or made late as the fault says."""
    if fault is None:
        return commit()
    if fault.kind not in KINDS:
        return JSONResponse({"ok": False, "error": fault.kind})
    if fault.kind == "429":
        named = {"Retry-After": fault.retry_after, "Date": fault.date}
        headers = {name: value for name, value in named.items() if value is not None}
        return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=429, headers=headers)
    if fault.kind == "late_commit":
        return Silence(on_disconnect=commit, later=fault.later)
    what, when = fault.kind.split("_")
    if when == "after":
        commit()
    if what == "500":
        return Response("Internal Server Error", status_code=500, media_type="text/plain")
    return Reset() if what == "reset" else Silence()


class Silence(Response):
    """Says nothing until the caller goes away."""

    def __init__(self, on_disconnect: Callable[[], object] | None = None, later: float = 0) -> None:
        """`later` is in seconds."""
        super().__init__()
        self.on_disconnect = on_disconnect
        self.later = later

    async def __call__(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        if self.on_disconnect is not None:
            if self.later:
                await asyncio.sleep(self.later)
            self.on_disconnect()


class Reset(Silence):
    """Cuts the connection instead of answering."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"].state.server.reset(scope["client"])
        await super().__call__(scope, receive, send)
