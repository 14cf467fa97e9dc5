"""Balcony as the bench runs it: a stub for Slack, one programme, its members joined, then `serve`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from servers import ROOT, Launch, free_port, running, wait_for_port
from signed import CHANNEL, SECRET, TEAM

JOIN = Path(__file__).with_name("join.py")

# Days are filled in so that no session and no weekly round falls into the measurement.
PROGRAMME = """\
name = "Bench"
platform = "slack"
workspace = "{team}"
channel = "{channel}"
timezone = "Europe/London"
enablers = ["U01"]

[weekly]
day = "{weekday}"
time = 09:00:00

[introductions]
every_weeks = 4
day = "{weekday}"
time = 10:00:00
size = 2

[[sessions]]
id = "first"
title = "Getting on the balcony"
starts = {session}T10:00:00
ends = {session}T16:00:00
theme = "adaptive"
"""


class Unavailable(Exception):
    """Balcony cannot be measured; the text says at which step, and what was printed there."""


def is_here() -> bool:
    return (ROOT / "bot" / "__main__.py").exists()


@contextmanager
def prepared(folder: Path, members: list[str]) -> Iterator[Launch]:
    """A Balcony ready to start, with its database in `folder` and its Slack running.

    Raises Unavailable.
    """
    stub = Launch("stub", [sys.executable, str(Path(__file__).with_name("stub.py"))], plain_environment())
    port = free_port()
    with running(stub, folder, port):
        try:
            wait_for_port(port)
        except TimeoutError as late:
            raise Unavailable(f"the stub for Slack did not start: {late}") from late
        environment = balcony_environment(folder, slack_port=port)
        import_programme(folder, environment)
        join_members(environment, members)
        yield Launch("balcony", [sys.executable, "-m", "bot", "serve"], environment, keeps_words=True)


def import_programme(folder: Path, environment: dict[str, str]) -> None:
    path = folder / "programme.toml"
    path.write_text(programme(datetime.now(UTC).date()))
    step("programme import", ["-m", "bot", "programme", "import", str(path)], environment)


def join_members(environment: dict[str, str], members: list[str]) -> None:
    """Make them members of the one programme, through the bot's own code.

    `join.py` gets their Slack user ids as arguments and the server's environment,
    DATABASE_URL included; when it ends with 0, each of them may `/commit`.
    """
    if not JOIN.exists():
        raise Unavailable(f"{JOIN.relative_to(ROOT)} is not there: nobody can join the programme")
    step("join", [str(JOIN), *members], environment)


def step(name: str, arguments: list[str], environment: dict[str, str]) -> None:
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise Unavailable(f"'{name}' was not done after 60 s") from late
    if done.returncode != 0:
        raise Unavailable(f"'{name}' ended with {done.returncode}:\n{(done.stdout + done.stderr)[-1500:]}")


def programme(today: date) -> str:
    return PROGRAMME.format(
        team=TEAM,
        channel=CHANNEL,
        weekday=f"{today + timedelta(days=3):%A}".lower(),
        session=(today + timedelta(days=90)).isoformat(),
    )


def balcony_environment(folder: Path, slack_port: int) -> dict[str, str]:
    return {
        **plain_environment(),
        "DATABASE_URL": f"sqlite:///{folder / 'bench.db'}",
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"http://127.0.0.1:{slack_port}/api/",
        "HOST": "127.0.0.1",
        "LOG_LEVEL": "warning",
        # Scripts of the bench import the bot, which is at the root.
        "PYTHONPATH": str(ROOT),
    }


def plain_environment() -> dict[str, str]:
    """What any process needs, and no setting or token of whoever runs the bench."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
