"""What somebody reads while the database does not answer, and what they read when it never did.

Nothing is called kept before it is on disk. What is not kept yet is called that, with their own words given back.
"""

from bot.chat import Block, Bold, Command, Event, Kind, Message, Words, note, say, text
from bot.domain.text import tidy

NO_OWN_WORDS = frozenset({"", "help", "list", "closed", "page"})  # after /commit, /reflect and /balcony issue
ISSUES = frozenset({"issue", "issues"})
KEPT_AFTER_ALL = say("That is kept. It took me a while, so I could not tell you at once.")

_STILL_KEEPING = "One moment, please: I have not been able to keep that yet, and go on trying."
_STILL_WORKING = "One moment, please: this takes me longer than usual."
_TOLD_HERE = "I tell you here what came of it, so there is no need to send it again."
_MOST = 9000  # characters; a message holds about 13,000 with everything


def still(event: Event) -> Message:
    """It is not done yet, and may still be: told after a second or so, and followed by what came of it."""
    if not _keeps(event):
        return say(_STILL_WORKING, note(_TOLD_HERE))
    unheard = " Should you hear nothing for ten minutes, please look: "
    return say(_STILL_KEEPING, note(_TOLD_HERE + unheard, Command(_list_of(event)), "."), *given_back(event))


def still_in_form(event: Event) -> str:
    """The same, above a form that stays before them with everything they wrote in it."""
    return f"{_STILL_KEEPING if _keeps(event) else _STILL_WORKING} This window changes as soon as I know more."


def gave_up(event: Event) -> Message:
    """It was not done, and will not be."""
    return say(
        "I could not do that: the place where I keep things does not answer just now, and nothing of it was kept. "
        "Please send it again in a few minutes.",
        *given_back(event),
    )


def cannot_tell(event: Event) -> Message:
    """It may have been done: the database went away in the middle, or Balcony was told to stop."""
    return say(
        text(
            "I was cut short while I kept that, so I do not know whether it is kept. ",
            "Please look before you send it again: ",
            Command(_list_of(event)),
            ".",
        ),
        *given_back(event),
    )


def own_words(event: Event) -> tuple[str, ...]:
    """What they wrote themselves, after a command or in a form."""
    if event.kind == Kind.FORM:
        return tuple(answer for name in event.answers if (answer := event.answer(name)))
    if event.kind != Kind.COMMAND:
        return ()
    words = event.words
    if event.name == "/balcony":
        verb, _, words = words.strip().partition(" ")
        words = words if verb.lower() in ISSUES else ""
    return (words,) if words.strip().lower() not in NO_OWN_WORDS else ()


def given_back(event: Event) -> tuple[Block, ...]:
    """Their words again, so that nothing typed is lost; beyond what a message holds, a sentence says so."""
    words = [clean for written in own_words(event) if (clean := tidy(written, len(written)))]
    if not words:
        return ()
    if sum(map(len, words)) > _MOST:
        return (note("It is too long to show back to you here, so please keep your own copy."),)
    return (text(Bold("Your words:")), *map(Words, words))


def _keeps(event: Event) -> bool:
    """Whether something of theirs is to be kept; a question is only answered."""
    return event.name != "connect" if event.kind == Kind.FORM else bool(own_words(event))


def _list_of(event: Event) -> str:
    if event.name == "/reflect" or event.name.startswith("reflect."):
        return "/reflect list"
    return "/commit list" if event.name in {"/commit", "commit"} else "/balcony"
