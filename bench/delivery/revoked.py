"""Fifty workspaces, and ten of them take Balcony away in the middle: nobody else notices.

`python bench/delivery revoked`. Every workspace gets a message now and then, due at moments spread over the run; half-way
ten tokens are worth nothing any more. Runs with and without that take turns, for the machine is noisy. With --control the
bot takes a refusal for something that passes.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from check import commits_of, lines
from databases import POSTGRES, SQLITE
from figures import Goal, heading, median, percentile, told
from orders import Waits
from people import Crowd, personal
from stage import Scene, Stage, stage

from bot.domain.kind import Kind
from storage.outbox import Saying

WORKSPACES, REVOKED = 50, 10
CHANGE = 0.1  # of the p95 delay
PER_SECOND = 2.0  # messages in one workspace
AT_MOST, AT_MOST_QUICKLY = 1, 2  # on a busy machine a second call is under way before the first refusal is read
GRACE = 0.25  # seconds of the machine after the first refusal, for what was under way


@dataclass(frozen=True)
class Came:
    """Of one run: the calls that each of the ten still made, by method, and the delay of the others' second half."""

    afterwards: dict[str, list[tuple[str, float]]]
    delay: float
    fine: bool


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pairs", type=int, help="of a run with and one without (4; 1 with --quick)")
    parser.add_argument("--seconds", type=float, help="of each run (20; 8 with --quick)")
    parser.add_argument("--database", choices=[SQLITE, POSTGRES], default=POSTGRES)


def run(options: argparse.Namespace) -> bool:
    pairs = 1 if options.quick or options.control else options.pairs or 4
    seconds = options.seconds or (8.0 if options.quick or options.control else 20.0)
    heading(
        "revoked", options.seed, options.database, f"{WORKSPACES} workspaces, {REVOKED} revoked half-way",
        f"{PER_SECOND:g} messages a second in each, {seconds:g} s, {pairs} times with and without",
    )  # fmt: skip
    without, with_ = list[Came](), list[Came]()
    for pair in range(pairs):
        order = ((without, False), (with_, True))
        for kept, revoke in order if pair % 2 == 0 else reversed(order):
            kept.append(_once(seconds, options, revoke=revoke))
    calls = [_calls(one) for came in with_ for one in came.afterwards.values()]
    late = [_late(one) for came in with_ for one in came.afterwards.values()]
    before, after = median([one.delay for one in without]), median([one.delay for one in with_])
    change = after / before - 1 if before else 0.0
    judged = not options.quick and not options.control
    fine = told([
        Goal("calls to each of the ten afterwards, at most", str(max(calls)), max(calls) <= (AT_MOST_QUICKLY if options.quick else AT_MOST)),
        Goal("  which ones", _spread([method for came in with_ for one in came.afterwards.values() for method, _ in one])),
        Goal("  how many of the ten made how many", _spread(calls)),
        Goal("  after the first refusal, and a grace", str(sum(late)), not sum(late)),
        Goal("p95 delay of the other forty, without and with", f"{before * 1000:.1f}, {after * 1000:.1f} ms"),
        Goal("  change", f"{change:+.1%}", abs(change) < CHANGE if judged else None),
        Goal("  in each run, ms", " ".join(f"{a.delay * 1000:.0f}/{b.delay * 1000:.0f}" for a, b in zip(without, with_, strict=True))),
    ])  # fmt: skip
    fine = fine and all(one.fine for one in [*without, *with_])
    if options.control:
        print("  not noticed" if fine else "  noticed, as it must be")
    return fine is not bool(options.control)


def _once(seconds: float, options: argparse.Namespace, *, revoke: bool) -> Came:
    scene = Scene(
        options.database, Crowd(WORKSPACES, int(seconds * PER_SECOND)), seconds + 60, options.seed, waits=Waits(5, 30, 60),
        worker={"guard": "rest"} if options.control else {},
    )  # fmt: skip
    gone = Random(options.seed).sample(scene.crowd.names(), REVOKED)
    with stage(scene) as made:
        _warm_up(made)
        half = _promise(made, seconds)
        while made.clock.seconds() < half:
            time.sleep(0.01)
        if revoke:
            made.slack.revoke(gone)
        apart = gone if revoke else []
        time.sleep(seconds / 2)
        settled = made.wait_until_settled(without=apart)
        figures = made.slack.figures()
        made.crew.dismiss()
        fine = made.check(look=True, waiting=apart) and settled
        return Came(figures["after revocation"], _delay(made, half, gone), fine)


def _warm_up(made: Stage) -> None:
    """The workers have started, and something was said everywhere."""
    sayings = [personal(Kind.WITNESSED, name, "U000001", turn=1) for name in made.scene.crowd.names()]
    made.do(lambda database: made.book.say(database, sayings))
    made.hire()
    made.wait_until_settled()


def _promise(made: Stage, seconds: float) -> float:
    """Put everything, each with its moment. Gives the moment in the middle."""
    chance, start = Random(made.scene.seed), made.clock() + timedelta(seconds=1)
    sayings: list[Saying] = []
    for workspace in made.scene.crowd.names():
        for turn, user in enumerate(made.scene.crowd.users(workspace)):
            due = start + timedelta(seconds=(turn + chance.random()) / PER_SECOND)
            sayings.append(personal(Kind.WITNESSED, workspace, user, due=due))
    made.do(lambda database: made.book.say(database, sayings))
    return start.timestamp() + seconds / 2


def _delay(made: Stage, since: float, gone: list[str]) -> float:
    """p95 of those that were due since then in the workspaces that stay, in seconds."""
    arrived = {key: float(moment) for moment, _, _, key in commits_of(made.folder)}
    due = {
        str(one["key"]): float(one["due"]) for one in lines(made.folder / "told.jsonl") if one["workspace"] not in gone
    }
    return percentile([arrived[key] - moment for key, moment in due.items() if moment > since and key in arrived], 0.95)


def _calls(calls: list[tuple[str, float]]) -> int:
    return len(calls)


def _late(calls: list[tuple[str, float]]) -> int:
    return sum(moment > calls[0][1] + GRACE for _, moment in calls)


def _spread(found: Sequence[int] | Sequence[str]) -> str:
    return ", ".join(f"{number} × {what}" for what, number in sorted(Counter(map(str, found)).items()))
