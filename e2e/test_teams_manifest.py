"""The app package for Teams, held against Microsoft's own schema of its version: offline, by the validator it comes with."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

MICROSOFT = Path(__file__).parent / "node_modules" / "@microsoft" / "app-manifest"
SCHEMAS = MICROSOFT / "build" / "json-schemas" / "teams"
CLIENT_ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
Manifest = dict[str, Any]

# The package's own function fetches the schema from the network and needs a module that it forgot to ask for, so this
# does the same with the schema that lies beside it.
_VALIDATE = """
const [, folder, schema] = process.argv
const beside = require('node:module').createRequire(folder + '/package.json')
const ajv = new (beside('ajv-draft-04').default)({ allErrors: true, strictTypes: false })
beside('ajv-formats').default(ajv, ['uri', 'email', 'regex'])
const read = (file) => JSON.parse(require('node:fs').readFileSync(file, 'utf8'))
const valid = ajv.compile(read(schema))
valid(read(0))
console.log(JSON.stringify((valid.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)))
"""


@pytest.mark.parametrize("plain", [False, True])
def test_microsoft_takes_it(tmp_path: Path, plain: bool) -> None:
    """What the command writes is valid, with slash commands and without."""
    manifest = written(tmp_path, plain=plain)
    assert manifest["manifestVersion"] == ("1.16" if plain else "1.29")
    assert complaints(manifest) == []


def test_a_slip_would_be_found(tmp_path: Path) -> None:
    """The check is alive: too long, unknown, missing, and what only the newer schema knows are each complained about."""
    manifest = written(tmp_path)
    manifest["name"]["short"] = "x" * 31
    manifest["bots"][0]["supportsMiracles"] = True
    del manifest["developer"]["privacyUrl"]
    found = complaints(manifest)
    assert sorted(line.split(" ")[0] for line in found) == ["/bots/0", "/developer", "/name/short"]
    manifest = written(tmp_path) | {"manifestVersion": "1.16"}
    assert {line.split(" ")[0] for line in complaints(manifest)} == {"", "/bots/0", "/bots/0/commandLists/2"}


def written(folder: Path, *, plain: bool = False) -> Manifest:
    """The manifest in the package, as a host makes it."""
    file = folder / "balcony.zip"
    command = [sys.executable, "-m", "bot", "manifest", "teams", "--out", str(file), *(["--plain"] if plain else [])]
    subprocess.run(
        command, check=True, capture_output=True, env={"PATH": os.environ["PATH"], "TEAMS_CLIENT_ID": CLIENT_ID}
    )
    with zipfile.ZipFile(file) as package:
        manifest: Manifest = json.loads(package.read("manifest.json"))
    return manifest


def complaints(manifest: Manifest) -> list[str]:
    """What the schema of the manifest's own version has against it."""
    schema = SCHEMAS / f"v{manifest['manifestVersion']}" / "MicrosoftTeams.schema.json"
    said = subprocess.run(
        ["node", "--eval", _VALIDATE, MICROSOFT, schema],
        input=json.dumps(manifest).encode(),
        check=True,
        capture_output=True,
    )
    found: list[str] = json.loads(said.stdout)
    return found
