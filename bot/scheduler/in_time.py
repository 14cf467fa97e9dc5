"""What has time: jobs that take long and nobody waits for. They have a pass of their own, which delays nothing due."""

from datetime import datetime

from bot.handlers import portraits
from bot.scheduler.jobs import Did, Done, Job
from storage import issues
from storage.db import Database
from storage.issues import Mark

AT_ONCE = 50  # members in one transaction


async def carry_over_issues(database: Database, now: datetime) -> Done:  # noqa: ARG001  every job has both
    """What members said before they could have several issues becomes their first. It looks at every member."""
    many = AT_ONCE
    while many == AT_ONCE:
        async with database.transaction() as db:
            many = await issues.carry_over(db, AT_ONCE)
        if many:
            yield [Did("issues", "from before", f"{many} carried over")]


async def paint_issues(database: Database, now: datetime) -> Done:
    """Portraits for what has none of this version: new and changed issues, and all of them after another encoder came.

    Whoever has just written one is then asked what it is about.
    """
    after: Mark | None = None
    while True:
        kept, after = await portraits.paint(database, now, after)
        if kept:
            yield [Did("portraits", "issues", f"{kept} painted")]
        if after is None:
            return


IN_TIME: tuple[Job, ...] = (paint_issues,)
AT_FIRST: tuple[Job, ...] = (carry_over_issues, *IN_TIME)  # in the first pass of a process
