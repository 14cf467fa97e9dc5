"""Looks for a program that breaks a promise, and makes it as short as it can."""

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from tests.machine.program import Program


def search(among: SearchStrategy[Program], number: int, chosen: int, plays: Callable[[Program], object]) -> None:
    """Play so many of these programs; the same ones for the same `chosen`. Raises what playing the shortest one raises."""

    @seed(chosen)
    @settings(
        max_examples=number, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink), report_multiple_bugs=False, print_blob=False,
    )  # fmt: skip
    @given(among)
    def holds(program: Program) -> None:
        plays(program)

    holds()
