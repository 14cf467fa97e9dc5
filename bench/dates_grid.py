"""Every local date of every zone, at every half-hour: the real functions, held against what the clocks on the wall show."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bot.domain import rhythm
from bot.scheduler.jobs import WEEKLY_WINDOW

ZONES = (
    "Europe/London", "Europe/Lisbon", "Atlantic/Azores", "America/Scoresbysund", "America/Nuuk", "America/St_Johns",
    "America/New_York", "America/Havana", "America/Asuncion", "America/Santiago", "Pacific/Easter",
    "America/Los_Angeles", "Pacific/Pago_Pago", "Pacific/Kiritimati", "Pacific/Apia", "Pacific/Chatham",
    "Australia/Lord_Howe", "Antarctica/Casey", "Antarctica/Troll", "Asia/Kathmandu", "Asia/Tehran", "Asia/Beirut",
    "Asia/Gaza", "Africa/Cairo", "Africa/Casablanca",
)  # fmt: skip
SLOTS = tuple(time(half_hour // 2, half_hour % 2 * 30) for half_hour in range(48))
FIRST, LAST = date(2020, 1, 1), date(2035, 12, 31)
_DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()

Fired = tuple[date, datetime]  # for which local date, and when
Week = Callable[[date, time, str], Iterator[Fired]]  # one rhythm of a weekday, from that date on, for ever


@dataclass(slots=True)
class Found:
    """What a checker that knows only the clocks found. `moved`: the hour did not exist that day, so it came beside it."""

    messages: int = 0
    doubled: int = 0
    skipped: int = 0
    wrong: int = 0
    moved: int = 0

    def add(self, other: "Found") -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def faults(self) -> int:
        return self.doubled + self.skipped + self.wrong

    def __str__(self) -> str:
        return ", ".join(f"{name} {getattr(self, name):,}" for name in self.__slots__)


def by_date(on: date, at: time, zone: str) -> Iterator[Fired]:
    """The real thing: the scheduler comes at the moment of the planned date, and asks where the rhythm stands."""
    while True:
        moment = rhythm.instant(on, at, zone)
        stands = rhythm.turns(on, moment, at, zone, 1, window=WEEKLY_WINDOW)
        if stands.due:
            yield stands.due, moment
        on = stands.following


def by_moment(on: date, at: time, zone: str) -> Iterator[Fired]:
    """A control: only the moment is kept, and its local date is read back from it."""
    moment = rhythm.instant(on, at, zone)
    while True:
        day = rhythm.local_date(moment, zone)
        yield day, moment
        moment = rhythm.instant(day + timedelta(days=7), at, zone)


def by_interval(on: date, at: time, zone: str) -> Iterator[Fired]:
    """A control: the next one is seven times 24 hours later."""
    moment = rhythm.instant(on, at, zone)
    while True:
        yield rhythm.local_date(moment, zone), moment
        moment += timedelta(days=7)


def by_the_wall(on: date, at: time, zone: str) -> Iterator[Fired]:
    """A control: whenever the clock on the wall shows that hour of that weekday, as cron does."""
    clocks = Clocks.of(zone)
    while True:
        for moment in clocks.moments(on, at):
            yield on, datetime.fromtimestamp(moment, UTC)
        on += timedelta(days=7)


def check(week: Week, zone: str, at: time, first: date, last: date) -> Found:
    """All seven weekdays at that hour of that zone: every local date from first to last must come once, at its moment."""
    clocks, end = Clocks.of(zone), _seconds(last) + 3 * _DAY
    found = Found()
    came: Counter[date] = Counter()
    for weekday in range(7):
        for day, moment in week(first + timedelta(days=weekday), at, zone):
            if moment.timestamp() > end or day > last + timedelta(days=1):
                break
            came[day] += 1
            found.messages += 1
            due = clocks.moments(day, at)
            if due:
                found.wrong += moment.timestamp() not in due[:1]
            else:
                found.moved += 1
                found.wrong += not clocks.is_beside(day, at, moment)
    days = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
    found.doubled += sum(came[day] > 1 for day in days)
    found.skipped += sum(came[day] == 0 for day in days)
    return found


class Clocks:
    """What the clocks of a zone show, by walking through UTC: it never asks for the moment of a local time."""

    def __init__(self, zone: str) -> None:
        self._stretches: list[tuple[int, int, int]] = []  # from, until, offset; in seconds
        self._walk(ZoneInfo(zone), _seconds(FIRST) - 3 * _DAY, _seconds(LAST) + 30 * _DAY)

    @classmethod
    @cache
    def of(cls, zone: str) -> "Clocks":
        """Those of that zone, which are walked through once."""
        return cls(zone)

    def moments(self, day: date, at: time) -> list[int]:
        """When they show that hour of that day; none if it was skipped, two if it came twice."""
        wall = _seconds(day) + at.hour * 3600 + at.minute * 60
        return [wall - offset for begin, until, offset in self._near(wall) if begin <= wall - offset < until]

    def is_beside(self, day: date, at: time, moment: datetime) -> bool:
        """Whether it is as long after the jump as the skipped hour lies in the gap."""
        wall = _seconds(day) + at.hour * 3600 + at.minute * 60
        return any(
            wall - before == moment.timestamp() and jump <= moment.timestamp() < jump + after - before
            for (_, jump, before), (_, _, after) in zip(self._stretches, self._stretches[1:], strict=False)
        )

    def _walk(self, zone: ZoneInfo, start: int, end: int) -> None:
        begin, offset, step = start, _offset(zone, start), 6 * 3600
        for seconds in range(start, end, step):
            if _offset(zone, seconds + step) != offset:
                jump = next(one for one in range(seconds, seconds + step + 1, 900) if _offset(zone, one) != offset)
                self._stretches.append((begin, jump, offset))
                begin, offset = jump, _offset(zone, seconds + step)
        self._stretches.append((begin, end + _DAY, offset))

    def _near(self, wall: int) -> Iterator[tuple[int, int, int]]:
        return (one for one in self._stretches if one[0] - _DAY <= wall <= one[1] + _DAY)


def _seconds(day: date) -> int:
    return (day.toordinal() - _EPOCH) * _DAY


def _offset(zone: ZoneInfo, seconds: int) -> int:
    return int((datetime.fromtimestamp(seconds, zone).utcoffset() or timedelta(0)).total_seconds())
