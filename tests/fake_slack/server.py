"""A uvicorn server inside the running event loop: started and stopped without waiting for a clock."""

import asyncio
import socket
import struct
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette


class LoopServer(uvicorn.Server):
    """Serves an application on an own free port of 127.0.0.1. No use outside one event loop."""

    def __init__(self, app: Starlette) -> None:
        config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, ws="none")
        super().__init__(config)
        app.state.server = self
        # asyncio switches Nagle's 40 ms off only for sockets that say they are TCP.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._up, self._down = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    async def start(self) -> None:
        """Returns when the port answers."""
        self._socket.bind(("127.0.0.1", 0))
        self._task = asyncio.create_task(self.serve(sockets=[self._socket]))
        async with asyncio.timeout(10):
            await self._up.wait()

    async def stop(self) -> None:
        """Returns when every connection is cut and every request has ended."""
        self._down.set()
        if self._task is not None:
            await self._task

    def reset(self, client: tuple[str, int]) -> None:
        """Cuts this client's connection with a TCP reset."""
        for connection in list(self.server_state.connections):
            transport = connection.transport
            if transport.get_extra_info("peername")[:2] == tuple(client):
                # A lingering time of zero makes the kernel send RST instead of FIN.
                linger = struct.pack("ii", 1, 0)
                transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                transport.abort()

    # uvicorn polls ten times a second and takes over the process's signals; a fake does neither.

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._up.set()

    async def main_loop(self) -> None:
        await self._down.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 uvicorn's own signature
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for task in self.server_state.tasks:
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)
