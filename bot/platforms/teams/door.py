"""The door for Teams' requests: lets in what the gate admits, and answers everything else plainly.

The SDK's own HTTP server answers 500 to what it does not know, and Microsoft stops delivering to a bot that does so too
often. Here nothing that anybody sends is answered with a 5xx, but for a 503 while there are no keys to check it with.
"""

import json
import logging
import math
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.platforms.teams.gate import Gate, Refused
from bot.platforms.teams.inbound import Json, Reply

BODY_LIMIT = 1_000_000  # bytes; Teams' largest activities, full of a card's data, are a quarter of it
DEPTH = 100  # objects in objects; what walks through an activity later must not run out of stack
LARGEST = 2**63 - 1  # what a database still takes for a whole number
FAILED = "Something went wrong on my side. Please try again in a moment."
_log = logging.getLogger(__name__)

Hear = Callable[[Json], Awaitable[Reply]]


def route(gate: Gate, hear: Hear) -> Route:
    """POST /api/messages."""

    async def messages(request: Request) -> Response:
        try:
            activity = await _admitted(gate, request)
        except Refused as refused:
            # Anybody can be a stranger. A host should look at what Microsoft signed and we refuse, or cannot check.
            level = logging.WARNING if refused.status in {403, 503} else logging.INFO
            _log.log(level, "a request to Teams' door was refused with %s: %s", refused.status, refused.reason)
            return Response(status_code=refused.status)
        try:
            return _response(await hear(activity))
        except Exception:
            _log.exception("an activity from Teams failed")
            return _response(_sorry(activity))

    return Route("/api/messages", messages, methods=["POST"])


async def _admitted(gate: Gate, request: Request) -> Json:
    """The activity. The token comes first: a stranger's body is not even read. Raises Refused."""
    tokens = request.headers.getlist("authorization")
    if len(tokens) != 1:
        raise Refused(401, f"{len(tokens)} authorizations")
    claims = await gate.recognise(tokens[0])
    activity = _activity(await _read(request))
    gate.admit(claims, activity)
    return activity


async def _read(request: Request) -> bytes:
    """The body; one that is too large is not read to its end, and without an honest length is stopped on the way."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:12]) > BODY_LIMIT:
        raise Refused(413, "its length says that it is too large")
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > BODY_LIMIT:
                raise Refused(413, "it is too large")
            chunks.append(chunk)
    except ClientDisconnect:
        raise Refused(400, "it broke off") from None
    return b"".join(chunks)


def _activity(body: bytes) -> Json:
    """The body as an object, whatever its type is said to be: one that every reader would read the same way."""
    try:
        activity = json.loads(
            body.decode(), object_pairs_hook=_once, parse_int=_whole, parse_float=_finite, parse_constant=_never
        )
        _walk(activity, DEPTH)
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"it is not readable ({type(error).__name__})") from None
    if not isinstance(activity, dict):
        raise Refused(400, "it is no object")
    return activity


def _once(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("the same name twice")
    return found


def _whole(digits: str) -> int:
    number = int(digits)
    if abs(number) > LARGEST:
        raise ValueError("a number that fits nowhere")
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number without end")
    return number


def _never(name: str) -> float:
    raise ValueError(name)


def _walk(part: Any, depth: int) -> None:
    """Raises ValueError if it goes too deep, or if a text in it could not be written down: half of a surrogate pair."""
    if isinstance(part, str):
        part.encode()
    elif isinstance(part, dict | list):
        if not depth:
            raise ValueError("too deep")
        for each in part:
            _walk(each, depth - 1)
        for each in part.values() if isinstance(part, dict) else ():
            _walk(each, depth - 1)


def _response(reply: Reply) -> Response:
    """JSON, or nothing where there is nothing to say."""
    if reply.body is None:
        return Response(status_code=reply.status)
    return JSONResponse(reply.body, reply.status)


def _sorry(activity: Json) -> Reply:
    """What is answered when we failed.

    To a message, 200: after anything else Teams would send it again, into the same failure, and in the end nothing at
    all. Whoever pressed a button is waiting, and an empty answer would look as if it was done: they get a sentence, in
    the shape in which a card or a dialog shows one.
    """
    if activity.get("type") != "invoke":
        return Reply()
    if activity.get("name") == "adaptiveCard/action":
        value = {"code": "InternalServerError", "message": FAILED}
        return Reply(body={"statusCode": 500, "type": "application/vnd.microsoft.error", "value": value})
    return Reply(body={"task": {"type": "message", "value": FAILED}})
