"""/balcony map: the network of those who agreed to be on it, as a picture, and the same in words."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.chat import (
    Answer,
    Block,
    Bold,
    Button,
    Command,
    Event,
    Heading,
    Mention,
    Message,
    Own,
    Part,
    Picture,
    Text,
    buttons,
    note,
    say,
    text,
)
from bot.domain.counting import begun, in_words, listed, people
from bot.handlers import help_text
from bot.handlers.chart import MOST, Chart, chart_of, in_a_sentence, link
from bot.handlers.who import member_named, member_of, number
from storage import never_match, programmes
from storage.db import Db
from storage.models import Member

if TYPE_CHECKING:  # NumPy comes when somebody asks for the map
    from bot.matching.standing import Standing

_PAGE = 15  # people
_BRIDGES = 5
_NAMED = 12  # people in one sentence
_SIZES = 6  # of other islands, one by one
_MOST_COUNTED_BY_EYE = 12  # people: of fewer, a share says no more than their number
_SEEN = (
    "Others on the map see your name, your organisation and which of them you met or know. "
    "And whoever asks about something like your issue can find you, with your place and your issue."
)


async def start(event: Event, db: Db, now: datetime) -> Answer:
    """/balcony map: where I stand, and who else is there."""
    if event.words.strip().lower() == "help":
        return help_text.MAP
    return await _map(db, await member_of(event, db), now)


async def show(event: Event, db: Db, now: datetime) -> Answer:
    """They want to be on it. Pressed twice is the same as once."""
    member = await member_named(event, db, event.words)
    member.wants_found = True
    await db.session.flush()
    drawn = await _map(db, member, now)
    return say(text("You are on the map. ", _SEEN), *drawn.blocks, replaces=True)


async def hide(event: Event, db: Db, now: datetime) -> Answer:
    member = await member_named(event, db, event.words)
    member.wants_found = False
    return say(
        "You are off the map. The others do not find you there, nor when they ask who works on something.",
        buttons(Button("Show me on the map", "map.show", member.id)),
        replaces=True,
    )


async def others(event: Event, db: Db, now: datetime) -> Answer:
    """The next page of who is who."""
    member_id, _, start_at = event.words.partition(":")
    member = await member_named(event, db, member_id)
    chart = await chart_of(db, await programmes.of_member(db, member))
    me = chart.place_of(member)
    if me is None:
        return await _map(db, member, now)
    page = list(_who_is_who(chart, me, member, number(start_at)))
    return say(*page) if page else say("That is everybody.")


async def _map(db: Db, member: Member, now: datetime) -> Message:
    from bot.matching.standing import standing  # noqa: PLC0415  as above

    chart = await chart_of(db, await programmes.of_member(db, member))
    me = chart.place_of(member)
    if me is None:
        return _from_outside(chart, member)
    off = buttons(Button("Take me off the map", "map.hide", member.id))
    if len(chart.people) == 1:
        return say(
            Heading("The map"),
            "You are the first one here. As others agree to be on the map, they appear, and so do the ties between you.",
            off,
        )
    never = await never_match.of_programme(db, await programmes.of_member(db, member))
    shunned = {nth for nth, one in enumerate(chart.people) if tuple(sorted((one.id, member.id))) in never}
    address = link(db, member, now)
    return say(
        Heading("The map"),
        *([Picture(address, in_a_sentence(chart, me)), _how_to_read(chart, me)] if address else []),
        _islands(chart),
        *_my_place(chart, standing(chart.network, me, shunned)),
        *_bridges(chart),
        *_who_is_who(chart, me, member, 0),
        off,
    )


def _from_outside(chart: Chart, member: Member) -> Message:
    """For a member who is not on it: how many are, and what being on it means."""
    me_too = buttons(Button("Show me on the map", "map.show", member.id, main=True))
    if not chart.people:
        return say(
            Heading("The map"), "Nobody has agreed to be on the map yet. Somebody has to be first.", note(_SEEN), me_too
        )
    return say(Heading("The map"), _islands(chart), "You are not on it. If you like, you can be.", note(_SEEN), me_too)


def _how_to_read(chart: Chart, me: int) -> Block:
    nearest = f" It shows the {MOST} who are nearest to you." if len(chart.people) > MOST else ""
    return note(
        f"You are number {me + 1}, with the yellow ring. The picture can be opened for a quarter of an hour.{nearest}"
    )


def _islands(chart: Chart) -> Text:
    sizes = chart.network.sizes.tolist()
    everybody = begun(people(len(chart.people)))
    if len(sizes) == 1:
        if sizes[0] == 1:
            return text("One person is on the map.")
        return text(
            f"{everybody} are on the map, and all of them are on one island: the system is connected to itself."
        )
    if not chart.network.tied:
        return text(f"{everybody} are on the map, and none of them have met yet.")
    share = f", {100 * chart.network.share:.0f} in 100" if len(chart.people) > _MOST_COUNTED_BY_EYE else ""
    return text(
        f"{everybody} are on the map, on {in_words(len(sizes))} islands. The largest holds {people(sizes[0])}{share}."
    )


# --- my place ------------------------------------------------------------------------------------


def _my_place(chart: Chart, mine: "Standing") -> Iterator[Block]:
    yield text(Bold("Your place"))
    if mine.tied:
        here = "You are on the only island." if not mine.others else f"You are on an island of {in_words(mine.island)}."
        yield text(here, *_other_islands(mine))
        yield text("You are tied to ", *_called(chart, mine.tied), ".")
        if mine.within_two > len(mine.tied):
            yield text(f"Within two steps there are {people(mine.within_two)}.")
    else:
        yield text(
            "You stand alone so far. A tie begins when you have met somebody who is on the map.", *_other_islands(mine)
        )
    if mine.bridges:
        is_one = " is a bridge: without it" if len(mine.bridges) == 1 else " are bridges: without any of them"
        ties = "Your tie to " if len(mine.bridges) == 1 else "Your ties to "
        yield text(ties, *_called(chart, mine.bridges), f"{is_one} your island would be two.")
    if mine.widest is not None:
        why = _why_wide(chart, mine, mine.widest)
        yield text("The widest step for you would be to meet ", *_called(chart, [mine.widest]), why)
        yield note("To meet somebody, write ", Command("/connect"), ". I ask them first.")


def _other_islands(mine: "Standing") -> list[Part]:
    """ " The other islands have five and two people, and three stand alone." """
    larger = [size for size in mine.others if size > 1]
    alone = len(mine.others) - len(larger)
    said = []
    if larger:
        sizes = [in_words(size) for size in larger[:_SIZES]]
        rest = len(larger) - _SIZES
        sizes += [f"{in_words(rest)} more have fewer"] if rest > 0 else []
        have = "The other island has" if len(larger) == 1 else "The other islands have"
        said.append(f"{have} {listed(sizes)}" + (" people" if rest <= 0 else ""))
    if alone:
        who = people(alone) if mine.tied else f"{in_words(alone)} {'other' if alone == 1 else 'others'}"
        said.append(f"{who} {'stands' if alone == 1 else 'stand'} alone")
    return [f" {begun(', and '.join(said))}."] if said else []


def _why_wide(chart: Chart, mine: "Standing", widest: int) -> str:
    if mine.steps:
        return f": {in_words(mine.steps)} steps away from you on your island."
    theirs = int(chart.network.sizes[chart.network.island[widest]])
    to = "one of " + in_words(theirs) if theirs > 1 else "somebody who stands alone"
    if mine.island == 1:
        return f": it would join you to {'an island of ' + in_words(theirs) if theirs > 1 else to}."
    return f": it would join your island of {in_words(mine.island)} to {to}."


# --- bridges, and who is who ---------------------------------------------------------------------


def _bridges(chart: Chart) -> Iterator[Block]:
    from bot.matching.standing import widest_bridges  # noqa: PLC0415  as above

    found = widest_bridges(chart.network)
    if not found:
        return
    yield text(Bold("Bridges"), ": ties that alone hold an island together")
    for tie in found[:_BRIDGES]:
        yield text("• ", *_called(chart, tie))
    if len(found) > _BRIDGES:
        yield note(f"And {in_words(len(found) - _BRIDGES)} more.")


def _who_is_who(chart: Chart, me: int, member: Member, start_at: int) -> Iterator[Block]:
    """Those near me first."""
    from bot.matching.standing import nearest_first  # noqa: PLC0415  as above

    ordered = nearest_first(chart.network, me)[1:]
    page = ordered[start_at : start_at + _PAGE]
    if not page:
        return
    yield text(Bold("Who is who"), ", those near you first")
    for one in page:
        organisation = chart.people[one].organisation
        where: list[Part] = [", ", Own(organisation)] if organisation else []
        yield text(f"{one + 1}: ", Mention(chart.people[one].user), *where)
    left = len(ordered) - start_at - len(page)
    if left > 0:
        yield buttons(Button(f"Show the next {min(left, _PAGE)}", "map.others", f"{member.id}:{start_at + _PAGE}"))


def _called(chart: Chart, who: Sequence[int]) -> list[Part]:
    """Ben (2), Cleo (3) and Dev (7)."""
    named, rest = who[:_NAMED], len(who) - _NAMED
    parts: list[Part] = []
    for nth, one in enumerate(named):
        if nth:
            parts.append(" and " if nth == len(who) - 1 else ", ")
        parts += [Mention(chart.people[one].user), f" ({one + 1})"]
    return [*parts, f" and {in_words(rest)} more"] if rest > 0 else parts
