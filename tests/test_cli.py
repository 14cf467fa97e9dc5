"""The command line, as a host runs it: plain sentences, exit codes, lines that a program can read."""

import asyncio
import json
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from bot.__main__ import app
from storage.keys import new_key
from tests.conftest import programme
from tests.scheduler import serving


class Host:
    """Somebody with a terminal, in an empty folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings: dict[str, Any] = {"DATABASE_URL": f"sqlite:///{folder / 'balcony.db'}", "BALCONY_KEYS": None}
        self.file = folder / "programme.toml"

    def runs(self, *arguments: str, **settings: str | None) -> tuple[int, str, str]:
        """Exit code, what was printed, and what went to standard error."""
        done = CliRunner().invoke(app, arguments, env={**_UNSET, **self.settings, **settings})
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    def writes(self, text: str) -> str:
        self.file.write_text(text, encoding="utf-8")
        return str(self.file)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with serving.logs_as_they_were():
        yield Host(tmp_path)


def test_a_programme_comes_in_and_is_shown(host: Host) -> None:
    """Imported, imported again, changed, shown: never doubled, with counts and nobody's name but the enablers'."""
    file = host.writes(programme())
    assert host.runs("programme", "import", file) == (0, f"{_NAME} is here: 2 sessions added, 0 changed.\n", "")
    assert "0 sessions added, 0 changed" in host.runs("programme", "import", file)[1]
    host.writes(programme().replace("Empathy mapping", "Mapping empathy"))
    assert "0 sessions added, 1 changed" in host.runs("programme", "import", file)[1]
    code, shown, _ = host.runs("programme", "show")
    assert code == 0
    assert shown.count("Mapping empathy") == 1
    assert re.search(r"^members +0$", shown, re.MULTILINE)
    assert "2026-11-26 13:00-15:00" in shown


def test_with_no_programme_there_is_a_way_on(host: Host) -> None:
    """It says which command comes next."""
    assert "balcony programme import FILE" in host.runs("programme", "show")[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "TOML"),
        (programme().replace("Europe/London", "Europe/Durham"), "Europe/Durham"),
        (programme().replace("15:00:00\ntheme", "12:00:00\ntheme"), "shared-purpose"),
        (programme().replace('"empathy"\ntitle', '"shared-purpose"\ntitle'), "shared-purpose"),
        ("", "[weekly] is missing"),
    ],
)
def test_a_file_that_is_wrong_is_refused(host: Host, text: str, said: str) -> None:
    """One sentence that says where, on standard error, exit code 2, and nothing kept."""
    code, out, err = host.runs("programme", "import", host.writes(text))
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert said in err
    assert "There is no programme yet" in host.runs("programme", "show")[1]


def test_a_file_that_cannot_be_read_is_refused(host: Host) -> None:
    """Not there, a folder, no text: a sentence each."""
    host.file.write_bytes(b"name = '\xff\xfe'")
    for path in (str(host.file), str(host.folder), str(host.folder / "none.toml")):
        code, _, err = host.runs("programme", "import", path)
        assert (code, len(err.splitlines())) == (2, 1)
        assert err.startswith(path)
        assert "Errno" not in err


def test_tick_prints_what_it_did(host: Host) -> None:
    """One JSON object a line; at a moment that is named, and nothing for one that is none. Without a platform, messages wait."""
    host.runs("programme", "import", host.writes(programme("slack", "T1", "C1", "U1")))
    code, out, _ = host.runs("tick", "--now", "2026-11-26T15:00:00+00:00")
    [line] = [json.loads(line) for line in out.splitlines()]
    assert (code, line) == (0, {"job": "sessions", "what": line["what"], "outcome": "ended"})
    code, out, err = host.runs("tick", "--now", "tomorrow")
    assert (code, out) == (2, "")
    assert "is not a moment like 2026-11-26T15:00:00+00:00" in err
    assert host.runs("tick", "--now", "2026-11-26T15:00:00")[0] == 0


def test_the_delivery_desk(host: Host) -> None:
    """The queue in sentences or as JSON, one message by hand; what cannot be done is exit code 2 and one sentence."""
    assert host.runs("delivery") == (0, "Nothing waits.\n", "")
    assert host.runs("delivery", "list") == (0, "There is nothing that needs you.\n", "")
    host.runs("programme", "import", host.writes(programme("slack", "T1", "C1", "U1")))
    assert host.runs("delivery")[1].startswith("1 message is due, for ")
    assert "1 message is for slack, which is not set up here." in host.runs("delivery")[1]
    assert "not set up" not in host.runs("delivery", SLACK_BOT_TOKEN="xoxb-1")[1]
    assert json.loads(host.runs("delivery", "--json")[1])["due"] == 1
    [entry] = json.loads(host.runs("delivery", "list", "--state", "due", "--json")[1])
    assert (entry["kind"], entry["channel"], entry["programme"]) == ("welcome", "C1", _NAME)
    key, shown = entry["key"], host.runs("delivery", "list", "--state", "due")[1]
    assert shown.startswith(f"{key}\n    welcome, for the channel C1 ({_NAME}). Due since 2")
    assert host.runs("delivery", "cancel", key) == (0, "Cancelled: it is not sent.\n", "")
    assert host.runs("delivery") == (0, "Nothing waits.\n", "")
    assert host.runs("delivery", "retry", key) == (0, "It is due again, and is sent when its turn comes.\n", "")
    for told in (
        ("cancel", "k"),
        ("retry", key),
        ("settle", key),
        ("settle", key, "--arrived"),
        ("list", "--state", "x"),
    ):
        code, out, err = host.runs("delivery", *told)
        assert (code, out, len(err.splitlines())) == (2, "", 1), told


def test_keys_are_made_and_rotated(host: Host) -> None:
    """The key file's key makes way for a new one; afterwards the new one is enough."""
    host.runs("programme", "import", host.writes(programme()))
    old = (host.folder / "balcony.db.keys").read_text().strip()
    new = host.runs("keys", "new")[1].strip()
    assert re.fullmatch(r"[\w-]{43}", new)
    assert host.runs("keys", "new")[1].strip() != new
    said = "1 texts were encrypted again. Only the first key is needed now.\n"
    assert host.runs("keys", "rotate", BALCONY_KEYS=f"{new},{old}") == (0, said, "")
    assert host.runs("keys", "rotate", BALCONY_KEYS=new)[1].startswith("0 texts")
    code, out, err = host.runs("keys", "rotate", BALCONY_KEYS=new_key())
    assert (code, out) == (2, "0 texts were encrypted again.\n")
    assert "Keep every key you have" in err


