"""The documents say what the code does: settings, commands, files, scopes, tables, and the files for hosting."""

import ast
import json
import re
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import typer.main
from sqlmodel import SQLModel

import storage.models  # noqa: F401  fills the metadata
from bot.__main__ import app
from bot.config import Settings
from bot.content import catalogue
from bot.domain import rhythm, trouble
from bot.domain.programme_file import read
from bot.handlers import COMMANDS
from bot.platforms.slack.manifest import EVENTS, EXACT, SCOPES
from bot.scheduler import jobs, rounds
from bot.web import routes
from tests.conftest import World
from tests.platforms.test_both import SCRIPT

ROOT = Path(__file__).parents[1]
DOCS = sorted(
    str(path.relative_to(ROOT)) for path in (*ROOT.glob("docs/*.md"), *ROOT.glob("C*.md"), *ROOT.glob("README.md"))
)
OURS = [name for name in DOCS if name != "README.md"]  # the README shows the demo's output, where a rule is a dash
EXAMPLE = "questions"  # the feature that CONTRIBUTING.md adds, and that is not there
SETTINGS = {name.upper() for name in Settings.model_fields}
# An address stands where something is set up there, or as an example; nothing is fetched from anywhere else.
HOSTS = {"slack.com", "balcony.example.org", "my-balcony.fly.dev", "127.0.0.1", "localhost"}
SAID_BY = ("bot/config.py", "bot/app.py", "bot/serving.py", "bot/desk.py", "bot/domain/trouble.py", "storage/migrations/__init__.py",
           "bot/platforms/slack/outbound.py", "bot/platforms/slack/listen.py", "bot/platforms/teams/outbound.py",
           "bot/platforms/teams/tokens.py", "bot/platforms/skew.py")  # fmt: skip


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def fences(name: str) -> list[str]:
    return re.findall(r"^ *```\w*\n(.*?)^ *```", text_of(name), re.DOTALL | re.MULTILINE)


def code(name: str) -> list[str]:
    """What is written as code: lines of blocks, and words between backticks."""
    lines = [line for block in fences(name) for line in block.splitlines()]
    return lines + re.findall(r"`([^`\n]+)`", without_blocks(name))


def without_blocks(name: str) -> str:
    return re.sub(r"^ *```.*?^ *```", "", text_of(name), flags=re.DOTALL | re.MULTILINE)


def prose(name: str) -> str:
    """Its sentences: no code, and of pictures only their words."""
    return re.sub(r"`[^`\n]*`", "", without_blocks(name)).replace("![", "[")


def rows(name: str, first: str) -> Iterator[list[str]]:
    """The cells of every row of the tables whose first column has that title."""
    wanted = False
    for line in text_of(name).splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")] if line.startswith("|") else []
        if not cells:
            wanted = False
        elif wanted and not set(cells[0]) <= set("-: "):
            yield cells
        else:
            wanted = wanted or cells[0].lower() == first


