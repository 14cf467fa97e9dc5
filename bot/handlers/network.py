"""/balcony network: for enablers, how the programme is joined to itself, and whose next introduction would join the most.

Nobody is a number under eight. Only those who agreed to be on the map are ever named.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from bot.chat import Answer, Block, Bold, Event, Heading, Mention, Own, note, say, text
from bot.domain.counting import FLOOR, about, in_words
from bot.handlers import help_text
from bot.handlers.chart import Chart, chart_between
from bot.handlers.who import programme_run_by
from storage import connections, introductions, members
from storage.db import Db

if TYPE_CHECKING:  # NumPy comes when somebody asks
    from bot.matching.network import Network


async def start(event: Event, db: Db, now: datetime) -> Answer:
    """/balcony network."""
    if event.words.strip().lower() == "help":
        return help_text.NETWORK
    programme = await programme_run_by(event, db)
    everybody, ties = await members.of_programme(db, programme), await connections.of_programme(db, programme)
    network = chart_between(everybody, ties).network
    if network.people < FLOOR:
        return say(
            Heading("The network"),
            f"The programme has fewer than {in_words(FLOOR)} members. "
            "That is too few to say anything about the network without pointing at people.",
        )
    made, met = await introductions.outcomes(db, programme)
    return say(
        Heading("The network"),
        _islands(network),
        *_steps(network),
        _meetings(made, met),
        *_joiners(chart_between([member for member in everybody if member.wants_found], ties)),
        note(f"Numbers are rounded, and nobody is a number under {in_words(FLOOR)}."),
    )


def _islands(network: "Network") -> str:
    """Where fewer than eight are elsewhere, it is not told whether anybody is."""
    everybody, largest = network.people, int(network.sizes[0])
    if largest < FLOOR:
        return f"Of {about(everybody)} members no {in_words(FLOOR)} are on one island yet."
    if everybody - largest < FLOOR:
        return f"Of {about(everybody)} members all, or nearly all, are on one island."
    large = int((network.sizes >= FLOOR).sum())
    others = "" if large == 1 else f" There are {in_words(large)} islands of {in_words(FLOOR)} people or more."
    share = 5 * round(20 * network.share)
    return f"Of {about(everybody)} members {about(largest)} are on the largest island, {share} in 100.{others}"


def _steps(network: "Network") -> Iterator[str]:
    if int(network.sizes[0]) >= FLOOR:
        yield f"Two people whom a path joins are about {in_words(max(1, round(network.mean_steps())))} steps apart."


def _meetings(made: int, met: int) -> str:
    if made < FLOOR:
        return f"There were fewer than {in_words(FLOOR)} introductions so far."
    if met < FLOOR:
        return (
            f"Of {about(made)} introductions fewer than {in_words(FLOOR)} led to a meeting, as far as people said so."
        )
    if made - met < FLOOR:
        return f"Of {about(made)} introductions nearly all led to a meeting."
    return f"Of {about(made)} introductions {about(met)} led to a meeting, as far as people said so."


def _joiners(chart: Chart) -> Iterator[Block]:
    yield text(Bold("Whose next introduction would join the most"))
    if len(chart.people) < FLOOR:
        yield note(f"I can say so when {in_words(FLOOR)} members have agreed to be on the map.")
        return
    for joiner in chart.network.joiners():
        yield text("• ", Mention(chart.people[joiner.who].user))
    organisations = chart.network.joining_organisations([person.organisation for person in chart.people])
    if organisations:
        yield text(Bold("And of the organisations"))
    for name, _ in organisations:
        yield text("• ", Own(name))
    yield note("Of those who agreed to be on the map. They hold few bridges so far, and stand where a path is missing.")
