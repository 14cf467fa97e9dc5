"""/balcony topics: what an enabler may take into the programme's list of topics. Who gave a name is not said."""

from datetime import datetime

from bot.chat import Answer, Block, Bold, Button, Event, Heading, Message, Own, Words, buttons, note, say, text
from bot.domain.kind import Kind
from bot.handlers import help_text
from bot.handlers.who import programme_named, programme_run_by
from bot.matching.recipe import everybodys_topics
from storage import members, outbox, own_topics, programmes
from storage.db import Db
from storage.models import Member, Programme
from storage.own_topics import Called

_SHOWN = 10  # of each part; what waits moves up as it is decided
_IN_LIST = "list"


async def start(event: Event, db: Db, now: datetime) -> Answer:
    if event.words.strip().lower() == "help":
        return help_text.TOPICS
    return await _shown(db, await programme_run_by(event, db))


async def tell_enablers(db: Db, programme: Programme, called: Called, now: datetime) -> bool:
    """Ask those enablers who have joined, once for a name; False if nobody has to decide on it."""
    if called.id not in {one.id for one in await own_topics.waiting(db, programme)}:
        return False
    for enabler in await programmes.enablers_who_joined(db, programme):
        await outbox.put(
            db, _key(called, enabler), members.person_of(enabler), _ask(programme, called), now,
            kind=Kind.TOPIC_CALLED, programme_id=programme.id, member_id=enabler.id,
        )  # fmt: skip
    return True


async def accept(event: Event, db: Db, now: datetime) -> Answer:
    return await _decide(event, db, now, accept=True)


async def decline(event: Event, db: Db, now: datetime) -> Answer:
    """Not needed, or no longer. Whoever gave the name is not told; for matching it counts no more."""
    return await _decide(event, db, now, accept=False)


async def _decide(event: Event, db: Db, now: datetime, *, accept: bool) -> Answer:
    programme_id, _, rest = event.words.partition(":")
    place, _, topic_id = rest.partition(":")
    programme = await programme_named(event, db, programme_id)
    called = await own_topics.decide(db, programme, topic_id, accept=accept, now=now)
    if called:  # whom the question has not reached yet need not be asked
        asked = await programmes.enablers_who_joined(db, programme)
        await outbox.drop_unsent_of(db, [_key(called, one) for one in asked])
    if place == _IN_LIST or called is None:
        return await _shown(db, programme, "" if called else "That has been decided already.")
    became = (
        "is in the programme's list now. I offer it to everybody it may fit." if accept else "stays out of the list."
    )
    undo = _take_out(programme, called, "") if accept else _take_in(programme, called, "", "Accept after all")
    return say(text(Own(f"“{called.label}”"), f" {became}"), buttons(undo), replaces=True)


def _key(called: Called, enabler: Member) -> str:
    return f"topic-called:{called.id}:{enabler.id}"


def _ask(programme: Programme, called: Called) -> Message:
    return say(
        text(
            "Somebody in ", Bold(programme.name), " has a name for what they work on that is not in the list of topics:"
        ),
        Words(called.label),
        text("Shall others be offered it, too?"),
        buttons(*_choices(programme, called, "")),
        note("If you say that it is not needed, nobody is told."),
    )


async def _shown(db: Db, programme: Programme, news: str = "") -> Message:
    """What waits, and what the programme has of its own."""
    waiting, accepted = await own_topics.waiting(db, programme), await own_topics.accepted(db, programme.id)
    called, in_file = ([one for one in accepted if one.in_file is wanted] for wanted in (False, True))
    blocks: list[Block] = [Heading(f"Topics of {programme.name}"[:150]), *([text(news)] * bool(news))]
    blocks.append(text(Bold("Names that wait for you") if waiting else "No name waits for you."))
    for one in waiting[:_SHOWN]:
        blocks += [Words(one.label), buttons(*_choices(programme, one, _IN_LIST))]
    blocks += _more(waiting)
    if called:
        blocks.append(text(Bold("Names you have accepted")))
    for one in called[:_SHOWN]:
        blocks += [Words(one.label), buttons(_take_out(programme, one, _IN_LIST))]
    blocks += _more(called)
    if in_file:
        blocks += [text(Bold("From the programme file")), text("\n".join(f"• {one.label}" for one in in_file))]
    usual = len(everybodys_topics().all)
    blocks.append(
        note(f"I offer everybody {usual} topics of my own, too. The programme file can add more, with words for each.")
    )
    return say(*blocks, replaces=True)


def _more(found: list[Called]) -> list[Block]:
    return [note(f"And {len(found) - _SHOWN} more.")] if len(found) > _SHOWN else []


def _choices(programme: Programme, called: Called, place: str) -> tuple[Button, Button]:
    return (
        _take_in(programme, called, place, "Accept"),
        Button("Not needed", "topic.decline", f"{programme.id}:{place}:{called.id}"),
    )


def _take_in(programme: Programme, called: Called, place: str, label: str) -> Button:
    return Button(label, "topic.accept", f"{programme.id}:{place}:{called.id}", main=label == "Accept")


def _take_out(programme: Programme, called: Called, place: str) -> Button:
    return Button("Take it out again", "topic.decline", f"{programme.id}:{place}:{called.id}")
