"""The catalogue: what is in it, what it refuses, and how it chooses."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content import Catalogue, ContentError, Prompt, Theme, catalogue, load
from bot.content.entries import (
    maxims_from,
    parsed,
    prompts_from,
    questions_from,
    themes_from,
    worksheets_from,
)

SMALL = Catalogue(
    maxims=catalogue().maxims,
    themes=(Theme("sea", "Water.", ("the coast",)), Theme("land", "Earth.", ())),
    prompts=tuple(
        Prompt(f"{theme}-{number}", theme, f"{theme} {number}?", "us", "en")
        for theme, most in (("sea", 4), ("land", 5))
        for number in range(1, most + 1)
    ),
    questions=(),
    questions_source="",
    worksheets=catalogue().worksheets,
)
TURNS = st.integers(min_value=-1000, max_value=100_000)


# What is in it


def test_the_six_maxims_are_quoted_word_for_word() -> None:
    """The maxims are Myron Rogers' own words, in his order, with his name."""
    assert [(maxim.number, maxim.text) for maxim in catalogue().maxims] == [
        (1, "People own what they create"),
        (2, "Real change takes place in real work"),
        (3, "The people that do the work do the change"),
        (4, "Start anywhere, follow it everywhere"),
        (5, "Keep connecting the system to itself"),
        (6, "The process we use to get to the future determines the future we get"),
    ]
    assert {maxim.credit for maxim in catalogue().maxims} == {"Myron Rogers"}


def test_the_thinking_time_questions_are_quoted_and_end_with_a_commitment() -> None:
    """The four questions are workshop 8's own words, and their source is named."""
    assert catalogue().questions == (
        "What have I heard today?",
        "What's resonated with me?",
        "What am I taking away?",
        "One small, doable, practical thing I'm committing to and/or going to do",
    )
    assert "Workshop 8" in catalogue().questions_source


def test_every_one_of_fourteen_themes_has_at_least_four_prompts() -> None:
    """A year of weekly prompts, at least four for each of the fourteen themes."""
    of_theme = Counter(prompt.theme for prompt in catalogue().prompts)
    assert len(of_theme) == len(catalogue().themes) == 14
    assert min(of_theme.values()) >= 4
    assert of_theme.total() >= 56


def test_there_are_at_least_five_worksheets() -> None:
    """Ten fortnightly rounds show no worksheet more than twice."""
    assert len(set(catalogue().worksheets)) >= 5


def test_the_catalogue_is_read_once() -> None:
    """Asking twice gives the very same catalogue."""
    assert catalogue() is catalogue()


# The demo


def test_every_session_of_the_demo_has_a_theme_of_the_catalogue() -> None:
    """The nine sessions stand in order, end after they start, and name a theme that exists."""
    sessions = load("demo/series.toml")["sessions"]
    assert [catalogue().theme_named(session["theme"]) for session in sessions if "theme" in session].count(None) == 0
    assert len({session["id"] for session in sessions}) == 9
    assert all(session["starts"] < session["ends"] for session in sessions)
    starts = [session["starts"] for session in sessions]
    assert starts == sorted(starts)
    assert (f"{starts[0]}", f"{starts[-1]}") == ("2024-04-25 13:00:00", "2025-02-25 13:00:00")


def test_the_demo_has_thirty_nine_people_with_an_issue_each() -> None:
    """Thirty-nine users, places and issues, no two alike, in five sectors."""
    people = load("demo/people.toml")["people"]
    for field in ("user", "name", "organisation", "place", "issue"):
        assert len({person[field] for person in people}) == 39 == len(people)
    assert all(person["user"] == person["name"].split()[0].lower() for person in people)
    assert {person["sector"] for person in people} == {"NHS", "council", "charity", "school", "other public service"}


# What it refuses


def maxims(count: int = 6, **change: Any) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [{"number": number, "text": f"Maxim {number}"} for number in range(1, count + 1)]
    rows[-1] |= change
    return {"credit": "Myron Rogers", "maxims": rows}


