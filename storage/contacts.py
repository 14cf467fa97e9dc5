"""Contacts: how a person or a channel is reached where a platform tells it only when it is heard from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlmodel import col

from bot.chat import Address, Channel, Person
from storage import members
from storage.db import Db
from storage.models import Contact, Member


@dataclass(frozen=True, slots=True)
class Reached:
    """Where somebody writes from. `called` is the platform's own id of a person in a mention; a channel has none."""

    conversation: str
    service_url: str
    called: str = ""
    name: str = ""


async def note(db: Db, address: Address, reached: Reached, now: datetime) -> None:
    """Remember where they were heard from: a channel, or a person who has joined. Of nobody else anything is kept."""
    if isinstance(address, Person) and not await members.memberships(db, address):
        return
    row = await of(db, address) or Contact(
        platform=address.platform, workspace=address.workspace, address=_id(address), conversation="", service_url="", heard_at=now
    )  # fmt: skip
    row.conversation, row.service_url = reached.conversation, reached.service_url
    row.called, row.name, row.heard_at = reached.called, reached.name, now
    db.session.add(row)


async def of(db: Db, address: Address) -> Contact | None:
    return await db.session.get(Contact, (address.platform, address.workspace, _id(address)))


async def of_people(db: Db, platform: str, workspace: str, users: Iterable[str]) -> Sequence[Contact]:
    """Those of these people who were heard from."""
    query = select(Contact).where(
        col(Contact.platform) == platform, col(Contact.workspace) == workspace, col(Contact.address).in_(list(users))
    )
    return (await db.session.execute(query)).scalars().all()


async def called(db: Db, asker: Person, name: str) -> str | None:
    """The user whom the asker's platform calls by that id in a mention, in the same workspace."""
    query = select(col(Contact.address)).where(
        col(Contact.platform) == asker.platform, col(Contact.workspace) == asker.workspace, col(Contact.called) == name
    )
    return (await db.session.execute(query)).scalars().first() if name else None


async def forget_left(db: Db) -> None:
    """Keep no way to reach people who are in no programme any more."""
    here = exists().where(
        col(Member.platform) == col(Contact.platform),
        col(Member.workspace) == col(Contact.workspace),
        col(Member.user) == col(Contact.address),
        col(Member.left_at).is_(None),
    )
    await db.session.execute(
        delete(Contact).where(col(Contact.called) != "", ~here).execution_options(synchronize_session=False)
    )


def _id(address: Address) -> str:
    return address.channel if isinstance(address, Channel) else address.user
