"""A server of bare sockets, for what no web server does: take a request, and close the connection without a word."""

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass
class Raw:
    """Answers the first request of each connection with `answer`, and does `then` with every later one.

    close: reads it, and closes. reset: the same, with a reset. half: reads no more than its head, and closes.
    """

    answer: bytes
    then: str = "close"
    heard: list[str] = field(default_factory=list)  # the first line of every request
    serving: set[asyncio.Task[None]] = field(default_factory=set)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving.add(asyncio.create_task(self.serve(reader, writer)))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for first in (True, False):
            head = await _head(reader)
            if not head:
                break
            self.heard.append(head.split(b"\r\n")[0].decode())
            if first or self.then != "half":
                length = _LENGTH.search(head)
                await reader.readexactly(int(length[1]) if length else 0)
            if not first:
                break
            writer.write(self.answer)
            await writer.drain()
        if self.then == "reset":
            linger = struct.pack("ii", 1, 0)  # of no time: the kernel sends RST instead of FIN
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        writer.close()


@asynccontextmanager
async def raw(answer: bytes, then: str = "close") -> AsyncIterator[Raw]:
    """One that listens for as long as this lasts."""
    made = Raw(answer, then)
    server = await asyncio.start_server(made.begin, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.gather(*made.serving, return_exceptions=True)


def ok(body: str, status: str = "200 OK", headers: str = "") -> bytes:
    """An answer that keeps the connection."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body.encode()


async def _head(reader: asyncio.StreamReader) -> bytes:
    """Up to the empty line; empty if nobody asks anything more."""
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
