"""The line from Slack to the bot: signed requests, and what came back in time."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

from .state import Workspace
from .things import BotMistake, Json, Posted, View

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class SentRequest:
    """The bytes of one request, to be sent again."""

    body: bytes
    headers: dict[str, str]


@dataclass
class Reply:
    """What the bot answered. `status` is 0 when nothing came in time."""

    request: SentRequest = field(repr=False)
    status: int
    body: str
    headers: dict[str, str]
    failure: str | None = None  # operation_timeout, dispatch_failed, http_service_error
    posted: Posted | None = None

    @property
    def timed_out(self) -> bool:
        """True when the person saw that it did not work: too late, no answer, or not 200."""
        return self.failure is not None

    @property
    def json(self) -> Json:
        """The answer as an object, {} when it is empty; BotMistake for anything else."""
        if not self.body:
            return {}
        try:
            found = json.loads(self.body)
        except ValueError:
            raise BotMistake(f"the answer is not JSON: {self.body[:200]!r}") from None
        if not isinstance(found, dict):
            raise BotMistake(f"the answer is not an object: {self.body[:200]!r}")
        return found


@dataclass
class SubmitResult(Reply):
    """What a person sees after Submit: errors beside inputs, another view, or the modal gone."""

    view: View | None = None
    errors: Json | None = None
    closed: bool = False


@dataclass(frozen=True)
class Delivery:
    """All deliveries of one event, the first one and the redeliveries."""

    event_id: str
    replies: list[Reply]

    @property
    def acked(self) -> bool:
        return any(not reply.timed_out for reply in self.replies)


class Line(Workspace):
    """A workspace that can speak to its bot."""

    _url: str | None = None
    _http: httpx.AsyncClient

    def connect(self, url: str) -> None:
        """From now on commands, interactions and events go to this address."""
        self._url = url

    def sign(self, body: bytes, *, timestamp: int | str | None = None, secret: str | None = None) -> dict[str, str]:
        """The headers that prove a body to be Slack's, or with another secret or time fail to."""
        stamp = str(int(self.now()) if timestamp is None else timestamp)
        key = (secret or self.signing_secret).encode()
        digest = hmac.new(key, f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def raw(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Sends any bytes, signed or not."""
        return await self._send(SentRequest(body, dict(headers)))

    async def replay(self, request: SentRequest) -> Reply:
        """Sends exactly the same signed bytes again, as somebody who recorded them could."""
        return await self._send(request)

    async def send_form(self, fields: Mapping[str, str]) -> Reply:
        body = urlencode(fields).encode()
        return await self._send(SentRequest(body, {"Content-Type": FORM, **self.sign(body)}))

    async def send_payload(self, payload: Json) -> Reply:
        """Sends an interaction."""
        return await self.send_form({"payload": json.dumps(payload)})

    async def send_json(self, envelope: Json, *, attempt: int = 0, reason: str = "http_timeout") -> Reply:
        """Sends an event; `attempt` above 0 marks a redelivery."""
        body = json.dumps(envelope).encode()
        # Signatures have a resolution of a second; a redelivery must not look like a replay of the first.
        headers = self.sign(body, timestamp=int(self.now()) + attempt)
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        return await self._send(SentRequest(body, {"Content-Type": "application/json", **headers}))

    async def _send(self, request: SentRequest) -> Reply:
        if self._url is None:
            raise AssertionError("the fake does not know where the bot listens: call connect(url) first")
        headers: list[tuple[bytes, bytes]] = [
            (name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in request.headers.items()
        ]
        try:
            async with asyncio.timeout(self.ack_timeout):
                answer = await self._http.post(self._url, content=request.body, headers=headers)
        except TimeoutError:
            return Reply(request, 0, "", {}, "operation_timeout")
        except httpx.TransportError:
            return Reply(request, 0, "", {}, "dispatch_failed")
        failure = None if answer.status_code == 200 else "http_service_error"
        return Reply(request, answer.status_code, answer.text, dict(answer.headers), failure)
