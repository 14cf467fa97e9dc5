"""What is to be said, how fast each workspace is spoken to, what was heard, and where people are reached."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.models.columns import id_in_order, maybe_moment, moment, partial, sealed


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
        partial("ix_outbox_turn", "state = 'due'", "platform", "workspace", "urgency", "due_at", "id"),
        partial("ix_outbox_waiting", "state IN ('due', 'claimed')", "platform", "workspace", "channel", "user"),
        partial("ix_outbox_lease", "state = 'claimed'", "lease_until"),
        partial("ix_outbox_ambiguous", "state = 'ambiguous'", "platform", "workspace", "due_at"),
        partial("ix_outbox_text", "state = 'sent' AND payload_sealed IS NOT NULL", "sent_at"),
        partial("ix_outbox_over", "state IN ('settled', 'failed') AND payload_sealed IS NOT NULL", "created_at"),
        partial("ix_outbox_twice", "state = 'sent' AND unclear > 0 AND payload_sealed IS NOT NULL", "created_at"),
        Index("ix_outbox_tried", "platform", "workspace", "channel", "user", "tried_at"),
        Index("ix_outbox_programme", "programme_id", "created_at"),
    )

    id: str = id_in_order()
    key: str = Field(unique=True)
    kind: str
    urgency: int = 0
    programme_id: str | None = Field(default=None, foreign_key="programme.id")
    platform: str
    workspace: str
    channel: str = ""
    user: str = ""
    member_id: str | None = Field(default=None, foreign_key="member.id", index=True)
    payload_sealed: bytes | None = sealed()
    due_at: datetime = moment()
    state: str = OutboxState.DUE
    worker: str = ""
    lease_until: datetime | None = maybe_moment()
    tries: int = 0
    tried_at: datetime | None = maybe_moment()
    unclear: int = 0
    sent_at: datetime | None = maybe_moment()
    platform_id: str = ""
    error: str = ""
    told: str = ""
    created_at: datetime = moment()

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
    next_at: datetime = moment()
    resting_until: datetime | None = maybe_moment()
    why: str = ""
    per_minute: float | None = None
    served_at: datetime = moment()


class Delivered(SQLModel, table=True):
    """An inbound delivery that took effect: the same key again has none."""

    key: str = Field(primary_key=True)
    at: datetime = moment(index=True)


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
    heard_at: datetime = moment()
