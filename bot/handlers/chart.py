"""What the map shows of a programme, and the links to it: those who agreed to be found, and the ties between them.

Nothing here tells of anybody else, not even how many they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.counting import in_words, people
from storage import connections, members, programmes
from storage.connections import Connection
from storage.db import Db
from storage.keys import KeyRing
from storage.models import Member, Programme

if TYPE_CHECKING:  # NumPy comes when somebody asks for the map
    from bot.matching.drawing import Dot
    from bot.matching.network import Network

PATH = "/map/"
LASTS = timedelta(minutes=15)
MOST = 600  # people in one picture; of a larger programme those who are nearest to whoever looks


@dataclass(frozen=True)
class Chart:
    """People in the order in which they joined; their number on the map is one more than their position."""

    people: Sequence[Member]
    network: "Network"

    def place_of(self, member: Member) -> int | None:
        return next((place for place, one in enumerate(self.people) if one.id == member.id), None)


async def chart_of(db: Db, programme: Programme) -> Chart:
    return chart_between(await members.findable(db, programme), await connections.of_programme(db, programme))


def chart_between(people: Sequence[Member], ties: Iterable[Connection]) -> Chart:
    """These people, and of the ties those between two of them: nothing goes through anybody else."""
    from bot.matching.network import Network  # noqa: PLC0415  as above

    place = {member.id: nth for nth, member in enumerate(people)}
    known = [(place[tie.one], place[tie.other]) for tie in ties if tie.one in place and tie.other in place]
    return Chart(people, Network(len(people), known))


def link(db: Db, member: Member, now: datetime) -> str:
    """Where this member's picture of the map is for the next quarter of an hour; empty if nobody could fetch it there."""
    if not db.address:
        return ""
    until = f"{int((now + LASTS).timestamp()):x}"
    return f"{db.address}{PATH}{member.id}.{until}.{db.keys.sign(_signed(member.id, until))}.png"


def whose_link(keys: KeyRing, token: str, now: datetime) -> str | None:
    """The id of the member whom this link was made for, if Balcony made it and its time is not over."""
    member_id, _, rest = token.partition(".")
    until, _, signature = rest.partition(".")
    if not keys.has_signed(_signed(member_id, until), signature):
        return None
    return member_id if datetime.fromtimestamp(int(until, 16), UTC) >= now else None


@dataclass(frozen=True, slots=True)
class Sketch:
    """All that is needed to draw a map, out of the database."""

    network: "Network"
    ids: tuple[str, ...]
    dots: "tuple[Dot, ...]"
    me: int
    words: tuple[str, str]

    def drawn(self) -> str:
        """The SVG. Takes up to a second or two."""
        from bot.matching.drawing import draw, lay_out  # noqa: PLC0415  as above

        return draw(self.network, lay_out(self.network, self.ids), self.dots, self.me, self.words)


async def sketch_for(db: Db, member_id: str) -> Sketch | None:
    """The map as this member sees it now; None if they are not on it, or have left."""
    from bot.matching.drawing import Dot  # noqa: PLC0415  as above
    from bot.matching.network import Network  # noqa: PLC0415  as above
    from bot.matching.standing import nearest_first  # noqa: PLC0415  as above

    member = await db.session.get(Member, member_id)
    if member is None:
        return None
    programme = await programmes.of_member(db, member)
    chart = await chart_of(db, programme)
    me = chart.place_of(member)
    if me is None:
        return None
    shown = sorted(nearest_first(chart.network, me)[:MOST])
    place = {one: nth for nth, one in enumerate(shown)}
    ties = [
        (place[one], place[other])
        for one in shown
        for other in chart.network.ties_of(one).tolist()
        if one < other and other in place
    ]
    drawn = [chart.people[one] for one in shown]
    return Sketch(
        Network(len(shown), ties),
        tuple(person.id for person in drawn),
        tuple(Dot(one + 1, person.organisation) for one, person in zip(shown, drawn, strict=True)),
        place[me],
        ("The map of the programme", in_a_sentence(chart, me)),
    )


def in_a_sentence(chart: Chart, me: int) -> str:
    """What there is to see, for who does not see it."""
    islands = len(chart.network.sizes)
    where = "one island" if islands == 1 else f"{in_words(islands)} islands"
    said = f"{people(chart.network.people)} on {where}, drawn as numbers"
    return f"The map: {said}. You are number {me + 1}. The text beside it says the same."


def _signed(member_id: str, until: str) -> str:
    return f"map|{member_id}|{until}"