def test_a_database_without_its_key_file_gets_no_new_key(host: Host) -> None:
    """A new key would open nothing of what is there, so it says what is missing; a damaged file likewise."""
    host.runs("programme", "import", host.writes(programme()))
    keys = host.folder / "balcony.db.keys"
    kept = keys.read_text()
    for damage in ("", "not a key"):
        keys.write_text(damage)
        code, _, err = host.runs("programme", "show")
        assert (code, len(err.splitlines())) == (2, 1)
        assert "damaged" in err
    keys.unlink()
    code, _, err = host.runs("programme", "show")
    assert (code, len(err.splitlines())) == (2, 1)
    assert err.startswith("BALCONY_KEYS is missing")
    assert not keys.exists()
    keys.write_text(kept)
    assert host.runs("programme", "show")[0] == 0


@pytest.mark.parametrize(
    "url", ["postgresql://ana:canary@127.0.0.1:1/canary", "sqlite:////no/such/canary/x.db", "sqlite:////proc/version"]
)
def test_a_database_that_cannot_be_opened(host: Host, url: str) -> None:
    """One sentence that names the setting, and not the address with its password."""
    for command in (("programme", "show"), ("tick",), ("keys", "rotate")):
        code, out, err = host.runs(*command, DATABASE_URL=url, BALCONY_KEYS=new_key())
        assert (code, out, len(err.splitlines())) == (2, "", 1)
        assert err.startswith("DATABASE_URL names a ")
        assert "canary" not in err


def test_a_user_who_may_not_make_tables(host: Host, postgres_server: str) -> None:
    """The server answers, so it says what is wrong instead."""
    role, url = f"guest_{os.getpid()}", make_url(postgres_server)
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'canary'")
        try:
            guest = url.set(username=role, password="canary").render_as_string(hide_password=False)
            code, out, err = host.runs("programme", "show", DATABASE_URL=guest, BALCONY_KEYS=new_key())
        finally:
            server.execute(f"DROP ROLE {role}")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "may not make tables" in err
    assert "canary" not in err


def test_a_setting_that_is_wrong_stops_every_command(host: Host) -> None:
    """Exit code 2, and the sentence alone."""
    for command in (("programme", "show"), ("tick",), ("keys", "rotate"), ("serve",)):
        assert host.runs(*command, PORT="x") == (2, "", "PORT is not right: it is a whole number from 0 to 65535.\n")
    code, out, err = host.runs("serve")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert err.startswith("SLACK_BOT_TOKEN is missing")


@pytest.mark.parametrize(("url", "exact"), [("", False), ("https://balcony.example.org/", False), ("", True)])
def test_the_manifest_can_be_pasted(host: Host, url: str, *, exact: bool) -> None:
    """Valid JSON on standard output alone; every scope with its reason on standard error."""
    asked = [*(["--url", url] if url else []), *(["--exact"] if exact else [])]
    code, out, err = host.runs("manifest", "slack", *asked)
    manifest = json.loads(out)
    assert code == 0
    assert manifest["settings"]["socket_mode_enabled"] is not bool(url)
    assert ("im:history" in manifest["oauth_config"]["scopes"]["bot"]) is exact
    for scope in manifest["oauth_config"]["scopes"]["bot"]:
        assert re.search(rf"^{re.escape(scope)} +\S+ \S+", err, re.MULTILINE)


