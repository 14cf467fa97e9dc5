"""Did you meet? Asked a week later, of each alone."""

from collections.abc import Sequence
from datetime import datetime

from bot.chat import Answer, Button, Event, Mention, Message, Part, Refusal, buttons, say, text
from bot.handlers.who import awake
from storage import introductions
from storage.db import Db
from storage.introductions import MET, NOT_THIS_TIME, NOT_YET
from storage.models import Introduction, Member

_SAID = {
    MET: "Good. That is one more connection in the system.",
    NOT_YET: "That happens. The introduction stands; a short message to each other is enough to begin.",
    NOT_THIS_TIME: "That is fine. The next round brings somebody new.",
}


def ask(introduction: Introduction, others: Sequence[Member]) -> Message:
    names: list[Part] = []
    for index, other in enumerate(others):
        names += [" and "] * bool(index) + [Mention(other.user)]
    return say(
        text("A week ago I introduced you to ", *names, ". Did you meet?"),
        buttons(
            Button("Yes", "met", f"{introduction.id}:{MET}", main=True),
            Button("Not yet", "met", f"{introduction.id}:{NOT_YET}"),
            Button("Not this time", "met", f"{introduction.id}:{NOT_THIS_TIME}"),
        ),
    )


async def answer(event: Event, db: Db, now: datetime) -> Answer:
    """Somebody said whether they met. Each answers for themselves, and can change it."""
    introduction_id, _, said = event.words.partition(":")
    found = await introductions.place_of(db, event.person, introduction_id)
    if found is None:
        raise Refusal("That introduction is not one of yours.")
    member, place = found
    awake(member)
    place.met = said
    return say(_SAID[said], replaces=True)
