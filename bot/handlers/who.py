"""Finds who is asking. The only doors from an event to a member, a programme and what is theirs."""

from collections.abc import Sequence

from bot.chat import Block, Button, Command, Event, Refusal, buttons, text
from bot.matching.recipe import version_here
from storage import commitments, issues, members, programmes
from storage.db import Db
from storage.issues import Mine
from storage.models import Commitment, Member, Programme

_DIGITS = 7


async def member_of(event: Event, db: Db) -> Member:
    """The member who asks: of the programme of this channel if they joined it, else where they joined last.

    Raises Refusal with a way to join.
    """
    mine = await members.memberships(db, event.person)
    if not mine:
        raise Refusal("You have not joined the programme, so I keep nothing of yours yet.", *_way_in())
    for member in mine:
        awake(member)
    return await _chosen(event, db, mine)


async def member_asking(event: Event, db: Db) -> Member | None:
    """The same member, before it is known whether the event is heard for the first time: nothing is changed by it."""
    mine = await members.memberships(db, event.person)
    return await _chosen(event, db, mine) if mine else None


async def member_named(event: Event, db: Db, member_id: str) -> Member:
    """The person's own place that a button names; where it names none, the one of `member_of`. Raises Refusal."""
    if not member_id:
        return await member_of(event, db)
    for member in await members.memberships(db, event.person):
        if member.id == member_id:
            return awake(member)
    raise Refusal("You are not in that programme.")


def awake(member: Member) -> Member:
    """They gave a sign of life: nothing of theirs is unanswered."""
    if member.unanswered or member.silent:
        member.unanswered = member.silent = 0
    return member


async def commitment_of(event: Event, db: Db, commitment_id: str) -> tuple[Member, Commitment]:
    """A commitment of the person who asks. Raises Refusal, in the same words if it is gone or not theirs."""
    found = await commitments.mine(db, event.person, commitment_id)
    if found is None:
        raise Refusal("That commitment is not in your notebook any more.")
    return awake(found[0]), found[1]


async def issue_of(event: Event, db: Db, issue_id: str) -> tuple[Member, Mine]:
    """An issue of the person who asks. Raises Refusal, in the same words if it is gone or not theirs."""
    found = await issues.one_of(db, event.person, issue_id, version_here())
    if found is None:
        raise Refusal("That is not among your issues any more.")
    return awake(found[0]), found[1]


async def programme_here(event: Event, db: Db) -> Programme:
    """The programme somebody wants to join: this channel's, or the only one of the workspace. Raises Refusal."""
    here = await programmes.in_channel(db, event.person.platform, event.person.workspace, event.channel)
    if here:
        return here
    everywhere = await programmes.in_workspace(db, event.person)
    if len(everywhere) == 1:
        return everywhere[0]
    if everywhere:
        raise Refusal("There is more than one programme here. Please ask again in the channel of yours.")
    raise Refusal("There is no programme here yet. The person who runs Balcony can add one.")


async def programme_run_by(event: Event, db: Db) -> Programme:
    """The programme that the person who asks is an enabler of. Raises Refusal for everybody else."""
    mine = await programmes.run_by(db, event.person)
    if not mine:
        raise Refusal("Only the enablers of a programme can do that.")
    here = [programme for programme in mine if programme.channel == event.channel]
    if not here and len(mine) > 1:
        raise Refusal("You run more than one programme. Please ask again in the channel of the one you mean.")
    return (here or list(mine))[0]


async def programme_named(event: Event, db: Db, programme_id: str) -> Programme:
    """The programme that a button names, for its enablers. Raises Refusal for everybody else."""
    for programme in await programmes.run_by(db, event.person):
        if programme.id == programme_id:
            return programme
    raise Refusal("Only the enablers of a programme can do that.")


def number(words: str) -> int:
    """How many to pass over, as a button carries it; none if it is no such number."""
    return int(words) if words.isdecimal() and len(words) < _DIGITS else 0


def older_version() -> Refusal:
    """For what this version would not have sent."""
    return Refusal(
        text(
            "That is from an older version of me and does nothing any more. ",
            Command("/balcony"),
            " shows what there is.",
        )
    )


async def _chosen(event: Event, db: Db, mine: Sequence[Member]) -> Member:
    chosen = mine[0]
    if len(mine) > 1 and event.channel:
        here = await programmes.in_channel(db, event.person.platform, event.person.workspace, event.channel)
        chosen = next((member for member in mine if here and member.programme_id == here.id), chosen)
    return chosen


def _way_in() -> tuple[Block | str, ...]:
    return ("It takes a minute, and you can leave at any time.", buttons(Button("Join", "join", main=True)))
