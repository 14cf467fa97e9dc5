"""The app package for Teams asks for what is needed and for nothing else, and its icons are what Teams takes."""

import io
import itertools
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from bot.config import SettingsError
from bot.domain.programme_file import read
from bot.handlers import FORM_BUTTONS
from bot.platforms.teams import icons, typed
from bot.platforms.teams.manifest import (
    COMMANDS,
    FEATURES,
    IN_THE_OPEN,
    PERMISSIONS,
    SCOPES,
    Publisher,
    manifest,
    package,
    reasons,
)
from storage.db import Database
from tests.conftest import world_on
from tests.test_docs import fences, in_backticks, rows

pytestmark = pytest.mark.thorough

ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
HOST = Publisher("Leeds City Council", "https://balcony.example.org/about")
GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
GUIDE = "docs/programme-guide.md"
ONLY_NEW = {"supportsTargetedMessages", "triggers", "supportsChannelFeatures"}
both = pytest.mark.parametrize("plain", [False, True])

Pixels = list[list[tuple[int, int, int, int]]]


@both
def test_it_is_within_teams_limits(plain: bool) -> None:
    """What Teams requires is there, and names and descriptions are as short as it wants them."""
    made = manifest(ID, HOST, plain=plain)
    assert made["manifestVersion"] == ("1.16" if plain else "1.29")
    assert f"/v{made['manifestVersion']}/" in made["$schema"]
    for guid in (made["id"], made["bots"][0]["botId"], made["composeExtensions"][0]["botId"]):
        assert re.fullmatch(GUID, guid)
    assert made["webApplicationInfo"]["id"] == ID
    assert made["webApplicationInfo"]["resource"]
    assert len(made["name"]["short"]) <= 30
    assert len(made["name"]["full"]) <= 100
    assert len(made["description"]["short"]) <= 80
    assert len(made["description"]["full"]) <= 4000
    assert re.fullmatch("#[0-9a-f]{6}", made["accentColor"])
    (bot,), (extension,) = made["bots"], made["composeExtensions"]
    assert bot["isNotificationOnly"] is bot["supportsFiles"] is False
    assert len(bot["commandLists"]) <= 3
    commands = [command for one in bot["commandLists"] for command in one["commands"]] + extension["commands"]
    for command in commands:
        assert 1 <= len(command["title"]) <= 32
        assert 1 <= len(command["description"]) <= 128
    assert all(len(one["commands"]) <= 10 for one in bot["commandLists"])


@both
def test_it_asks_for_nothing_else(plain: bool) -> None:
    """Three places, two permissions to hear of meetings, no address to load pages from; each with its reason."""
    made = manifest(ID, HOST, plain=plain)
    assert made["bots"][0]["scopes"] == list(SCOPES) == ["personal", "team", "groupChat"]
    asked = made["authorization"]["permissions"]["resourceSpecific"]
    assert [(one["name"], one["type"]) for one in asked] == [(name, "Application") for name in PERMISSIONS]
    assert set(PERMISSIONS) == {"OnlineMeeting.ReadBasic.Chat", "ChannelMeeting.ReadBasic.Group"}
    assert not {"permissions", "devicePermissions", "validDomains", "staticTabs", "configurableTabs"} & set(made)
    named = keys_of(made)
    assert {name for name, _ in reasons(plain=plain)} == {*SCOPES, *PERMISSIONS, *(set(FEATURES) & named)}
    assert all(len(reason) > 20 for _, reason in reasons(plain=plain))


def test_the_plain_one_has_nothing_that_is_new() -> None:
    """No slash commands, no messages for one person, no claim about channels; the rest is the same."""
    full, plain = manifest(ID, HOST), manifest(ID, HOST, plain=True)
    assert keys_of(full) >= ONLY_NEW
    assert not keys_of(plain) & ONLY_NEW
    differing = {name for name in full if full[name] != plain.get(name)}
    assert differing == {"$schema", "manifestVersion", "bots", "supportsChannelFeatures"}
    assert full["supportsChannelFeatures"] == "tier1"


@both
def test_in_the_open_nothing_leads_to_private_words(plain: bool) -> None:
    """After a mention in a channel only home and help are offered; the rest in private, or after a slash."""
    for one in manifest(ID, HOST, plain=plain)["bots"][0]["commandLists"]:
        offered = tuple(command["title"] for command in one["commands"])
        alone = one["scopes"] == ["personal"] or one.get("triggers") == ["slash"]
        assert offered == (tuple(COMMANDS) if alone else IN_THE_OPEN)
        assert alone or not {"commit", "reflect", "settings"} & set(offered)


