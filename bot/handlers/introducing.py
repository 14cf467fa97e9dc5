"""What the channel reads of an introduction: who, in whose words, why, and how to begin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.chat import Block, Bold, Mention, Message, Own, Part, Text, Words, note, say, text
from bot.content import catalogue
from bot.domain import free
from bot.domain.counting import listed
from bot.handlers.calling import names, where
from bot.handlers.round_facts import Facts, Meeting
from storage import introductions, issues, sessions
from storage.db import Db
from storage.issues import Said
from storage.models import Member, Programme

_PAIR = 2
_TIMES_SHOWN = 3
_ACROSS = {"organisation": "organisations", "sector": "sectors", "place": "places"}
_BOTH = {
    "ticked": " both work on “",
    "mention": " both mention “",
    "maybe": " may both be working on “",
}


@dataclass(frozen=True)
class Wordings:
    """What the messages of a round are made of, besides who is in them."""

    by_user: Mapping[str, Member]
    said: Mapping[str, Sequence[Said]]  # by member
    theme: str
    turn: int


async def wordings(db: Db, programme: Programme, by_user: Mapping[str, Member]) -> Wordings:
    """As things are now, for the next introductions of that programme."""
    session = await sessions.last_ended(db, programme.id)
    said = await issues.said_in(db, programme)
    turn = await introductions.rounds_made(db, programme)
    return Wordings(by_user, said, session.theme if session else "", turn)


def introduce(db: Db, meeting: Meeting, words: Wordings, now: datetime, nth: int = 0) -> Message:
    """The `nth` introduction of its round."""
    people = [words.by_user[user] for user in meeting.users]
    blocks: list[Block] = [text(*names(people), ", please meet.")]
    for member in people:
        issue = _shown(member, meeting, words)
        goes_on = " is working on:" if issue else " takes part as well."
        blocks += [text(Mention(member.user), *where(member), goes_on), *([Words(issue)] if issue else [])]
    worksheet = catalogue().worksheet(words.turn + nth, words.theme)
    lines = "\n".join(f"{number}. {line}" for number, line in enumerate(worksheet.lines, 1))
    return say(
        *blocks,
        *_why(meeting),
        text(Bold("For a first conversation"), "\n" + lines),
        text(Mention(meeting.first_move), " makes the first move, in turn: a short message is enough."),
        note(_when(db, people, now)),
    )


def still_so(meeting: Meeting, facts: Facts, words: Wordings) -> Meeting:
    """Without its reason where somebody has changed what they work on since it was found."""
    before = {one.user: one for one in facts.people}
    for user in meeting.shown or ():
        was = {(one.nth, one.words, one.ticked) for one in before[user].issues}
        now = {(one.nth, one.words, one.ticked) for one in words.said.get(words.by_user[user].id, ())}
        if not was <= now:
            return replace(meeting, sure="", topic="", shown=None)
    return meeting


def _shown(member: Member, meeting: Meeting, words: Wordings) -> str:
    """What the channel reads that they work on: the issue that matched, or their first."""
    found = {one.nth: one.words for one in words.said.get(member.id, ())}
    first = next(iter(found.values()), "")
    return found.get((meeting.shown or {}).get(member.user, 0), first)


def _why(meeting: Meeting) -> list[Text]:
    """The reason, and which boundary it crosses. Never a number, and nothing that they did not say."""
    said: list[Part] = []
    if meeting.sure in _BOTH:
        said += [*_both(meeting), _BOTH[meeting.sure], Own(meeting.topic), "”."]
    elif meeting.sure == "bridge":
        said.append("A bridge: nobody yet links your group and theirs.")
    elif meeting.sure == "different":
        other = ", different organisations" if "organisation" in meeting.crosses else ""
        said.append(f"Different issues{other}: a chance to compare notes.")
    else:
        said.append("A chance to compare notes.")
    across = [_ACROSS[kind] for kind in meeting.crosses]
    if across:
        said.append(f" You would meet across {listed(across)}.")
    if meeting.again:
        pair = len(meeting.users) == _PAIR
        said.append(
            " I have introduced you before: this time there was nobody new."
            if pair
            else " Some of you I have introduced before."
        )
    return [text(*said)]


def _both(meeting: Meeting) -> list[Part]:
    """You, if there are two; of more, those of whom it is so."""
    if len(meeting.users) == _PAIR or not meeting.shown:
        return ["You"]
    one, other = sorted(meeting.shown)
    return [Mention(one), " and ", Mention(other)]


def _when(db: Db, people: Sequence[Member], now: datetime) -> str:
    weeks = [free.Week(free.read(db.unseal(member, "free")), member.timezone) for member in people]
    times = free.shared(weeks, now)[:_TIMES_SHOWN]
    everybody = "both" if len(people) == _PAIR else "all"
    if not times:
        return f"Half an hour is plenty. Find a time that suits {everybody} of you."
    zones = list(dict.fromkeys(member.timezone for member in people))
    offered = " or ".join(free.in_words(moment, zones) for moment in times)
    return f"Half an hour is plenty. {everybody.capitalize()} of you said that this is usually a good time: {offered}."
