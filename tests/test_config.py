"""Settings: each that is missing or malformed stops with one plain sentence that names it, and never its value."""

import os
from collections.abc import Iterator

import pytest

from bot.config import Settings, SettingsError, check_platforms, read_settings
from storage.keys import new_key

KEY = "A" * 43
GUID = "01234567-89ab-cdef-0123-456789ABCDEF"
TEAMS = {"TEAMS_CLIENT_ID": GUID, "TEAMS_CLIENT_SECRET": "canary~1", "TEAMS_TENANT_ID": GUID}
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1-a", "SLACK_SIGNING_SECRET": "abc123"}


@pytest.fixture(autouse=True)
def nothing_is_set() -> Iterator[None]:
    """The environment of this machine does not count, and is as it was afterwards."""
    before = dict(os.environ)
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)
    yield
    os.environ.clear()
    os.environ.update(before)


def settings(**environment: str) -> Settings:
    os.environ.update(environment)
    return read_settings()


def refusal(**environment: str) -> str:
    with pytest.raises(SettingsError) as refused:
        check_platforms(settings(**environment))
    return str(refused.value)


def test_with_nothing_set_there_is_a_file_in_the_working_directory() -> None:
    """SQLite, port 3000, the machine itself alone, a pass each 15 seconds."""
    read = settings()
    assert read.database_url == "sqlite+aiosqlite:///balcony.db"
    assert (read.host, read.port, read.log_level, read.balcony_tick_seconds) == ("127.0.0.1", 3000, "info", 15)
    assert read.balcony_keys == ()
    assert not read.socket_mode


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_spelling_of_postgresql_works(scheme: str) -> None:
    """Whatever a host's provider writes, the driver is Balcony's own, and the rest stays to the letter."""
    read = settings(DATABASE_URL=f"{scheme}://ana:p%40ss@db.example.org:5433/balcony?sslmode=require", BALCONY_KEYS=KEY)
    assert read.database_url == "postgresql+psycopg://ana:p%40ss@db.example.org:5433/balcony?sslmode=require"


def test_what_is_right_passes() -> None:
    """Spaces and line ends around a value, as copying leaves them, do no harm; several keys keep their order."""
    other = new_key()
    read = settings(
        SLACK_BOT_TOKEN=" xoxb-1-a\n", SLACK_SIGNING_SECRET="abc123\r\n", BALCONY_KEYS=f" {KEY} ,{other}=,", LOG_LEVEL="Debug",
        SLACK_API_URL="http://127.0.0.1:9/api", PORT="0", HOST="0.0.0.0", BALCONY_TICK_SECONDS="0.5",
    )  # fmt: skip
    check_platforms(read)
    assert (read.slack_bot_token, read.slack_signing_secret) == ("xoxb-1-a", "abc123")
    assert read.balcony_keys == (KEY, f"{other}=")
    assert (read.slack_api_url, read.log_level) == ("http://127.0.0.1:9/api/", "debug")
    check_platforms(settings(SLACK_APP_TOKEN="xapp-1"))
    assert read.balcony_url == ""
    assert settings(BALCONY_URL=" https://example.org/balcony/\n").balcony_url == "https://example.org/balcony"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://canary/x"),
        ("DATABASE_URL", "canary"),
        ("DATABASE_URL", "sqlite://canary.db"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql://ana:canary@host:port/x"),
        ("SLACK_BOT_TOKEN", "canary"),
        ("SLACK_BOT_TOKEN", "xoxp-canary"),
        ("SLACK_BOT_TOKEN", "xoxb-can ary"),
        ("SLACK_BOT_TOKEN", ""),
        ("SLACK_SIGNING_SECRET", ""),
        ("SLACK_SIGNING_SECRET", "can\nary"),
        ("SLACK_SIGNING_SECRET", "canary…"),
        ("SLACK_APP_TOKEN", "canary"),
        ("SLACK_APP_TOKEN", "xoxb-canary"),
        ("SLACK_API_URL", "canary"),
        ("SLACK_API_URL", "ftp://canary/"),
        ("SLACK_API_URL", "https://canary/api canary"),
        ("SLACK_API_URL", ""),
        ("BALCONY_KEYS", "canary"),
        ("BALCONY_KEYS", f"{KEY},canary"),
        ("BALCONY_KEYS", f"{KEY}canary"),
        ("BALCONY_KEYS", f"{KEY[:-1]}é"),
        ("BALCONY_URL", "canary"),
        ("BALCONY_URL", "http://canary.example.org"),
        ("BALCONY_URL", "https://ana:canary@example.org"),
        ("BALCONY_URL", "https://example.org/?canary"),
        ("BALCONY_URL", 'https://example.org/"canary'),
        ("BALCONY_URL", "https://can ary.example.org"),
        ("HOST", ""),
        ("HOST", "http://canary"),
        ("PORT", "canary"),
        ("PORT", ""),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "3.5"),
        ("LOG_LEVEL", "canary"),
        ("LOG_LEVEL", ""),
        ("BALCONY_TICK_SECONDS", "0"),
        ("BALCONY_TICK_SECONDS", "nan"),
        ("BALCONY_TICK_SECONDS", "canary"),
        ("BALCONY_TICK_SECONDS", "3601"),
        ("BALCONY_ROLE", "canary"),
        ("BALCONY_ROLE", ""),
    ],
)
def test_what_is_wrong_is_named_and_not_quoted(name: str, value: str) -> None:
    """One sentence, beginning with the setting's name."""
    said = refusal(**SLACK | {name: value})
    assert said.startswith(f"{name} is ")
    assert said.endswith(".")
    assert "\n" not in said
    for secret in ("canary", "ary", KEY, "65536", "3601"):
        assert secret not in said.replace("necessary", "")