def themes(**change: Any) -> dict[str, Any]:
    second = {"id": "land", "about": "Earth.", "aliases": ["soil"]} | change
    return {"themes": [{"id": "sea", "about": "Water.", "aliases": ["the coast"]}, second]}


def prompts(count: int = 4, **change: Any) -> dict[str, Any]:
    rows = [
        {"id": f"sea-{number}", "theme": "sea", "text": f"Number {number}?", "source": "idea: us", "language": "en"}
        for number in range(1, count + 1)
    ]
    rows[-1] |= change
    return {"prompts": rows}


def worksheets(*lines: str) -> dict[str, Any]:
    return {"worksheets": [{"lines": list(lines)}]}


SEA = (Theme("sea", "Water.", ()),)


def test_sound_data_is_taken() -> None:
    """The data that the next tests break one by one is sound before it is broken."""
    assert len(maxims_from(maxims())) == 6
    assert len(themes_from(themes())) == 2
    assert len(prompts_from(prompts(), SEA)) == 4
    assert len(worksheets_from(worksheets("One", "Two", "Three"))) == 1
    assert questions_from({"source": "us", "questions": ["a", "b", "c", "d"]}) == (("a", "b", "c", "d"), "us")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (maxims(5), "maxims.toml: there are exactly six maxims, numbered 1 to 6 in order."),
        (maxims(7), "maxims.toml: there are exactly six maxims, numbered 1 to 6 in order."),
        (maxims(number=5), "maxims.toml: there are exactly six maxims, numbered 1 to 6 in order."),
        (maxims(text="Maxim 1"), "maxims.toml: the text 'Maxim 1' is there 2 times."),
        (maxims(text=""), "maxims.toml, 6: text is missing or empty."),
        (maxims() | {"credit": " "}, "maxims.toml: credit is missing or empty."),
        ({"credit": "us", "maxims": {"number": 1}}, "maxims.toml: there is no [[maxims]] in it."),
        ({"credit": "us"}, "maxims.toml: there is no [[maxims]] in it."),
    ],
)
def test_it_refuses_maxims_that(data: dict[str, Any], sentence: str) -> None:
    """Anything but six different maxims in order, with a credit, is refused in a plain sentence."""
    with pytest.raises(ContentError) as refusal:
        maxims_from(data)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (themes(id="sea", aliases=[]), "themes.toml: the id 'sea' is there 2 times."),
        (themes(aliases=["The-Coast"]), "themes.toml: the id or alias 'the coast' is there 2 times."),
        (themes(aliases=["sea"]), "themes.toml: the id or alias 'sea' is there 2 times."),
        (themes(aliases="soil"), "themes.toml, land: aliases is missing or not a list."),
        (themes(about=""), "themes.toml, land: about is missing or empty."),
        (themes(id=""), "themes.toml, entry 2: id is missing or empty."),
    ],
)
def test_it_refuses_themes_that(data: dict[str, Any], sentence: str) -> None:
    """A theme without words, or with a name that another theme has, is refused in a plain sentence."""
    with pytest.raises(ContentError) as refusal:
        themes_from(data)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (prompts(id="sea-1"), "prompts.toml: the id 'sea-1' is there 2 times."),
        (prompts(text="Number 1?"), "prompts.toml: the text 'Number 1?' is there 2 times."),
        (prompts(theme="sky"), "prompts.toml, sea-4: the theme 'sky' is not in themes.toml."),
        (prompts(text="  "), "prompts.toml, sea-4: text is missing or empty."),
        (prompts(text=4), "prompts.toml, sea-4: text is missing or empty."),
        (prompts(text="x" * 220 + "?"), "prompts.toml, sea-4: text has 221 characters; 220 is the most."),
        (prompts(text="Well done! And now?"), "prompts.toml, sea-4: text has an exclamation mark."),
        (prompts(text="What? Why?"), "prompts.toml, sea-4: a prompt asks exactly one question."),
        (prompts(text="Breathe."), "prompts.toml, sea-4: a prompt asks exactly one question."),
        (prompts(source=""), "prompts.toml, sea-4: source is missing or empty."),
        (prompts(language="cy"), "prompts.toml, sea-4: the language 'cy' is not one of en."),
        (prompts(3), "prompts.toml: 'sea' has 3 prompts; it needs 4."),
    ],
)
def test_it_refuses_prompts_that(data: dict[str, Any], sentence: str) -> None:
    """A prompt that breaks a rule of the house is refused in a plain sentence that names it."""
    with pytest.raises(ContentError) as refusal:
        prompts_from(data, SEA)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (worksheets("One", "Two"), "worksheets.toml, entry 1: a worksheet has exactly three lines."),
        (worksheets("One", "Two", ""), "worksheets.toml, entry 1: lines 3 is missing or empty."),
        (worksheets("One", "Two!", "Three"), "worksheets.toml, entry 1: lines 2 has an exclamation mark."),
    ],
)
def test_it_refuses_worksheets_that(data: dict[str, Any], sentence: str) -> None:
    """A worksheet has three lines with words in them, or is refused in a plain sentence."""
    with pytest.raises(ContentError) as refusal:
        worksheets_from(data)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"source": "us", "questions": ["a", "b", "c"]}, "thinking_time.toml: there are exactly four questions."),
        ({"source": "us", "questions": ["a", "b", "c", ""]}, "thinking_time.toml: questions 4 is missing or empty."),
        ({"questions": ["a", "b", "c", "d"]}, "thinking_time.toml: source is missing or empty."),
    ],
)
def test_it_refuses_questions_that(data: dict[str, Any], sentence: str) -> None:
    """Four questions and their source, or a refusal in a plain sentence."""
    with pytest.raises(ContentError) as refusal:
        questions_from(data)
    assert str(refusal.value) == sentence


