"""Teams as a process connects to it: its library only where it is set up, and a stand-in for Microsoft said loudly."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.app import connected, utc_now
from bot.chat import Answer, Event
from bot.config import Settings
from bot.platforms.teams.connection import connect
from storage.db import Database

APP, TENANT = "0f0c0b0a-0000-4000-8000-00000000b07a", "0f0c0b0a-0000-4000-8000-000000000001"
STAND_IN = "http://127.0.0.1:9"
SLACK_ALONE = """
import asyncio, sys
from bot.app import connected
from bot.config import Settings
from storage.db import Database
from storage.keys import KeyRing, new_key

async def main():
    database = Database("sqlite+aiosqlite:///nowhere.db", KeyRing((new_key(),)))
    async with connected(Settings(slack_bot_token="xoxb-1"), database) as connections:
        print([one.name for one in connections])
    await database.close()
    print(sorted({name.partition(".")[0] for name in sys.modules} & {"microsoft_teams", "msal", "fastapi", "jwt"}))

asyncio.run(main())
"""


def settings(**changes: str) -> Settings:
    values: dict[str, Any] = {"teams_client_id": APP, "teams_tenant_id": TENANT, "teams_client_secret": "secret"}
    return Settings.model_construct(**values | changes)


async def nothing(_event: Event) -> Answer:
    raise AssertionError("nobody gets in")


def test_with_slack_alone_nothing_of_teams_is_imported() -> None:
    """Its library takes as much memory as half of Balcony."""
    home = Path(__file__).parents[2]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(home)}
    said = subprocess.run(
        [sys.executable, "-c", SLACK_ALONE], env=environment, capture_output=True, text=True, check=True
    )
    assert said.stdout.splitlines() == ["['slack']", "[]"]


async def test_both_are_connected_where_both_are_set_up(sqlite: Database) -> None:
    """And each alone where it is alone."""
    for changes, names in (({"slack_bot_token": "xoxb-1"}, ["slack", "teams"]), ({}, ["teams"])):
        async with connected(settings(**changes), sqlite) as connections:
            assert [one.name for one in connections] == names


@pytest.mark.parametrize("development", ["", STAND_IN])
async def test_the_check_of_tokens_is_on(sqlite: Database, development: str) -> None:
    """With Microsoft and with a stand-in, whoever has no token gets 401."""
    async with connect(settings(teams_dev_url=development), sqlite, utc_now) as teams, teams.hearing(nothing) as routes:
        web = httpx.ASGITransport(Starlette(routes=routes))
        async with httpx.AsyncClient(transport=web, base_url="http://balcony") as client:
            for headers in ({}, {"Authorization": "Bearer x"}):
                answer = await client.post("/api/messages", json={"type": "message"}, headers=headers)
                assert answer.status_code == 401


async def test_a_stand_in_is_said_loudly(sqlite: Database, caplog: pytest.LogCaptureFixture) -> None:
    """A warning at every start, and none without it."""
    async with connect(settings(), sqlite, utc_now):
        assert caplog.records == []
    async with connect(settings(teams_dev_url=STAND_IN), sqlite, utc_now):
        [record] = caplog.records
    assert record.levelname == "WARNING"
    assert "taken for Microsoft" in record.message
