"""A second tz database: a name of the first one with other rules, in a folder of its own."""

import io
import struct
import zoneinfo
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_STEP = timedelta(hours=6)

Change = tuple[datetime, int]  # from this moment on, so many seconds east of Greenwich


@contextmanager
def tz_database(*folders: Path) -> Iterator[None]:
    """Inside, zones are looked for in these folders first. Afterwards everything is as it was."""
    before = zoneinfo.TZPATH
    _look_in(*map(str, folders), *before)
    try:
        yield
    finally:
        _look_in(*before)


def write_zone(folder: Path, name: str, rules: str, since: datetime | None = None) -> None:
    """A zone of that name, by these rules, in the notation of the variable TZ.

    With `since`, it is until then what the tz database in use says.
    """
    changes: list[Change] = []
    if since:
        ruled = ZoneInfo.from_file(io.BytesIO(_file([], rules)))
        changes = [*_changes(ZoneInfo(name), since), (since, _offset(since, ruled))]
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_file(changes, rules))


def _look_in(*folders: str) -> None:
    zoneinfo.reset_tzpath(to=folders)
    ZoneInfo.clear_cache()


def _changes(zone: ZoneInfo, until: datetime) -> list[Change]:
    """Every change of the zone's clocks, to the second, and where they stood at first."""
    changes = [(_FIRST, _offset(_FIRST, zone))]
    before = _FIRST
    while before < until:
        after = min(before + _STEP, until)
        if _offset(after, zone) != changes[-1][1]:
            changes.append((_turn(zone, before, after), _offset(after, zone)))
        before = after
    return changes


def _turn(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        before, after = (middle, after) if _offset(middle, zone) == _offset(before, zone) else (before, middle)
    return after


def _offset(moment: datetime, zone: ZoneInfo) -> int:
    return int((moment.astimezone(zone).utcoffset() or timedelta(0)).total_seconds())


def _file(changes: Sequence[Change], rules: str) -> bytes:
    """A TZif file, version 2 (RFC 8536): an empty first part for old readers, the changes, the rules for what follows."""
    return _part([], "l") + _part(changes, "q") + f"\n{rules}\n".encode()


def _part(changes: Sequence[Change], moment: str) -> bytes:
    offsets = sorted({0, *(offset for _, offset in changes)})
    header = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, len(changes), len(offsets), 4)
    moments = struct.pack(f">{len(changes)}{moment}", *(int(when.timestamp()) for when, _ in changes))
    kinds = bytes(offsets.index(offset) for _, offset in changes)
    return header + moments + kinds + b"".join(struct.pack(">lBB", offset, 0, 0) for offset in offsets) + b"-00\0"
