"""The day before a round: everybody who is to be in it hears so, and can still skip it."""

from datetime import date, datetime

from bot.chat import Button, Message, buttons, say
from bot.domain import rhythm
from bot.domain.kind import Kind
from bot.handlers import left_out
from bot.handlers.round_facts import RESTING, away
from storage import members, outbox
from storage.db import Db
from storage.models import Member, Programme
from storage.outbox import Saying


async def warn(db: Db, programme: Programme, on: date, now: datetime) -> int:
    """Write to each who will be in the round of that date, once; gives how many. Who rests by now hears that, once."""
    moment = programme.next_round_at or now
    sayings, everyone = [], await members.of_programme(db, programme)
    why = {member.id: away(member, moment, on) for member in everyone}
    await left_out.tell_rest(db, programme, [member for member in everyone if why[member.id] == RESTING], now)
    for member in everyone:
        if why[member.id]:
            continue
        message = _warning(programme, member, on, moment, now)
        key, to = f"warning:{member.id}:{on}", members.person_of(member)
        sayings.append(Saying(key, to, message, Kind.WARNING, programme.id, member.id))
    await outbox.put_all(db, sayings, now)
    return len(sayings)


def _warning(programme: Programme, member: Member, on: date, moment: datetime, now: datetime) -> Message:
    local = moment.astimezone(rhythm.zone(member.timezone))
    when = rhythm.day_in_words(local.date(), rhythm.local_date(now, member.timezone))
    return say(
        f"The next introductions in {programme.name} are {when if when in {'today', 'tomorrow'} else f'on {when}'} at {local:%H:%M}, "
        "in the channel. I will look for somebody for you to meet. If it is a bad week, skip it: there will be another.",
        buttons(
            Button("Skip this one", "introductions.skip", f"{member.id}:{on}"),
            Button("Less often", "introductions.less", member.id),
            Button("Settings", "introductions", member.id),
        ),
    )
