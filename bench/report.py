"""What a run says: one table, the targets, and the same as JSON."""

import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import median
from typing import Any

from rounds import CLIENTS, STEADY_RATE, Figures, Plan
from targets import Verdict


@dataclass(frozen=True)
class Row:
    """A line of the table. `once`: measured once a run, so best and median are the same."""

    measure: str
    title: str
    form: str = ".2f"
    most_is_best: bool = False
    once: bool = False


ROWS = (
    Row("p50_1", "p50 ms, 1 client"),
    Row("p99_1", "p99 ms, 1 client"),
    Row("p50_32", f"p50 ms, {CLIENTS} clients", ".1f"),
    Row("p99_32", f"p99 ms, {CLIENTS} clients", ".1f"),
    Row("per_second_32", f"requests/s, {CLIENTS} clients", ",.0f", most_is_best=True),
    Row("cpu_32", f"CPU ms a request, {CLIENTS} clients"),
    Row("generator_cpu_32", "  (of the load generator)"),
    Row("steady_p50", f"p50 ms, steady {STEADY_RATE}/s", once=True),
    Row("steady_p99", f"p99 ms, steady {STEADY_RATE}/s", once=True),
    Row("steady_p999", f"p99.9 ms, steady {STEADY_RATE}/s", ".1f", once=True),
    Row("steady_max", f"max ms, steady {STEADY_RATE}/s", ".1f", once=True),
    Row("steady_late", "  (of it the load generator's own, at most)", ".1f", once=True),
    Row("steady_answered", f"answers, steady {STEADY_RATE}/s", ",.0f", once=True),
    Row("steady_cpu", f"CPU ms a request, steady {STEADY_RATE}/s", once=True),
    Row("peak_mib", "peak resident MiB", ".0f", once=True),
    Row("start_s", "start to first answer s"),
)


def table(servers: list[Figures], plan: Plan) -> str:
    """Best / median of the rounds, a column for each server."""
    titles = [f"best / median of {plan.rounds} rounds, {plan.starts} starts", *(one.name for one in servers)]
    lines = [titles, *([row.title, *(cell(row, one) for one in servers)] for row in ROWS)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    text = [aligned(line, widths) for line in lines]
    return "\n".join([text[0], "-" * len(text[0]), *text[1:]])


def aligned(line: list[str], widths: list[int]) -> str:
    """The first part to the left, the others to the right."""
    others = [part.rjust(width) for part, width in zip(line[1:], widths[1:], strict=True)]
    return "   ".join([line[0].ljust(widths[0]), *others])


def cell(row: Row, figures: Figures) -> str:
    values = figures.values.get(row.measure)
    if not values:
        return "–"
    if row.once:
        return format(values[-1], row.form)
    return f"{best(row, values):{row.form}} / {median(values):{row.form}}"


def best(row: Row, values: list[float]) -> float:
    return max(values) if row.most_is_best else min(values)


def verdict_lines(verdicts: list[Verdict]) -> str:
    words = {True: "met   ", False: "MISSED", None: "  ?   "}
    return "\n".join(f"{words[one.met]}  {one.target}: {one.figures}" for one in verdicts)


def document(
    servers: list[Figures], plan: Plan, verdicts: list[Verdict], gap: list[str], missing: str
) -> dict[str, Any]:
    """Everything a later run can be compared with."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "load_after": os.getloadavg(), "kernel": platform.release()},
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("slack-bolt", "uvicorn", "uvloop", "httptools", "starlette")},
        "plan": asdict(plan) | {"members": len(plan.members)},
        "servers": {one.name: server_document(one) for one in servers},
        "targets": [asdict(one) for one in verdicts],
        "gap_to_process_before_response": gap,
        "balcony_missing": missing or None,
    }


def server_document(figures: Figures) -> dict[str, Any]:
    measures = {
        row.measure: {"best": best(row, values), "median": median(values), "rounds": values}
        for row in ROWS
        if (values := figures.values.get(row.measure))
    }
    return {"measures": measures, "failed": figures.failed, "failures": figures.failures}
