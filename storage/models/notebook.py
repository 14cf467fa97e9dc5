"""What a member will do, what they wrote, and which prompts they were sent."""

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from storage.models.columns import an_id, id_in_order, maybe_moment, moment, sealed


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

    id: str = id_in_order()
    member_id: str = Field(foreign_key="member.id", index=True)
    what_sealed: bytes | None = sealed()
    cue_sealed: bytes | None = sealed()
    learned_sealed: bytes | None = sealed()
    due_on: date | None = None
    due_part: str = ""
    play_back_at: datetime | None = maybe_moment(index=True)
    played_back_on: date | None = None
    state: str = CommitmentState.OPEN
    witness_id: str | None = Field(default=None, foreign_key="member.id")
    witness_state: str = WitnessState.NONE
    created_at: datetime = moment()
    closed_at: datetime | None = maybe_moment()

    @property
    def owner(self) -> str:
        return self.member_id


class Reflection(SQLModel, table=True):
    """What a member wrote; theirs alone. `about` is a session's title or a prompt's text."""

    id: str = an_id()
    member_id: str = Field(foreign_key="member.id", index=True)
    session_id: str | None = Field(default=None, foreign_key="session.id")
    prompt: str | None = None
    body_sealed: bytes | None = sealed()
    written_at: datetime = moment()

    @property
    def owner(self) -> str:
        return self.member_id


class SeenPrompt(SQLModel, table=True):
    """A prompt that a member was sent, in order: no second time until all have been."""

    id: str = an_id()
    member_id: str = Field(foreign_key="member.id", index=True)
    prompt: str
    seen_at: datetime = moment()
