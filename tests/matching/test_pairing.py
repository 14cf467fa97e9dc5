"""Who meets whom in a round: everyone once, new people before known ones, other organisations before one's own."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching import Candidate, Plan, plan, similarity

START = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
History = list[tuple[datetime, frozenset[str]]]
NAMES = ("Kuda", "Mo", "Ana", "Bea", "Cai", "Dev", "Eve", "Fay", "Gus", "Hal", "Ida", "Jon", "Kit", "Lea", "Max", "Nia")


def people(count: int, organisations: Sequence[str] = ("",)) -> list[Candidate]:
    return [Candidate(NAMES[i], f"issue {i}", organisations[i % len(organisations)]) for i in range(count)]


def nothing_alike(_one: str, _other: str) -> float:
    return 0.0


def near_in_the_list(one: str, other: str) -> float:
    """Neighbours are the most alike."""
    return 1.0 / (1 + abs(int(one.split()[1]) - int(other.split()[1])))


def met(*groups: str) -> History:
    """Earlier introductions, the first the longest ago, like "Kuda Mo"."""
    return [(START + timedelta(weeks=week), frozenset(group.split())) for week, group in enumerate(groups)]


def groups(planned: Plan) -> set[frozenset[str]]:
    return {frozenset(group) for group in planned.groups}


def pairs(planned: Plan) -> list[frozenset[str]]:
    return [frozenset(pair) for group in planned.groups for pair in combinations(group, 2)]


def play(
    count: int, rounds: int, alike: Callable[[str, str], float] = near_in_the_list, organisations: Sequence[str] = ("",)
) -> list[Plan]:
    """So many rounds with the same people, each knowing the ones before."""
    history: History = []
    played = []
    for number in range(rounds):
        planned = plan(people(count, organisations), history, alike, f"round {number}")
        history += [(START + timedelta(weeks=number), frozenset(group)) for group in planned.groups]
        played.append(planned)
    return played


# Everyone once


def test_nobody_and_one_alone() -> None:
    """Without people there is nothing to plan; one alone is left over, and said so."""
    assert plan([], [], similarity, "s") == Plan((), ())
    assert plan(people(1), [], similarity, "s") == Plan((), ("Kuda",))


def test_two_and_three_are_one_group() -> None:
    """Two are a pair, three a trio."""
    assert groups(plan(people(2), [], similarity, "s")) == {frozenset({"Kuda", "Mo"})}
    assert groups(plan(people(3), [], similarity, "s")) == {frozenset({"Kuda", "Mo", "Ana"})}


@settings(deadline=None, max_examples=15)
@given(
    count=st.integers(2, 12),
    organisations=st.lists(st.sampled_from(["", "NHS", "council", "school"]), min_size=1, max_size=4),
    earlier=st.lists(st.lists(st.sampled_from([*NAMES, "Gone", "Left"]), min_size=0, max_size=3, unique=True)),
    seed=st.text(max_size=5),
)
def test_everyone_is_in_one_group(count: int, organisations: list[str], earlier: list[list[str]], seed: str) -> None:
    """Whatever happened before: everyone exactly once, in pairs, with one trio if the number is odd."""
    planned = plan(people(count, organisations), met(*map(" ".join, earlier)), near_in_the_list, seed)
    assert sorted(one for group in planned.groups for one in group) == sorted(NAMES[:count])
    assert sorted(map(len, planned.groups)) == [2] * (count // 2 - count % 2) + [3] * (count % 2)
    assert planned.left_over == ()


# The same again


def test_the_same_seed_gives_the_same_plan() -> None:
    """Neither the order of the people nor a second run changes who meets whom."""
    planned = plan(people(9), met("Kuda Mo"), near_in_the_list, "seed")
    assert plan(people(9), met("Kuda Mo"), near_in_the_list, "seed") == planned
    assert plan(people(9)[::-1], met("Kuda Mo"), near_in_the_list, "seed") == planned


def test_another_seed_gives_another_plan_where_all_is_equal() -> None:
    """With nothing to tell people apart, the seed decides."""
    assert len({frozenset(groups(plan(people(6), [], nothing_alike, str(seed)))) for seed in range(10)}) > 1


def test_nothing_given_is_changed() -> None:
    """The people and the history stay as they were."""
    history, everyone = met("Kuda Mo", "Ana Bea"), people(5)
    plan(everyone, history, similarity, "s")
    assert (history, everyone) == (met("Kuda Mo", "Ana Bea"), people(5))


# New people first


@pytest.mark.parametrize("count", range(2, 17, 2))
def test_nobody_meets_twice_before_meeting_everyone(count: int) -> None:
    """In one round fewer than there are people, everybody meets everybody once."""
    often = Counter(pair for planned in play(count, count - 1) for pair in pairs(planned))
    assert set(often.values()) == {1}
    assert len(often) == count * (count - 1) // 2


@pytest.mark.parametrize("count", [6, 8])
def test_organisations_do_not_bring_repeats(count: int) -> None:
    """Three organisations and a wish to mix them change nothing in that."""
    played = play(count, count - 1, organisations=("NHS", "council", "school"))
    assert max(Counter(pair for planned in played for pair in pairs(planned)).values()) == 1


@pytest.mark.parametrize("count", [7, 9])
def test_an_odd_group_starts_without_repeats(count: int) -> None:
    """The trio, too, is made of people who have not met, for the first three rounds at least."""
    assert max(Counter(pair for planned in play(count, 3) for pair in pairs(planned)).values()) == 1


def test_somebody_known_is_met_before_somebody_from_the_same_house_is_not() -> None:
    """A colleague one has not met comes before a stranger one has."""
    everyone = people(4, ("NHS", "NHS", "council", "council"))
    history = met("Kuda Ana", "Mo Bea", "Kuda Bea", "Mo Ana")
    assert groups(plan(everyone, history, similarity, "s")) == {frozenset({"Kuda", "Mo"}), frozenset({"Ana", "Bea"})}


def test_after_everyone_the_longest_ago_comes_first() -> None:
    """The fourth round of four people is their first again, and so on in turn."""
    played = [groups(planned) for planned in play(4, 9)]
    assert played[3:6] == played[:3]
    assert played[6:9] == played[:3]


def test_the_last_time_counts_not_the_first() -> None:
    """A pair that met long ago and again lately has met lately."""
    history = met("Kuda Mo", "Ana Bea", "Kuda Ana", "Mo Bea", "Kuda Bea", "Mo Ana", "Kuda Mo", "Ana Bea")
    assert groups(plan(people(4), history, similarity, "s")) == {frozenset({"Kuda", "Ana"}), frozenset({"Mo", "Bea"})}


def test_a_trio_has_met_in_all_its_pairs() -> None:
    """Those who were three together are not introduced in twos while there is somebody new."""
    history = met("Kuda Mo Ana")
    for seed in range(5):
        again = [
            pair for pair in pairs(plan(people(6), history, similarity, str(seed))) if pair < {"Kuda", "Mo", "Ana"}
        ]
        assert again == []


# Who suits whom


def test_other_organisations_come_first() -> None:
    """However alike their issues, colleagues are not introduced while there is somebody from elsewhere."""
    everyone = [
        Candidate("Kuda", "damp housing", "NHS"),
        Candidate("Mo", "damp housing", "nhs"),
        Candidate("Ana", "school meals", "Council"),
        Candidate("Bea", "school meals", "council"),
    ]
    for seed in range(5):
        planned = groups(plan(everyone, [], similarity, str(seed)))
        assert not planned & {frozenset({"Kuda", "Mo"}), frozenset({"Ana", "Bea"})}


def test_nobody_with_no_organisation_is_a_colleague() -> None:
    """Two who left it empty may meet: an empty place is not the same place."""
    everyone = [
        Candidate("Kuda", "damp housing"),
        Candidate("Mo", "damp housing"),
        Candidate("Ana", "school meals", "NHS"),
        Candidate("Bea", "school meals", "council"),
    ]
    planned = plan(everyone, [], similarity, "s")
    assert groups(planned) == {frozenset({"Kuda", "Mo"}), frozenset({"Ana", "Bea"})}


def test_colleagues_meet_where_there_is_nobody_else() -> None:
    """One organisation alone still has its round."""
    assert len(plan(people(4, ("NHS",)), [], similarity, "s").groups) == 2


def test_among_new_people_the_more_alike_meet() -> None:
    """With all else equal, the issue decides."""
    everyone = [
        Candidate("Kuda", "damp housing"),
        Candidate("Mo", "school meals"),
        Candidate("Ana", "damp in housing"),
        Candidate("Bea", "meals at school"),
    ]
    for seed in range(5):
        planned = groups(plan(everyone, [], similarity, str(seed)))
        assert planned == {frozenset({"Kuda", "Ana"}), frozenset({"Mo", "Bea"})}


def test_the_odd_one_joins_the_pair_that_suits() -> None:
    """Of nineteen people, two or three on each of nine issues, the three are the trio."""
    everyone = [Candidate(f"{issue}{one}", f"topic{issue}") for issue in "abcdefghi" for one in "12"]
    planned = groups(plan([*everyone, Candidate("e3", "topice")], [], similarity, "s"))
    assert planned == {frozenset({f"{issue}1", f"{issue}2"}) for issue in "abcdfghi"} | {frozenset({"e1", "e2", "e3"})}


def test_no_exchange_would_suit_better() -> None:
    """Of twenty people, no two could change places and make the round better as a whole."""

    def alike(one: str, other: str) -> float:
        return (int(one) * int(other) * 7919 % 101) / 101

    everyone = [Candidate(f"p{i}", str(i + 2)) for i in range(20)]
    issue = {person.id: person.issue for person in everyone}
    planned = plan(everyone, [], alike, "s").groups
    for (a, b), (c, d) in combinations(planned, 2):
        now = alike(issue[a], issue[b]) + alike(issue[c], issue[d])
        assert now >= alike(issue[a], issue[c]) + alike(issue[b], issue[d]) - 1e-9
        assert now >= alike(issue[a], issue[d]) + alike(issue[b], issue[c]) - 1e-9


# People come and go


def test_a_newcomer_meets_somebody_and_nobody_repeats() -> None:
    """Somebody who joins late is new to all, and brings no repeat to the others."""
    history = met("Kuda Mo", "Ana Bea")
    planned = plan(people(6), history, similarity, "s")
    assert not set(pairs(planned)) & {frozenset({"Kuda", "Mo"}), frozenset({"Ana", "Bea"})}


def test_who_has_left_is_neither_met_nor_missed() -> None:
    """A history with people who are gone still counts for those who were with them."""
    history = met("Kuda Mo Gone", "Left Gone", "Ana Left", "Kuda Gone")
    planned = plan(people(4), history, nothing_alike, "s")
    assert sorted(one for group in planned.groups for one in group) == sorted(NAMES[:4])
    assert frozenset({"Kuda", "Mo"}) not in pairs(planned)


def test_a_newcomer_is_met_before_old_acquaintances_repeat() -> None:
    """Four who know each other all, and two newcomers: the newcomers meet two of them, not each other."""
    known = [" ".join(pair) for pair in combinations(NAMES[:4], 2)]
    planned = plan(people(6), met(*known), near_in_the_list, "s")
    assert sum(pair <= set(NAMES[:4]) for pair in pairs(planned)) == 1


def test_a_big_group_is_planned_too() -> None:
    """Sixty-one people: everyone once, thirty groups, and nobody with a colleague."""
    everyone = [Candidate(f"p{i}", f"issue {i % 7}", f"house {i % 5}") for i in range(61)]
    planned = plan(everyone, [], similarity, "s")
    house = {person.id: person.organisation for person in everyone}
    assert sorted(one for group in planned.groups for one in group) == sorted(house)
    assert len(planned.groups) == 30
    assert all(house[one] != house[other] for group in planned.groups for one, other in combinations(group, 2))
