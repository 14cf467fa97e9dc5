"""What is said around a request: to whoever asks, to those who are asked, and to those who are brought together."""

from collections.abc import Sequence

from bot.chat import Block, Bold, Button, Mention, Message, Own, Part, Words, buttons, note, say, text
from bot.handlers.calling import names, where
from storage import issues, programmes, requests
from storage.db import Db
from storage.models import Member, Request, RequestKind
from storage.requests import Wish

SILENCE = "If you hear nothing, it was not the moment."


def taken_up(request: Request, people: Sequence[Member]) -> Message:
    """For whoever asks, before anybody has answered: what they will hear, what is shown of them, what silence means."""
    if request.kind == RequestKind.BRING:
        hear = "If both say yes, I introduce them, and tell you."
    elif request.kind == RequestKind.AGAIN:
        hear = "If they say yes, you will both hear from me."
    elif len(people) > 1:
        hear = "If everybody says yes, you all hear from me, and see what each of you works on."
    else:
        hear = "If they say yes, you will both hear from me, and each of you sees what the other works on."
    return say(
        text("I take this to ", *names(people), "."),
        f"{hear} {SILENCE}",
        note("I ask people only while they are open to such questions."),
        buttons(Button("Take it back", "request.back", request.id)),
    )


async def question(db: Db, request: Request, asker: Member, one: Member, others: Sequence[Member]) -> Message:
    """What somebody is asked. Of whoever would like to find them it says nothing."""
    wish = requests.wish(db, request)
    yes = "Yes, with pleasure" if wish.kind == RequestKind.AGAIN else "Yes, introduce us"
    answers = (
        Button(yes, "asked.yes", request.id, main=True),
        Button("Not this time", "asked.no", request.id),
    )
    if wish.kind == RequestKind.FIND:
        blocks = await _somebody(db, one, wish)
    elif wish.kind == RequestKind.BRING:
        blocks = _bring(asker, others, wish.words)
    else:
        blocks = _again(asker, others, wish.words)
    return say(*blocks, buttons(*answers))


async def introduction(db: Db, request: Request, asker: Member, one: Member, together: Sequence[Member]) -> Message:
    """What one of them reads: who the others are, why, and how to begin; the first of them does."""
    wish = requests.wish(db, request)
    others = [other for other in together if other.id != one.id]
    again = wish.kind == RequestKind.AGAIN
    together_said = f"You have {'all' if others[1:] else 'both'} said yes"
    blocks: list[Block] = [text(f"{together_said} to meeting again." if again else f"{together_said}.")]
    why = _why(wish, asker, one)
    blocks += why if wish.kind == RequestKind.BRING else []
    for other in others:
        issue = await _issue(db, other, wish)
        if issue or not again:
            blocks.append(_meet(other, goes_on=bool(issue), again=again))
        blocks += [Words(issue)] * bool(issue)
    blocks += why if wish.kind != RequestKind.BRING else []
    return say(*blocks, text(Bold("The first step")), text(*_first_step(one, others, together[0])))


async def _somebody(db: Db, one: Member, wish: Wish) -> list[Block]:
    programme = await programmes.of_member(db, one)
    issue = await _issue(db, one, wish) if one.id in wish.about else ""
    similar = " They look for people who work on something like your issue:" if issue else ""
    return [
        text("Somebody in ", Own(programme.name), " would like to meet you.", similar),
        *[Words(issue)] * bool(issue),
        text("If you say yes, I tell you who it is, and each of you sees what the other works on. If not, nobody hears of it."),
    ]  # fmt: skip


def _bring(asker: Member, others: Sequence[Member], why: str) -> list[Block]:
    return [
        text(Mention(asker.user), " thinks that you and ", *names(others), " should meet. You are in the same programme."),
        *[Words(why)] * bool(why),
        text("If you both say yes, I introduce you, and each of you sees what the other works on. Otherwise nobody learns what you said."),
    ]  # fmt: skip


def _again(asker: Member, others: Sequence[Member], why: str) -> list[Block]:
    besides: list[Part] = [", with ", *names(others)] if others else []
    return [
        text(Mention(asker.user), " would like to meet you again", *besides, "."),
        *[Words(why)] * bool(why),
        text(f"If you say yes, you {'all' if others else 'both'} hear from me. If not, nobody hears of it."),
    ]


async def _issue(db: Db, member: Member, wish: Wish) -> str:
    """What the member works on: the issue it is about, else their first; empty if there is none."""
    said = await issues.of_member(db, member)
    about = [one.words for one in said if one.nth == wish.about.get(member.id)]
    return next(iter(about or [one.words for one in said]), "")


def _meet(other: Member, *, goes_on: bool, again: bool) -> Block:
    """Whoever has met them needs no introduction, but what they work on may have changed."""
    if again:
        return text(Mention(other.user), *where(other), " works on:")
    return text("Please meet ", Mention(other.user), *where(other), ", who works on:" if goes_on else ".")


def _why(wish: Wish, asker: Member, one: Member) -> list[Block]:
    words = [Words(wish.words)] * bool(wish.words)
    if wish.kind == RequestKind.BRING:
        return [text(Mention(asker.user), " brings you together", ":" if words else "."), *words]
    if not words:
        return []
    who = "You" if one.id == asker.id else Mention(asker.user)
    asked = " asked about:" if wish.about else " said:"
    return [text(who, asked), *words]


def _first_step(one: Member, others: Sequence[Member], first: Member) -> list[Part]:
    if one.id == first.id:
        return ["Yours is the first move: write to ", *names(others), ", and offer two times for half an hour."]
    return [Mention(first.user), " makes the first move and offers two times for half an hour. You may be quicker."]
