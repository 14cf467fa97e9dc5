"""Somebody's own words reach others as words: nothing in them is alive, nothing of them is lost."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat import Bold, Form, Heading, Mention, Message, Option, Own, Question, Words, note, say, text
from bot.domain.pieces import pieces
from bot.domain.text import clean, isolated
from bot.platforms.slack import render
from tests.fake_slack.blocks import message_errors, view_errors
from tests.platforms.mrkdwn import Read, mrkdwn, read, strings

pytestmark = pytest.mark.thorough

HOSTILE = [
    "<!channel>", "<!here>", "<!everyone>", "<!subteam^S1>", "<@U1>", "<@U1|Ben>", "<#C1>", "<#C1|general>",
    "<https://evil|NHS login>", "https://evil.example", "<mailto:a@b|c>", "<!date^1392734382^{date}|soon>", "&lt;!here&gt;",
    "&amp;lt;!here&amp;gt;", "*b* _i_ ~s~ `code`", "```\nblock\n```", ":smile:", ":wave::skin-tone-2:", ":日本:", "> quoted",
    "a\n> quoted", "&gt; quoted", "*", "_", "a*b", "*\u2060b*", "x:y:z", "10:30:00", "<", ">", "&", "<!channel", "!here>",
    "\u202eevil\u202c", "\u202e", "\u2067rtl", "\u2069\u202edone", "\u2069\u2069\u2066x", "שלום *b*", "مرحبا <@U1>",
    "a\0b", "\ud800", "a\udfff*b*", "\x1b[31m", "\r\n*b*", "e\u0301" * 9, "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🇬🇧", "", " ", "\n",
]  # fmt: skip
pieces_of = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12)), max_size=6).map("".join)
fast = settings(max_examples=200, deadline=None, derandomize=True, database=None)


def everywhere(own: str) -> Message:
    """A message with these words in every place where somebody's text may be."""
    return say(
        Heading(own[:150] or "-"),
        text(own or "-"),
        text("In ", Bold(own), ", and ", Own(own), " with ", Mention("U07"), "."),
        note("Said: ", Own(own)),
        note(Mention("U07"), " said: ", Own(own)),
        Words(own),
    )


def balanced(shown: str) -> bool:
    """Every mark that begins or ends a direction apart has its partner."""
    depth = 0
    for char in shown:
        depth += char in "\u2066\u2067\u2068"
        depth -= char == "\u2069"
        if depth < 0:
            return False
    return depth == 0


def check(own: str) -> None:
    drawn = render.message(everywhere(own))
    found = read(drawn["blocks"])
    assert found.alive in (["{'type': 'user', 'user_id': 'U07'}", "<@U07>"], ["<@U07>", "<@U07>"])
    assert all(style in {own, clean(own), f"*{render._escape(clean(own))}*"} for style in found.styled), found.styled
    fallback = Read()
    mrkdwn(drawn["text"], fallback, formats=drawn["mrkdwn"])
    assert (drawn["mrkdwn"], fallback.alive, fallback.styled) == (False, ["<@U07>", "<@U07>"], [])
    for words in (found.text, fallback.text):
        assert clean(own) in words
    assert all(clean(string) == string for string in strings(drawn))
    json.dumps(drawn).encode()
    if 1 <= len(own.strip()) <= 600:
        assert message_errors(drawn["blocks"]) == []


@pytest.mark.parametrize("own", HOSTILE)
def test_nothing_hostile_is_alive(own: str) -> None:
    """In headings, paragraphs, notes, quotations and the plain text: 0 mentions, links, emoji, styles from it; all of it there."""
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
def test_the_direction_of_a_text_ends_with_it(own: str) -> None:
    """Own words inside a sentence cannot turn what comes after them, whatever marks are in them."""
    for part in (isolated(own), *render._quoted(own)):
        assert balanced(part)
        assert own in part or len(own) > 2000


