"""Teams' limits: every card is below them, however much there is to say, and nothing is lost on the way."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat import Block, Bold, Button, Heading, Mention, Own, Rule, Words, buttons, note, say, text
from bot.platforms.teams import render, words
from bot.platforms.teams.render import Named
from tests.fake_teams.cards import card_errors
from tests.platforms.adaptive import read
from tests.platforms.test_teams_render import PEOPLE, fast

pytestmark = pytest.mark.thorough

LONG = {
    "letters": "x" * 50_000, "words": "word " * 10_000, "families": "👩‍👩‍👧‍👦" * 3_000, "accents": "e\u0301" * 25_000,
    "flags": "🇬🇧" * 12_000, "lines": "a\n" * 20_000, "stars": "*a" * 5_000, "quotes": '"\\' * 10_000, "one sign": "e" + "\u0301" * 20_000,
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_the_longest_words_are_all_there(name: str) -> None:
    """In as many cards as they need, each within the limit and each to be heard; the button is with the end of them."""
    own = LONG[name]
    cards = render.cards(say("Too long.", Words(own), buttons(Button("Stay", "stay"))), {})
    assert [error for card in cards for error in card_errors(card)] == []
    assert max(len(json.dumps(card, ensure_ascii=False).encode()) for card in cards) < 24_000
    found = read(*cards)
    assert (found.lines[0], found.lines[-1], found.alive) == ("Too long.", "[Stay]", [])
    shown = found.lines[1:-1]
    marks = [("“" if n == 0 else "…", "”" if n == len(shown) - 1 else "…") for n in range(len(shown))]
    assert "".join(line.removeprefix(a).removesuffix(b)[1:-1] for line, (a, b) in zip(shown, marks, strict=True)) == own
    assert [each["type"] for each in cards[-1]["body"]][-2:] == ["RichTextBlock", "ActionSet"]


def test_what_belongs_together_stays_together() -> None:
    """A list of the longest commitments: several cards, and in each every row of buttons under its own words."""
    rows = [
        (Words(f"{n} " + "é*a " * 70), note("Due."), buttons(Button("Done", "commitment.close", f"{n}")))
        for n in range(30)
    ]
    cards = render.cards(say(Heading("All"), *(block for row in rows for block in row)), {})
    assert len(cards) > 1
    assert [error for card in cards for error in card_errors(card)] == []
    elements = [element for card in cards for element in card["body"]]
    assert sum(element["type"] == "ActionSet" for element in elements) == 30
    for card in cards:
        assert card["body"][0]["type"] != "ActionSet"
        for quoted, _, row in zip(*[iter(e for e in card["body"] if e.get("style") != "heading")] * 3, strict=True):
            assert words.read(quoted).startswith(f"“\u2068{row['actions'][0]['data']['value']} ")


def test_buttons_are_never_alone() -> None:
    """Where the words before them just fill a card, the last of the words go with them to the next."""
    for filling in range(400, 1400, 10):
        row = buttons(Button("Stay", "stay"))
        cards = render.cards(
            say(Words("x" * 3900), Words("x" * 3900), Words("x" * 3900), Words("x" * 3900), note("y" * filling), row),
            {},
        )
        assert [error for card in cards for error in card_errors(card)] == []
        assert [each["type"] for each in cards[-1]["body"]][-2:] in (
            ["TextBlock", "ActionSet"],
            ["RichTextBlock", "ActionSet"],
        )


def test_a_paragraph_of_any_length_is_shown() -> None:
    """Balcony writes none so long; if it did, it would be split, not refused; a mention in it stays one."""
    for sign in ("x ", "&", "*", "é", "👍🏽"):
        long = sign * (9_000 // len(sign))
        cards = render.cards(
            say(long, note(long), text("By ", Mention("U07"), ": ", Own(long), Bold("end")), Heading(long)), PEOPLE
        )
        assert [error for card in cards for error in card_errors(card)] == []
        assert read(*cards).text.count(sign.strip()) >= 4 * long.count(sign.strip())
        assert read(*cards).mentions == ["29:ben"]


def test_a_round_of_many_is_shown() -> None:
    """The mentions count too: twenty introductions of people with long names and ids, and each card knows its own."""
    people = {f"U{n}": Named("29:" + "x" * 150 + str(n), f"Somebody {n} of a long name (Council)") for n in range(60)}
    pairs = [
        text("• ", Mention(f"U{n}"), " and ", Mention(f"U{n + 1}"), " and ", Mention(f"U{n + 2}"))
        for n in range(0, 60, 3)
    ]
    cards = render.cards(say(Heading("A round now"), *pairs), people)
    assert [error for card in cards for error in card_errors(card)] == []
    assert len(cards) > 1
    assert read(*cards).mentions == [people[f"U{n}"].called for n in range(60)]


SOME = [
    Words("é" * 2500),
    note("x" * 900),
    buttons(Button("Stay", "stay")),
    Heading("h"),
    Rule(),
    text(Bold("*b*" * 500)),
]


@settings(fast, max_examples=60)
@given(st.lists(st.sampled_from(SOME), min_size=1, max_size=14))
def test_any_order_of_blocks_fits(blocks: list[Block]) -> None:
    """Whatever comes after what: nothing is lost, no card is too large, and buttons are never without what is before them."""
    cards = render.cards(say("First.", *blocks), {})
    assert [error for card in cards for error in card_errors(card)] == []
    everything = render.elements(say("First.", *blocks).blocks, {})
    assert [element for card in cards for element in card["body"]] == everything
    for one, two in pairwise(cards):
        assert two["body"][0]["type"] != "ActionSet" or one["body"][-1]["type"] == "ActionSet"
