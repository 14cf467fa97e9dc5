"""The tables. Names are the field's own; moments are UTC, days and hours are local to the member or programme.

A column that ends in `_sealed` holds private text, encrypted and bound to its row and owner (storage/keys.py).
"""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from time import time_ns
from typing import Any
from uuid import uuid4

from sqlalchemy import DateTime, Dialect, Index, LargeBinary, TypeDecorator, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class Utc(TypeDecorator[datetime]):
    """A moment, kept in UTC and always given back aware; SQLite alone would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def new_id() -> str:
    return uuid4().hex


def new_id_in_order() -> str:
    """Ids that sort by when they were made: messages of one moment keep their order, and new rows lie side by side."""
    return f"{time_ns():016x}{uuid4().hex[:16]}"


def _id_in_order() -> Any:
    return Field(default_factory=new_id_in_order, primary_key=True, max_length=32)


def _id() -> Any:
    return Field(default_factory=new_id, primary_key=True, max_length=32)


def _moment(*, index: bool = False) -> Any:
    return Field(sa_type=Utc, index=index)


def _maybe_moment(*, index: bool = False) -> Any:
    return Field(default=None, sa_type=Utc, nullable=True, index=index)


def _sealed() -> Any:
    return Field(default=None, sa_type=LargeBinary, nullable=True)


def _partial(name: str, where: str, *columns: str) -> Index:
    """An index of those rows only."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Programme(SQLModel, table=True):
    """One group learning together, in one channel."""

    __table_args__ = (UniqueConstraint("platform", "workspace", "channel"),)

    id: str = _id()
    platform: str
    workspace: str
    channel: str
    name: str
    timezone: str
    weekly_weekday: int
    weekly_time: time
    round_every_weeks: int
    round_weekday: int
    round_time: time
    round_size: int
    round_lean: str = (
        "balanced"  # closer, balanced or wider: what a bridge is worth beside an issue (bot/domain/lean.py)
    )
    next_round_on: date | None = None
    next_round_at: datetime | None = _maybe_moment(index=True)  # the moment of that date, to find it by
    next_warning_at: datetime | None = _maybe_moment(index=True)  # the day before, when members may still skip it
    created_at: datetime = _moment()


class Enabler(SQLModel, table=True):
    """A person who runs a programme, by their id on its platform and workspace."""

    programme_id: str = Field(foreign_key="programme.id", primary_key=True)
    user: str = Field(primary_key=True)


class SessionState(StrEnum):
    PLANNED = "planned"
    ENDED = "ended"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Session(SQLModel, table=True):
    """One workshop. `meeting` is the conversation of its online meeting; `meeting_since` is set while that is under way."""

    __table_args__ = (UniqueConstraint("programme_id", "slug"), Index("ix_session_due", "state", "ends_at"))

    id: str = _id()
    programme_id: str = Field(foreign_key="programme.id", index=True)
    slug: str
    title: str
    theme: str
    starts_at: datetime = _moment()
    ends_at: datetime = _moment()
    state: str = SessionState.PLANNED
    ended_at: datetime | None = _maybe_moment()
    maxim: int | None = None
    prompt: str | None = None
    meeting: str = ""
    meeting_since: datetime | None = _maybe_moment()


