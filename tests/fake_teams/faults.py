"""How the fake misbehaves on request: refusals, server errors, resets and silence, before or after it took the message."""

import re
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from tests.fake_slack.faults import Reset, Silence

KINDS = {
    "fine",  # nothing goes wrong this time
    "429",  # refused, with Retry-After
    "reset_before",
    "reset_after",
    "hang_before",  # never answers, never takes it
    "hang_after",  # takes it, never answers
    "late",  # takes it once the caller has given up
    "page",  # takes it, and answers with something that is no JSON
    "half",  # takes it, and the answer breaks off
    "list",  # takes it, and answers with JSON of another shape
    "nameless",  # takes it, and answers without an id
    "empty",  # takes it, and answers nothing
}
SERVER_ERROR = re.compile(r"(5\d\d|408|412|425|499|302)_(before|after)")
REFUSAL = re.compile(r"(4\d\d) (\w+)")  # with a code, in Teams' form
PAGE = re.compile(r"4\d\d")  # without one: somebody between us and Teams
_ODD = {
    "page": (200, "<html>hello</html>"),
    "half": (201, '{"id": "17'),
    "list": (201, "[]"),
    "nameless": (201, '{"activityId": 7}'),
    "empty": (201, ""),
}


@dataclass(frozen=True)
class Fault:
    """One misbehaviour, used once."""

    kind: str
    retry_after: str | None = None
    body: str = ""  # of a refusal, where it is not in the usual form
    date: str | None = None  # the answer's own Date

    def __post_init__(self) -> None:
        forms = (SERVER_ERROR, REFUSAL, PAGE)
        if self.kind not in KINDS and not any(form.fullmatch(self.kind) for form in forms):
            raise ValueError(f"no such fault: {self.kind!r}; one of {sorted(KINDS)}, 502_after, 403 Code, 407")


class Faults:
    """What goes wrong next, by what is asked for: say, update, open, members, login, identity; in order."""

    def __init__(self) -> None:
        self._queued: dict[str, deque[Fault]] = defaultdict(deque)

    def next(
        self, call: str, kind: str, *, retry_after: str | None = "1", body: str = "", date: str | None = None
    ) -> None:
        """The next such call without a fault yet meets this one; `retry_after=None` sends no header."""
        self._queued[call].append(Fault(kind, retry_after, body, date))

    @property
    def pending(self) -> int:
        """How many queued faults no call has met yet."""
        return sum(len(queue) for queue in self._queued.values())

    def take(self, call: str) -> Fault | None:
        """The fault that this call meets."""
        return self._queued[call].popleft() if self._queued[call] else None


def answer(fault: Fault | None, commit: Callable[[], Response]) -> Response:
    """The answer to a call, with the commit made, left out or made late as the fault says."""
    if fault is None or fault.kind == "fine":
        return commit()
    if fault.kind == "429":
        named = {"Retry-After": fault.retry_after, "Date": fault.date}
        headers = {name: value for name, value in named.items() if value is not None}
        return JSONResponse({"error": {"code": "Throttled", "message": "Too many requests."}}, 429, headers)
    if refusal := REFUSAL.fullmatch(fault.kind):
        content = fault.body or JSONResponse({"error": {"code": refusal[2], "message": "No."}}).body
        return Response(content, int(refusal[1]), media_type="application/json")
    if PAGE.fullmatch(fault.kind):
        return Response("<html>no</html>", int(fault.kind), media_type="text/html")
    if fault.kind == "late":
        return Silence(on_disconnect=commit)
    if fault.kind in _ODD:
        commit()
        status, body = _ODD[fault.kind]
        return Response(body, status, media_type="application/json")
    what, when = fault.kind.split("_")
    if when == "after":
        commit()
    if what.isdecimal():
        headers = {"Location": "/elsewhere"} if what == "302" else {}
        return JSONResponse({"error": {"code": "ServiceError", "message": "Oh."}}, int(what), headers)
    return Reset() if what == "reset" else Silence()
