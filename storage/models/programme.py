"""A programme, who runs it, and its sessions."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.columns import an_id, maybe_moment, moment


class Programme(SQLModel, table=True):
    """One group learning together, in one channel."""

    __table_args__ = (UniqueConstraint("platform", "workspace", "channel"),)

    id: str = an_id()
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
    next_round_at: datetime | None = maybe_moment(index=True)  # the moment of that date, to find it by
    next_warning_at: datetime | None = maybe_moment(index=True)  # the day before, when members may still skip it
    created_at: datetime = moment()


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

    id: str = an_id()
    programme_id: str = Field(foreign_key="programme.id", index=True)
    slug: str
    title: str
    theme: str
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    state: str = SessionState.PLANNED
    ended_at: datetime | None = maybe_moment()
    maxim: int | None = None
    prompt: str | None = None
    meeting: str = ""
    meeting_since: datetime | None = maybe_moment()
