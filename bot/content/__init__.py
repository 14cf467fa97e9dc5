"""The catalogue: maxims, themes, prompts, questions and worksheets, and the choosing from them.

The texts live in the data files beside this module; entries.py reads and checks them. `load` also reads demo/*.toml.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from bot.content.entries import (
    ContentError,
    Maxim,
    Prompt,
    Theme,
    Worksheet,
    load,
    maxims_from,
    names,
    plain,
    prompts_from,
    questions_from,
    themes_from,
    worksheets_from,
)

__all__ = ["Catalogue", "ContentError", "Maxim", "Prompt", "Theme", "Worksheet", "catalogue", "load"]

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")


@dataclass(frozen=True)
class Catalogue:
    """All that is in the files. Every choice from it follows from its arguments alone."""

    maxims: tuple[Maxim, ...]
    themes: tuple[Theme, ...]
    prompts: tuple[Prompt, ...]
    questions: tuple[str, ...]
    questions_source: str
    worksheets: tuple[Worksheet, ...]

    def theme_named(self, words: str | None) -> Theme | None:
        """The theme with this id or alias, whatever the case, hyphens or spaces; None for any other words."""
        wanted = plain(words or "")
        return next((theme for theme in self.themes if wanted in names(theme)), None)

    def prompt(self, prompt_id: str) -> Prompt | None:
        return next((prompt for prompt in self.prompts if prompt.id == prompt_id), None)

    def next_maxim(self, seen: Sequence[int]) -> Maxim:
        """Never the same one twice until all have been; `seen` is the history, oldest first."""
        fresh = _fresh([maxim.number for maxim in self.maxims], seen)
        return next(maxim for maxim in self.maxims if maxim.number in fresh)

    def next_prompt(self, seen: Sequence[str], *, theme: str | None, turn: int) -> Prompt:
        """One of the theme if it can, and never one seen before until all have been; `seen` is oldest first.

        `turn` may be any number: members with different ones start at different prompts.
        """
        fresh = _fresh([prompt.id for prompt in self.prompts], seen)
        named = self.theme_named(theme)
        of_theme = [prompt for prompt in self.prompts if named and prompt.theme == named.id]
        candidates = _turned(of_theme, turn) + _turned(_alternating(self.prompts), turn)
        return next(prompt for prompt in candidates if prompt.id in fresh)

    def worksheet(self, turn: int, theme: str = "") -> Worksheet:
        """In turn: one of the theme if there is any, else of all."""
        named = self.theme_named(theme)
        suitable = [one for one in self.worksheets if named and named.id in one.themes] or self.worksheets
        return suitable[turn % len(suitable)]


@cache
def catalogue() -> Catalogue:
    """The catalogue that comes with the package; raises ContentError if a file breaks a rule."""
    themes = themes_from(load("themes.toml"))
    questions, questions_source = questions_from(load("thinking_time.toml"))
    return Catalogue(
        maxims=maxims_from(load("maxims.toml")),
        themes=themes,
        prompts=prompts_from(load("prompts.toml"), themes),
        questions=questions,
        questions_source=questions_source,
        worksheets=worksheets_from(load("worksheets.toml"), themes),
    )


def _fresh(every: Sequence[Key], seen: Sequence[Key]) -> set[Key]:
    """What may come next: the never seen; when there are none, what is left of the present cycle.

    Where one cycle meets the next, the later half of the history is held back, so nothing returns within weeks.
    """
    known = set(every)
    history = [key for key in seen if key in known]  # what has left the catalogue no longer counts
    if never := known.difference(history):
        return never
    cycle: set[Key] = set()
    for key in history:
        if key in cycle:
            cycle.clear()
        cycle.add(key)
    left = known - cycle or known
    return left.difference(history[-(len(known) // 2) :]) or left


def _turned(items: Sequence[Item], turn: int) -> list[Item]:
    start = turn % len(items) if items else 0
    return [*items[start:], *items[:start]]


def _alternating(prompts: Sequence[Prompt]) -> list[Prompt]:
    """The first of every theme, then the second of every theme: neighbours differ in theme."""
    before: Counter[str] = Counter()
    rank: dict[str, int] = {}
    for prompt in prompts:
        rank[prompt.id] = before[prompt.theme]
        before[prompt.theme] += 1
    return sorted(prompts, key=lambda prompt: rank[prompt.id])
