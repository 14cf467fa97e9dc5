"""How messages look in Teams: somebody's own words are words, and nothing in them is alive."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat import Block, Bold, Button, Command, Heading, Mention, Message, Own, Rule, Words, buttons, note, say, text
from bot.domain.text import clean, isolated
from bot.platforms.teams import render, words
from bot.platforms.teams.render import Named
from tests.fake_teams.cards import Json, card_errors
from tests.platforms.adaptive import Read, read

pytestmark = pytest.mark.thorough

HOSTILE = [
    "**b** _i_ ~~s~~ `code`", "[NHS login](https://evil.example)", "![x](https://evil.example/x.png)", "https://evil.example",
    "www.evil.example", "ana@evil.example", "<at>Ana</at>", "<at>Ben</at>", "</at>", "<b>b</b>", "<https://evil.example>",
    "&lt;b&gt;", "&amp;amp;", "&#42;b&#42;", "{{DATE(2017-02-14T06:00:00Z, SHORT)}}", "{{TIME(2017-02-14T06:00:00Z)}}", "{{{{",
    "- item", "* item", "+ item", "1. item", "10) item", "a\n- item", "a\n1. item", "(a)- item", "[a]* item", "# title", "> said",
    "---", "===", "***", "a | b\n--|--", "    code", "\tcode", "```\ncode\n```", "\\*b\\*", "\\[x](y)", "\\", "\\\\*b*", "[x]\\(y)",
    "`code`", "a\\!b", "http://evil", "(a)- x", "(a)1. x", "2.+ x",
    "snake_case_name", "a*b", "*", "_", "*_*", "**", "__a__", "2 * 3 * 4", "at 10. Then", "a. b.c d", "R&D", "Q&A;", "a &b; c",
    "\u202eevil\u202c", "\u202e", "\u2067rtl", "\u2069\u202edone", "\u2069\u2069\u2066x", "שלום **b**", "مرحبا [x](y)",
    "a\0b", "\ud800", "a\udfff*b*", "\x1b[31m", "e\u0301" * 9, "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🇬🇧", "", " ", "\n", "\n\n", '"', "'", "“”",
]  # fmt: skip
PEOPLE = {"U07": Named("29:ben", "Ben"), "U08": Named("29:cleo", "Cleo")}
pieces_of = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12)), max_size=6).map("".join)
fast = settings(max_examples=100, deadline=None, derandomize=True, database=None)


def everywhere(own: str) -> Message:
    """A message with these words in every place where somebody's text may be."""
    return say(
        Heading(own or "-"),
        own or "-",
        text("In ", Bold(own), ", and ", Own(own), "."),
        text(Mention("U07"), " (", Own(own), ") is working on:"),
        text(Mention("U07"), " and ", Mention("U08"), " in ", Bold(own)),
        note("Said: ", Own(own)),
        Words(own),
        buttons(Button("Done", "commitment.close", "a"), Button("Edit", "commitment.edit", "a")),
        Words("again"),
        buttons(Button("Done", "commitment.close", "b")),
    )


def drawn(*blocks: Block | str, people: dict[str, Named] | None = None) -> Json:
    (only,) = render.cards(say(*blocks), PEOPLE if people is None else people)
    assert card_errors(only) == []
    return only


def seen(*blocks: Block | str, people: dict[str, Named] | None = None) -> Read:
    return read(drawn(*blocks, people=people))


def check(own: str) -> None:
    cards = render.cards(everywhere(own), PEOPLE)
    found = read(*cards)
    kept = clean(own)
    assert (found.alive, found.mentions) == ([], ["29:ben", "29:ben", "29:cleo"])
    assert [error for card in cards for error in card_errors(card)] == []
    assert sum(line.count(kept) for line in found.lines if kept.strip()) >= 5 * bool(kept.strip())
    assert found.text.count(kept.strip()) >= 7
    assert f"“{isolated(kept)}”" in found.lines
    assert "".join(found.bold).count(kept) >= 1


# --- somebody's own words --------------------------------------------------------------------------


