"""What somebody writes after /connect."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.mentions import parted

_AT = re.compile(r"(?:^|\s)@\w")
_ASKING = re.compile(
    r"(?:does\s+any(?:one|body)|is\s+any(?:one|body)|who)(?:\s+else)?(?:\s+here)?\s+(?:is\s+|are\s+)?"
    r"(?:work(?:s|ing)?\s+(?:on|with)|do(?:es|ing))\s+",
    re.IGNORECASE,
)


class Verb(StrEnum):
    FIND = ""  # the rest is what to find people for
    BRING = "introduce"
    KNOW = "know"
    KNOWN = "known"
    NEVER = "never"
    ASKED = "asked"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted, of whom, and the words that are left."""

    verb: Verb
    users: tuple[str, ...] = ()
    words: str = ""


def read(words: str) -> Wanted:
    """A mention means that somebody is to be introduced, unless a verb before it says something else."""
    first, _, rest = words.strip().partition(" ")
    verb = first.lower()
    if verb in {Verb.KNOW, Verb.NEVER, Verb.BRING}:
        return Wanted(Verb(verb), *parted(rest))
    if verb in {Verb.KNOWN, Verb.ASKED, Verb.HELP} and not rest.strip():
        return Wanted(Verb(verb))
    users, left = parted(words)
    return Wanted(Verb.BRING if users or _AT.search(left) else Verb.FIND, users, left)


def matter(question: str) -> str:
    """What a question is about: "who else works on falls?" is about falls."""
    left = _ASKING.sub("", question.strip(), count=1) if _ASKING.match(question.strip()) else question
    return left.strip().rstrip("?").strip() or question
