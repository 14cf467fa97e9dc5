"""What is known when a round is planned, and what a plan comes to. People go by their ids on the platform.

So the same programme gives the same round, whatever ids its rows have. NumPy is not needed for any of it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import combinations

from bot.domain.kind import Kind
from bot.matching import recipe
from storage import connections, introductions, issues, members, never_match, outbox, own_topics
from storage.connections import How
from storage.db import Db
from storage.introductions import Past
from storage.issues import Painted
from storage.models import Member, Programme
from storage.own_topics import Called

Pairs = frozenset[tuple[str, str]]

RESTS_AFTER = 3  # introductions without a sign of life
MOST_IN_A_GROUP = 4
NOT_ASKED, PAUSED, RESTING, SKIPS, SITS_OUT = "not asked", "paused", "resting", "skips", "sits out"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A member of the programme. `away`: why they are not introduced this time."""

    user: str
    organisation: str = ""
    sector: str = ""
    place: str = ""
    issues: tuple[Painted, ...] = ()
    hosted: int = 0
    first: bool = False
    away: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything that a plan for the round of that local date depends on."""

    on: date
    people: tuple[Somebody, ...]
    past: tuple[Past, ...] = ()
    known: Pairs = frozenset()
    never: Pairs = frozenset()
    topics: tuple[Called, ...] = ()
    size: int = 2
    lean: str = ""
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """People to introduce to each other, and what there is to say of it. `sure` is one of bot.matching.reason.Sure."""

    users: tuple[str, ...]
    first_move: str
    crosses: tuple[str, ...] = ()
    again: bool = False
    sure: str = ""
    topic: str = ""
    shown: Mapping[str, int] | None = None  # which of their issues, by user


@dataclass(frozen=True)
class Planned:
    """Everybody who is there is in one meeting, or left out; `left_out` says why, by user."""

    facts: Facts
    meetings: tuple[Meeting, ...] = ()
    left_out: Mapping[str, str] | None = None


async def gather(db: Db, programme: Programme, now: datetime, on: date) -> Facts:
    """What is known of the programme now, for its round of that local date."""
    everyone = await members.of_programme(db, programme)
    user = {member.id: member.user for member in everyone}
    past = await introductions.history(db, programme)
    first = await introductions.not_happened(db, programme, now) | await _left_out_last_time(db, programme)
    hosted = await introductions.hosted(db, programme)
    painted = await issues.of_programme(db, programme, recipe.version_here())
    return Facts(
        on,
        tuple(
            Somebody(
                member.user, member.organisation, member.sector, member.place, tuple(painted.get(member.id, ())),
                hosted.get(member.id, 0), member.id in first, away(member, now, on),
            )
            for member in everyone
        ),
        tuple(
            replace(one, ids=frozenset(user[each] for each in one.ids if each in user)) for one in past
        ),
        *await forbidden(db, programme, user),
        tuple(await own_topics.accepted(db, programme.id)),
        programme.round_size,
        programme.round_lean,
        f"{programme.platform}:{programme.workspace}:{programme.channel}:{on}",
    )  # fmt: skip


async def forbidden(db: Db, programme: Programme, user: Mapping[str, str]) -> tuple[Pairs, Pairs]:
    """Those who know each other, and those who must not be introduced; by user, each pair in order."""
    known = [(one.one, one.other) for one in await connections.of_programme(db, programme) if one.how == How.KNOWN]
    never = await never_match.of_programme(db, programme)
    return _by_user(known, user), _by_user(never, user)


def away(member: Member, now: datetime, on: date) -> str:
    """Why this member is not in the round of that date; empty if they are."""
    if why := unwilling(member, now):
        return why
    if member.silent >= RESTS_AFTER:
        return RESTING
    if member.skips_round_on == on:
        return SKIPS
    return SITS_OUT if member.rounds_off else ""


def unwilling(member: Member, now: datetime) -> str:
    """Why this member is not to be introduced at all; empty if nothing speaks against it."""
    if not member.wants_introductions or member.left_at:
        return NOT_ASKED
    return PAUSED if member.is_paused(now) else ""


def regrouped(
    groups: Sequence[Sequence[str]], there: Collection[str], never: Pairs, before: Pairs
) -> tuple[list[tuple[str, ...]], list[str]]:
    """The same groups with only those who are there, and no two of them who must not meet; and who is left over.

    Each group keeps its place, empty if nobody is left in it. Whoever is left alone goes to another one who is, or to
    a group that has room; best to one in which they have met nobody `before`.
    """
    made = [_apart([one for one in group if one in there], never) for group in groups]
    left = sorted(one for kept, out in made for one in (*out, *(kept if len(kept) == 1 else ())))
    new = [kept if len(kept) > 1 else [] for kept, _ in made]
    free = [place for place, group in enumerate(new) if not group]
    for one in list(left):
        if one not in left:
            continue
        partner = next((each for each in left if each != one and _pair(one, each) not in never), None)
        if partner and free:
            new[free.pop(0)] = [one, partner]
            left = [each for each in left if each not in {one, partner}]
    for one in list(left):
        room = [group for group in new if 0 < len(group) < MOST_IN_A_GROUP and _suits(one, group, never)]
        if room:
            best = min(room, key=lambda group: (sum(_pair(one, each) in before for each in group), len(group)))
            best.append(one)
            left.remove(one)
    return [tuple(sorted(group)) for group in new], left


def pairs_of(past: Iterable[Past]) -> Pairs:
    """Everybody who was introduced to each other before."""
    return frozenset(pair for one in past for pair in combinations(sorted(one.ids), 2))


async def _left_out_last_time(db: Db, programme: Programme) -> set[str]:
    last = await introductions.last_round(db, programme)
    return await outbox.members_told(db, programme.id, Kind.LEFT_OUT, last.made_at) if last else set()


def _by_user(pairs: Iterable[tuple[str, str]], user: Mapping[str, str]) -> Pairs:
    return frozenset(_pair(user[one], user[other]) for one, other in pairs if one in user and other in user)


def _pair(one: str, other: str) -> tuple[str, str]:
    return (min(one, other), max(one, other))


def _suits(one: str, group: Iterable[str], never: Pairs) -> bool:
    return all(_pair(one, each) not in never for each in group)


def _apart(group: Sequence[str], never: Pairs) -> tuple[list[str], list[str]]:
    """Those who may stay together, and those who may not stay with them."""
    kept: list[str] = []
    out: list[str] = []
    for one in group:
        (kept if _suits(one, kept, never) else out).append(one)
    return kept, out
