"""Finds somebody whom a member names: only ever people who joined the same programme."""

from collections.abc import Awaitable, Callable, Sequence

from bot.chat import Block, Bold, Button, Event, Mention, Message, Refusal, buttons, say, text
from bot.handlers.who import member_of, number
from storage import contacts, members
from storage.db import Db
from storage.models import Member

_PAGE = 10


async def together(event: Event, db: Db, users: Sequence[str]) -> tuple[Member, list[Member]]:
    """The member who asks, and all of these people, in one programme of theirs. Raises Refusal."""
    asker = await member_of(event, db)
    for member in [asker, *await members.memberships(db, event.person)]:
        found = [one for user in users if (one := await _named(db, member, user))]
        if len(found) == len(users):
            return member, found
    missing = [user for user in users if await _named(db, asker, user) is None]
    raise _cannot(asker, missing, len(users))


async def everywhere(event: Event, db: Db, users: Sequence[str]) -> list[tuple[Member, Member]]:
    """In each programme of the person who asks, they and each of these people who joined it, too.

    Raises Refusal for somebody who joined none of them.
    """
    asker = await member_of(event, db)
    mine = await members.memberships(db, event.person)
    found = [(user, member, one) for member in mine for user in users if (one := await _named(db, member, user))]
    missing = [user for user in users if user not in {named for named, *_ in found}]
    if missing:
        raise _cannot(asker, missing, len(users))
    return [(member, one) for _, member, one in found]


async def on_list(
    event: Event, db: Db, list_of: Callable[[Db, Member], Awaitable[Sequence[Member]]]
) -> list[tuple[Member, Member]]:
    """In each programme of the person who asks, they and each of the people on a list of theirs there."""
    await member_of(event, db)
    mine = await members.memberships(db, event.person)
    return [(member, other) for member in mine for other in await list_of(db, member)]


def each_once(people: Sequence[Member]) -> list[Member]:
    """One place of each of these people."""
    return list({one.user: one for one in people}.values())


def listed(title: str, people: Sequence[Member], skip: str, add: Button) -> Message:
    """These people, each with a button to take them off the list; `skip` is how many to pass over."""
    begin = number(skip)
    blocks: list[Block] = [text(Bold(title))]
    for one in people[begin : begin + _PAGE]:
        blocks += [text(Mention(one.user)), buttons(Button("Take off", f"{add.name}.back", one.user))]
    more = [Button("More", f"{add.name}.list", str(begin + _PAGE))] * (begin + _PAGE < len(people))
    return say(*blocks, buttons(add, *more), replaces=True)


async def _named(db: Db, member: Member, user: str) -> Member | None:
    """Somebody else of the member's programme, by the id that a mention or a person's field has."""
    found = await members.joined(db, member.programme_id, user)
    if found is None:
        # In Teams a mention names people by an id that is this bot's own.
        address = await contacts.called(db, members.person_of(member), user)
        found = await members.joined(db, member.programme_id, address) if address else None
    return found if found and found.id != member.id else None


def _cannot(asker: Member, users: Sequence[str], many: int) -> Refusal:
    if asker.user in users:
        return Refusal("That is you. Name somebody else of your programme.")
    who = "They have not" if many == 1 else "None of them has" if len(users) == many else "One of them has not"
    return Refusal(f"{who} joined your programme, so I leave them alone. You can tell them about it yourself.")
