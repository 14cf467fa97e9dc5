"""A Slack of our own: starts the local-slack program, and asks it what happened.

What it can and cannot do, against the real Slack, is in README.md.
"""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / "local-slack-linux-x64" / "bin" / "local-slack"

TEAM = "T01TEST"
BOT = "U0BOT"
BOT_NAME = "balcony"
BOT_TOKEN = "xoxb-test-token"
APP_TOKEN = "xapp-test-token"
SIGNING_SECRET = "test-signing-secret"
CHANNEL = "C01GEN"
CHANNEL_NAME = "making-our-move"


@dataclass(frozen=True)
class User:
    """Somebody with an account. `name` is the handle after the @, `real_name` is what the pages show."""

    id: str
    name: str
    real_name: str
    email: str
    tz: str = "Europe/London"


ANA = User("U01", "ana", "Ana Mensah", "ana@example.com")
BEN = User("U02", "ben", "Ben Okafor", "ben@example.com")
CLEO = User("U03", "cleo", "Cleo Hart", "cleo@example.com")
DEV = User("U04", "dev", "Dev Patel", "dev@example.com")
EVERYBODY = (ANA, BEN, CLEO, DEV)


class LocalSlack:
    """One running Slack. `address` is where its pages are; everything else is what it remembers."""

    def __init__(self, address: str, mode: str, users: Sequence[User], http: httpx.AsyncClient) -> None:
        self.address = address
        self.mode = mode
        self.users = tuple(users)
        self._http = http

    @property
    def api_url(self) -> str:
        """The base_url for AsyncWebClient; the slash at the end is needed."""
        return f"{self.address}/api/"

    async def messages(self, channel: str = CHANNEL) -> list[dict[str, Any]]:
        """Everything in a channel, oldest first, with everybody's ephemerals."""
        return list((await self._get(f"/_control/messages/{channel}"))["messages"])

    async def log(self) -> list[dict[str, Any]]:
        """What went to the bot and what came from it, oldest first; the last 1,000 only."""
        return list((await self._get("/_control/log"))["log"])

    async def calls(self, method: str) -> list[dict[str, Any]]:
        """The arguments of every call the bot made to one Web API method."""
        return [entry["detail"] for entry in await self.log() if entry["summary"] == method]

    async def dm(self, user: User) -> str:
        """The id of the conversation between a person and the bot, made if it was not there."""
        answer = await self._post("/api/conversations.open", {"users": user.id})
        return str(answer["channel"]["id"])

    async def dm_messages(self, user: User) -> list[dict[str, Any]]:
        """What the bot and one person said to each other, oldest first."""
        return await self.messages(await self.dm(user))

    async def forgets(self) -> None:
        """Back to the first moment: no messages, no homes, no forms, no log."""
        await self._post("/_control/reset", {})

    async def _get(self, path: str) -> dict[str, Any]:
        answer = await self._http.get(path)
        return dict(answer.raise_for_status().json())

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._http.post(path, json=body)
        return dict(answer.raise_for_status().json())


@asynccontextmanager
async def local_slack(
    request_url: str | None = None, users: Sequence[User] = EVERYBODY, program: Path | None = None
) -> AsyncIterator[LocalSlack]:
    """A fresh Slack for as long as the block runs.

    With `request_url` it posts signed requests there (events mode); without, it waits for the bot
    to connect (Socket Mode). `program` or LOCAL_SLACK name another binary than `npm ci` installs.
    """
    binary = program or Path(os.environ.get("LOCAL_SLACK", PROGRAM))
    with TemporaryDirectory(prefix="local-slack-") as folder:
        process = await _start(binary, _written(_config(request_url, users), Path(folder)))
        try:
            address = await _address(process)
            async with httpx.AsyncClient(base_url=address, timeout=10) as http:
                yield LocalSlack(address, "events" if request_url else "socket", users, http)
        finally:
            await _stop(process)


def free_port() -> int:
    """A port on the loopback that nobody listens on: for the bot, whose address the Slack must know first."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _config(request_url: str | None, users: Sequence[User]) -> dict[str, Any]:
    app = {
        "appId": "A01APP",
        "botUserId": BOT,
        "botName": BOT_NAME,
        "botToken": BOT_TOKEN,
        "appToken": APP_TOKEN,
        "signingSecret": SIGNING_SECRET,
        "mode": "events" if request_url else "socket",
    }
    if request_url:
        app["requestUrl"] = request_url
    members = [*(user.id for user in users), BOT]
    return {
        "workspace": {"name": "Making our move", "domain": "test", "teamId": TEAM},
        "apps": [app],
        "users": [asdict(user) for user in users],
        "channels": [{"id": CHANNEL, "name": CHANNEL_NAME, "members": members}],
    }


def _written(config: dict[str, Any], folder: Path) -> Path:
    path = folder / "config.json"  # the ending decides: JSON needs no YAML library
    path.write_text(json.dumps(config))
    return path


def _program(binary: Path) -> str:
    if not binary.exists():
        raise FileNotFoundError(f"{binary} is not there: run `npm ci` in e2e/")
    return str(binary)


async def _start(binary: Path, config: Path) -> asyncio.subprocess.Process:
    # Port 0 lets it pick its own; base-host keeps response_url and Socket Mode off "localhost",
    # which may mean ::1.
    return await asyncio.create_subprocess_exec(
        _program(binary),
        *("--config", str(config), "--port", "0", "--base-host", "127.0.0.1"),
        cwd=config.parent,
        stdout=asyncio.subprocess.PIPE,
    )


async def _address(process: asyncio.subprocess.Process) -> str:
    """Where it listens, read from what it prints once it does."""
    assert process.stdout
    async with asyncio.timeout(20):
        async for line in process.stdout:
            if b"Web UI:" in line:
                return line.split()[-1].decode()
    raise RuntimeError("local-slack stopped before it was ready")


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()