@pytest.mark.parametrize("own", HOSTILE)
def test_nothing_hostile_is_alive(own: str) -> None:
    """In headings, paragraphs, beside mentions, in notes and quotations: 0 of it acts or is formatted; all of it is there."""
    check(own)
    check(f"before {own} after")
    check(f"{own}\n{own}")


@fast
@given(pieces_of)
def test_nothing_is_alive(own: str) -> None:
    """The same of anything at all."""
    check(own)


@fast
@given(pieces_of)
def test_names_are_only_names(name: str) -> None:
    """Whatever somebody is called in the directory: a mention of them, and nothing else; never no name."""
    found = seen(
        text("With ", Mention("U07"), " and ", Mention("U08"), "."),
        people={"U07": Named("29:x", name), "U08": Named("29:y", name)},
    )
    assert (found.alive, found.mentions) == ([], ["29:x", "29:y"])


@fast
@given(pieces_of)
def test_the_direction_of_a_text_ends_with_it(own: str) -> None:
    """Own words cannot turn what comes after them, whatever marks are in them; all of them are there."""
    depth = 0
    for char in isolated(own):
        depth += (char in "\u2066\u2067\u2068") - (char == "\u2069")
        assert depth >= 0
    assert depth == 0
    assert own in isolated(own)[1:-1]


def test_a_sentence_that_formats_nothing_stays_one_block() -> None:
    """Plain sentences are TextBlocks; what could be read as more than text becomes runs."""
    assert [each["type"] for each in drawn("Kept, for you alone.", "5 * 3")["body"]] == ["TextBlock", "RichTextBlock"]
    mixed = drawn(text(Mention("U07"), " (", Own("Durham, U02 Council"), ") is working on:"))
    assert [each["text"] for each in mixed["body"]] == ["<at>Ben</at> (\u2068Durham, U02 Council\u2069) is working on:"]


def test_a_mention_stays_beside_words_that_may_format() -> None:
    """The mention is on a line of its own, the rest right below it as text."""
    first, second = drawn(text(Mention("U07"), " (", Own("*we*"), ") is working on:"))["body"]
    assert (first["text"], second["spacing"]) == ("<at>Ben</at>", "none")
    assert words.read(second) == "(\u2068*we*\u2069) is working on:"
    small = drawn("So.", note(Mention("U07"), " (", Own("*we*"), ")"))["body"]
    assert [element.get("spacing") for element in small] == [None, "small", "none"]


def test_new_lines_stay() -> None:
    """A list of Balcony's own, and somebody's poem, have their lines; neither becomes a list of a client's making."""
    found = seen(text(Bold("Thinking time"), "\n• one\n• two"), Words("1. a\n2. b"))
    assert found.lines == ["Thinking time\n• one\n• two", "“\u20681. a\n2. b\u2069”"]
    assert found.alive == []


def test_what_can_be_written_has_no_slash() -> None:
    """In Teams a command is written without it, and set in bold."""
    found = seen(text("Write ", Command("/commit list"), "."))
    assert (found.lines, found.bold) == (["Write commit list."], ["commit list"])


# --- people ----------------------------------------------------------------------------------------


def test_people_of_one_name_are_mentioned_each() -> None:
    """Teams finds people by their text, so the second is counted; the same person twice is one entity."""
    twins = {user: Named(f"29:{user}", "Ana" if user != "U3" else "ana (2)") for user in ("U1", "U2", "U3")}
    card = drawn(text(Mention("U3"), Mention("U1"), Mention("U2"), Mention("U1")), people=twins)
    assert read(card).mentions == ["29:U3", "29:U1", "29:U2", "29:U1"]
    assert [entity["text"] for entity in card["msteams"]["entities"]] == [
        "<at>Ana (3)</at>", "<at>Ana</at>", "<at>ana (2)</at>",
    ]  # fmt: skip


def test_who_is_not_known_is_a_member() -> None:
    """Without a mention, which Teams would refuse."""
    found = seen(text(Mention("U99"), " will be your witness."))
    assert (found.lines, found.mentions) == (["a member will be your witness."], [])
    assert render.mentioned(say(text(Mention("U1")), note(Mention("U2")), Words("<at>U3</at>"))) == {"U1", "U2"}