def test_it_refuses_a_file_that_is_not_toml() -> None:
    """A slip of the editor is told with the name of the file."""
    with pytest.raises(ContentError, match=r"^prompts\.toml: this is not TOML: .*line 2"):
        parsed("prompts.toml", "[[prompts]]\nid = sea\n")


# How it chooses


@pytest.mark.parametrize("words", ["shared purpose", "Shared Purpose", "shared-purpose", " SHARED  Purpose", "Purpose"])
def test_a_theme_is_found_by_id_and_alias(words: str) -> None:
    """Case, hyphens, spaces and aliases make no difference to which theme is meant."""
    theme = catalogue().theme_named(words)
    assert theme is not None
    assert theme.id == "shared purpose"


@pytest.mark.parametrize("words", [None, "", " ", "-", "gardening"])
def test_other_words_are_no_theme(words: str | None) -> None:
    """Nothing, blanks and words of something else are not a theme."""
    assert catalogue().theme_named(words) is None


def test_maxims_come_round_in_order() -> None:
    """Eighteen maxims in a row are the six, three times over, in their order."""
    seen: list[int] = []
    for _ in range(18):
        seen.append(catalogue().next_maxim(seen).number)
    assert seen == [1, 2, 3, 4, 5, 6] * 3


@given(st.lists(st.integers(min_value=1, max_value=6), max_size=30))
def test_no_maxim_comes_back_before_all_have_been(seen: list[int]) -> None:
    """Whatever was shown before and by whom: while a maxim has not been seen, one of those comes next."""
    unseen = set(range(1, 7)) - set(seen)
    chosen = catalogue().next_maxim(seen).number
    assert chosen in unseen or not unseen
    assert chosen not in seen[-3:]