def in_backticks(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


# --- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["README.md", "docs/hosting.md"])
def test_every_setting_is_explained_and_no_other(name: str) -> None:
    """The table of variables has what the code reads, and nothing that it does not read."""
    named = [word for cells in rows(name, "variable") for word in in_backticks(cells[0])]
    assert sorted(named) == sorted(SETTINGS)


def test_the_defaults_are_as_said() -> None:
    """What a variable is when it is not set stands in its row."""
    said = {in_backticks(cells[0])[0]: cells[2] for cells in rows("docs/hosting.md", "variable")}
    for name in ("HOST", "PORT", "LOG_LEVEL", "BALCONY_TICK_SECONDS", "SLACK_API_URL"):
        assert in_backticks(said[name]) == [str(Settings.model_fields[name.lower()].default)]
    assert "`balcony.db`" in said["DATABASE_URL"]


# --- commands ------------------------------------------------------------------------------------


def words_after_balcony(line: str) -> Iterator[list[str]]:
    """What follows the program's name, wherever it is called in that line."""
    words = re.split(r"[\s\"'|;]+", line)
    for place, word in enumerate(words):
        if word.rpartition("/")[2] == "balcony" and not word.startswith("/"):
            yield words[place + 1 :]


@pytest.mark.parametrize("name", DOCS)
def test_every_command_line_exists(name: str) -> None:
    """Whatever a document has somebody run is a command of the program."""
    for line in code(name):
        for words in words_after_balcony(line):
            command = typer.main.get_command(app)
            for word in words:
                known = getattr(command, "commands", None)
                if known is None or not re.fullmatch("[a-z]+", word) or word == "balcony":
                    break
                assert word in known, line
                command = known[word]


async def test_everything_members_are_told_to_type_is_understood(world: World) -> None:
    """Each command and sub-command of the documents is answered by more than "I do not know"."""
    await world.joins(world.ana)
    typed = {line for name in OURS for line in code(name) if line.split(" ")[0] in COMMANDS and EXAMPLE not in line}
    assert {"/balcony session add", "/balcony round", "/commit list", "/reflect list"} <= typed
    for line in sorted(typed):
        said = await world.ana.types(line)
        assert said, line
        assert "I do not know" not in said, line


def test_the_guide_names_no_command_that_is_none() -> None:
    """What begins with a slash there is Balcony's, or Slack's own."""
    slashed = {line.split(" ")[0] for line in code("docs/programme-guide.md") if line.startswith("/")}
    assert slashed == {*COMMANDS, "/invite"}


# --- the programme guide -------------------------------------------------------------------------


def test_the_example_can_be_imported() -> None:
    """It is a programme, and every entry of it is explained below it."""
    (example,) = [block for block in fences("docs/programme-guide.md") if "[[sessions]]" in block]
    assert read(example).platform == "slack"
    explained = {word for cells in rows("docs/programme-guide.md", "entry") for word in in_backticks(" ".join(cells))}
    for entry in tomllib.loads(example):
        assert {entry, f"[{entry}]", f"[[{entry}]]"} & explained, entry


def test_the_example_with_topics_can_be_imported() -> None:
    """Put after the example of a programme, the topics of the guide are read, with and without words."""
    whole, topics = [block for block in fences("docs/programme-guide.md") if re.search(r"^\[\[", block, re.MULTILINE)]
    read_topics = read(f"{whole}\n{topics}").topics
    assert [bool(topic.words) for topic in read_topics] == [True, False]


def test_the_themes_are_those_of_the_catalogue() -> None:
    """All of them, by name."""
    listed = re.search(r"prompts for: (.*?)\. With another", text_of("docs/programme-guide.md"))
    assert listed
    assert re.split(r", | and (?=listening$)", listed[1]) == [theme.id for theme in catalogue().themes]


def test_windows_of_lateness_are_as_said() -> None:
    """How late a session, a round and a weekly message may be."""
    session, round_, weekly = (
        int(span.total_seconds() // 3600) for span in (rhythm.AFTER_SESSION_WINDOW, rounds.WINDOW, jobs.WEEKLY_WINDOW)
    )
    assert (
        f"posted up to {session} hours late, a round is made up to {round_} hours late, "
        f"a weekly message is written up to {weekly} hours late"
    ) in text_of("docs/hosting.md")


# --- privacy -------------------------------------------------------------------------------------


def test_scopes_are_those_of_the_manifest() -> None:
    """Each with the reason that the manifest gives; and the one event."""
    said = {in_backticks(cells[0])[0]: cells[1].replace("`", "") for cells in rows("docs/privacy.md", "scope")}
    assert said == SCOPES
    more = {in_backticks(cells[0])[0]: cells[1] for cells in rows("docs/privacy.md", "scope beside these")}
    assert more == EXACT
    assert all(f"`{event}`" in text_of("docs/privacy.md") for event in EVENTS)


def test_every_table_and_every_encrypted_column_is_named() -> None:
    """And nothing is called encrypted that is not."""
    said = {in_backticks(cells[0])[0]: set(in_backticks(cells[2])) for cells in rows("docs/privacy.md", "table")}
    assert said == {
        name: {column.name for column in table.columns if column.name.endswith("_sealed")}
        for name, table in SQLModel.metadata.tables.items()
    }


def test_times_of_keeping_are_as_said() -> None:
    """Texts that were sent, and requests that were dealt with."""
    kept = {cells[0]: cells[1] for cells in rows("docs/privacy.md", "what") if len(cells) == 2}
    assert kept["the text of messages that were sent"].startswith(f"{jobs.FORGET_TEXT_AFTER.days} days,")
    assert kept["which of Slack's requests were dealt with"] == f"{jobs.FORGET_DELIVERIES_AFTER.days} days"


# --- platforms -----------------------------------------------------------------------------------


def test_every_feature_has_a_test_on_both_platforms() -> None:
    """No cell is empty; every test that is named exists, and every step is one of the script that compares the two."""
    steps = {name for name, _ in SCRIPT}
    cells = [row for head in ("what people do", "promise") for row in rows("docs/platforms.md", head)]
    assert len(cells) > 30
    for row in cells:
        assert all(cell.strip() for cell in row), row
        files, italics = in_backticks(row[-1]), re.findall(r"\*([^*]+)\*", row[-1])
        assert files or italics, row
        assert set(italics) <= steps, row
        for file, _, test in (one.partition("::") for one in files):
            assert f"def {test}" in text_of(f"tests/platforms/{file}"), row


# --- trouble -------------------------------------------------------------------------------------


def test_what_trouble_quotes_is_said_somewhere() -> None:
    """Every quoted sentence is in the code, and every reason that enablers hear is in the table."""
    nodes = [node for name in SAID_BY for node in ast.walk(ast.parse(text_of(name)))]
    said = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    quoted = re.findall(r"“([^”]+)”", text_of("docs/hosting.md").partition("## 10.")[2])
    for quote in quoted:
        assert any(quote in sentence for sentence in said), quote
    for reason in (value for name, value in vars(trouble).items() if name.isupper() and isinstance(value, str)):
        assert any(quote in trouble.in_words(reason) for quote in quoted), reason


# --- files ---------------------------------------------------------------------------------------


def test_every_file_of_the_recipes_exists() -> None:
    """Paths, and tests named by path; only the feature that the example adds is not there."""
    for word in (word for line in code("CONTRIBUTING.md") for word in line.split()):
        path, _, test = word.partition("::")
        if not re.fullmatch(r"[\w-]+(/[\w.-]+)+/?|[\w./-]+\.(py|md|toml|txt)", path) or EXAMPLE in path:
            continue
        assert (ROOT / path).exists(), path
        assert not test or f"def {test}(" in text_of(path), word


@pytest.mark.parametrize("name", DOCS)
def test_links_lead_somewhere(name: str) -> None:
    """To a file that is there and a heading that is in it."""
    for target in re.findall(r"\]\(([^)\s]+)\)", without_blocks(name)):
        path, _, anchor = target.partition("#")
        if "://" in path:
            continue
        found = (ROOT / name).parent / path if path else ROOT / name
        assert found.exists(), target
        headings = re.findall(r"^#+ (.*)$", found.read_text("utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in map(slug, headings), target


@pytest.mark.parametrize("name", OURS)
def test_the_tone(name: str) -> None:
    """No exclamation marks, no em dashes, and no address of anybody else."""
    assert "!" not in prose(name)
    assert "\u2014" not in prose(name)
    assert set(re.findall(r"https?://([^/\s:`\"'()]+)", text_of(name))) <= HOSTS


# --- hosting -------------------------------------------------------------------------------------


class Healthy:
    """Asked nothing here; only its addresses count."""

    def __init__(self) -> None:
        self.checks: dict[str, Callable[[], Awaitable[str]]] = {}


def docker(instruction: str) -> list[str]:
    """What follows that instruction, each time it is used, on one line."""
    whole = re.sub(r"\\\n\s*", "", text_of("Dockerfile"))
    return re.findall(rf"^{instruction} (.*)$", whole, re.MULTILINE)


def docker_env() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in docker("ENV") for pair in line.split())


def test_the_volume_is_the_same_everywhere() -> None:
    """fly.toml mounts where the image keeps the database, and the user of the image has it."""
    (mount,) = tomllib.loads(text_of("fly.toml"))["mounts"]
    assert json.loads(docker("VOLUME")[0]) == [mount["destination"]] == [docker("WORKDIR")[-1]]
    assert docker_env()["DATABASE_URL"] == f"sqlite:///{mount['destination']}/balcony.db"
    assert docker("USER") == ["10001:10001"]
    assert "chown 10001:10001" in text_of("docs/hosting.md")


def test_the_port_and_the_checks_are_the_same_everywhere() -> None:
    """One machine that never sleeps, asked where Balcony answers."""
    fly = tomllib.loads(text_of("fly.toml"))
    port, paths = int(docker_env()["PORT"]), {route.path for route in routes(Healthy())}
    service, (alive,), ready = fly["http_service"], fly["http_service"]["checks"], fly["checks"]["ready"]
    assert [port] == [int(exposed) for exposed in docker("EXPOSE")] == [service["internal_port"]] == [ready["port"]]
    assert (alive["path"], ready["path"]) == ("/healthz", "/readyz")
    assert {alive["path"], ready["path"]} <= paths
    assert (service["auto_stop_machines"], service["min_machines_running"]) == ("off", 1)
    assert set(fly.get("env", {})) <= SETTINGS


def test_the_image_is_made_of_what_is_here() -> None:
    """What is copied exists and is let through, the health check is Python, and the locked files are used."""
    let_in = {line[1:] for line in text_of(".dockerignore").splitlines() if line.startswith("!")}
    for line in docker("COPY"):
        if not line.startswith("--from"):
            assert all((ROOT / part).exists() and part in let_in for part in line.split()[:-1]), line
    check = json.loads(docker("HEALTHCHECK")[0].partition("CMD ")[2])
    compile(check[-1], "the health check", "exec")
    assert "/healthz" in check[-1]
    assert any("--require-hashes" in line for line in docker("RUN"))
    assert docker("CMD") == ['["balcony", "serve"]']
    assert tomllib.loads(text_of("pyproject.toml"))["project"]["scripts"]["balcony"] == "bot.__main__:main"
