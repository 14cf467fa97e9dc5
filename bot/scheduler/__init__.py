"""What time does: one list of jobs that end in outbox rows, and one of those that have time."""

from bot.scheduler.in_time import AT_FIRST, IN_TIME
from bot.scheduler.jobs import JOBS, Did, run_due

__all__ = ["AT_FIRST", "IN_TIME", "JOBS", "Did", "run_due"]
