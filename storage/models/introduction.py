"""Who was brought together, by a round or by a request, and what came of it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.columns import an_id, id_in_order, maybe_moment, moment, sealed


class Round(SQLModel, table=True):
    """One pass of matching. Once for a programme and local date."""

    __table_args__ = (UniqueConstraint("programme_id", "on"),)

    id: str = an_id()
    programme_id: str = Field(foreign_key="programme.id")
    on: date
    made_at: datetime = moment()


class Introduction(SQLModel, table=True):
    """People who were brought together: by a round, or by a request to which all of them said yes.

    `first_move_id` is who was asked to make the first move.
    """

    id: str = an_id()
    round_id: str | None = Field(default=None, foreign_key="round.id", index=True)
    request_id: str | None = Field(default=None, foreign_key="request.id", index=True)
    programme_id: str = Field(foreign_key="programme.id", index=True)
    first_move_id: str | None = Field(default=None, foreign_key="member.id", index=True)
    made_at: datetime = moment()
    ask_at: datetime | None = maybe_moment(index=True)


class Introduced(SQLModel, table=True):
    """One person in an introduction, and what they said became of it: "", met, booked, not yet, not this time.

    `ask_again_at` is when to ask them once more; once that is done, until when an answer may come.
    """

    introduction_id: str = Field(foreign_key="introduction.id", primary_key=True)
    member_id: str = Field(foreign_key="member.id", primary_key=True, index=True)
    met: str = ""
    ask_again_at: datetime | None = maybe_moment(index=True)

    @property
    def id(self) -> str:
        """What it is called in a log."""
        return f"{self.introduction_id}:{self.member_id}"


class CameOfIt(SQLModel, table=True):
    """One line on what came of an introduction; its author's alone until they release it to the enablers."""

    __table_args__ = (UniqueConstraint("introduction_id", "member_id"),)

    id: str = an_id()
    introduction_id: str = Field(foreign_key="introduction.id")
    member_id: str = Field(foreign_key="member.id", index=True)
    line_sealed: bytes | None = sealed()
    released_at: datetime | None = maybe_moment()
    written_at: datetime = moment()

    @property
    def owner(self) -> str:
        return self.member_id


class RequestKind(StrEnum):
    FIND = "find"  # somebody would like to meet a person who works on something
    BRING = "bring"  # somebody would like two others to meet
    AGAIN = "again"  # somebody would like to meet again


class Request(SQLModel, table=True):
    """Somebody asked for an introduction outside the rounds. It happens when everybody asked has said yes."""

    id: str = id_in_order()
    programme_id: str = Field(foreign_key="programme.id", index=True)
    member_id: str = Field(foreign_key="member.id", index=True)
    kind: str
    words_sealed: bytes | None = sealed()
    made_at: datetime = moment()

    @property
    def owner(self) -> str:
        return self.member_id


class Asked(SQLModel, table=True):
    """One person whom a request asks, and what they said: "", yes, no. Nobody else ever sees a no."""

    request_id: str = Field(foreign_key="request.id", primary_key=True)
    member_id: str = Field(foreign_key="member.id", primary_key=True, index=True)
    answer: str = ""
    answered_at: datetime | None = maybe_moment()
