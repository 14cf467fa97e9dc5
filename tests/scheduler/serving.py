"""The real `python -m bot serve`, in a process of its own, on a fake Slack in the test's own loop."""

import asyncio
import logging
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from pathlib import Path

import aiohttp
import httpx

from bot import logs
from bot.app import Balcony, clock_from
from bot.chat import Pace
from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from bot.platforms.slack.outbound import SlackPlatform, web_client
from storage.db import Database
from tests.conftest import KEYS, programme
from tests.fake_slack import FakeSlack

HOME = Path(__file__).parents[2]
CHANNEL = "C01GEN"


def environment(**settings: str) -> dict[str, str]:
    """These settings alone, and no other of the machine's."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(HOME), **settings}


def on(slack: FakeSlack, database: Database, port: int = 0) -> dict[str, str]:
    """The settings of a host who serves that Slack on that database."""
    return environment(**_slack(slack), DATABASE_URL=database.url, BALCONY_KEYS=KEYS[0], PORT=str(port))


def on_file(slack: FakeSlack, path: Path, port: int) -> dict[str, str]:
    """The same on a SQLite file, with a key file beside it."""
    return environment(**_slack(slack), DATABASE_URL=f"sqlite:///{path}", PORT=str(port))


async def asks(port: int, path: str) -> httpx.Response:
    """What a load balancer hears, as soon as the port answers."""
    transport = httpx.AsyncHTTPTransport(retries=8)  # waits longer each time until it is there
    async with httpx.AsyncClient(trust_env=False, transport=transport) as client:
        return await client.get(f"http://127.0.0.1:{port}{path}")


async def balcony(*arguments: str, settings: dict[str, str]) -> Process:
    command = (sys.executable, "-m", "bot", *arguments)
    return await asyncio.create_subprocess_exec(*command, env=settings, stdout=-1, stderr=-1, cwd=HOME)


async def ends(process: Process) -> tuple[int, str, str]:
    """Exit code, standard output, standard error; and never longer than a slow machine takes."""
    async with asyncio.timeout(30):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


def kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)


@contextmanager
def logs_as_they_were() -> Iterator[None]:
    """What a command sets up for its own process is taken back, for these tests share theirs."""
    root, hook = logging.getLogger(), sys.excepthook
    before, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs._TALKATIVE}
    yield
    sys.excepthook, root.handlers[:] = hook, before
    root.setLevel(level)
    for name, kept in levels.items():
        logging.getLogger(name).setLevel(kept)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@asynccontextmanager
async def a_slack(*users: str) -> AsyncIterator[FakeSlack]:
    """A workspace with these people and the programme's channel."""
    async with FakeSlack() as slack:
        for user in users:
            slack.add_user(user, user)
        slack.add_channel(CHANNEL, members=[*users, "U0BOT"])
        yield slack


async def bring(database: Database, slack: FakeSlack, now: datetime) -> str:
    """The programme comes in; gives its id."""
    async with database.transaction() as db:
        return (await bring_in(db, read(programme("slack", slack.team_id, CHANNEL, "U01")), now)).programme.id


async def one_pass(slack: FakeSlack, database: Database, now: datetime) -> None:
    """What another Balcony does from that moment on; where the clock stood still, its next turn would never come."""
    async with aiohttp.ClientSession() as session:
        platform = SlackPlatform(web_client(slack.bot_token, slack.api_url, session), pace=Pace())
        await Balcony(database, {"slack": platform}, clock_from(now)).tick()


def _slack(slack: FakeSlack) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_API_URL": slack.api_url,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "BALCONY_TICK_SECONDS": "0.2",
        "LOG_LEVEL": "warning",
    }
