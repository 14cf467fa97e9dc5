"""From what is known to who meets whom: what holds whatever is known."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handlers.planning import described, plan
from bot.handlers.round_facts import Facts, Meeting, Somebody, pairs_of, regrouped
from bot.matching.encoder import width_here
from bot.matching.recipe import everybodys_topics
from storage.introductions import BOOKED, MET, NOT_THIS_TIME, Past
from storage.issues import Painted
from storage.own_topics import Called

ON = date(2026, 12, 8)
BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
TOPICS = everybodys_topics().all
NAMES = tuple("abcdefghij")
OWN = Called("own:1", "<!channel> *nets*")


def painted(place: int, nth: int = 1, *, ticked: bool = False, mentioned: bool = False, width: int = 0) -> Painted:
    portrait = np.zeros(len(TOPICS) + width_here() + width, "<f2")
    portrait[place] = 1
    about = frozenset({TOPICS[place].id})
    return Painted(
        nth, f"words {place}", about if ticked else frozenset(), portrait.tobytes(), about if mentioned else frozenset()
    )


@st.composite
def issues(draw: st.DrawFn) -> tuple[Painted, ...]:
    """Up to three, some of another width than the topics of now, as after the list has changed."""
    count = draw(st.integers(0, 3))
    return tuple(
        painted(
            draw(st.integers(0, 4)),
            nth + 1,
            ticked=draw(st.booleans()),
            mentioned=draw(st.booleans()),
            width=draw(st.sampled_from([0, 0, 0, 1])),
        )
        for nth in range(count)
    )


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    users = NAMES[: draw(st.integers(0, len(NAMES)))]
    words = st.sampled_from(["", "north", "North ", "south"])
    people = tuple(
        Somebody(
            user,
            draw(words),
            draw(words),
            draw(words),
            draw(issues()),
            draw(st.integers(0, 3)),
            draw(st.booleans()),
            draw(st.sampled_from(["", "", "", "paused"])),
        )
        for user in users
    )
    pairs = (
        st.frozensets(st.sampled_from(list(combinations(users, 2))), max_size=6)
        if len(users) > 1
        else st.just(frozenset())
    )
    said = st.frozensets(st.sampled_from([MET, BOOKED, NOT_THIS_TIME]))
    past = [
        Past(
            BEGINS + timedelta(weeks=week),
            frozenset(draw(st.sets(st.sampled_from(users), min_size=2, max_size=3))),
            draw(said),
        )
        for week in range(draw(st.integers(0, 4)) if len(users) > 2 else 0)
    ]
    return Facts(
        ON, people, tuple(past), draw(pairs), draw(pairs), (OWN,) * draw(st.integers(0, 1)), draw(st.integers(2, 4)),
        draw(st.sampled_from(["closer", "balanced", "wider", "unknown"])), draw(st.sampled_from(["a", "b"])),
    )  # fmt: skip


def together(meetings: tuple[Meeting, ...]) -> set[tuple[str, str]]:
    return {pair for one in meetings for pair in combinations(sorted(one.users), 2)}


@settings(max_examples=120, deadline=None)
@given(facts())
def test_everybody_is_in_one_meeting_or_left_out(known: Facts) -> None:
    """Once; and whoever is away is in none."""
    made = plan(known)
    introduced = [user for one in made.meetings for user in one.users]
    left = list(made.left_out or {})
    assert sorted(introduced + left) == [one.user for one in known.people]
    assert not {one.user for one in known.people if one.away} & set(introduced)
    assert all(2 <= len(one.users) <= max(3, known.size) for one in made.meetings)
    assert all(one.first_move in one.users for one in made.meetings)


@settings(max_examples=120, deadline=None)
@given(facts())
def test_nobody_meets_whom_they_must_not(known: Facts) -> None:
    """Whoever is on a list, whoever they know; and repeats say that they are."""
    made = plan(known)
    assert not together(made.meetings) & (known.never | known.known)
    before = pairs_of(known.past)
    for one in made.meetings:
        assert one.again == bool(together((one,)) & before)


@settings(max_examples=60, deadline=None)
@given(facts(), st.sampled_from([4, 6, 8, 10]), st.integers(0, 2))
def test_nobody_is_repeated_while_anybody_is_new(known: Facts, number: int, rounds: int) -> None:
    """Round after round, an even number in pairs of whom nobody is forbidden."""
    there = {one.user: replace(one, away="") for one in known.people}
    people = tuple(there.get(user, Somebody(user)) for user in NAMES[:number])
    begin = replace(known, people=people, past=(), known=frozenset(), never=frozenset(), size=2)
    for nth in range(rounds + 1):
        made = plan(replace(begin, seed=f"{nth}"))
        assert not any(one.again for one in made.meetings)
        past = tuple(
            Past(BEGINS + timedelta(weeks=nth), frozenset(one.users), frozenset({MET})) for one in made.meetings
        )
        begin = replace(begin, past=begin.past + past)


@settings(max_examples=60, deadline=None)
@given(facts(), st.permutations(range(len(NAMES))))
def test_the_same_facts_give_the_same_round(known: Facts, order: list[int]) -> None:
    """In whatever order people come."""
    shuffled = [known.people[place] for place in order if place < len(known.people)]
    one, other = plan(known), plan(replace(known, people=tuple(shuffled)))
    assert one.meetings == other.meetings
    assert one.left_out == other.left_out


@settings(max_examples=60, deadline=None)
@given(facts(), issues())
def test_somebody_more_breaks_nobodys_rule(known: Facts, their: tuple[Painted, ...]) -> None:
    """One who joins with nothing in common: never-match, known and pause hold as before."""
    more = replace(known, people=(*known.people, Somebody("zoe", "elsewhere", issues=their)))
    made = plan(more)
    assert not together(made.meetings) & (known.never | known.known)
    assert not {one.user for one in known.people if one.away} & {user for one in made.meetings for user in one.users}


@settings(max_examples=120, deadline=None)
@given(facts())
def test_reasons_claim_no_more_than_was_said(known: Facts) -> None:
    """A topic is named as theirs only if both ticked it, as mentioned only if both mention it, and not if nobody did."""
    by_user = {one.user: one for one in known.people}
    labels = {topic.label: topic.id for topic in TOPICS}
    for one in plan(known).meetings:
        assert set(one.shown or ()) <= set(one.users)
        if one.sure in {"ticked", "mention"}:
            assert one.shown
            for user, nth in one.shown.items():
                issue = next(each for each in by_user[user].issues if each.nth == nth)
                assert labels[one.topic] in (issue.ticked if one.sure == "ticked" else issue.mentioned)
        assert bool(one.topic) == (one.sure in {"ticked", "mention", "maybe"})


@settings(max_examples=150, deadline=None)
@given(facts(), st.data())
def test_a_round_that_is_mended(known: Facts, data: st.DataObject) -> None:
    """Some have gone and some must not meet any more: each who is there is in one group or over, and no rule is broken."""
    made = plan(known)
    groups = [one.users for one in made.meetings]
    everybody = sorted({user for group in groups for user in group})
    there = data.draw(st.sets(st.sampled_from(everybody))) if everybody else set()
    never = known.never | known.known
    if len(everybody) > 1:
        never |= data.draw(st.frozensets(st.sampled_from(list(combinations(everybody, 2))), max_size=3))
    new, left = regrouped(groups, there, never, pairs_of(known.past))
    assert sorted([user for group in new for user in group] + left) == sorted(there)
    assert all(not group or 2 <= len(group) <= 4 for group in new)
    assert len(new) == len(groups)
    assert not {pair for group in new for pair in combinations(group, 2)} & never
    for one in left:  # nobody could take them in
        assert all(len(group) in {0, 4} or any(tuple(sorted((one, each))) in never for each in group) for group in new)
    kept = [group for group in new if group]
    anew = described(known, kept)
    assert [meeting.users for meeting in anew] == kept
    assert all(meeting.first_move in meeting.users for meeting in anew)


@pytest.mark.parametrize("number", [0, 1])
def test_too_few(number: int) -> None:
    """Nobody, or one alone."""
    made = plan(Facts(ON, tuple(Somebody(name) for name in NAMES[:number])))
    assert made.meetings == ()
    assert list((made.left_out or {}).values()) == ["alone"] * number


def test_a_topic_of_the_programmes_own() -> None:
    """It is theirs to share like any other; its label is what was called so."""
    portrait = np.zeros(len(TOPICS) + 1 + width_here(), "<f2")
    portrait[len(TOPICS)] = 1
    one = Painted(1, "words", frozenset({OWN.id}), portrait.tobytes())
    [found] = plan(Facts(ON, (Somebody("a", issues=(one,)), Somebody("b", issues=(one,))), topics=(OWN,))).meetings
    assert (found.sure, found.topic) == ("ticked", OWN.label)


def test_portraits_of_another_list_count_as_none() -> None:
    """A topic has come to the list since they were made."""
    one = painted(0, ticked=True)
    [found] = plan(Facts(ON, (Somebody("a", issues=(one,)), Somebody("b", issues=(one,))), topics=(OWN,))).meetings
    assert (found.sure, found.topic, found.shown) == ("", "", None)
