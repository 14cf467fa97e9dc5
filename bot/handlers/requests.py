"""Introductions that somebody asks for: everybody concerned is asked first, alone, and a no is never told to anybody."""

from collections.abc import Sequence
from datetime import datetime
from itertools import combinations

from bot.chat import (
    Answer,
    Block,
    Bold,
    Button,
    Event,
    Message,
    Refusal,
    Words,
    buttons,
    note,
    say,
    text,
)
from bot.domain import rhythm
from bot.domain.kind import Kind
from bot.handlers import request_words
from bot.handlers.calling import names
from bot.handlers.who import awake
from storage import introductions, members, never_match, outbox, programmes, requests
from storage.db import Db
from storage.models import Introduction, Member, Request, RequestKind
from storage.requests import Place, Said, Wish

MOST_OPEN = 3

_NOT_OPEN = "That question is not open any more, and there is nothing you need to do."
_INTRODUCED = "I have introduced you already. My message about it is here, with a first step."
_WAITS = "Thank you. If everybody else says yes, too, you all hear from me. Until then nobody learns what you said."


async def ask(db: Db, member: Member, people: Sequence[Member], wish: Wish, now: datetime) -> Message:
    """Ask each of these people, others of the member's programme, and say to the member what happens next.

    Raises Refusal for what the member can know: too many open, or asked before. That somebody does not want to be asked,
    or not with these people, looks to them as if there was no answer. Where the one asked had asked for the same, both have
    said yes.
    """
    await members.lock(db, member)
    if await _asked_each_other(db, member, people, wish, now):
        return say(text(*names(people), " had asked me the same. I am writing to both of you now."))
    if len(await requests.open_of(db, member, now)) >= MOST_OPEN:
        raise Refusal(
            "You have three questions open already, and that is as many as I carry for one person. "
            "Two weeks after you asked, a question closes by itself.",
            buttons(Button("What I asked", "request.list")),
        )
    lately = await requests.asked_lately(db, member, now)
    again = [one for one in people if one.id in lately]
    if again:
        raise Refusal(
            text("I took a question of yours to ", *names(again), " in the last three months, and I ask nobody twice in that time.")
        )  # fmt: skip
    request = await requests.add(db, member, people, wish, now)
    if await _can_come_about(db, request, member, people, now):
        for one in people:
            others = [other for other in people if other.id != one.id]
            await outbox.put(
                db, asked_key(request, one), members.person_of(one), await request_words.question(db, request, member, one, others), now,
                kind=Kind.ASKED, programme_id=one.programme_id, member_id=one.id,
            )  # fmt: skip
    return request_words.taken_up(request, people)


async def yes(event: Event, db: Db, now: datetime) -> Answer:
    """Somebody who was asked says yes; when all have, they are introduced."""
    place, closed = await _place(event, db, now)
    if await requests.introduction_of(db, place.request):
        return say(_INTRODUCED, replaces=True)
    if closed:
        return say(_NOT_OPEN, replaces=True)
    place.asked.answer, place.asked.answered_at = Said.YES, now
    if await _come_about(db, place.request, now):
        who = "" if place.request.kind == RequestKind.AGAIN else "who it is and "
        return say(f"Thank you. I am writing to each of you now, with {who}a first step.", replaces=True)
    if len(await requests.asked_by(db, place.request)) == 1:
        return say(_NOT_OPEN, replaces=True)
    changed = buttons(Button("I have changed my mind", "asked.no", place.request.id))
    return say(_WAITS, changed, replaces=True)


async def no(event: Event, db: Db, now: datetime) -> Answer:
    """Not this time, or not after all. Nobody else learns of it."""
    place, closed = await _place(event, db, now)
    if await requests.introduction_of(db, place.request):
        return say(_INTRODUCED, note("If it is not the moment after all, a line to them is enough."), replaces=True)
    if closed:
        return say(_NOT_OPEN, replaces=True)
    place.asked.answer, place.asked.answered_at = Said.NO, now
    return say(
        "That is fine. Nobody hears of it, and nothing else comes of it.",
        buttons(Button("I have changed my mind", "asked.yes", place.request.id)),
        replaces=True,
    )


async def show_list(event: Event, db: Db, now: datetime) -> Answer:
    """What the person asked and what is open yet, each to be taken back; not a word of what anybody answered."""
    blocks: list[Block] = []
    for member in await members.memberships(db, event.person):
        for request in await requests.open_of(db, member, now):
            people = [one for one, _ in await requests.asked_by(db, request)]
            said = requests.wish(db, request).words
            blocks += [text("To ", *names(people), ":" if said else ", to meet again.")] + [Words(said)] * bool(said)
            blocks.append(buttons(Button("Take it back", "request.back", request.id)))
    if not blocks:
        return say("No question of yours is open.")
    return say(text(Bold("What you asked")), *blocks, note("A question closes by itself after two weeks."))


