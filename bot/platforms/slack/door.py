"""The door for Slack's requests: lets in only what Slack signed, and answers everything else plainly.

Bolt's own check raises, before it has verified anything, on a time stamp that is no number, a signature that is not
ASCII and a body that is not UTF-8; here each of these is a 401 or a 400.
"""

import json
import logging
from urllib.parse import parse_qs

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import Clock, SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

BODY_LIMIT = 1_000_000  # bytes; Slack's largest payloads are a quarter of it
_log = logging.getLogger(__name__)


def route(app: AsyncApp, signing_secret: str, clock: Clock | None = None) -> Route:
    """POST /slack/events."""
    handler = AsyncSlackRequestHandler(app)
    verifier = SignatureVerifier(signing_secret, clock or Clock())

    async def events(request: Request) -> Response:
        body = await _read(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        if not _signed(verifier, request, body):
            return PlainTextResponse("not signed by Slack", 401)
        if not _readable(request, body):
            return PlainTextResponse("not readable", 400)
        try:
            return await handler.handle(request)
        except Exception:
            _log.exception("a request from Slack failed")
            return PlainTextResponse("failed", 500)

    return Route("/slack/events", events, methods=["POST"])


async def _read(request: Request) -> bytes | None:
    """The body, or None if it is too large; a body without an honest length is stopped on the way."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:12]) > BODY_LIMIT:
        return None
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_LIMIT:
            return None
        chunks.append(chunk)
    request._body = b"".join(chunks)  # noqa: SLF001  where Starlette keeps it, so that Bolt can read it again
    return request._body  # noqa: SLF001


def _signed(verifier: SignatureVerifier, request: Request, body: bytes) -> bool:
    stamps = request.headers.getlist("x-slack-request-timestamp")
    signatures = request.headers.getlist("x-slack-signature")
    if len(stamps) != 1 or len(signatures) != 1:
        return False
    stamp, signature = stamps[0], signatures[0]
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12 and signature.isascii()):  # noqa: PLR2004  seconds since 1970
        return False
    try:
        return verifier.is_valid(body, stamp, signature)
    except UnicodeDecodeError:
        return False


def _readable(request: Request, body: bytes) -> bool:
    """Whether the body is what its type says: JSON, or a form whose payload, if it has one, is JSON. Always an object."""
    text = body.decode()  # it was signed, so it is UTF-8
    if "json" not in request.headers.get("content-type", ""):
        fields = parse_qs(text)
        if "payload" not in fields:
            return True
        text = fields["payload"][0]
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