def test_what_is_missing_is_named() -> None:
    """Keys on PostgreSQL; the token and a door on Slack."""
    assert refusal(DATABASE_URL="postgres://ana:canary@h/x").startswith("BALCONY_KEYS is missing")
    assert refusal(DATABASE_URL="postgres://ana:canary@h/x", BALCONY_KEYS=" , ").startswith("BALCONY_KEYS is missing")
    os.environ.pop("DATABASE_URL")
    assert refusal().startswith("SLACK_BOT_TOKEN is missing")
    assert refusal(SLACK_BOT_TOKEN="xoxb-1-a").startswith("SLACK_SIGNING_SECRET is missing")


def test_a_worker_needs_nothing_that_proves_who_speaks_to_it() -> None:
    """It hears nobody: the token alone is enough. A web process needs the rest."""
    check_platforms(settings(SLACK_BOT_TOKEN="xoxb-1-a", BALCONY_ROLE="worker"))
    assert refusal(BALCONY_ROLE="web").startswith("SLACK_SIGNING_SECRET is missing")


def test_teams_alone_and_teams_beside_slack() -> None:
    """Either platform serves without the other; ids are compared in small letters, so they are read as such."""
    read = settings(**TEAMS)
    check_platforms(read)
    assert (read.slack, read.teams, read.teams_tenant_id) == (False, True, GUID.lower())
    both = settings(**SLACK)
    check_platforms(both)
    assert (both.slack, both.teams) == (True, True)


@pytest.mark.parametrize("identity", ["system", GUID])
def test_a_managed_identity_stands_for_the_secret(identity: str) -> None:
    """The machine's own, or one of the host's."""
    check_platforms(settings(**TEAMS | {"TEAMS_CLIENT_SECRET": "", "TEAMS_MANAGED_IDENTITY": identity}))


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("TEAMS_CLIENT_ID", {"TEAMS_CLIENT_ID": ""}),
        ("TEAMS_CLIENT_ID", {"TEAMS_CLIENT_ID": "canary"}),
        ("TEAMS_TENANT_ID", {"TEAMS_TENANT_ID": ""}),
        ("TEAMS_TENANT_ID", {"TEAMS_TENANT_ID": "common"}),
        ("TEAMS_TENANT_ID", {"TEAMS_TENANT_ID": "*"}),
        ("TEAMS_CLIENT_SECRET", {"TEAMS_CLIENT_SECRET": ""}),
        ("TEAMS_CLIENT_SECRET", {"TEAMS_MANAGED_IDENTITY": "system"}),
        ("TEAMS_MANAGED_IDENTITY", {"TEAMS_CLIENT_SECRET": "", "TEAMS_MANAGED_IDENTITY": "canary"}),
        ("TEAMS_DEV_URL", {"TEAMS_DEV_URL": "http://127.0.0.1:9", "HOST": "0.0.0.0"}),
        ("TEAMS_DEV_URL", {"TEAMS_DEV_URL": "http://canary.example:9"}),
        ("TEAMS_DEV_URL", {"TEAMS_DEV_URL": "https://127.0.0.1.canary.example"}),
        ("TEAMS_DEV_URL", {"TEAMS_DEV_URL": "http://127.0.0.1:9@canary.example"}),
    ],
)
def test_what_is_wrong_for_teams_is_named(name: str, changed: dict[str, str]) -> None:
    """One sentence, beginning with the setting; no tenant means no start, and the stand-in never leaves the machine."""
    said = refusal(**TEAMS | changed)
    assert said.startswith(name)
    assert "canary" not in said


def test_the_stand_in_for_microsoft_stays_on_this_machine() -> None:
    """Both ends on loopback."""
    check_platforms(settings(**TEAMS, TEAMS_DEV_URL="http://127.0.0.1:9/"))
    assert read_settings().teams_dev_url == "http://127.0.0.1:9"