# --- buttons, lines, notes -------------------------------------------------------------------------


def test_buttons_carry_what_they_are() -> None:
    """What asks something opens a dialog, the rest is executed; in a dialog there is only Action.Submit."""
    row = buttons(Button("Done", "commitment.close", "a:done", main=True), Button("Edit", "commitment.edit", "a"))
    done, edit = drawn("Kept.", row)["body"][1]["actions"]
    data = {"verb": "commitment.close", "value": "a:done"}
    assert done == {
        "type": "Action.Execute",
        "title": "Done",
        "verb": "commitment.close",
        "data": data,
        "style": "positive",
    }
    fetch = {"msteams": {"type": "task/fetch"}, "verb": "commitment.edit", "value": "a"}
    assert edit == {"type": "Action.Submit", "title": "Edit", "data": fetch}
    (inside,) = render.cards(say("Kept.", row), {}, in_dialog=True)
    assert card_errors(inside) == []
    assert [each["data"] for each in inside["body"][1]["actions"]] == [data, {"verb": "commitment.edit", "value": "a"}]
    assert {each["type"] for each in inside["body"][1]["actions"]} == {"Action.Submit"}


def test_buttons_of_one_name_say_what_they_are_about() -> None:
    """Who hears "Done" five times hears of which thing; where there is one, nothing more is said."""
    done, other = buttons(Button("Done", "commitment.close", "1")), buttons(Button("Stay", "stay"))
    many = drawn(Heading("Home"), Words("issue"), text("Open:"), Words("tea"), note("today"), note("learned:"), Words("x"), done,
                 text(Bold("Empathy")), note("10:00"), done, Heading("End"), done, other)  # fmt: skip
    actions = [action for each in many["body"] for action in each.get("actions", ())]
    assert [action.get("tooltip") for action in actions] == ["“\u2068tea\u2069”", "Empathy", None, None]
    long = drawn(Words("tea " * 100), done, Words("more"), done)["body"][1]["actions"][0]["tooltip"]
    assert long.endswith("…")
    assert len(long) < 120


def test_a_rule_is_a_line_above_the_next() -> None:
    """And a rule with nothing after it is none."""
    first, second = drawn("One.", Rule(), text(" "), note("Two."), Rule())["body"]
    assert "separator" not in first
    assert second["separator"] is True
    assert (second["isSubtle"], second["size"]) == (True, "small")


def test_headings_are_headings() -> None:
    """For who hears them too; one that may format is set large, as text."""
    plain, odd = drawn(Heading("Your notebook"), Heading("*Our* Move"))["body"]
    assert (plain["type"], plain["style"]) == ("TextBlock", "heading")
    assert {run["size"] for run in odd["inlines"]} == {"large"}


def test_what_is_heard_and_shown_without_cards() -> None:
    """The whole message as one text, with names; no markup in what is spoken, no Markdown where Markdown is read."""
    card = drawn(text(Mention("U07"), " is <b>working</b> on:"), Words("*one* thing"), buttons(Button("Stay", "stay")))
    assert card["speak"] == "Ben\nis ‹b›working‹/b› on:\n“\u2068*one* thing\u2069”"
    assert card["fallbackText"] == "Ben\n\nis \\<b\\>working\\</b\\> on:\n\n“\u2068\\*one\\* thing\u2069”"
    long = drawn(Words("a tale " * 1000))
    assert long["speak"].endswith("… (There is more in the message.)")
    assert len(long["speak"]) < 3000
    (activity,) = render.activities(say("Kept, for you alone.", Words("ring the nurse")), {})
    assert (activity["type"], activity["summary"]) == ("message", "Kept, for you alone.")
    assert activity["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    many = render.activities(say("Too long.", Words("x" * 50_000)), {})
    assert [activity.get("summary") for activity in many] == ["Too long."] + [None] * (len(many) - 1)
    assert len(many) > 1


def test_a_message_without_a_text_is_a_card_all_the_same() -> None:
    """Teams refuses an empty one."""
    assert seen(text(" "), Rule()).lines == ["There is nothing to show."]
    assert seen(buttons(Button("Stay", "stay"))).lines == ["[Stay]"]
