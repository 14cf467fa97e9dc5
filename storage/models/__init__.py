"""The tables. Names are the field's own; moments are UTC, days and hours are local to the member or programme.

A column that ends in `_sealed` holds private text, encrypted and bound to its row and owner (storage/keys.py).
"""

from storage.models.columns import Utc, new_id, new_id_in_order
from storage.models.introduction import Asked, CameOfIt, Introduced, Introduction, Request, RequestKind, Round
from storage.models.member import Issue, Known, Member, NeverMatch, OwnTopic, TopicState
from storage.models.notebook import Commitment, CommitmentState, Reflection, SeenPrompt, WitnessState
from storage.models.programme import Enabler, Programme, Session, SessionState
from storage.models.queue import Contact, Delivered, Lane, Method, Outbox, OutboxState

__all__ = [
    "Asked",
    "CameOfIt",
    "Commitment",
    "CommitmentState",
    "Contact",
    "Delivered",
    "Enabler",
    "Introduced",
    "Introduction",
    "Issue",
    "Known",
    "Lane",
    "Member",
    "Method",
    "NeverMatch",
    "Outbox",
    "OutboxState",
    "OwnTopic",
    "Programme",
    "Reflection",
    "Request",
    "RequestKind",
    "Round",
    "SeenPrompt",
    "Session",
    "SessionState",
    "TopicState",
    "Utc",
    "WitnessState",
    "new_id",
    "new_id_in_order",
]
