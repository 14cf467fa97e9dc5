"""Reads a day out of a commitment, the way people in British public services write it.

Own code, not a library: docs/why.md says why. It only takes a day where somebody plainly meant one, and leaves
the person's words alone: a day at the start or the end is lifted out, one in the middle stays in the sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain import due_words as words_for
from bot.domain.due_days import EARLY, READERS, NoSuchDay, written

_FURTHEST = timedelta(days=366)
_TIMES_OF_DAY = ("morning", "afternoon", "evening")
_THIS = {"tonight": "in the evening", "this lunchtime": "at lunchtime"} | {
    f"this {time}": f"in the {time}" for time in _TIMES_OF_DAY
}
_SPACED = " ,;:\n\t\xa0"
_TRIMMED = _SPACED + "-–—"


@dataclass(frozen=True, slots=True)
class Understood:
    """What somebody wrote, and the day they meant.

    `days` has one entry where the day is plain, none where there is none, several where the person must choose.
    `part` is the time of day in their words ("morning", "at 3pm"). `problem` is a plain sentence, or empty.
    """

    what: str
    days: tuple[date, ...] = ()
    part: str = ""
    problem: str = ""

    @property
    def day(self) -> date | None:
        return self.days[0] if len(self.days) == 1 else None


def understand(words: str, today: date) -> Understood:
    """Read the commitment and its day. `today` is the local date of the person who wrote it."""
    words = words.strip()
    found = sorted(_found(words, today), key=lambda one: one.start)
    problem = next((f.problem for f in found if f.problem), "")
    days = tuple(dict.fromkeys(f.day for f in found if f.day))
    if not problem and any(day - today > _FURTHEST for day in days):
        problem = "That day is more than a year away."
    if problem:
        return Understood(words, problem=problem)
    if len(days) != 1:
        return Understood(words, days)
    what = words
    for one in reversed(found):
        what = _lift(what, one.start, one.end)
    return Understood(what, days, next((f.part for f in found if f.part), ""))


def day_alone(words: str, today: date) -> Understood:
    """Read a day or a span on its own, as after "until": "3 January", "Friday", "2 weeks"."""
    plain = re.sub(r"^(?:(?:until|till|to|for|in|on|by)\s+)+", "", words.strip(), flags=re.IGNORECASE)
    for reading in (f"x by {plain}", f"x in {plain}"):
        understood = understand(reading, today)
        if (understood.days and understood.what in {"x", ""}) or understood.problem:
            return understood
    return Understood(words)


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    day: date | None
    part: str = ""
    problem: str = ""


def _found(words: str, today: date) -> Iterator[_Found]:
    """Every plain mention of a day, none inside another."""
    searched = words.translate(words_for.LOOKALIKES).lower()
    taken: list[range] = []
    signs = {kind for kind, sign in words_for.SIGNS.items() if sign.search(searched)}
    for kind, pattern in words_for.PATTERNS:
        if kind not in signs:
            continue
        for match in pattern.finditer(searched):
            if _is_taken(match, taken) or _names_no_day(match) or (kind == "date" and _is_verb(words, match)):
                continue
            try:
                day = READERS[kind](match, today)
            except NoSuchDay as problem:
                yield _Found(match.start(), match.end(), None, problem=str(problem))
            else:
                if day is None:
                    continue
                yield _Found(match.start(), match.end(), day, _part(match))
            taken.append(range(match.start(), match.end()))
            if kind == "weekday":
                yield from _joined(searched, match.end(), today, taken)


def _is_taken(match: re.Match[str], taken: list[range]) -> bool:
    return any(match.start() < span.stop and span.start < match.end() for span in taken)


def _names_no_day(match: re.Match[str]) -> bool:
    """Whether the words around say that it is none: every Friday, the Friday update."""
    if written(match, "lead") or written(match, "early"):
        return False
    before, after = match.string[: match.start()], match.string[match.end() : match.end() + 2]
    previous = _last_word(before)
    in_a_name = after[:1].isspace() and after[1:].isalnum()
    return previous in words_for.NOT_ONE_DAY or (in_a_name and previous in words_for.DETERMINERS)


def _is_verb(words: str, match: re.Match[str]) -> bool:
    """May and March in small letters, with no more than a number, are verbs: ask whether 3 may join."""
    if match["month"] not in {"may", "march", "mar"} or words[match.start("month")].isupper():
        return False
    bare = not any(written(match, name) for name in ("lead", "weekday", "year"))
    return bare and bool(words[match.end() :].strip(" .!?"))


def _joined(words: str, end: int, today: date, taken: list[range]) -> Iterator[_Found]:
    """Further days of the week named in one breath: on Monday, Tuesday or Friday."""
    while another := words_for.ANOTHER.match(words, end):
        end = another.end()
        taken.append(range(another.start(), end))
        yield _Found(another.start("weekday"), end, READERS["weekday"](another, today))


def _lift(words: str, start: int, end: int) -> str:
    """The words without the day, where that leaves a sentence; else the words as they are."""
    if words[:start][-1:].strip(_SPACED) or words[end:][:1].strip(_TRIMMED + ".!?"):
        return words  # it has grown together with its neighbour: (on Friday), 3/4 December
    if words[start].isdigit() and words[:start].rstrip().endswith(("-", "–", "—")):
        return words  # 3 – 5 December
    before, after = words[:start].rstrip(_TRIMMED), words[end:].lstrip(_TRIMMED)
    if not after.strip(" .!?"):
        return words if _last_word(before) in words_for.NOT_LIFTED_AFTER else before
    if not before:
        return words if after.split()[0].lower() in words_for.NOT_LIFTED_BEFORE else after
    return words


def _last_word(words: str) -> str:
    """The last word, if nothing but white space follows it."""
    return (words[-20:].split() or [""])[-1].lower()


def _part(match: re.Match[str]) -> str:
    """The time of day, in their words."""
    early, part, named = (written(match, name) for name in ("early", "part", "named"))
    if written(match, "lead") == "before" and part in EARLY:
        part = ""  # before Friday morning: on Thursday, then
    early = early or _THIS.get(named, "")
    if early and part in _TIMES_OF_DAY:
        part = f"in the {part}"
    return f"{early} {part}".strip()
