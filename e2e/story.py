"""Who is in the story, when it plays, and the programme it is about. It plays now, whatever day that is."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from e2e.browser import Person
from e2e.local_slack import ANA, CHANNEL, TEAM, LocalSlack
from e2e.running import Bot

# A zone where it is late morning now, whenever this runs: in the quiet hours nobody is written to unasked.
MIDDAY = ZoneInfo(f"Etc/GMT{(datetime.now(UTC).hour - 11 + 12) % 24 - 12:+d}")
FRIDAY, SATURDAY = 4, 5

PROGRAMME = """
name = "Making our Move: systems leadership"
platform = "slack"
workspace = "{workspace}"
channel = "{channel}"
timezone = "{timezone}"
enablers = ["{enabler}"]

[weekly]
day = "saturday"                   # after any Friday that a commitment is for
time = 16:00:00

[introductions]
every_weeks = 2
day = "{day_of_rounds}"            # thirteen days from now: the round of this story is the one Ana asks for
time = 09:30:00
size = 2

[[sessions]]
id = "shared-purpose"
title = "The fundamentals: getting to shared purpose"
starts = {starts:%Y-%m-%dT%H:%M:%S}
ends = {ends:%Y-%m-%dT%H:%M:%S}
theme = "shared purpose"

[[sessions]]
id = "empathy"
title = "Empathy mapping"
starts = {later:%Y-%m-%dT13:00:00}
ends = {later:%Y-%m-%dT15:00:00}
theme = "empathy"
"""


@dataclass
class Story:
    """Ana is the enabler, Ben and Cleo are about to join. `begins` is now, in London."""

    slack: LocalSlack
    bot: Bot
    ana: Person
    ben: Person
    cleo: Person
    begins: datetime

    def friday(self, at: time) -> datetime:
        """That time on the Friday that "on Friday" means."""
        return self._coming(FRIDAY, at)

    def weekly(self) -> datetime:
        """When the first weekly message is due: not in the first three days."""
        moment = self._coming(SATURDAY, time(16))
        return moment if moment > self.begins + timedelta(days=3) else moment + timedelta(days=7)

    def _coming(self, weekday: int, at: time) -> datetime:
        """That time on the first such day after today; Monday is 0."""
        day = self.begins.date() + timedelta(days=(weekday - self.begins.weekday()) % 7 or 7)
        return datetime.combine(day, at, MIDDAY)


def programme(now: datetime) -> str:
    """Its file, as of now: in the middle of the first session, weeks before the second."""
    hour = now.replace(minute=0, second=0)
    return PROGRAMME.format(
        timezone=MIDDAY.key,
        workspace=TEAM,
        channel=CHANNEL,
        enabler=ANA.id,
        day_of_rounds=f"{now - timedelta(days=1):%A}".lower(),
        starts=hour - timedelta(hours=1),
        ends=hour + timedelta(hours=2),
        later=now + timedelta(days=28),
    )
