"""What drawing the map costs, and how much it changes when somebody joins.

    python bench/picture.py [--people 3 12 60 300 500] [--rounds 4] [--folder FOLDER] [--check]

People of `crowd.py`, introduced by Balcony's own planner round by round; 60 % of the introductions lead to a meeting, and
those are the ties. CPU seconds of places and SVG in this process; seconds, CPU seconds and peak memory of the process that
makes the PNG; what this process holds more afterwards. `moved`: one person more, who met somebody; by how much of the
picture's diagonal half of the others have moved at most, the middle of five tries. With --folder the pictures are written
there, to be looked at; --example writes the one of docs/screenshots. With --check it ends with 1 if 500 people take two seconds or more in this process.
"""

import argparse
import asyncio
import math
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from crowd import Crowd, crowd

from bot.matching.drawing import Dot, Layout, draw, lay_out
from bot.matching.network import Network
from bot.matching.planning.planner import Before, Introduction, plan_round, ties
from bot.web.png import command, png

ORGANISATIONS = (
    "Durham County Council", "Cleveland Primary Care", "Kent Schools Trust", "Lambeth Carers", "Wearside Housing",
)  # fmt: skip
SECONDS, PEOPLE, TURNOUT, TRIES = 2.0, 500, 0.6, 5


@dataclass(frozen=True)
class Figure:
    people: int
    islands: int
    places: float
    svg: float
    png: float
    png_cpu: float
    child: float
    more: float
    size: int
    moved: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[3, 12, 60, 300, 500])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--check", action="store_true", help="a missed target is a failure")
    parser.add_argument("--example", type=Path)
    options = parser.parse_args()
    if options.example:
        options.example.write_bytes(asyncio.run(png(example())))
        return 0
    print("people islands | CPU s: places    SVG | PNG: s  CPU s  MB peak | MB more here |    KB |  moved")
    missed = False
    for number in options.people:
        found = measured(number, options.rounds, options.folder)
        print(
            f"{found.people:6} {found.islands:7} | {found.places:13.2f} {found.svg:6.2f} | {found.png:6.2f} {found.png_cpu:6.2f}"
            f" {found.child:8.0f} | {found.more:12.1f} | {found.size / 1000:5.0f} | {found.moved:6.1%}",
            flush=True,
        )
        missed |= number <= PEOPLE and found.places + found.svg >= SECONDS
    return 1 if options.check and missed else 0


def measured(number: int, rounds: int, folder: Path | None) -> Figure:
    members = crowd(number, 1, organisations=min(8, max(2, number // 4)))
    network = Network(number, ties(members.people, story(members, rounds)))
    ids, before = [person.id for person in members.people], resident()
    start = time.process_time()
    layout = lay_out(network, ids)
    placed = time.process_time()
    dots = [Dot(nth + 1, person.organisation) for nth, person in enumerate(members.people)]
    svg = draw(network, layout, dots, 0, ("The map", f"{number} people"))
    drawn, since, children = time.process_time(), time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    picture = asyncio.run(png(svg))
    took, after = time.perf_counter() - since, resource.getrusage(resource.RUSAGE_CHILDREN)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"map-{number}.svg").write_text(svg, "utf-8")
        (folder / f"map-{number}.png").write_bytes(picture)
    return Figure(
        number, len(network.sizes), placed - start, drawn - placed, took,
        after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime, peak(svg),
        resident() - before, len(picture), moved(network, layout, ids),
    )  # fmt: skip


def example() -> str:
    """24 invented people: a large island with three bridges, a smaller one, and two who stand alone."""
    rng, organisations = np.random.default_rng(3), ORGANISATIONS
    grown = ((0, range(1, 9)), (9, range(10, 16)), (16, range(17, 22)))
    met = [(one, int(rng.integers(first, one))) for first, island in grown for one in island]
    met += [(0, 3), (2, 5), (1, 6), (9, 12), (11, 14), (4, 9), (3, 7), (16, 19)]
    network, ids = Network(24, met), [sha256(f"x{one}".encode()).hexdigest() for one in range(24)]
    dots = [Dot(one + 1, organisations[int(rng.integers(0, 5))]) for one in range(24)]
    return draw(network, lay_out(network, ids), dots, 4, ("The map", "24 people"))


def story(members: Crowd, rounds: int) -> Before:
    """So many rounds as Balcony plans them, of whose introductions a share led to a meeting."""
    rng, made = np.random.default_rng(1), list[Introduction]()
    for nth in range(rounds):
        planned = plan_round(members.people, members.likeness, Before(made), seed=f"{nth}")
        made += [Introduction(nth, group.ids, bool(rng.random() < TURNOUT)) for group in planned.groups]
    return Before(made)


def moved(network: Network, layout: Layout, ids: list[str]) -> float:
    """The share of the diagonal."""
    known = [(one, int(other)) for one in range(network.people) for other in network.ties_of(one) if one < other]
    far = []
    for friend in np.linspace(0, network.people - 1, TRIES).astype(int).tolist():
        after = lay_out(Network(network.people + 1, [*known, (friend, network.people)]), [*ids, "newcomer"])
        far.append(float(np.median(np.linalg.norm(after.at[: network.people] - layout.at, axis=1))))
    return float(np.median(far)) / math.hypot(layout.width, layout.height)


def resident() -> float:
    """Of this process, in MB."""
    return megabytes("self", "VmRSS")


def peak(svg: str) -> float:
    """The most memory that the process which makes the PNG has, looked at again and again while it runs, in MB."""
    highest = 0.0
    with tempfile.TemporaryFile() as given:
        given.write(svg.encode())
        given.seek(0)
        with subprocess.Popen(command(), stdin=given, stdout=subprocess.DEVNULL) as child:
            while child.poll() is None:
                highest = max(highest, megabytes(str(child.pid), "VmHWM"))
    return highest


def megabytes(process: str, name: str) -> float:
    lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


if __name__ == "__main__":
    sys.exit(main())
