"""A member, what they work on, and whom they know or do not want to meet."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.columns import an_id, id_in_order, maybe_moment, moment, sealed


class Member(SQLModel, table=True):
    """A person in a programme. They leave by `left_at`; they are never written to without their consent."""

    __table_args__ = (
        UniqueConstraint("programme_id", "user"),
        Index("ix_member_person", "platform", "workspace", "user"),
    )

    id: str = an_id()
    programme_id: str = Field(foreign_key="programme.id")
    platform: str
    workspace: str
    user: str
    issue_sealed: bytes | None = sealed()
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
    free_sealed: bytes | None = sealed()  # half-hours of their week, in their own zone (bot/domain/free.py)
    weekly_weekday: int
    weekly_time: time
    weekly_every: int = 1
    weekly_count: int = 0
    unanswered: int = 0
    next_weekly_on: date | None = None
    next_weekly_at: datetime | None = maybe_moment(index=True)  # the moment of that date, to find it by
    paused_until: datetime | None = maybe_moment()
    joined_at: datetime = moment()
    left_at: datetime | None = maybe_moment()

    @property
    def owner(self) -> str:
        return self.id

    def is_paused(self, now: datetime) -> bool:
        """Whether they asked for quiet that lasts yet."""
        return self.paused_until is not None and self.paused_until > now


class Issue(SQLModel, table=True):
    """What a member works on, in their own words; up to three, numbered from 1 by `nth`.

    `portrait`, `mentioned` and `ticked` say what it is about, so they are as private as the words. `painted_by` is the
    version of encoder, topics and recipe that made the portrait; empty until it is made, and when it is to be made anew.
    """

    __table_args__ = (UniqueConstraint("member_id", "nth"),)

    id: str = an_id()
    member_id: str = Field(foreign_key="member.id")
    nth: int
    words_sealed: bytes | None = sealed()
    portrait_sealed: bytes | None = sealed()
    mentioned_sealed: bytes | None = sealed()
    ticked_sealed: bytes | None = sealed()
    painted_by: str = Field(default="", index=True)
    written_at: datetime = moment()

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

    id: str = id_in_order()
    programme_id: str = Field(foreign_key="programme.id", index=True)
    member_id: str | None = Field(default=None, foreign_key="member.id", index=True)
    slug: str = ""
    label_sealed: bytes | None = sealed()
    says_sealed: bytes | None = sealed()
    state: str = TopicState.WAITING
    called_at: datetime = moment()
    decided_at: datetime | None = maybe_moment()

    @property
    def owner(self) -> str:
        return self.member_id or self.programme_id


class NeverMatch(SQLModel, table=True):
    """Whom a member does not want to be introduced to. Theirs alone, so whom it is about is sealed."""

    id: str = an_id()
    member_id: str = Field(foreign_key="member.id", index=True)
    other_sealed: bytes | None = sealed()
    since: datetime = moment()

    @property
    def owner(self) -> str:
        return self.member_id


class Known(SQLModel, table=True):
    """Whom a member said they know already: they count as connected, and are not introduced."""

    member_id: str = Field(foreign_key="member.id", primary_key=True)
    other_id: str = Field(foreign_key="member.id", primary_key=True, index=True)
    since: datetime = moment()