@pytest.mark.parametrize("more", [(), ("--plain",)])
def test_the_teams_package_is_written(host: Host, more: tuple[str, ...]) -> None:
    """A file to be uploaded, for the client id of the setting or the option; every permission with its reason."""
    file, client_id = host.folder / "balcony.zip", "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    told = ("manifest", "teams", "--out", str(file), *more)
    code, out, err = host.runs(*told, TEAMS_CLIENT_ID=client_id)
    assert (code, out) == (0, f"{file} is ready to be uploaded in the Teams admin centre.\n")
    assert "--website" in err
    with zipfile.ZipFile(file) as package:
        manifest = json.loads(package.read("manifest.json"))
    for permission in manifest["authorization"]["permissions"]["resourceSpecific"]:
        assert re.search(rf"^{re.escape(permission['name'])} +\S+ \S+", err, re.MULTILINE)
    written = file.read_bytes()
    assert host.runs(*told, "--client-id", client_id, TEAMS_CLIENT_ID=None)[0] == 0
    assert file.read_bytes() == written
    own = ("--organisation", "Leeds", "--website", "https://leeds.example", "--app-version", "1.0.1")
    code, _, err = host.runs(*told, *own, TEAMS_CLIENT_ID=client_id)
    assert (code, "--website" in err) == (0, False)
    with zipfile.ZipFile(file) as package:
        manifest = json.loads(package.read("manifest.json"))
    assert (manifest["developer"]["name"], manifest["version"]) == ("Leeds", "1.0.1")
    assert manifest["developer"]["privacyUrl"] == "https://leeds.example"


def test_a_teams_package_that_would_be_refused_is_not_written(host: Host) -> None:
    """No client id, an address that is not https, a file that cannot be: exit code 2, and one sentence each."""
    file, client_id = host.folder / "balcony.zip", "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    for said, more in (
        ("TEAMS_CLIENT_ID is missing", ()),
        ("TEAMS_CLIENT_ID is not right", ("--client-id", "x")),
        ("--website is not right", ("--client-id", client_id, "--website", "http://leeds.example")),
        (f"{host.folder} cannot be written", ("--client-id", client_id, "--out", str(host.folder))),
    ):
        code, out, err = host.runs("manifest", "teams", "--out", str(file), *more, TEAMS_CLIENT_ID=None)
        assert (code, out, len(err.splitlines())) == (2, "", 1)
        assert err.startswith(said)
        assert "Errno" not in err
    assert list(host.folder.iterdir()) == []


def test_the_demo_shows_every_step(host: Host) -> None:
    """From the welcome to *did you meet*, without an account, and nothing is left behind."""
    code, out, _ = host.runs("demo", "--script", "--fast", DATABASE_URL=None)
    assert code == 0
    for step in (
        "I am Balcony", "/balcony join", "What is your issue about?", "two minutes on the balcony", "Thinking time", "Due on Friday",
        "Friday morning: ", "commitments come back", "What did you learn?", "weekly messages", "The day before a round: ",
        "would like to meet you", "You have both said yes", "please meet", "You both work on", "Did you meet", "WHAT CAME OF INTRODUCTIONS",
    ):  # fmt: skip
        assert step in out, step
    assert list(host.folder.iterdir()) == []


async def test_serve_as_a_process(tmp_path: Path) -> None:
    """Alive and ready over HTTP; a port that is taken, and a second start, are told in one sentence."""
    async with serving.a_slack("U01") as slack:
        port = serving.free_port()
        settings = serving.on_file(slack, tmp_path / "balcony.db", port)
        process = await serving.balcony("serve", settings=settings)
        await slack.wait_for(lambda: any(method == "auth.test" for method, _ in slack.calls), timeout=30)
        async with asyncio.timeout(30):
            while (ready := await serving.asks(port, "/readyz")).status_code != 200:
                assert set(ready.json()) == {"database", "slack", "scheduler", "delivery"}
        assert set(ready.json().values()) == {"ok"}
        assert (await serving.asks(port, "/healthz")).text == "ok"
        second = await serving.balcony("serve", settings=settings)
        code, out, err = await serving.ends(second)
        assert (code, out) == (2, "")
        assert err.splitlines()[-1].startswith("PORT is taken")
        assert "Traceback" not in err
        process.terminate()
        assert await serving.ends(process) == (0, "", "")


_NAME = "Making our Move: systems leadership"
_UNSET = dict.fromkeys(
    ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "SLACK_API_URL", "HOST", "PORT", "LOG_LEVEL", "BALCONY_TICK_SECONDS")
)  # fmt: skip
