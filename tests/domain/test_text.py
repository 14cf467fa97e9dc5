"""What people write is made safe to keep, and nothing that they see is changed."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.text import TooLong, one_line, tidy

ROOM = 1000
ANY_TEXT = st.text(st.characters(), max_size=60) | st.text("a \n\t\r\x00\x0b\u200d\u202e\u2028👩é\ud800", max_size=40)

KEPT = [
    ("ring the school nurse", "ring the school nurse"),
    ("  ring \n", "ring"),
    ("a\x00b", "ab"),
    ("\x00 a \x00", "a"),
    ("a\x07\x1b[31mb\x7f\x9f", "a[31mb"),
    ("a\ud800b\udfffc", "abc"),
    ("a\r\nb\rc\nd", "a\nb\nc\nd"),
    ("a\tb", "a\tb"),
    ("a\n\n  b", "a\n\n  b"),
    ("اتصل بالممرضة", "اتصل بالممرضة"),
    ("\u202bring\u202c \u200fx", "\u202bring\u202c \u200fx"),
    ("👩‍👩‍👧‍👦 and 🏴󠁧󠁢󠁷󠁬󠁳󠁿 and 👍🏽", "👩‍👩‍👧‍👦 and 🏴󠁧󠁢󠁷󠁬󠁳󠁿 and 👍🏽"),
    ("Zoe\u0308 and Zo\u00eb", "Zoe\u0308 and Zo\u00eb"),
    ("", ""),
    ("\x00\x01", ""),
    (" \n\t ", ""),
]


@pytest.mark.parametrize(("written", "kept"), KEPT)
def test_only_what_nobody_sees_is_taken_out(written: str, kept: str) -> None:
    """Controls and lone surrogates go, line ends become one kind, and every script, sign and emoji family stays."""
    assert tidy(written, ROOM) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("a\nb", "a b"),
        ("  a \t\r\n  b  ", "a b"),
        ("a\u00a0\u2003b", "a b"),
        ("a\u2028b", "a b"),
        ("a \x00 b", "a b"),
        ("a\x00b", "ab"),
        ("a\x0bb", "a b"),
        ("👩‍👩‍👧‍👦\n👍🏽", "👩‍👩‍👧‍👦 👍🏽"),
        ("\n\x00\n", ""),
    ],
)
def test_one_line_has_single_spaces_only(written: str, kept: str) -> None:
    """Every run of white space, whatever hides in it, is one space."""
    assert one_line(written, ROOM) == kept


def test_the_limit_is_exact_and_nothing_is_cut() -> None:
    """As many characters as the limit fit; one more is refused with both numbers, and nothing is shortened."""
    assert tidy("x" * 300, 300) == "x" * 300
    assert one_line("x" * 300, 300) == "x" * 300
    for shorten in (tidy, one_line):
        with pytest.raises(TooLong) as refused:
            shorten("x" * 1301, 1300)
        assert (refused.value.length, refused.value.limit) == (1301, 1300)
        assert str(refused.value) == "That is 1,301 characters; there is room for 1,300."


def test_what_is_taken_out_needs_no_room() -> None:
    """Spaces around, controls within and doubled line ends do not count towards the limit."""
    assert tidy("  a\x00b \n", 2) == "ab"
    assert tidy("a\r\nb", 3) == "a\nb"
    assert one_line("a    b", 3) == "a b"


def test_an_emoji_counts_by_its_characters() -> None:
    """A family of four is seven characters long, as the database counts them."""
    assert tidy("👩‍👩‍👧‍👦", 7) == "👩‍👩‍👧‍👦"
    with pytest.raises(TooLong):
        tidy("👩‍👩‍👧‍👦", 6)


@settings(deadline=None)
@given(ANY_TEXT)
def test_any_text_becomes_safe_to_store(written: str) -> None:
    """Whatever is written can be encoded, has no control but line end and tab, and is the same when tidied again."""
    for kept in (tidy(written, ROOM), one_line(written, ROOM)):
        kept.encode()
        assert not any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t" for char in kept)
        assert kept == kept.strip() == tidy(kept, ROOM)
    assert one_line(written, ROOM) == " ".join(one_line(written, ROOM).split())


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=60))
def test_text_without_controls_is_only_trimmed(written: str) -> None:
    """Letters, signs, joiners and direction marks of every script come back as they were."""
    assert tidy(written, ROOM) == written.strip()
