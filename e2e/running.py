"""The real bot, as its host runs it: the command line in a process of its own, on a database of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from e2e.local_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, LocalSlack

ROOT = Path(__file__).parent.parent
PATIENCE = 30  # seconds, for a start on a busy machine
_POLITE = 0.05  # seconds between two looks at whether it is up; there is nothing else to wait on


class Bot:
    """`python -m bot`, with everything it needs to know about one local Slack. `log` is what serve wrote."""

    def __init__(self, slack: LocalSlack, port: int, folder: Path) -> None:
        self.log = folder / "serve.log"
        self._folder = folder
        self._address = f"http://127.0.0.1:{port}"
        door = {"SLACK_APP_TOKEN": APP_TOKEN} if slack.mode == "socket" else {"SLACK_SIGNING_SECRET": SIGNING_SECRET}
        self._environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": f"sqlite:///{folder / 'balcony.db'}",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_API_URL": slack.api_url,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "BALCONY_TICK_SECONDS": "0.5",
            "LOG_LEVEL": "info",
            **door,
        }

    async def imports(self, programme: str) -> str:
        """Brings a programme in, and gives what the command printed."""
        file = self._folder / "programme.toml"
        file.write_text(programme, encoding="utf-8")
        return await self._says("programme", "import", str(file))

    async def ticks(self, now: datetime) -> None:
        """Does what is due at that moment. What was done goes to standard error.

        Meanwhile nothing serves: two processes whose clocks are days apart take each other for dead.
        """
        await self._rests()
        sys.stderr.write(await self._says("tick", "--now", now.isoformat()))
        await self._wakes()

    @asynccontextmanager
    async def serves(self) -> AsyncIterator[None]:
        """Serving, for as long as the block runs. What it logged goes to standard error at the end."""
        try:
            await self._wakes()
            yield
            await self._rests()
        finally:
            await _stops(self._serving)
            sys.stderr.write(self.log.read_text())

    def complaints(self) -> list[str]:
        """What it logged that is more than a note."""
        return [line for line in self.log.read_text().splitlines() if " INFO " not in line]

    async def _wakes(self) -> None:
        with self.log.open("ab") as log:
            self._serving = await self._starts("serve", stderr=log)
        await self._is_ready(self._serving)

    async def _rests(self) -> None:
        await _stops(self._serving)
        assert self._serving.returncode == 0, f"serve ended with {self._serving.returncode}"

    async def _says(self, *arguments: str) -> str:
        process = await self._starts(*arguments, stdout=asyncio.subprocess.PIPE, stderr=None)
        said, _ = await process.communicate()
        assert process.returncode == 0, f"{arguments} ended with {process.returncode}"
        return said.decode()

    async def _starts(self, *arguments: str, **streams: Any) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *arguments, cwd=ROOT, env=self._environment, **streams
        )

    async def _is_ready(self, process: asyncio.subprocess.Process) -> None:
        async with httpx.AsyncClient(base_url=self._address) as http, asyncio.timeout(PATIENCE):
            while not await _ready(http):
                assert process.returncode is None, f"serve ended with {process.returncode}"
                await asyncio.sleep(_POLITE)


async def _ready(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/readyz")).is_success
    except httpx.TransportError:
        return False


async def _stops(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
