"""The door for Slack's requests: lets in only what Slack signed, and answers everything else plainly.

Bolt's own check raises, before it has verified anything, on a time stamp that is no number, a signature that is not
ASCII and a body that is not UTF-8; here each of these is a 401 or a 400. Bolt's own reading takes every command with
the word "payload" in it for something else; so the body is read here, once, and Bolt is given what was read.
"""

import hmac
import json
import logging
from typing import Any
from urllib.parse import parse_qsl

from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.platforms.skew import Skew

BODY_LIMIT = 1_000_000  # bytes; Slack's largest payloads are a quarter of it
_log = logging.getLogger(__name__)


def route(app: AsyncApp, signing_secret: str, skew: Skew) -> Route:
    """POST /slack/events. `skew` is told when Slack signed what, and says whether that was now."""
    verifier = SignatureVerifier(signing_secret)

    async def events(request: Request) -> Response:
        body = await _read(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        signed_at = _signed_at(verifier, request, body)
        if signed_at is None:
            return PlainTextResponse("not signed by Slack", 401)
        if not skew.saw(signed_at):
            return PlainTextResponse("signed by Slack, but not now", 401)
        heard = _heard(request, body)
        if heard is None:
            return PlainTextResponse("not readable", 400)
        try:
            return to_starlette_response(await app.async_dispatch(heard))
        except Exception:  # Bolt's own code, at a shape that it does not expect: whatever a listener raises is answered
            _log.exception("a request from Slack failed")
            return PlainTextResponse("not readable", 400)

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
    return b"".join(chunks)


def _signed_at(verifier: SignatureVerifier, request: Request, body: bytes) -> int | None:
    """The moment in the signature, in seconds since 1970; None if Slack did not sign this."""
    stamps = request.headers.getlist("x-slack-request-timestamp")
    signatures = request.headers.getlist("x-slack-signature")
    if len(stamps) != 1 or len(signatures) != 1:
        return None
    stamp, signature = stamps[0], signatures[0]
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12 and signature.isascii()):  # noqa: PLR2004  seconds since 1970
        return None
    try:
        right = verifier.generate_signature(timestamp=stamp, body=body)
    except UnicodeDecodeError:
        return None
    return int(stamp) if right and hmac.compare_digest(right, signature) else None


def _heard(request: Request, body: bytes) -> AsyncBoltRequest | None:
    """The request as Bolt takes it; None if the body is not what its type says, or of a shape that Slack never sends."""
    payload = _payload(request.headers.get("content-type", ""), body.decode())  # it was signed, so it is UTF-8
    if payload is None:
        return None
    try:
        # This mode is the one in which Bolt takes what was read already. No headers: the signature does not cover them.
        return AsyncBoltRequest(mode="socket_mode", body=payload)
    except Exception as error:
        _log.warning("Slack sent something of a shape that I do not know: %s", type(error).__name__)
        return None


def _payload(content_type: str, text: str) -> dict[str, Any] | None:
    """JSON, or a form, or a form whose payload is JSON; always an object."""
    if "json" not in content_type:
        fields: dict[str, Any] = dict(parse_qsl(text, keep_blank_values=True))
        if "payload" not in fields:
            return fields
        text = fields["payload"]
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None
