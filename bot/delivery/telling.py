"""Tells the enablers what could not be said, once, in plain words."""

from datetime import datetime

from bot.chat import say
from bot.domain import trouble
from bot.domain.kind import Kind
from storage import claims, members, outbox, programmes
from storage.db import Db
from storage.models import Outbox, Programme

NOBODY = "nobody"
_PASSING = (trouble.BUSY, trouble.UNREACHABLE)


async def enablers(db: Db, row: Outbox, reason: str, now: datetime) -> str:
    """Tell the enablers who joined; the others find it under /balcony session. Gives who was told, in words.

    Once for each trouble: it is another one if something has arrived at that place since. Of a person who cannot be
    reached any more, nobody hears more than that there is one.
    """
    if reason.startswith(_PASSING) or not row.programme_id or not (row.channel or reason.startswith(trouble.GONE)):
        return NOBODY
    programme = await db.session.get_one(Programme, row.programme_id)
    message = say(f"In {programme.name}: {trouble.in_words(reason)}")
    about = row.member_id if row.user else await claims.last_said(db, row)
    told = await programmes.enablers_who_joined(db, programme)
    for member in told:
        key = f"trouble:{reason}:{member.id}:{about or 'never'}"
        await outbox.put(
            db, key, members.person_of(member), message, now,
            kind=Kind.TROUBLE, programme_id=programme.id, member_id=member.id,
        )  # fmt: skip
    return f"{len(told)} enabler{'' if len(told) == 1 else 's'}" if told else NOBODY
