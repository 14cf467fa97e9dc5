"""Did you meet? Asked a week later, of each alone; and once more, if they have not yet or have only booked."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.chat import Answer, Block, Bold, Button, Command, Event, Message, Refusal, Text, buttons, note, say, text
from bot.domain import rhythm
from bot.domain.kind import Kind
from bot.handlers import came_of_it
from bot.handlers.calling import names
from bot.handlers.who import awake, older_version
from storage import introductions, members, outbox
from storage.db import Db
from storage.introductions import BOOKED, MET, NOT_THIS_TIME, NOT_YET
from storage.models import Introduced, Introduction, Member, OutboxState, Request, RequestKind

_LABELS = {MET: "Yes", BOOKED: "Booked", NOT_YET: "Not yet", NOT_THIS_TIME: "Not this time"}
_SAID = {
    MET: "Good. That is one more connection in the system.",
    BOOKED: "Good. Half an hour is plenty.",
    NOT_YET: "That happens. The introduction stands; a short message to each other is enough to begin.",
    NOT_THIS_TIME: "That is fine. The next round brings somebody new.",
}
_AGAIN_IN = {NOT_YET: rhythm.ASK_AGAIN_AFTER, BOOKED: rhythm.ASK_IF_IT_HAPPENED_AFTER}
_WILL_ASK = {
    NOT_YET: " I will ask once more, in two days.",
    BOOKED: " I will ask once, in a week, whether it happened.",
}
_FIRST, _SECOND = "met", {NOT_YET: "met-again", BOOKED: "happened"}  # what the keys of the questions begin with
_LATELY, _SHOWN = timedelta(weeks=8), 3
_QUESTIONS = (_FIRST, *_SECOND.values())


async def ask(db: Db, introduction: Introduction, now: datetime) -> str:
    """Ask each of it alone, unless one of them has said already that they met. Gives what came of that."""
    introduction.ask_at = None
    places = await introductions.places_in(db, introduction)
    people = [member for member, _ in places]
    if not await _was_heard_of(db, introduction):
        for member in people:  # nobody can have answered to it
            member.silent = max(0, member.silent - 1)
        return "not asked: nobody heard of the introduction"
    if await introductions.anybody_met(db, introduction):
        return "not asked: they met"
    asked, again = 0, await _is_again(db, introduction)
    began = "A week ago you said yes to meeting " if introduction.request_id else "A week ago I introduced you to "
    for member, place in places:
        if not place.met and _may_ask(introduction, member, people, now):
            others = names([one for one in people if one.id != member.id])
            question = text(began, *others, *[" again"] * again, ". Did you meet?")
            asked += await _put(db, _key(_FIRST, introduction, member), member, _question(introduction, question), now)
    return f"{asked} asked"


async def ask_again(db: Db, place: Introduced, now: datetime) -> str:
    """Ask one of them once more, and wait for their answer as long as it may come. Gives what came of that."""
    place.ask_again_at = None
    introduction = await db.session.get_one(Introduction, place.introduction_id)
    people = await introductions.people_in(db, introduction)
    member = next((one for one in people if one.id == place.member_id), None)
    if await introductions.anybody_met(db, introduction):
        return "not asked: they met"
    if member is None or not _may_ask(introduction, member, people, now):
        return "not asked: somebody is away"
    others = names([one for one in people if one.id != member.id])
    asks = {
        NOT_YET: text("You and ", *others, " had not met yet when I asked. Have you met since?"),
        BOOKED: text("You had booked a time with ", *others, ". Did it happen?"),
    }
    question = _question(
        introduction, asks[place.met], note("I will not ask again, unless you tell me that a time is booked.")
    )
    if not await _put(db, _key(_SECOND[place.met], introduction, member), member, question, now):
        return "nothing: they were asked before"
    place.ask_again_at = now + rhythm.WAIT_FOR_ANSWER
    return "asked"


async def lately(db: Db, member: Member, now: datetime) -> list[Block]:
    """Where nobody has said yet that they met: what the member said, and the buttons to say it or say it otherwise."""
    blocks: list[Block] = []
    for introduction, place in await introductions.not_met(db, member, now - _LATELY, _SHOWN):
        people = await introductions.people_in(db, introduction)
        others = names([one for one in people if one.id != member.id])
        if not others or not await _was_heard_of(db, introduction):
            continue
        day = rhythm.day_in_words(*(rhythm.local_date(one, member.timezone) for one in (introduction.made_at, now)))
        said = [note(f"You said: {_LABELS[place.met].lower()}.")] if place.met else []
        when = ", today" if day == "today" else f", on {day}"
        blocks += [text("• ", *others, when, ". Did you meet?"), *said, buttons(*_buttons(introduction, place.met))]
    return [text(Bold("Introduced lately")), *blocks] if blocks else []


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
    introduction = await db.session.get_one(Introduction, introduction_id)
    if place.met == MET != said:
        introduction.ask_at = now  # the others were asked nothing more because of that yes
    place.met = said
    answered_for = await introductions.people_in(db, introduction) if said == MET else [member]
    await outbox.drop_unsent_of(db, [_key(kind, introduction, one) for one in answered_for for kind in _QUESTIONS])
    asks = said in _AGAIN_IN and not await outbox.by_key(db, _key(_SECOND[said], introduction, member))
    place.ask_again_at = now + _AGAIN_IN[said] if asks else None
    if_met = (
        note("You are among each other's connections: ", Command("/balcony connections"), "."),
        buttons(came_of_it.button(introduction.id)),
    )
    return say(
        _SAID[said] + (_WILL_ASK[said] if asks else ""),
        *(if_met if said == MET else ()),
        note("Pressed by mistake, or has it changed since?"),
        buttons(*_buttons(introduction, said)),
        replaces=True,
    )


async def _is_again(db: Db, introduction: Introduction) -> bool:
    """Both had asked to meet once more."""
    request = await db.session.get(Request, introduction.request_id) if introduction.request_id else None
    return request is not None and request.kind == RequestKind.AGAIN


async def _was_heard_of(db: Db, introduction: Introduction) -> bool:
    """It was posted in the channel; or all of them have said yes to it, so they know who it is."""
    posted = await outbox.by_key(db, introductions.key_of(introduction))
    return introduction.request_id is not None or (posted is not None and posted.state == OutboxState.SENT)


def _may_ask(introduction: Introduction, member: Member, people: Sequence[Member], now: datetime) -> bool:
    """There is somebody they could have met, they want to hear of it, and are not on a pause."""
    wants = member.wants_introductions or introduction.request_id is not None
    return wants and len(people) > 1 and not member.is_paused(now)


async def _put(db: Db, key: str, member: Member, question: Message, now: datetime) -> bool:
    return await outbox.put(
        db, key, members.person_of(member), question, now,
        kind=Kind.MET, programme_id=member.programme_id, member_id=member.id,
    )  # fmt: skip


def _key(kind: str, introduction: Introduction, member: Member) -> str:
    return f"{kind}:{introduction.id}:{member.id}"


def _question(introduction: Introduction, question: Text, *more: Block) -> Message:
    return say(question, *more, buttons(*_buttons(introduction)))


def _buttons(introduction: Introduction, said: str = "") -> tuple[Button, ...]:
    """All answers but the one that was given."""
    return tuple(
        Button(label, "met", f"{introduction.id}:{answer}", main=answer == MET)
        for answer, label in _LABELS.items()
        if answer != said
    )
