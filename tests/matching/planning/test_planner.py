"""Planning a round: everybody once or told why not, the hard rules, and what is relaxed when nothing else is left."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.planning.likeness import Table
from bot.matching.planning.planner import Before, Introduction, LeftOut, Person, Round, Why, plan_round

NAMES = ("Kuda", "Mo", "Ana", "Bea", "Cy", "Dee", "Eli", "Fay", "Gus", "Hal", "Ivy", "Jo", "Kim", "Lu", "Max", "Nia")
NOTHING = Before()
Pairs = set[frozenset[str]]


def people(count: int, organisations: Sequence[str] = ("",)) -> list[Person]:
    return [Person(name, organisations[place % len(organisations)]) for place, name in enumerate(NAMES[:count])]


def alike(everybody: Sequence[Person], issues: str = "") -> Table:
    """1 for people with the same letter in `issues`; without, something between 0 and 1 for any two."""
    if issues:
        return Table.of(issues, lambda one, other: float(one == other))
    numbers = [sum(map(ord, person.id)) for person in everybody]
    return Table.of(numbers, lambda one, other: one * other * 7919 % 101 / 101)


def planned(
    everybody: Sequence[Person], before: Before = NOTHING, *, size: int = 2, bridging: float = 1.0, seed: str = "s"
) -> Round:
    return plan_round(everybody, alike(everybody), before, size=size, bridging=bridging, seed=seed)


def groups(made: Round) -> set[frozenset[str]]:
    return {frozenset(group.ids) for group in made.groups}


def together(made: Round) -> list[frozenset[str]]:
    return [frozenset(pair) for group in made.groups for pair in combinations(group.ids, 2)]


def met(*pairs: str) -> Before:
    """One introduction after another, all of which led to a meeting: "Kuda Mo", "Ana Bea"."""
    return Before([Introduction(nth, tuple(pair.split()), met=True) for nth, pair in enumerate(pairs)])


def play(everybody: Sequence[Person], rounds: int, size: int = 2) -> list[Round]:
    introduced: list[Introduction] = []
    made = []
    for nth in range(rounds):
        made.append(planned(everybody, Before(introduced), size=size, seed=f"round {nth}"))
        introduced += [Introduction(nth, group.ids, met=True) for group in made[-1].groups]
    return made


# What always holds


@st.composite
def programmes(draw: st.DrawFn) -> tuple[list[Person], Before, int]:
    """Up to 16 people with all that can be known of them."""
    name = st.sampled_from(NAMES)
    kind = st.sampled_from(["", "north", "South", "south "])
    away = st.sampled_from(["", "", "", "paused"])
    everybody = [
        Person(each, draw(kind), draw(kind), draw(kind), draw(st.integers(0, 2)), draw(st.booleans()), draw(away))
        for each in NAMES[: draw(st.integers(0, 16))]
    ]
    some = st.lists(st.tuples(name, name), max_size=draw(st.sampled_from([2, 60])))
    group = st.lists(name, min_size=1, max_size=3, unique=True)
    introduced = [
        Introduction(draw(st.integers(0, 5)), each, draw(st.booleans())) for each in draw(st.lists(group, max_size=30))
    ]
    return everybody, Before(introduced, draw(some), draw(some)), draw(st.integers(2, 4))


@settings(deadline=None, max_examples=120)
@given(programme=programmes(), bridging=st.sampled_from([0.0, 1.0, 2.0]))
def test_everybody_has_one_place_and_no_hard_rule_is_broken(
    programme: tuple[list[Person], Before, int], bridging: float
) -> None:
    """Everybody is in one group, or left out with the reason; nobody away, forbidden or known is introduced."""
    everybody, before, size = programme
    made = planned(everybody, before, size=size, bridging=bridging)
    placed = [one for group in made.groups for one in group.ids]
    assert sorted(placed + [out.id for out in made.left_out]) == sorted(person.id for person in everybody)
    assert {out.id for out in made.left_out if out.why == Why.AWAY} == {one.id for one in everybody if one.away}
    assert all(2 <= len(group.ids) <= max(3, size) for group in made.groups)
    forbidden = {frozenset(pair) for pair in (*before.never, *before.known)}
    assert not forbidden & set(together(made))
    assert all(group.first_move in group.ids for group in made.groups)
    assert np.isfinite(made.worth)


@settings(deadline=None, max_examples=40)
@given(programme=programmes(), seed=st.integers(0, 3))
def test_the_order_in_which_things_are_given_is_nothing(programme: tuple[list[Person], Before, int], seed: int) -> None:
    """The same people, history and seed make the same round."""
    everybody, before, size = programme
    again = [everybody[place] for place in np.random.default_rng(seed).permutation(len(everybody))]
    turned = Before(before.introduced[::-1], [*before.known][::-1], [(two, one) for one, two in before.never])
    first = planned(everybody, before, size=size)
    other = plan_round(again, alike(again), turned, size=size, seed="s")
    assert (other.groups, other.left_out) == (first.groups, first.left_out)


@settings(deadline=None, max_examples=40)
@given(programme=programmes())
def test_one_more_person_breaks_nobodys_rule(programme: tuple[list[Person], Before, int]) -> None:
    """Somebody who comes along, and has to do with nobody, changes who meets, but no hard rule."""
    everybody, before, size = programme
    made = planned([*everybody, Person("Zoe", "elsewhere")], before, size=size)
    forbidden = {frozenset(pair) for pair in (*before.never, *before.known)}
    assert not forbidden & set(together(made))
    assert not {one.id for one in everybody if one.away} & {one for group in made.groups for one in group.ids}


@settings(deadline=None, max_examples=80)
@given(programme=programmes())
def test_nobody_is_repeated_while_there_is_a_round_without(programme: tuple[list[Person], Before, int]) -> None:
    """With an even number, all there and nobody forbidden: a repeat means that no pairing without exists."""
    everybody, before, _ = programme
    everybody = [replace(person, away="") for person in everybody[: len(everybody) // 2 * 2]]
    made = planned(everybody, Before(before.introduced))
    seen = {frozenset(pair) for each in before.introduced for pair in combinations(each.together, 2)}
    assert {frozenset(group.ids) for group in made.groups if group.again} == groups(made) & seen
    if groups(made) & seen:
        assert not pairing_exists(frozenset(person.id for person in everybody), seen)


def pairing_exists(left: frozenset[str], seen: Pairs) -> bool:
    """By looking at them all."""
    if not left:
        return True
    one = min(left)
    return any(
        pairing_exists(left - {one, other}, seen) for other in left - {one} if frozenset((one, other)) not in seen
    )


# Small programmes


def test_nobody_and_one_alone() -> None:
    """Without people there is nothing to plan; one alone is told that nobody else is there."""
    assert planned([]) == Round()
    assert planned(people(1)) == Round((), (LeftOut("Kuda", Why.ALONE),))


def test_two_and_three_are_one_group() -> None:
    """Two are a pair, three a trio."""
    assert groups(planned(people(2))) == {frozenset({"Kuda", "Mo"})}
    assert groups(planned(people(3))) == {frozenset({"Kuda", "Mo", "Ana"})}


def test_all_in_one_organisation_have_their_round() -> None:
    """Colleagues meet where there is nobody else, and nothing is said of a boundary."""
    made = planned(people(6, ("NHS",)))
    assert len(made.groups) == 3
    assert all(group.crosses == () for group in made.groups)


def test_all_on_each_others_lists_are_left_out() -> None:
    """Nobody is introduced, everybody hears the same, and it does not say who does not want whom."""
    made = planned(people(5), Before(never=list(combinations(NAMES[:5], 2))))
    assert made == Round((), tuple(LeftOut(name, Why.NOBODY_LEFT) for name in sorted(NAMES[:5])))


def test_who_knows_everybody_hears_that() -> None:
    """Known people are not introduced, even if one is left out for it."""
    made = planned(people(4), Before(known=[("Kuda", name) for name in NAMES[1:4]]))
    assert groups(made) == {frozenset({"Mo", "Ana", "Bea"})}
    assert made.left_out == (LeftOut("Kuda", Why.KNOWS_EVERYBODY),)


def test_never_costs_the_others_nothing() -> None:
    """Two who do not want to meet are both introduced to others."""
    made = planned(people(4), Before(never=[("Kuda", "Mo")]))
    assert len(made.groups) == 2
    assert frozenset({"Kuda", "Mo"}) not in groups(made)


def test_the_same_name_is_two_people() -> None:
    """Ids count; the same id twice is refused."""
    assert len(planned([Person("1", "NHS"), Person("2", "NHS")]).groups) == 1
    with pytest.raises(ValueError, match="same id"):
        planned([Person("1"), Person("1")])


def test_who_is_away_hears_their_own_words() -> None:
    """Paused people come back with the reason that was given, and the others meet."""
    made = planned([replace(people(3)[0], away="paused until Monday"), *people(3)[1:]])
    assert groups(made) == {frozenset({"Mo", "Ana"})}
    assert made.left_out == (LeftOut("Kuda", Why.AWAY, "paused until Monday"),)


@pytest.mark.parametrize(
    ("size", "count", "sizes"),
    [(3, 16, "333322"), (3, 9, "333"), (4, 16, "4444"), (4, 13, "4333"), (4, 5, "32"), (3, 4, "22")],
)
def test_larger_groups_are_as_even_as_can_be(size: int, count: int, sizes: str) -> None:
    """Nobody is in a larger group than the programme wants, and nobody alone."""
    assert sorted((str(len(group.ids)) for group in planned(people(count), size=size).groups), reverse=True) == [*sizes]


@pytest.mark.parametrize("size", [1, 5])
def test_groups_are_of_two_to_four(size: int) -> None:
    """Any other size is refused."""
    with pytest.raises(ValueError, match="two to four"):
        planned(people(6), size=size)


# New people first


@pytest.mark.parametrize("count", range(2, 17, 2))
def test_nobody_meets_twice_before_meeting_everyone(count: int) -> None:
    """In one round fewer than there are people, everybody meets everybody once."""
    often = Counter(pair for made in play(people(count), count - 1) for pair in together(made))
    assert set(often.values()) == {1}
    assert len(often) == count * (count - 1) // 2


@pytest.mark.parametrize("count", [6, 8])
def test_organisations_do_not_bring_repeats(count: int) -> None:
    """Three organisations and a wish to mix them change nothing in that."""
    made = play(people(count, ("NHS", "council", "school")), count - 1)
    assert max(Counter(pair for each in made for pair in together(each)).values()) == 1


def test_other_organisations_come_first_and_then_colleagues_and_then_repeats() -> None:
    """Twelve people in three organisations: eight rounds with others, then three with colleagues, then again."""
    everybody = people(12, ("NHS", "council", "school"))
    made = play(everybody, 12)
    crossing = [all("organisation" in group.crosses for group in each.groups) for each in made]
    assert crossing[:7] == [True] * 7
    assert not any(group.again for each in made[:11] for group in each.groups)
    assert all(group.again for group in made[11].groups)


def test_after_everyone_the_longest_ago_comes_first() -> None:
    """The fourth round of four people is their first again, and so on in turn."""
    played = [groups(each) for each in play(people(4), 9)]
    assert played[3:6] == played[:3]
    assert played[6:9] == played[:3]


def test_who_did_not_meet_is_repeated_before_who_did() -> None:
    """An introduction that came to nothing is the first to be made again."""
    three = [("Kuda Mo", "Ana Bea"), ("Kuda Ana", "Mo Bea"), ("Kuda Bea", "Mo Ana")]
    introduced = [
        Introduction(nth, tuple(pair.split()), met=nth < 2) for nth, each in enumerate(three) for pair in each
    ]
    made = planned(people(4), Before(introduced))
    assert groups(made) == {frozenset({"Kuda", "Bea"}), frozenset({"Mo", "Ana"})}
    assert all(group.again for group in made.groups)


def test_who_has_left_is_neither_met_nor_missed() -> None:
    """A history with people who are gone still counts for those who were with them."""
    made = planned(people(4), met("Kuda Mo Gone", "Left Gone", "Ana Left", "Kuda Gone"))
    assert frozenset({"Kuda", "Mo"}) not in together(made)


# Who suits whom


def test_the_more_alike_meet() -> None:
    """With all else equal the issue decides."""
    made = plan_round(people(6), alike(people(6), "abcabc"), seed="s")
    assert groups(made) == {frozenset({"Kuda", "Bea"}), frozenset({"Mo", "Cy"}), frozenset({"Ana", "Dee"})}
    assert all(group.likeness == 1 for group in made.groups)


def test_the_odd_one_joins_the_pair_that_suits() -> None:
    """Of seven people, two or three on each issue, the three are the trio."""
    made = plan_round(people(7), alike(people(7), "abcabca"), seed="s")
    assert frozenset({"Kuda", "Bea", "Eli"}) in groups(made)


def test_boundaries_are_named_where_they_are_known() -> None:
    """However they are written; what somebody left empty is no boundary."""
    everybody = [Person("1", "NHS", "Health", "Leeds"), Person("2", "Council", " health ", "")]
    assert planned(everybody).groups[0].crosses == ("organisation",)


def test_the_first_move_goes_round() -> None:
    """Whoever made it least often makes it."""
    made = planned([replace(people(2)[0], hosted=2), replace(people(2)[1], hosted=1)])
    assert made.groups[0].first_move == "Mo"


def test_whoever_missed_out_is_offered_first() -> None:
    """Of three who all suit the same one best, it is the one whose last introduction did not happen."""
    table = Table(np.array([[0, 0.9, 0.9, 0.9], [0.9, 0, 0, 0], [0.9, 0, 0, 0], [0.9, 0, 0, 0]], np.float32))
    for nth in (1, 2, 3):
        everybody = [replace(person, first=place == nth) for place, person in enumerate(people(4))]
        assert frozenset({"Kuda", NAMES[nth]}) in groups(plan_round(everybody, table, seed="s"))


def test_whoever_missed_out_is_not_left_over() -> None:
    """Where somebody has to be left out, it is another one."""
    never = [("Ana", "Kuda"), ("Ana", "Mo"), ("Kuda", "Mo"), ("Ana", "Bea")]
    for nth in (0, 1):
        everybody = [replace(person, first=place == nth) for place, person in enumerate(people(4))]
        made = planned(everybody, Before(never=never))
        assert frozenset({NAMES[nth], "Bea"}) in groups(made)


def test_the_slider_joins_islands() -> None:
    """Two islands, each alike in itself: with bridges somebody is introduced across, and it is said; without, nobody."""
    everybody = [Person(f"p{nth:02}") for nth in range(40)]
    before = met(*(f"p{nth:02} p{nth + 1:02}" for nth in range(39) if nth != 19))
    table = alike(everybody, "a" * 20 + "b" * 20)
    wide, close = (plan_round(everybody, table, before, bridging=slider, seed="s") for slider in (1.0, 0.0))
    assert 1 <= sum(group.bridge for group in wide.groups) <= 2
    assert not any(group.bridge for group in close.groups)


def test_a_newcomer_is_no_bridge() -> None:
    """Somebody without ties joins an island; that joins no two groups of people."""
    made = planned(people(4), met("Kuda Mo"))
    assert not any(group.bridge for group in made.groups)


def test_another_seed_gives_another_round_where_all_is_equal() -> None:
    """With nothing to tell people apart, the seed decides."""
    equal = Table(np.zeros((6, 6), np.float32))
    assert len({frozenset(groups(plan_round(people(6), equal, seed=str(nth)))) for nth in range(10)}) > 1


def test_a_larger_programme_has_no_better_exchange() -> None:
    """Of sixty people, no two could change places between two pairs and make the round better."""
    everybody = [Person(f"p{nth:02}", f"house {nth % 5}") for nth in range(60)]
    weight = alike(everybody)
    made = plan_round(everybody, weight, seed="s")
    number = {person.id: nth for nth, person in enumerate(everybody)}
    full = weight.block(np.arange(60), np.arange(60)) - 10 * np.equal.outer(np.arange(60) % 5, np.arange(60) % 5)
    for (a, b), (c, d) in combinations([[number[one] for one in group.ids] for group in made.groups], 2):
        assert full[a, b] + full[c, d] >= max(full[a, c] + full[b, d], full[a, d] + full[b, c]) - 1e-3
