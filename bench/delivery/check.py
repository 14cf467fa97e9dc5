"""The checker: a program apart, `python check.py FOLDER`. It knows what was to be said, what the fake committed and did
to its callers, and what the operator is shown; nothing of the bot. Ends with 1 if a promise was broken.

With --look the bot may look up what it is unsure of: nothing may be lost, nothing said twice. Without, what is said again
(`again`) may come twice, what is not may be lost, and every one of either must be in the operator's list; so must every
message whose request ended in a way that leaves it open, for nobody can know.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OPEN_ENDS = {"500 before", "500 after", "reset before", "reset after", "hang"}
SHOWN = 5  # examples of each


@dataclass(frozen=True)
class Told:
    """A message that somebody was promised. `again`: missing it is worse than having it twice."""

    key: str
    again: bool
    workspace: str
    place: str
    kind: str = ""
    due: float = 0.0


@dataclass(frozen=True)
class Finding:
    """A promise, and the keys of the messages where it was broken."""

    promise: str
    broken: list[str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with told.jsonl, listed.jsonl, commits.log and faults.log")
    parser.add_argument("--look", action="store_true", help="the bot may look up what it is unsure of")
    parser.add_argument("--waiting", default="", metavar="T1,T2", help="workspaces whose messages may still wait")
    options = parser.parse_args()
    told = [Told(**one) for one in lines(options.folder / "told.jsonl")]
    findings = judge(told, options.folder, options.look, set(options.waiting.split(",")))
    for finding in findings:
        shown = f": {', '.join(finding.broken[:SHOWN])}" if finding.broken else ""
        print(f"  {finding.promise:<58} {len(finding.broken):>6}{shown}")
    return 1 if any(finding.broken for finding in findings) else 0


def judge(told: Collection[Told], folder: Path, look: bool, waiting: Collection[str]) -> list[Finding]:
    commits = commits_of(folder)
    times = Counter(key for _, _, _, key in commits)
    listed = {str(one["key"]) for one in lines(folder / "listed.jsonl")}
    known = {one.key: one for one in told}
    lost = [one for one in told if not times[one.key] and one.workspace not in waiting]
    twice = [one for one in told if times[one.key] > 1]
    astray = [
        key for _, workspace, place, key in commits
        if key not in known or (known[key].workspace, known[key].place) != (workspace, place)
    ]  # fmt: skip
    findings = [Finding("said to nobody it was meant for, or never asked for", astray)]
    if look:
        return [*findings, Finding("lost", keys(lost)), Finding("said twice", keys(twice))]
    open_ends = {key for _, _, fault, key in fields(folder / "faults.log") if fault in OPEN_ENDS}
    return [
        *findings,
        Finding("lost, of what is said again rather than missed", keys(lost, again=True)),
        Finding("said twice, of what is left rather than said twice", keys(twice, again=False)),
        Finding("lost and not in the operator's list", [key for key in keys(lost, again=False) if key not in listed]),
        Finding(
            "said twice and not in the operator's list", [key for key in keys(twice, again=True) if key not in listed]
        ),
        Finding("unclear and not in the operator's list", sorted(open_ends & known.keys() - listed)),
    ]


def commits_of(folder: Path) -> list[tuple[str, str, str, str]]:
    """When, in which workspace, at which place, with which key."""
    return list(fields(folder / "commits.log"))


def keys(found: Collection[Told], *, again: bool | None = None) -> list[str]:
    return [one.key for one in found if again is None or one.again == again]


def fields(path: Path) -> Iterator[tuple[str, str, str, str]]:
    with path.open() as file:
        for line in file:
            first, second, third, fourth = line.rstrip("\n").split("\t")
            yield first, second, third, fourth


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open() as file:
        for line in file:
            yield json.loads(line)


if __name__ == "__main__":
    sys.exit(main())