async def test_every_command_is_understood(sqlite: Database) -> None:
    """Typed as it stands in the menu, or as its description shows it, each is answered to an enabler who has joined."""
    world = world_on(sqlite)
    await world.imports()
    await world.joins(world.ana)
    shown = [
        words[1] for about in COMMANDS.values() if (words := re.search(r": (\w+ .*)", about)) and "For" not in about
    ]
    assert shown == [
        "commit ring the school nurse on Friday", "connect who else works on school attendance?", "pause 2 weeks",
    ]  # fmt: skip
    for line in (*COMMANDS, *shown):
        said = await world.ana.types(" ".join(typed.command(line)))
        assert said, line
        assert "I do not know" not in said, line


async def test_what_the_guide_has_people_write_is_understood(sqlite: Database) -> None:
    """In the personal chat or after a mention, every line of its table is answered."""
    world = world_on(sqlite)
    await world.imports()
    await world.joins(world.ana)
    table = [line for cells in rows(GUIDE, "to") for cell in cells[1:] for line in in_backticks(cell)]
    written = {line.removeprefix("@Balcony ") for line in table}
    assert {"join", "commit", "reflect list", "pause 2 weeks", "leave", "round", "help"} <= written
    for line in sorted(written):
        said = await world.ana.types(" ".join(typed.command(line)))
        assert said, line
        assert "I do not know" not in said, line


def test_the_guides_entries_for_teams_can_be_imported() -> None:
    """Put into its example, they make a programme on Teams whose first session has its meeting."""
    blocks = [block for block in fences(GUIDE) if " = " in block]
    whole, entries, meeting = [block for block in blocks if "[[topics]]" not in block]
    for line in entries.splitlines():
        whole = re.sub(rf"^{line.split(' = ')[0]} = .*$", line, whole, flags=re.MULTILINE)
    made = read(whole.replace('theme = "shared purpose"\n', f'theme = "shared purpose"\n{meeting}'))
    assert (made.platform, made.sessions[0].meeting) == ("teams", "19:meeting_Zm9v@thread.v2")
    assert re.fullmatch(GUID, made.workspace)
    assert re.fullmatch(GUID, made.enablers[0])
    assert re.fullmatch(r"19:\w+@thread\.tacv2", made.channel)


def test_the_extension_opens_the_form_of_commit() -> None:
    """One command, which asks Balcony for its form, wherever something is written and from a message's menu."""
    (command,) = manifest(ID, HOST)["composeExtensions"][0]["commands"]
    assert (command["id"], command["type"], command["fetchTask"]) == ("commit", "action", True)
    assert command["context"] == ["compose", "commandBox", "message"]
    assert "commitment.new" in FORM_BUTTONS


@both
def test_names_can_be_read_aloud(plain: bool) -> None:
    """No initials, no abbreviations, no exclamation marks in anything that people see."""
    made = manifest(ID, HOST, plain=plain)
    seen = [*made["name"].values(), *made["description"].values()]
    lists = [one["commands"] for one in (*made["bots"][0]["commandLists"], made["composeExtensions"][0])]
    seen += [command[part] for commands in lists for command in commands for part in ("title", "description")]
    assert {"Balcony", "Commit", "commit"} <= set(seen)
    for words in seen:
        assert not re.search(r"[A-Z]{2,}|\w\.\w|[!_/\N{EM DASH}]", words), words
    assert all(re.fullmatch("[a-z]{3,10}", title) for title in COMMANDS)


def test_the_app_stays_the_same_app() -> None:
    """Its id comes from the client id and from nothing else, however that is written."""
    first = manifest(ID, HOST)["id"]
    others = manifest(f" {ID.upper()} ", Publisher("Somebody", "https://a.example"), version="2.0.0", plain=True)
    assert others["id"] == first != ID
    assert others["bots"][0]["botId"] == ID
    assert manifest(ID.replace("0f", "1f"), HOST)["id"] != first


def test_who_answers_for_it() -> None:
    """Privacy and terms are the website where nothing else is said."""
    website = HOST.website
    assert manifest(ID, HOST)["developer"] == {
        "name": "Leeds City Council", "websiteUrl": website, "privacyUrl": website, "termsOfUseUrl": website,
    }  # fmt: skip
    own = Publisher("Leeds", website, "https://leeds.example/privacy", "https://leeds.example/terms?of=use")
    assert list(manifest(ID, own)["developer"].values())[2:] == [own.privacy, own.terms]


