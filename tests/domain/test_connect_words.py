"""What is written after /connect: a question, two people, or a verb."""

import pytest

from bot.domain.connect_words import Verb, Wanted, matter, read
from bot.domain.mentions import mention, parted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", Wanted(Verb.FIND)),
        ("falls prevention", Wanted(Verb.FIND, (), "falls prevention")),
        ("who else works on falls?", Wanted(Verb.FIND, (), "who else works on falls?")),
        ("help", Wanted(Verb.HELP)), ("HELP", Wanted(Verb.HELP)),
        ("help with housing", Wanted(Verb.FIND, (), "help with housing")),
        ("asked", Wanted(Verb.ASKED)), ("known", Wanted(Verb.KNOWN)),
        ("known carers", Wanted(Verb.FIND, (), "known carers")),
        ("<@a> <@b> both need carers", Wanted(Verb.BRING, ("a", "b"), "both need carers")),
        ("carers for <@a> and <@b|ben>", Wanted(Verb.BRING, ("a", "b"), "carers for and")),
        ("introduce <@a> <@b>", Wanted(Verb.BRING, ("a", "b"))), ("introduce", Wanted(Verb.BRING)),
        ("@ben and @cleo", Wanted(Verb.BRING, (), "@ben and @cleo")),
        ("write to me@home.org", Wanted(Verb.FIND, (), "write to me@home.org")),
        ("know <@a>", Wanted(Verb.KNOW, ("a",))), ("never <@a> please", Wanted(Verb.NEVER, ("a",), "please")),
        ("never", Wanted(Verb.NEVER)), ("never ben", Wanted(Verb.NEVER, (), "ben")),
    ],
)  # fmt: skip
def test_what_is_wanted(words: str, wanted: Wanted) -> None:
    """A mention means an introduction, unless a verb says something else."""
    assert read(words) == wanted


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("who else works on school attendance?", "school attendance"), ("Who here is working with carers", "carers"),
        ("does anyone else work on falls?", "falls"), ("is anybody working on falls", "falls"), ("falls", "falls"),
        ("who else works on ?", "who else works on ?"), ("whose falls are these?", "whose falls are these"),
    ],
)  # fmt: skip
def test_what_a_question_is_about(question: str, about: str) -> None:
    """The words around it are everybody's."""
    assert matter(question) == about


def test_mentions() -> None:
    """Each person once, in their order; what only looks like a mention is words."""
    assert parted(f"{mention('a')} x {mention('b')} {mention('a')}") == (("a", "b"), "x")
    assert parted("<@> <@a b> @c <!channel>") == ((), "<@> <@a b> @c <!channel>")
