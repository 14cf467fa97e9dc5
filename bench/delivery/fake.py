"""A Slack that misbehaves, for load: a process of its own, told by a FakeOrder what it is to be.

A call costs it less than a tenth of a millisecond, because the workers and their database share the machine with it. It
knows every workspace whose token is "xoxb-" and its id. What it committed is in `commits.log`, a line each, and nothing
else is the truth; what it did to callers is in `faults.log`. The fake in tests/ is the strict one.
"""

import asyncio
import gc
import json
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from multiprocessing import parent_process
from typing import Any, cast
from urllib.parse import parse_qsl

import httptools
import uvloop
from clock import Clock
from methods import Answer, Slack
from orders import FakeOrder

_HANG_UP = struct.pack("ii", 1, 0)  # a reset instead of a quiet end


class Caller(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.abort()

    def on_message_begin(self) -> None:
        self._url, self._token, self._is_form, self._body = b"", b"", False, b""

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name == b"Authorization":
            self._token = value[7:]
        elif name == b"Content-Type":
            self._is_form = value.startswith(b"application/x-www-form-urlencoded")

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        path, _, query = self._url.partition(b"?")
        method = path.rpartition(b"/")[2].decode()
        if path.startswith(b"/bench/"):
            self._transport.write(_written(Answer(json.dumps(self._of_the_run(method)))))
            return
        answer = self._slack.answer(method, self._token.decode(), self._arguments(query))
        if answer.commit:
            asyncio.get_running_loop().call_later(answer.after, answer.commit)
        if answer.reset:
            self._hang_up()
        elif answer.text:
            self._transport.write(_written(answer))

    def _arguments(self, query: bytes) -> dict[str, Any]:
        if query:
            return dict(parse_qsl(query.decode()))
        if self._is_form:
            return dict(parse_qsl(self._body.decode()))
        found: dict[str, Any] = json.loads(self._body) if self._body else {}
        return found

    def _of_the_run(self, name: str) -> dict[str, Any]:
        """What the run asks, and not the bot."""
        if name == "revoke":
            self._slack.revoke(json.loads(self._body))
        slack = self._slack
        return {
            "counts": slack.counts,
            "asked to rest": slack.rests.asked, "early": slack.rests.early, "under way": slack.rests.under_way,
            "after revocation": slack.revoked,
            "cpu": time.process_time(),
        }  # fmt: skip

    def _hang_up(self) -> None:
        connection: socket.socket = self._transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HANG_UP)
        self._transport.abort()


def run(order: FakeOrder, ready: Callable[[], object] = bool) -> None:
    """Until SIGTERM, or until whoever started it is gone. `ready` is called when it listens."""
    gc.disable()  # what it keeps is bounded by the run, and a pause here would be read as one of the bot's
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(order, ready))


async def _serve(order: FakeOrder, ready: Callable[[], object]) -> None:
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, done.set)
    if parent := parent_process():
        loop.add_reader(parent.sentinel, done.set)
    slack = Slack(order)
    server = await loop.create_server(lambda: Caller(slack), "127.0.0.1", order.port, backlog=1024)
    ready()
    await done.wait()
    server.close()


def _written(answer: Answer) -> bytes:
    body = answer.text.encode()
    kind = "application/json; charset=utf-8" if answer.text.startswith("{") else "text/plain"
    return (
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\nContent-Type: {kind}\r\n{answer.headers}"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    run(FakeOrder(**{**told, "clock": Clock(**told["clock"])}), ready=lambda: print("ready", flush=True))