@given(st.lists(st.tuples(st.sampled_from([None, "sea", "the coast", "land", "sky"]), TURNS), min_size=27, max_size=27))
def test_no_prompt_comes_back_before_all_have_been(weeks: list[tuple[str | None, int]]) -> None:
    """Over three cycles, whatever the themes and turns: each cycle has every prompt once, and none returns soon."""
    seen: list[str] = []
    for theme, turn in weeks:
        prompt = SMALL.next_prompt(seen, theme=theme, turn=turn)
        assert prompt.id not in seen[-4:]
        seen.append(prompt.id)
    for start in (0, 9, 18):
        assert sorted(seen[start : start + 9]) == sorted(prompt.id for prompt in SMALL.prompts)


@given(st.lists(st.sampled_from([*(prompt.id for prompt in SMALL.prompts), "left-1"])), TURNS)
def test_a_prompt_seen_elsewhere_is_not_sent_before_the_unseen(seen: list[str], turn: int) -> None:
    """A history with repeats, or with prompts that have left the catalogue, never hides an unseen prompt."""
    unseen = {prompt.id for prompt in SMALL.prompts} - set(seen)
    chosen = SMALL.next_prompt(seen, theme="sea", turn=turn).id
    assert chosen in unseen or not unseen
    assert chosen == SMALL.next_prompt(seen, theme="sea", turn=turn).id


def test_a_new_prompt_is_sent_once_and_then_waits_its_turn() -> None:
    """A prompt added after three cycles comes next, and is not then sent again to catch up."""
    seen = [prompt.id for prompt in SMALL.prompts[:-1]] * 3
    added = SMALL.prompts[-1].id
    for _ in range(6):
        seen.append(SMALL.next_prompt(seen, theme=None, turn=0).id)
    assert seen[24] == added
    assert added not in seen[25:]


def test_a_prompt_that_has_left_the_catalogue_ends_no_cycle() -> None:
    """What is left of a cycle stays the same when the history has the same departed prompt twice."""
    every = [prompt.id for prompt in SMALL.prompts]
    seen = [*every, *every[:3], "left-1", *every[3:6], "left-1"]
    for _ in range(3):
        seen.append(SMALL.next_prompt(seen, theme="sea", turn=0).id)
    assert sorted(seen[-3:]) == sorted(every[6:])


def test_the_theme_comes_first_while_it_lasts() -> None:
    """The four prompts of the theme are sent before any other, whatever the turn."""
    for turn in range(20):
        seen: list[str] = []
        for _ in range(5):
            seen.append(SMALL.next_prompt(seen, theme="the coast", turn=turn).id)
        assert [prompt_id.split("-")[0] for prompt_id in seen] == ["sea", "sea", "sea", "sea", "land"]


def test_turns_spread_members_over_the_prompts() -> None:
    """Members with neighbouring turns get different prompts, with a theme and without."""
    every = len(catalogue().prompts)
    assert len({catalogue().next_prompt([], theme=None, turn=turn) for turn in range(every)}) == every
    assert len({SMALL.next_prompt([], theme="sea", turn=turn) for turn in range(4)}) == 4


def test_without_a_theme_no_two_weeks_in_a_row_have_the_same_one() -> None:
    """A member who stays at one turn meets another theme each week of the first year."""
    seen: list[Prompt] = []
    for _ in range(52):
        seen.append(catalogue().next_prompt([prompt.id for prompt in seen], theme=None, turn=3))
    assert all(one.theme != other.theme for one, other in pairwise(seen))


def test_a_single_prompt_is_better_than_none() -> None:
    """A catalogue of one prompt sends that one every time."""
    one = Catalogue((), (), SMALL.prompts[:1], (), "", ())
    assert one.next_prompt(["sea-1", "sea-1"], theme="sea", turn=7).id == "sea-1"


def test_worksheets_take_turns() -> None:
    """As many rounds as there are worksheets use each once; the next round begins again."""
    every = catalogue().worksheets
    assert [catalogue().worksheet(turn) for turn in range(len(every) + 1)] == [*every, every[0]]
