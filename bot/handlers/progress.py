"""How far long work has come: what a programme's enabler sees while many messages go out."""

from datetime import datetime, timedelta

from bot.chat import Block, Bold, note, text
from bot.domain.kind import Kind
from storage import queue
from storage.db import Db
from storage.models import Programme

AT_LEAST = 20  # messages of one kind; fewer are out before anybody looks, and would say who they are for
_NAMES = {
    Kind.WEEKLY: "Weekly messages",
    Kind.INTRODUCTION: "Introductions",
    Kind.LEFT_OUT: "Word to those left out of the round",
    Kind.WARNING: "Word of the next round",
    Kind.MET: "“Did you meet?”",
    Kind.PLAY_BACK: "Commitments that come back",
    Kind.WITNESS: "Questions to witnesses",
    Kind.WITNESSED: "Answers of witnesses",
}
_PACES = {"slack": "Slack’s pace", "teams": "Teams’ pace"}


async def under_way(db: Db, programme: Programme, now: datetime) -> list[Block]:
    """Each kind of which many are going out, and how long the rest takes; nothing if there is none."""
    blocks: list[Block] = [
        note(f"{_NAMES.get(Kind(one.kind), 'Messages')}: posted to {one.said:,} of {one.number:,}.")
        for one in await queue.progress(db, programme.id, now, AT_LEAST)
    ]
    if not blocks:
        return []
    if left := await queue.time_left(db, programme.platform, programme.workspace, now):
        blocks.append(note(f"{_about(left)} more at {_PACES.get(programme.platform, 'this pace')}."))
    return [text(Bold("Going out now")), *blocks]


def _about(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    if minutes < 1:
        return "Less than a minute"
    if minutes < 90:  # noqa: PLR2004  as people say it
        return f"About {minutes} minute{'' if minutes == 1 else 's'}"
    return f"About {round(minutes / 60)} hours"
