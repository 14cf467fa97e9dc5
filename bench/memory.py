"""Measure how much memory `serve` needs with Slack alone, and with Slack and Teams: `python bench/memory.py`.

Each has its members write `/commit`; with Teams, as many do the same there, in real signed activities. Ends with 1 when
an answer was wrong, and with --check also when a target was missed. Loopback only.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import balcony
from servers import Launch, Server, free_port, running
from signed import CHANNEL as SLACK_CHANNEL
from signed import TEAM, Command, Commands

from bot import handlers
from bot.app import open_database, utc_now
from bot.chat import Event, Kind, Message, Person
from bot.config import Settings, read_settings
from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from tests.fake_teams import FakeTeams

MEMBERS = [f"U{number:04d}" for number in range(1, 41)]
TENANT, APP_ID, SECRET = "0f0c0b0a-0000-4000-8000-000000000001", "0f0c0b0a-0000-4000-8000-00000000b07a", "bench"
CHANNEL = "19:bench@thread.tacv2"
# Targets. Here forty issues are read by the encoder meanwhile; bench/commit.py holds /commit alone to 130.
BOTH_MIB, SLACK_MIB = 180.0, 135.0
START = 20.0  # seconds
PER_SECOND = 20  # answers in Teams; it takes 30


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commits", type=int, default=500, help="on each platform (500)")
    parser.add_argument("--check", action="store_true", help="a missed target is a failure")
    options = parser.parse_args()
    commits = min(max(options.commits, 1), 5000)
    alone, wrong_alone = await measured(commits, teams=False)
    both, wrong_both = await measured(commits, teams=True)
    print(f"peak resident MiB, Slack alone:     {alone:6.1f}  (target under {SLACK_MIB:.0f})")
    print(f"peak resident MiB, Slack and Teams: {both:6.1f}  (target under {BOTH_MIB:.0f})")
    print(f"after {commits} /commit on each platform; wrong answers: {wrong_alone + wrong_both}")
    missed = alone >= SLACK_MIB or both >= BOTH_MIB
    return 1 if wrong_alone or wrong_both or (options.check and missed) else 0


async def measured(commits: int, *, teams: bool) -> tuple[float, int]:
    """The most memory that the process ever held, in MiB, and how many answers were wrong."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="balcony-memory-")))
        launch = stack.enter_context(balcony.prepared(folder, MEMBERS))
        if not teams:
            return await _with_slack(stack, launch, folder, commits)
        async with FakeTeams(TENANT, APP_ID, SECRET) as fake:
            fake.token_life = 1_000_000
            launch = Launch("both", launch.command, launch.environment | _teams_environment(fake))
            await _prepare(fake, launch.environment)
            port = free_port()
            server = stack.enter_context(running(launch, folder, port))
            fake.connect(f"http://127.0.0.1:{port}/api/messages")
            await _is_up(port)
            wrong = await _slack_commits(server, commits) + await _teams_commits(fake, commits)
            return server.peak_mib(), wrong


async def _with_slack(stack: ExitStack, launch: Launch, folder: Path, commits: int) -> tuple[float, int]:
    server = stack.enter_context(running(launch, folder))
    await _is_up(server.port)
    wrong = await _slack_commits(server, commits)
    return server.peak_mib(), wrong


def _teams_environment(fake: FakeTeams) -> dict[str, str]:
    return {
        "TEAMS_CLIENT_ID": APP_ID, "TEAMS_CLIENT_SECRET": SECRET, "TEAMS_TENANT_ID": TENANT, "TEAMS_DEV_URL": fake.base_url,
    }  # fmt: skip


async def _prepare(fake: FakeTeams, environment: dict[str, str]) -> None:
    """The same programme in Teams, its members joined through the bot's own form."""
    for user in MEMBERS:
        fake.add_user(user, user)
        fake.open_chat(user)
    fake.add_channel(CHANNEL, MEMBERS)
    today = utc_now().date()
    file = balcony.programme(today).replace('"slack"', '"teams"')
    file = file.replace(f'"{TEAM}"', f'"{TENANT}"').replace(f'"{SLACK_CHANNEL}"', f'"{CHANNEL}"')
    answers: dict[str, str | tuple[str, ...]] = {"issue": "measuring", "organisation": "Bench", "sector": "other"}
    async with open_database(_settings(environment)) as database:
        async with database.transaction() as db:
            await bring_in(db, read(file), utc_now())
        for user in MEMBERS:
            event = Event(Kind.FORM, "join", Person("teams", TENANT, user), f"join:{user}", CHANNEL, "", answers)
            assert isinstance(await handlers.answer(event, database, utc_now()), Message), user


def _settings(environment: dict[str, str]) -> Settings:
    os.environ["DATABASE_URL"] = environment["DATABASE_URL"]
    return read_settings()


async def _slack_commits(server: Server, count: int) -> int:
    commands = Commands(server.port, MEMBERS, first=1)
    return sum([not await _answered(server.port, commands.next()) for _ in range(count)])


async def _answered(port: int, command: Command) -> bool:
    """Whether the answer repeats the words."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(command.request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return command.words in answer


async def _teams_commits(fake: FakeTeams, count: int) -> int:
    """Each is answered by a message of its own, some time after the request."""
    for number in range(count):
        await asyncio.sleep(1 / PER_SECOND)
        replies = (
            await fake.writes(MEMBERS[number % len(MEMBERS)], f"commit ring the school nurse number {number} on Friday")
        ).replies
        if [reply.status for reply in replies] != [200]:
            return count - number
    kept = 0
    for _ in range(100):
        kept = sum("Kept" in str(message.activity) for message in fake.messages)
        if kept >= count:
            break
        await asyncio.sleep(0.1)
    return count - kept


async def _is_up(port: int) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(START):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
