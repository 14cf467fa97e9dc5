"""The promises of speed and size, and whether a run kept them."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from rounds import STEADY_RATE, Figures

PEAK_MIB = 130
START_S = 2
P999_MS = 500


@dataclass(frozen=True)
class Verdict:
    """One target: `met` is None when it was not measured."""

    target: str
    met: bool | None
    figures: str


def judge(balcony: Figures | None, default: Figures) -> list[Verdict]:
    """Every target, judged on medians over the rounds."""
    rules: list[tuple[str, Callable[[Figures, Figures], tuple[bool, str]]]] = [
        ("p50 at 1 client under half of the default AsyncApp's", single_client),
        ("requests/s at 32 clients at least half of the default AsyncApp's", many_clients),
        (f"p99.9 under {P999_MS} ms at a steady {STEADY_RATE}/s", tail),
        (f"peak memory under {PEAK_MIB} MiB", memory),
        (f"process start to first answer under {START_S} s", first_answer),
    ]
    return [verdict(target, rule, balcony, default) for target, rule in rules]


def verdict(
    target: str,
    rule: Callable[[Figures, Figures], tuple[bool, str]],
    balcony: Figures | None,
    default: Figures,
) -> Verdict:
    if balcony is None:
        return Verdict(target, None, "not measured")
    try:
        met, figures = rule(balcony, default)
    except KeyError as missing:
        return Verdict(target, None, f"not measured: {missing.args[0]}")
    return Verdict(target, met, figures)


def single_client(balcony: Figures, default: Figures) -> tuple[bool, str]:
    ours, theirs = middle(balcony, "p50_1"), middle(default, "p50_1")
    return ours < theirs / 2, f"{ours:.2f} ms against {theirs:.2f} ms ({ours / theirs:.2f}×)"


def many_clients(balcony: Figures, default: Figures) -> tuple[bool, str]:
    ours, theirs = middle(balcony, "per_second_32"), middle(default, "per_second_32")
    return ours >= theirs / 2, f"{ours:,.0f}/s against {theirs:,.0f}/s ({ours / theirs:.2f}×)"


def tail(balcony: Figures, _: Figures) -> tuple[bool, str]:
    ours, worst = middle(balcony, "steady_p999"), middle(balcony, "steady_max")
    answered = middle(balcony, "steady_answered")
    return ours < P999_MS, f"{ours:.1f} ms, worst {worst:.1f} ms, of {answered:,.0f}"


def memory(balcony: Figures, _: Figures) -> tuple[bool, str]:
    ours = middle(balcony, "peak_mib")
    return ours < PEAK_MIB, f"{ours:.0f} MiB"


def first_answer(balcony: Figures, _: Figures) -> tuple[bool, str]:
    ours = middle(balcony, "start_s")
    return ours < START_S, f"{ours:.2f} s, best {min(balcony.values['start_s']):.2f} s"


def gaps(balcony: Figures, immediate: Figures) -> list[str]:
    """How far Balcony is from a bare app that answers at once, in lines of text."""
    lines = []
    for measure, name in (("p50_1", "p50, 1 client"), ("p50_32", "p50, 32 clients"), ("steady_p999", "p99.9, steady")):
        if measure in balcony.values and measure in immediate.values:
            ours, theirs = middle(balcony, measure), middle(immediate, measure)
            lines.append(f"{name}: {ours / theirs:.1f}×, {ours - theirs:+.2f} ms")
    if "per_second_32" in balcony.values and "per_second_32" in immediate.values:
        ours, theirs = middle(balcony, "per_second_32"), middle(immediate, "per_second_32")
        lines.append(f"requests/s, 32 clients: {ours / theirs:.2f}×, {ours - theirs:+,.0f}/s")
    return lines


def middle(figures: Figures, measure: str) -> float:
    """The median over the rounds. Raises KeyError with the measure's name."""
    return median(figures.values[measure])