@fast
@given(pieces_of)
def test_forms_show_it_as_text(own: str) -> None:
    """Titles, labels, hints, options, what is filled in: plain text everywhere, and Slack takes the view."""
    question = Question("what", own[:50].strip() or "-", "lines", own[:50].strip() or "-", own[:300], limit=300)
    options = (Option(own or "-", "a"), Option("other", "b"))
    choice = Question("part", "When?", "choice", initial="a", options=options)
    ticks = Question("ticks", "Which?", "ticks", initial="a", options=options)
    view = render.modal(Form("commit", own.strip() or "-", own.strip() or "-", (question, choice, ticks), words="abc"))
    found = read(view)
    assert (found.alive, found.styled) == ([], [])
    blank = any(not str(text).strip() for text in found.texts)
    assert view_errors(view) == [] or blank


def test_fifty_thousand_characters_are_all_there() -> None:
    """In as many pieces as they need, each within Slack's limit."""
    for own in (
        "x" * 50_000,
        "word " * 10_000,
        "👩‍👩‍👧‍👦" * 7_000,
        "e\u0301" * 25_000,
        "🇬🇧" * 25_000,
        "\n" * 50_000,
        "e" + "\u0301" * 50_000,
    ):
        drawn = render.blocks((Words(own),))
        shown = [block["text"]["text"] for block in drawn]
        assert all(len(piece) <= 3000 for piece in shown)
        assert "".join(piece.removeprefix("“" if n == 0 else "…").removesuffix("”" if n == len(shown) - 1 else "…")[1:-1]
                       for n, piece in enumerate(shown)) == own  # fmt: skip


SIGNS = ["👩‍👩‍👧‍👦", "👍🏽", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🇬🇧", "e\u0301\u0323", "❤️", "1️⃣", "क्षि", "\r\n", "กำ", "👩🏽‍❤️‍💋‍👨🏿", "🇬🇧🇫🇷🇩🇪"]


@pytest.mark.parametrize("sign", SIGNS)
def test_no_sign_is_cut(sign: str) -> None:
    """A sign at every place around the limit stays whole, and the pieces together are the text."""
    whole = sign if "🇬" not in sign else "🇬🇧"
    for before in range(2980, 3011):
        for text_ in ("x" * before + sign + "y" * 50, "x y" * 900 + "x" * (before - 2700) + sign * 3):
            cut = list(pieces(text_, 2990))
            assert "".join(cut) == text_
            assert all(len(piece) <= 2990 for piece in cut)
            assert sum(piece.count(whole) for piece in cut) == text_.count(whole)


@fast
@given(st.text(st.sampled_from("ab \n🇬🇧👩\u200d🏽\u0301e\ufe0f"), max_size=200), st.integers(8, 40))
def test_pieces_together_are_the_text(own: str, room: int) -> None:
    """Whatever the text and the room: nothing is lost or added, no piece is too long or empty."""
    cut = list(pieces(own, room))
    assert "".join(cut) == own
    assert all(len(piece) <= room for piece in cut)
    assert all(cut) or cut == [""]


def test_only_what_is_no_text_is_changed() -> None:
    """NUL, other controls and halves of characters become a sign that says so; everything else stays as it is."""
    assert clean("a\0b\ud800c\x1b\x7f") == "a\ufffdb\ufffdc\ufffd\ufffd"
    kept = "a\tb\nc é 👩‍👩‍👧‍👦 \u202e \u2069 \x85 \ufeff"
    assert clean(kept) == kept


def test_a_cut_is_after_a_space_where_there_is_one() -> None:
    """Words stay whole; a space belongs to what is before it."""
    assert list(pieces("one two three four", 9)) == ["one two ", "three ", "four"]
    assert list(pieces("a b c d e f", 7)) == ["a b c ", "d e f"]
    assert list(pieces("abcdefghijkl", 5)) == ["abcde", "fghij", "kl"]