async def take_back(event: Event, db: Db, now: datetime) -> Answer:
    """Whoever asked wants it no more. Who has the question before them learns only that it is not open any more."""
    request = await requests.of_asker(db, event.person, event.words)
    if request is None:
        raise Refusal("That question is not open any more.")
    if await requests.introduction_of(db, request):
        return say(_INTRODUCED, replaces=True)
    everybody = await requests.asked_by(db, request)
    for _, asked in everybody:
        asked.answer = Said.TAKEN_BACK
    await outbox.drop_unsent_of(db, [asked_key(request, one) for one, _ in everybody])
    return say("I have taken it back. Nobody is told that it was you.", replaces=True)


async def asker_leaves(db: Db, member: Member, now: datetime) -> None:
    """What they asked and nobody has read yet is not asked any more; who has read it finds it closed."""
    for request in await requests.open_of(db, member, now):
        await outbox.drop_unsent_of(db, [asked_key(request, one) for one, _ in await requests.asked_by(db, request)])


def asked_key(request: Request, member: Member) -> str:
    return f"asked:{request.id}:{member.id}"


def together_key(introduction: Introduction, member: Member) -> str:
    return f"together:{introduction.id}:{member.id}"


async def _asked_each_other(db: Db, member: Member, people: Sequence[Member], wish: Wish, now: datetime) -> bool:
    """Whether the only one asked waits for this member's yes to the same, which this is; then they are introduced."""
    if len(people) > 1 or wish.kind == RequestKind.BRING:
        return False
    theirs = await requests.waiting_for(db, people[0], member, now)
    if theirs is None:
        return False
    [(_, asked)] = await requests.asked_by(db, theirs)
    before, asked.answer, asked.answered_at = asked.answer, Said.YES, now
    if await _come_about(db, theirs, now):
        return True
    asked.answer = before
    return False


async def _come_about(db: Db, request: Request, now: datetime) -> bool:
    """Introduce them if everybody asked has said yes, all are here and nobody is to be kept apart by now."""
    await db.session.flush()
    everybody = await requests.asked_by(db, request)
    asker = await db.session.get_one(Member, request.member_id)
    together = [one for one, _ in everybody]
    if request.kind != RequestKind.BRING:  # whoever brings two others together is not one of them
        together = [asker, *together]
    willing = all(asked.answer == Said.YES for _, asked in everybody) and not any(one.left_at for one in together)
    if not willing or await _never(db, asker, [asker, *together]):
        return False
    await _introduce(db, request, asker, together, now)
    return True


async def _can_come_about(db: Db, request: Request, asker: Member, people: Sequence[Member], now: datetime) -> bool:
    """Whether all of them may be asked, and nobody in it is to be kept apart from anybody; then it is worth asking."""
    willing = all(_may_be_asked(one, RequestKind(request.kind), now) for one in people)
    return willing and not await _never(db, asker, [asker, *people])


def _may_be_asked(member: Member, kind: RequestKind, now: datetime) -> bool:
    if member.left_at or member.is_paused(now):
        return False
    return member.wants_found or (kind != RequestKind.FIND and member.wants_introductions)


async def _never(db: Db, asker: Member, people: Sequence[Member]) -> bool:
    """Whether anybody here does not want to be introduced to another one of them."""
    programme = await programmes.of_member(db, asker)
    apart = await never_match.of_programme(db, programme)
    return any((min(pair), max(pair)) in apart for pair in combinations({one.id for one in people}, 2))


async def _place(event: Event, db: Db, now: datetime) -> tuple[Place, bool]:
    """This person's place in the request that a button names, and whether it is closed. Raises Refusal."""
    place = await requests.place_of(db, event.person, event.words)
    if place is None:
        raise Refusal(_NOT_OPEN)
    awake(place.member)
    asker = await db.session.get_one(Member, place.request.member_id)
    gone = asker.left_at is not None or place.asked.answer == Said.TAKEN_BACK
    return place, gone or not requests.is_open(place.request, now)


async def _introduce(db: Db, request: Request, asker: Member, together: Sequence[Member], now: datetime) -> None:
    if asker not in together:
        moves = await introductions.hosted(db, await programmes.of_member(db, asker))
        together = sorted(together, key=lambda one: moves.get(one.id, 0))
    row = await requests.introduce(db, request, together, now, now + rhythm.ASK_IF_MET_AFTER)
    for one in together:
        await _tell(db, row, one, await request_words.introduction(db, request, asker, one, together), now)
    if asker not in together:
        met = " have both said yes, and I have introduced them. Thank you for bringing them together."
        await _tell(db, row, asker, say(text(*names(together), met)), now)


async def _tell(db: Db, row: Introduction, one: Member, message: Message, now: datetime) -> None:
    await outbox.put(
        db, together_key(row, one), members.person_of(one), message, now, kind=Kind.TOGETHER,
        programme_id=one.programme_id, member_id=one.id, due_at=max(now, one.paused_until or now),
    )  # fmt: skip
