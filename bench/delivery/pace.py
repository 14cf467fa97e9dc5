"""A fan-out under Slack's limits: as fast as it is allowed, hardly ever refused, and nobody else waits for it.

`python bench/delivery pace`. Time is compressed: the bot's clock and the fake's run faster than the machine's, so what the
bot needs to think counts for more than it does in life. Ten thousand go to the people of one workspace; meanwhile single
messages go to those of four others, and a hundred to one channel. Then a fan-out under a cap that is lower than the bot
believes. With --control: at twice the pace, with the single messages behind the fan-out in its own workspace.
"""

import argparse
import time

from check import commits_of, lines
from databases import POSTGRES, SQLITE
from figures import Goal, costs, heading, percentile, profile, told
from orders import Waits
from people import Crowd, personal, public
from stage import Scene, Stage, stage

from bot.domain.kind import Kind
from storage.db import Database

CAP = 300  # messages in one workspace and minute: what the bot believes Slack bears
BURST = 1.02  # "short bursts are allowed"
LOWER = 240
RATE, REFUSED, DELAY = 0.95, 0.005, 2.0  # of the cap; of the calls; seconds at p95
EVERY = 4.0  # seconds between two single messages
CROWD, SINGLE, CHANNEL = "T0001", ("T0002", "T0003", "T0004", "T0005"), "T0006"


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, help="of the fan-out (10000; 400 with --quick)")
    parser.add_argument("--database", choices=[SQLITE, POSTGRES], default=POSTGRES)


def run(options: argparse.Namespace) -> bool:
    people = options.people or (400 if options.quick or options.control else 10_000)
    if options.control:
        green = _fan_out(people, CAP, options)
        print("  not noticed" if green else "  noticed, as it must be")
        return not green
    results = [_fan_out(people, CAP, options), _fan_out(people // 3, LOWER, options)]
    return all(results)


def _fan_out(people: int, cap: int, options: argparse.Namespace) -> bool:
    factor = options.factor or 5.0
    as_believed = cap == CAP
    judged = as_believed and not options.quick
    seconds = people / cap * 60 / factor
    scene = Scene(
        options.database, Crowd(6, people, people // 10), seconds * 1.6 + 20, options.seed, factor=factor, waits=Waits(5, 30, 60),
        fake={"cap": int(cap * BURST), "spacing": 1.0}, worker={"profile": options.profile} | ({"per_minute": 2.0 * CAP} if options.control else {}),
    )  # fmt: skip
    heading(
        "pace", options.seed, options.database, f"{scene.workers} workers, {people:,} people, {cap} a minute",
        f"time {factor:g} times as fast", f"about {seconds:.0f} s",
    )  # fmt: skip
    with stage(scene) as made:
        made.do(lambda database: _promise(made, database, people))
        made.hire()
        while made.time_is_left() and not made.commits():
            time.sleep(0.02)
        before = made.cpu()
        made.do(lambda database: _singles(made, database, people, behind=options.control))
        settled, after = made.wait_until_settled(), made.cpu()
        figures = made.slack.figures()
        made.crew.dismiss()
        if options.profile:
            print(profile(made.folder))
        calls = figures["counts"]["chat.postMessage"]
        refused = sum(number for name, number in figures["counts"].items() if name.startswith("429"))
        rate, delay = _rate(made), _delay(made)
        fine = told([
            Goal("settled in time", "yes" if settled else "no", settled),
            Goal(f"rate, of the {cap} a minute that are allowed", f"{rate / cap:.3f}", rate / cap >= RATE if judged else None),
            Goal(f"429s, of {calls:,} calls", f"{refused} ({refused / calls:.2%})", refused / calls <= REFUSED),
            Goal("calls before a Retry-After was over", str(figures["early"]), not figures["early"]),
            Goal("  (under way when it was asked)", str(figures["under way"])),
            Goal("p50 delay of a single message elsewhere", f"{_delay(made, 0.5):.2f} s"),
            Goal("p95 delay of a single message elsewhere", f"{delay:.2f} s", delay <= DELAY if judged else None),
            *costs(before, after, calls),
        ])  # fmt: skip
        return made.check(look=True) and fine


async def _promise(made: Stage, database: Database, people: int) -> None:
    users = made.scene.crowd.users(CROWD)
    await made.book.say(database, [personal(Kind.INTRODUCTION, CROWD, user) for user in users])
    await made.book.say(database, [public(Kind.INTRODUCTION, CHANNEL, turn) for turn in range(min(100, people // 20))])


async def _singles(made: Stage, database: Database, people: int, *, behind: bool) -> None:
    """One after another, while the fan-out is under way."""
    turn, users = 0, made.scene.crowd.users(SINGLE[0])
    while made.time_is_left() and made.commits() < 0.9 * people:
        turn += 1
        workspace = CROWD if behind else SINGLE[turn % len(SINGLE)]
        await made.book.say(database, [personal(Kind.INTRODUCTION, workspace, users[turn % len(users)], turn)])
        await made.clock.sleep(EVERY)


def _rate(made: Stage) -> float:
    """Messages a minute in the fan-out's workspace."""
    times = [float(moment) for moment, workspace, _, _ in commits_of(made.folder) if workspace == CROWD]
    return (len(times) - 1) / (times[-1] - times[0]) * 60 if len(times) > 1 else 0.0


def _delay(made: Stage, share: float = 0.95) -> float:
    """Seconds of the run, from when a single message was put to when it had arrived."""
    arrived = {key: float(moment) for moment, _, _, key in commits_of(made.folder)}
    delays = [
        arrived[one["key"]] - one["due"]
        for one in lines(made.folder / "told.jsonl")
        if one["workspace"] != CHANNEL and not one["key"].endswith(":0") and one["key"] in arrived
    ]
    return percentile(delays, share)