class Member(SQLModel, table=True):
    """A person in a programme. They leave by `left_at`; they are never written to without their consent."""

    __table_args__ = (
        UniqueConstraint("programme_id", "user"),
        Index("ix_member_person", "platform", "workspace", "user"),
    )

    id: str = _id()
    programme_id: str = Field(foreign_key="programme.id")
    platform: str
    workspace: str
    user: str
    issue_sealed: bytes | None = _sealed()
    organisation: str = ""
    sector: str = ""
    place: str = ""
    timezone: str
    wants_weekly: bool = False
    wants_introductions: bool = False
    wants_found: bool = False  # by whoever asks who else works on something, and on the map
    round_every: int = 1  # every round, every second, every fourth
    rounds_off: int = 0  # rounds to sit out yet, where it is not every round
    skips_round_on: date | None = None
    silent: int = 0  # introductions since the last sign of life
    free_sealed: bytes | None = _sealed()  # half-hours of their week, in their own zone (bot/domain/free.py)
    weekly_weekday: int
    weekly_time: time
    weekly_every: int = 1
    weekly_count: int = 0
    unanswered: int = 0
    next_weekly_on: date | None = None
    next_weekly_at: datetime | None = _maybe_moment(index=True)  # the moment of that date, to find it by
    paused_until: datetime | None = _maybe_moment()
    joined_at: datetime = _moment()
    left_at: datetime | None = _maybe_moment()

    @property
    def owner(self) -> str:
        return self.id


class Issue(SQLModel, table=True):
    """What a member works on, in their own words; up to three, numbered from 1 by `nth`.

    `portrait`, `mentioned` and `ticked` say what it is about, so they are as private as the words. `painted_by` is the
    version of encoder, topics and recipe that made the portrait; empty until it is made, and when it is to be made anew.
    """

    __table_args__ = (UniqueConstraint("member_id", "nth"),)

    id: str = _id()
    member_id: str = Field(foreign_key="member.id")
    nth: int
    words_sealed: bytes | None = _sealed()
    portrait_sealed: bytes | None = _sealed()
    mentioned_sealed: bytes | None = _sealed()
    ticked_sealed: bytes | None = _sealed()
    painted_by: str = Field(default="", index=True)
    written_at: datetime = _moment()

    @property
    def owner(self) -> str:
        return self.member_id


