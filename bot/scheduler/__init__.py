"""What time does: one list of jobs, each ending in outbox rows."""

from bot.scheduler.jobs import JOBS, Did, run_due

__all__ = ["JOBS", "Did", "run_due"]