@pytest.mark.parametrize(
    ("client_id", "publisher", "version", "said"),
    [
        ("", HOST, "1.0.0", "TEAMS_CLIENT_ID is missing"),
        ("my bot", HOST, "1.0.0", "TEAMS_CLIENT_ID is not right"),
        (f"{ID}0", HOST, "1.0.0", "TEAMS_CLIENT_ID is not right"),
        (ID, Publisher(" ", HOST.website), "1.0.0", "--organisation is a name"),
        (ID, Publisher("x" * 33, HOST.website), "1.0.0", "--organisation is a name"),
        (ID, Publisher("Leeds", ""), "1.0.0", "--website is not right"),
        (ID, Publisher("Leeds", "http://leeds.example"), "1.0.0", "--website is not right"),
        (ID, Publisher("Leeds", "https://leeds.example/a b"), "1.0.0", "--website is not right"),
        (ID, Publisher("Leeds", "https://leeds.example/" + "x" * 2048), "1.0.0", "--website is not right"),
        (ID, Publisher("Leeds", HOST.website, "leeds.example"), "1.0.0", "--privacy is not right"),
        (ID, Publisher("Leeds", HOST.website, "", "ftp://leeds.example"), "1.0.0", "--terms is not right"),
        (ID, HOST, "1.0", "--app-version is not right"),
        (ID, HOST, "1.0.01", "--app-version is not right"),
    ],
)
def test_what_teams_would_refuse_is_said_before(client_id: str, publisher: Publisher, version: str, said: str) -> None:
    """One plain sentence that names the option or setting."""
    with pytest.raises(SettingsError) as refused:
        package(client_id, publisher, version=version)
    assert str(refused.value).startswith(said)
    assert str(refused.value).endswith(".")


@both
def test_the_package_is_three_files_and_always_the_same(plain: bool) -> None:
    """The same settings give the same bytes: nothing of the day or the machine is in it."""
    made = package(ID, HOST, plain=plain)
    with zipfile.ZipFile(io.BytesIO(made)) as box:
        assert box.namelist() == ["manifest.json", "color.png", "outline.png"]
        assert {entry.date_time for entry in box.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {(entry.create_system, entry.external_attr >> 16) for entry in box.infolist()} == {(3, 0o644)}
        assert json.loads(box.read("manifest.json")) == manifest(ID, HOST, plain=plain)
        assert (box.read("color.png"), box.read("outline.png")) == (icons.color(), icons.outline())
    assert package(ID, HOST, plain=plain) == made


def test_the_colour_icon() -> None:
    """192 by 192, nothing transparent, the mark inside the middle 120, and light enough to stand out from the wall; always the same."""
    pixels = pixels_of(icons.color())
    assert {(len(pixels), len(row)) for row in pixels} == {(192, 192)}
    assert {pixel[3] for row in pixels for pixel in row} == {255}
    wall = pixels[0][0]
    assert "#{:02x}{:02x}{:02x}".format(*wall[:3]) == manifest(ID, HOST)["accentColor"]
    marked = [(x, y) for y, row in enumerate(pixels) for x, pixel in enumerate(row) if pixel != wall]
    assert (min(x for x, _ in marked), max(x for x, _ in marked)) == (36, 155)
    assert min(y for _, y in marked) >= 36
    assert max(y for _, y in marked) < 156
    assert icons.color.__wrapped__() == icons.color()
    most = sorted({pixels[y][x] for x, y in marked}, key=lambda one: -sum(pixels[y][x] == one for x, y in marked))[:2]
    assert all(contrast(pixel, wall) >= 4.5 for pixel in most)


def test_the_outline_icon() -> None:
    """32 by 32, nothing but white, more or less transparent; as wide to the left as to the right; free at its edge."""
    assert icons.outline.__wrapped__() == icons.outline()
    pixels = pixels_of(icons.outline())
    assert {(len(pixels), len(row)) for row in pixels} == {(32, 32)}
    assert {pixel[:3] for row in pixels for pixel in row} == {(255, 255, 255)}
    opacity = [[pixel[3] for pixel in row] for row in pixels]
    assert all(row == row[::-1] for row in opacity)
    assert {*opacity[0], *opacity[-1], *(row[0] for row in opacity)} == {0}
    seen = list(itertools.chain(*opacity))
    assert seen.count(0) > len(seen) / 2
    assert 100 < seen.count(255) < len(seen) / 2


# --- reading it back -------------------------------------------------------------------------------


def keys_of(value: Any) -> set[str]:
    """Every key in it, however deep."""
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    return set(value).union(*map(keys_of, value.values())) if isinstance(value, dict) else set()


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each part of a PNG file, with its checksum checked."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    place = 8
    while place < len(png):
        (length,) = struct.unpack_from(">I", png, place)
        name, content = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        assert struct.unpack_from(">I", png, place + 8 + length) == (zlib.crc32(name + content),)
        yield name, content
        place += 12 + length


def pixels_of(png: bytes) -> Pixels:
    """The rows of a picture with 8 bits each of red, green, blue and opacity, written without filters."""
    parts = list(chunks(png))
    assert [name for name, _ in parts] == [b"IHDR", b"IDAT", b"IEND"]
    width, height, *rest = struct.unpack(">IIBBBBB", parts[0][1])
    assert rest == [8, 6, 0, 0, 0]
    rows = zlib.decompress(parts[1][1])
    long = 1 + 4 * width
    assert len(rows) == long * height
    assert {rows[row * long] for row in range(height)} == {0}
    return [list(struct.iter_unpack("4B", rows[row * long + 1 : (row + 1) * long])) for row in range(height)]


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """As the guidelines for accessible pages reckon it: 1 for the same colour, 21 for black on white."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[int, ...]) -> float:
    parts = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
