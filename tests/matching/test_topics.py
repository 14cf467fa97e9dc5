"""The list of topics, and what a text names of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.entries import ContentError
from bot.domain.text import TOPIC_LIMIT
from bot.matching.topics import Topic, Topics, topics_from

SMALL = Topics(
    [
        Topic("damp", "damp homes", ("damp", "mould", "cold home*"), ("landlord",)),
        Topic("falls", "falls", ("fall", "broken hip"), ("landlord",), acronyms={"SEND": "sent", "FLS": "fractures"}),
    ],
    {"LA": "local authority"},
    ["SEND"],
)


def test_what_a_word_says() -> None:
    """A telling word counts one, in any case and number; a hint less; half a word nothing."""
    assert SMALL.named("DAMP and moulds") == {"damp": 2.0}
    assert SMALL.named("two broken hips, many falls") == {"falls": 2.0}
    assert SMALL.named("a landlord") == pytest.approx({"damp": 0.3, "falls": 0.3})
    assert SMALL.named("dampness is no word of it, nor is waterfall") == {}


def test_a_word_said_twice_counts_once() -> None:
    """Repeating does not make it truer."""
    assert SMALL.named("damp, damp, damp") == {"damp": 1.0}


def test_an_acronym_that_is_a_word_needs_capitals() -> None:
    """SEND is an acronym, send is not, and in a text all in capitals nobody can tell."""
    assert SMALL.named("pupils with SEND") == {"falls": 1.0}
    assert SMALL.named("please send help") == {}
    assert SMALL.named("PLEASE SEND SOMEBODY QUICKLY") == {}
    assert SMALL.named("our fls") == {}  # three letters
    assert SMALL.named("our FLSs") == {"falls": 1.0}


def test_acronyms_are_spelled_out_beside_themselves() -> None:
    """The words stay, and what they stand for follows."""
    assert SMALL.spelled_out("The LA, and FLS.") == "The LA (local authority), and FLS (fractures)."
    assert SMALL.spelled_out("nothing here") == "nothing here"


def test_a_programme_can_add_and_replace_topics() -> None:
    """Its own come after the list's; the same id takes the place of the old one; the fingerprint changes."""
    own = SMALL.extended([Topic("bees", "bees", ("bee",)), Topic("damp", "wet homes", ("wet",))])
    assert [topic.id for topic in own.all] == ["falls", "bees", "damp"]
    assert own.named("wet bees") == {"damp": 1.0, "bees": 1.0}
    assert own.fingerprint != SMALL.fingerprint == Topics(SMALL.all, SMALL.general, SMALL.also_words).fingerprint


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    """Nothing that people can write raises, and spelling out only ever adds."""
    assert all(share > 0 for share in SMALL.named(text).values())
    assert len(SMALL.spelled_out(text)) >= len(text)


def test_the_list_is_in_order(topics: Topics) -> None:
    """Ids are plain, labels fit on a button, and nobody is shouted at."""
    for topic in topics.all:
        assert topic.id.replace("_", "").isalpha(), topic.id
        assert topic.id.islower(), topic.id
        assert 3 < len(topic.label) <= TOPIC_LIMIT, topic.id
        assert topic.words, topic.id
        assert topic.says, topic.id
        assert not set(topic.words) & set(topic.hints), topic.id
        assert "!" not in "".join((topic.label, *topic.says)), topic.id
        assert all(name == name.upper() for name in topic.acronyms), topic.id
    assert topics.also_words <= {name for topic in topics.all for name in topic.acronyms} | set(topics.general)


def test_every_topic_names_itself(topics: Topics) -> None:
    """What a topic's own words say is that topic, first of all."""
    for topic in topics.all:
        named = topics.named(" . ".join(word for word in topic.words if not word.endswith("*")))
        assert max(named, key=lambda name: named[name]) == topic.id


def test_every_acronym_is_found(topics: Topics) -> None:
    """In the capitals that the list has, it names its topic."""
    for topic in topics.all:
        for name in topic.acronyms:
            assert topic.id in topics.named(name), name


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "there is no [[topic]] in it"),
        ({"topic": [{"id": "a"}]}, "topics.toml, a: label is missing"),
        ({"topic": [{"label": "a"}]}, "entry 1: id is missing"),
        ({"topic": [{"id": "a", "label": "a" * 61}]}, "label has 61 letters; 60 is the most"),
        ({"topic": [{"id": "a", "label": "a", "word": []}]}, "word is no part of a topic"),
        ({"topic": [{"id": "a", "label": "a", "words": "ab"}]}, "words is not a list of texts"),
        ({"topic": [{"id": "a", "label": "a"}] * 2}, "'a' is there 2 times"),
    ],
)
def test_a_wrong_list_is_refused(data: dict[str, Any], says: str) -> None:
    """With the entry and the rule."""
    with pytest.raises(ContentError) as refused:
        topics_from(data)
    assert says in str(refused.value)
