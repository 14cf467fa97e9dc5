"""Did you meet? Asked a week later, of each alone."""

from collections.abc import Sequence
from datetime import datetime

from bot.chat import Answer, Button, Event, Mention, Message, Part, Refusal, buttons, note, say, text
from bot.handlers.who import awake, older_version
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
        buttons(*_buttons(introduction.id)),
    )


async def answer(event: Event, db: Db, now: datetime) -> Answer:
    """Somebody said whether they met. Each answers for themselves, and can change it."""
    introduction_id, _, said = event.words.partition(":")
    found = await introductions.place_of(db, event.person, introduction_id)
    if found is None:
        raise Refusal("That introduction is not one of yours.")
    if said not in _SAID:
        raise older_version()
    member, place = found
    awake(member)
    place.met = said
    others = [button for button in _buttons(introduction_id) if button.value != event.words]
    return say(_SAID[said], note("Pressed by mistake, or has it changed since?"), buttons(*others), replaces=True)


def _buttons(introduction_id: str) -> tuple[Button, ...]:
    return (
        Button("Yes", "met", f"{introduction_id}:{MET}", main=True),
        Button("Not yet", "met", f"{introduction_id}:{NOT_YET}"),
        Button("Not this time", "met", f"{introduction_id}:{NOT_THIS_TIME}"),
    )
