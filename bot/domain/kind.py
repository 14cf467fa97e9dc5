"""What is being said, and what follows from it: how often, how soon, until when it still helps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a message is. Every row of the outbox has one."""

    WELCOME = "welcome"
    AFTER_SESSION = "after a session"
    INTRODUCTION = "introduction"
    WARNING = "round tomorrow"
    LEFT_OUT = "left out"  # of a round, and why
    RESTS = "introductions rest"
    MET = "did you meet"
    ASKED = "asked to meet"
    TOGETHER = "brought together"  # all who were asked have said yes
    TOPICS = "topics of an issue"  # guessed for what somebody has just written
    TOPIC_CALLED = "topic to accept"  # for an enabler
    PLAY_BACK = "play-back"
    WEEKLY = "weekly"
    WITNESS = "witness asked"
    WITNESSED = "witness answered"
    TROUBLE = "trouble"  # for an enabler: what could not be said


@dataclass(frozen=True, slots=True)
class Terms:
    """How a kind of message is treated.

    `again`: where nobody can see whether it arrived, it is said again, for missing it is worse than having it twice;
    else it is left, for twice is worse. `unasked`: it counts for the nag budget and keeps to the quiet hours. The
    lowest `urgency` goes first. What is older than `fresh_for` helps nobody, and is left out.
    """

    again: bool
    urgency: int
    fresh_for: timedelta
    unasked: bool = False


ANSWER, PROMISED, BROADCAST = 0, 1, 2

_HALF_A_DAY, _A_DAY, _A_WEEK, _A_FORTNIGHT = (timedelta(days=days) for days in (0.5, 1, 7, 14))

TERMS: Mapping[Kind, Terms] = {
    Kind.WITNESSED: Terms(again=False, urgency=ANSWER, fresh_for=_A_FORTNIGHT),
    Kind.TROUBLE: Terms(again=False, urgency=ANSWER, fresh_for=_A_WEEK),
    Kind.TOGETHER: Terms(again=True, urgency=ANSWER, fresh_for=_A_FORTNIGHT),
    Kind.TOPICS: Terms(again=False, urgency=ANSWER, fresh_for=_A_DAY),
    Kind.PLAY_BACK: Terms(again=True, urgency=PROMISED, fresh_for=_A_FORTNIGHT),
    Kind.AFTER_SESSION: Terms(again=True, urgency=PROMISED, fresh_for=_HALF_A_DAY),
    Kind.WELCOME: Terms(again=True, urgency=PROMISED, fresh_for=_A_FORTNIGHT),
    Kind.INTRODUCTION: Terms(again=False, urgency=BROADCAST, fresh_for=_A_WEEK),
    Kind.WEEKLY: Terms(again=True, urgency=BROADCAST, fresh_for=_A_DAY, unasked=True),
    Kind.WITNESS: Terms(again=False, urgency=BROADCAST, fresh_for=_A_WEEK, unasked=True),
    Kind.ASKED: Terms(again=False, urgency=BROADCAST, fresh_for=_A_FORTNIGHT, unasked=True),
    Kind.WARNING: Terms(again=False, urgency=BROADCAST, fresh_for=_HALF_A_DAY, unasked=True),
    Kind.TOPIC_CALLED: Terms(again=False, urgency=BROADCAST, fresh_for=_A_WEEK, unasked=True),
    Kind.RESTS: Terms(again=False, urgency=BROADCAST, fresh_for=_A_WEEK, unasked=True),
    Kind.LEFT_OUT: Terms(again=False, urgency=BROADCAST, fresh_for=_A_WEEK, unasked=True),
    Kind.MET: Terms(again=True, urgency=BROADCAST, fresh_for=_A_WEEK, unasked=True),
}