class TopicState(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class OwnTopic(SQLModel, table=True):
    """A topic of this programme alone, and whether an enabler took it into the list.

    A member called it so; or it stands in the programme file, then it is nobody's and has the file's `slug`. `says` are
    other words for it, a line each.
    """

    id: str = _id_in_order()
    programme_id: str = Field(foreign_key="programme.id", index=True)
    member_id: str | None = Field(default=None, foreign_key="member.id", index=True)
    slug: str = ""
    label_sealed: bytes | None = _sealed()
    says_sealed: bytes | None = _sealed()
    state: str = TopicState.WAITING
    called_at: datetime = _moment()
    decided_at: datetime | None = _maybe_moment()

    @property
    def owner(self) -> str:
        return self.member_id or self.programme_id


class NeverMatch(SQLModel, table=True):
    """Whom a member does not want to be introduced to. Theirs alone, so whom it is about is sealed."""

    id: str = _id()
    member_id: str = Field(foreign_key="member.id", index=True)
    other_sealed: bytes | None = _sealed()
    since: datetime = _moment()

    @property
    def owner(self) -> str:
        return self.member_id


class Known(SQLModel, table=True):
    """Whom a member said they know already: they count as connected, and are not introduced."""

    member_id: str = Field(foreign_key="member.id", primary_key=True)
    other_id: str = Field(foreign_key="member.id", primary_key=True, index=True)
    since: datetime = _moment()


class CommitmentState(StrEnum):
    OPEN = "open"
    DONE = "done"
    PARTLY = "partly"
    CHANGED = "changed"
    LET_GO = "let go"


class WitnessState(StrEnum):
    NONE = ""
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Commitment(SQLModel, table=True):
    """One small, doable, practical thing a member will do. `play_back_at` is cleared once it was played back.

    `played_back_on` is the local date that it was last played back for; the same date does not bring it back again.
    """

    id: str = _id_in_order()
    member_id: str = Field(foreign_key="member.id", index=True)
    what_sealed: bytes | None = _sealed()
    cue_sealed: bytes | None = _sealed()
    learned_sealed: bytes | None = _sealed()
    due_on: date | None = None
    due_part: str = ""
    play_back_at: datetime | None = _maybe_moment(index=True)
    played_back_on: date | None = None
    state: str = CommitmentState.OPEN
    witness_id: str | None = Field(default=None, foreign_key="member.id")
    witness_state: str = WitnessState.NONE
    created_at: datetime = _moment()
    closed_at: datetime | None = _maybe_moment()

    @property
    def owner(self) -> str:
        return self.member_id


class Reflection(SQLModel, table=True):
    """What a member wrote; theirs alone. `about` is a session's title or a prompt's text."""

    id: str = _id()
    member_id: str = Field(foreign_key="member.id", index=True)
    session_id: str | None = Field(default=None, foreign_key="session.id")
    prompt: str | None = None
    body_sealed: bytes | None = _sealed()
    written_at: datetime = _moment()

    @property
    def owner(self) -> str:
        return self.member_id


class SeenPrompt(SQLModel, table=True):
    """A prompt that a member was sent, in order: no second time until all have been."""

    id: str = _id()
    member_id: str = Field(foreign_key="member.id", index=True)
    prompt: str
    seen_at: datetime = _moment()


class Round(SQLModel, table=True):
    """One pass of matching. Once for a programme and local date."""

    __table_args__ = (UniqueConstraint("programme_id", "on"),)

    id: str = _id()
    programme_id: str = Field(foreign_key="programme.id")
    on: date
    made_at: datetime = _moment()


class Introduction(SQLModel, table=True):
    """People who were brought together: by a round, or by a request to which all of them said yes.

    `first_move_id` is who was asked to make the first move.
    """

    id: str = _id()
    round_id: str | None = Field(default=None, foreign_key="round.id", index=True)
    request_id: str | None = Field(default=None, foreign_key="request.id", index=True)
    programme_id: str = Field(foreign_key="programme.id", index=True)
    first_move_id: str | None = Field(default=None, foreign_key="member.id", index=True)
    made_at: datetime = _moment()
    ask_at: datetime | None = _maybe_moment(index=True)


class Introduced(SQLModel, table=True):
    """One person in an introduction, and what they said became of it: "", met, booked, not yet, not this time.

    `ask_again_at` is when to ask them once more; once that is done, until when an answer may come.
    """

    introduction_id: str = Field(foreign_key="introduction.id", primary_key=True)
    member_id: str = Field(foreign_key="member.id", primary_key=True, index=True)
    met: str = ""
    ask_again_at: datetime | None = _maybe_moment(index=True)

    @property
    def id(self) -> str:
        """What it is called in a log."""
        return f"{self.introduction_id}:{self.member_id}"


class CameOfIt(SQLModel, table=True):
    """One line on what came of an introduction; its author's alone until they release it to the enablers."""

    __table_args__ = (UniqueConstraint("introduction_id", "member_id"),)

    id: str = _id()
    introduction_id: str = Field(foreign_key="introduction.id")
    member_id: str = Field(foreign_key="member.id", index=True)
    line_sealed: bytes | None = _sealed()
    released_at: datetime | None = _maybe_moment()
    written_at: datetime = _moment()

    @property
    def owner(self) -> str:
        return self.member_id


class RequestKind(StrEnum):
    FIND = "find"  # somebody would like to meet a person who works on something
    BRING = "bring"  # somebody would like two others to meet
    AGAIN = "again"  # somebody would like to meet again


class Request(SQLModel, table=True):
    """Somebody asked for an introduction outside the rounds. It happens when everybody asked has said yes."""

    id: str = _id_in_order()
    programme_id: str = Field(foreign_key="programme.id", index=True)
    member_id: str = Field(foreign_key="member.id", index=True)
    kind: str
    words_sealed: bytes | None = _sealed()
    made_at: datetime = _moment()

    @property
    def owner(self) -> str:
        return self.member_id


class Asked(SQLModel, table=True):
    """One person whom a request asks, and what they said: "", yes, no. Nobody else ever sees a no."""

    request_id: str = Field(foreign_key="request.id", primary_key=True)
    member_id: str = Field(foreign_key="member.id", primary_key=True, index=True)
    answer: str = ""
    answered_at: datetime | None = _maybe_moment()


class OutboxState(StrEnum):
    DUE = "due"
    CLAIMED = "claimed"  # a worker has it, and a request is under way
    SENT = "sent"
    AMBIGUOUS = "ambiguous"  # may have been sent: it is looked up when no request for it can live any more
    SETTLED = "settled"  # nothing more is done about it; `error` says why
    FAILED = "failed"  # certainly not sent, and never will be


class Outbox(SQLModel, table=True):
    """One message to say. The key says what it is, so the same message exists once.

    `unclear` counts the requests of which nobody knows what they did. `told` says who heard that it failed.
    """

    __table_args__ = (
        _partial("ix_outbox_turn", "state = 'due'", "platform", "workspace", "urgency", "due_at", "id"),
        _partial("ix_outbox_waiting", "state IN ('due', 'claimed')", "platform", "workspace", "channel", "user"),
        _partial("ix_outbox_lease", "state = 'claimed'", "lease_until"),
        _partial("ix_outbox_ambiguous", "state = 'ambiguous'", "platform", "workspace", "due_at"),
        _partial("ix_outbox_text", "state = 'sent' AND payload_sealed IS NOT NULL", "sent_at"),
        _partial("ix_outbox_over", "state IN ('settled', 'failed') AND payload_sealed IS NOT NULL", "created_at"),
        _partial("ix_outbox_twice", "state = 'sent' AND unclear > 0 AND payload_sealed IS NOT NULL", "created_at"),
        Index("ix_outbox_tried", "platform", "workspace", "channel", "user", "tried_at"),
        Index("ix_outbox_programme", "programme_id", "created_at"),
    )

    id: str = _id_in_order()
    key: str = Field(unique=True)
    kind: str
    urgency: int = 0
    programme_id: str | None = Field(default=None, foreign_key="programme.id")
    platform: str
    workspace: str
    channel: str = ""
    user: str = ""
    member_id: str | None = Field(default=None, foreign_key="member.id", index=True)
    payload_sealed: bytes | None = _sealed()
    due_at: datetime = _moment()
    state: str = OutboxState.DUE
    worker: str = ""
    lease_until: datetime | None = _maybe_moment()
    tries: int = 0
    tried_at: datetime | None = _maybe_moment()
    unclear: int = 0
    sent_at: datetime | None = _maybe_moment()
    platform_id: str = ""
    error: str = ""
    told: str = ""
    created_at: datetime = _moment()

    @property
    def owner(self) -> str:
        return self.key


class Method(StrEnum):
    """What a platform counts apart."""

    SAY = "say"
    LOOK = "look"


class Lane(SQLModel, table=True):
    """One workspace's turn: whoever has its row locked may claim what is due there, and keeps to its pace.

    `next_at` is when one more may go; `resting_until` is set by the platform's own word, `why` is that word;
    `per_minute` is what it lately bore, None as long as it bears everything.
    """

    platform: str = Field(primary_key=True)
    workspace: str = Field(primary_key=True)
    method: str = Field(primary_key=True)
    next_at: datetime = _moment()
    resting_until: datetime | None = _maybe_moment()
    why: str = ""
    per_minute: float | None = None
    served_at: datetime = _moment()


class Delivered(SQLModel, table=True):
    """An inbound delivery that took effect: the same key again has none."""

    key: str = Field(primary_key=True)
    at: datetime = _moment(index=True)


class Contact(SQLModel, table=True):
    """How a person or a channel is reached, on a platform that says so only when it is heard from.

    `address` is the person's id or the channel's; `called` and `name` are what a mention of a person needs.
    """

    platform: str = Field(primary_key=True)
    workspace: str = Field(primary_key=True)
    address: str = Field(primary_key=True)
    conversation: str
    service_url: str
    called: str = ""
    name: str = ""
    heard_at: datetime = _moment()
