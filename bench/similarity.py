"""How well issues are understood: python bench/similarity.py FILE.csv … [--related FILE.json].

FILE has the columns `text` and `cluster`, as in bench/data/. For every encoder that is installed, alone and with each
step of Balcony's recipe: hit@1, recall@3, nDCG@5 and MAP with nobody ticking, and whether the right topic is among
five guesses. Side by side, in one run; nothing is fetched. Ends with 1 if --check is given and a target is missed.
"""

import argparse
import csv
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from encoders import at_random, bm25, installed, tf_idf
from ranking import Matrix, Quality, quality

from bot.content import load
from bot.matching.encoder import Encoder
from bot.matching.guesses import GUESSES
from bot.matching.portrait import Painter
from bot.matching.topics import Topics, topics_from

HIT, GAIN, SUGGESTED = 0.65, 0.52, 0.90
# Clusters of dev.csv and bench/data that are a topic of ours under another name.
SAME = json.loads((Path(__file__).parent / "data/topics.json").read_text("utf-8"))


@dataclass(frozen=True)
class Statements:
    texts: list[str]
    clusters: list[str]
    related: Collection[frozenset[str]]


def main() -> int:
    asked = _arguments()
    if asked.memory:
        return _use_memory(asked.memory, _read(asked.files[0], None))
    topics = topics_from(load("topics.toml"))
    if asked.topics < 1:
        kept = random.Random(asked.seed).sample(topics.all, round(asked.topics * len(topics.all)))
        topics = Topics(kept, topics.general, topics.also_words)
    painters = [Painter(opened(), topics) for opened in installed().values()]
    missed = False
    for file in asked.files:
        statements = _read(file, asked.related)
        print(f"\n{file}: {len(statements.texts)} statements, {len(set(statements.clusters))} issues")
        print(f"{'':56}{'hit@1':>22}{'recall@3':>10}{'nDCG@5':>22}{'MAP':>8}")
        best = [_line(name, found) for name, found in _rankings(statements, painters)]
        missed |= not _suggestions(statements, painters)
        missed |= best[-1][0] < HIT or best[-1][2] < GAIN
    print("\nMemory of a process of its own, MB: bare Python and NumPy, then after these texts (peak)")
    for name in installed():
        subprocess.run([sys.executable, __file__, asked.files[0], "--memory", name], check=True)
    return int(missed and asked.check)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--related", help="pairs of clusters that count half, as JSON")
    parser.add_argument("--topics", type=float, default=1.0, help="keep this share of the topic list, drawn by --seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--memory", metavar="ENCODER", help=argparse.SUPPRESS)
    return parser.parse_args()


def _read(file: str, related: str | None) -> Statements:
    with Path(file).open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    pairs = json.loads(Path(related).read_text("utf-8")) if related else []
    return Statements(
        [row["text"] for row in rows], [row["cluster"] for row in rows], [frozenset(pair) for pair in pairs]
    )


def _rankings(statements: Statements, painters: Sequence[Painter]) -> Iterator[tuple[str, Quality]]:
    """Everything that is compared; Balcony's default comes last."""

    def judged(alike: Matrix) -> Quality:
        return quality(alike, statements.clusters, statements.related)

    words: tuple[Callable[[Sequence[str]], Matrix], ...] = (at_random, bm25, tf_idf)
    for alike in words:
        yield alike.__name__, judged(alike(statements.texts))
    for painter in painters:
        encoder = painter.encoder
        repaired = [painter.understood(text) for text in statements.texts]
        spelled = [painter.topics.spelled_out(text) for text in repaired]
        yield encoder.name, judged(_alike(encoder, statements.texts))
        yield f"{encoder.name} + spelling", judged(_alike(encoder, repaired))
        yield f"{encoder.name} + spelling, acronyms", judged(_alike(encoder, spelled))
        portraits = painter.portraits(statements.texts).astype(np.float64)
        yield f"{encoder.name} + spelling, acronyms, topics", judged(portraits @ portraits.T)


def _alike(encoder: Encoder, texts: Sequence[str]) -> Matrix:
    rows = encoder.encode(texts).astype(np.float64)
    return np.asarray(rows @ rows.T)


def _line(name: str, found: Quality) -> list[float]:
    hit, recall, gain, precision = found.mean()
    (low, high), (least, most) = found.interval(0), found.interval(2)
    print(
        f"{name:56}{hit:8.3f} [{low:.2f}, {high:.2f}]{recall:10.3f}{gain:8.3f} [{least:.2f}, {most:.2f}]{precision:8.3f}"
    )
    return [hit, recall, gain, precision]


def _suggestions(statements: Statements, painters: Sequence[Painter]) -> bool:
    """Prints how often the right topic is guessed; whether the default encoder reaches the target.

    Right is the topic of the statement's issue. An issue that is no topic of the list has none: there only counts
    whether the five guesses hold what most of the others of that issue get first, so that they find each other.
    """
    topics = painters[0].topics
    known = {topic.id for topic in topics.all}
    right = [SAME.get(cluster, cluster) for cluster in statements.clusters]
    reached = True
    print(
        f"\n{'topics guessed':56}{'first':>8}{'of five':>10}{'statements':>12}{'no topic: agree':>17}{'statements':>12}"
    )
    for painter in painters:
        order = np.argsort(-painter.likely(statements.texts), axis=1, kind="stable")[:, :GUESSES]
        guesses = [[topics.all[place].id for place in row] for row in order]
        ours = [(guess, topic) for guess, topic in zip(guesses, right, strict=True) if topic in known]
        first = sum(guess[0] == topic for guess, topic in ours) / max(len(ours), 1)
        among = sum(topic in guess for guess, topic in ours) / max(len(ours), 1)
        agree = _agreement(guesses, [topic if topic not in known else "" for topic in right])
        shown = f"{sum(agree) / len(agree):17.3f}{len(agree):12}" if agree else ""
        print(f"{painter.encoder.name:56}{first:8.3f}{among:10.3f}{len(ours):12}{shown}")
        reached = among >= SUGGESTED or not ours
    return reached


def _agreement(guesses: Sequence[Sequence[str]], issues: Sequence[str]) -> list[bool]:
    """For each statement of an issue that is no topic: do its guesses hold the commonest first guess of the others?"""
    found = []
    for place, issue in enumerate(issues):
        others = [guesses[i][0] for i, other in enumerate(issues) if other == issue and i != place]
        if issue and others:
            found.append(Counter(others).most_common(1)[0][0] in guesses[place])
    return found


def _use_memory(name: str, statements: Statements) -> int:
    bare = _resident("VmRSS")
    begun = perf_counter()
    encoder = installed()[name]()
    encoder.encode(statements.texts[:1])
    ready = perf_counter() - begun
    begun = perf_counter()
    encoder.encode(statements.texts)
    each = (perf_counter() - begun) / len(statements.texts) * 1000
    print(
        f"{name:56}{bare:8.0f} → {_resident('VmRSS'):.0f} ({_resident('VmHWM'):.0f}), ready in {ready:.2f} s, {each:.1f} ms a text"
    )
    return 0


def _resident(field: str) -> float:
    fields = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in fields if line.startswith(field))


if __name__ == "__main__":
    sys.exit(main())
