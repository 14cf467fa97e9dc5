"""`serve` without its guard: every delivery is taken for the first, and all words for new. Only to see that it is noticed."""

from collections.abc import Sequence
from datetime import datetime

from bot.__main__ import serve
from storage import deliveries
from storage.db import Db


async def first_time(db: Db, key: str, now: datetime) -> bool:  # noqa: ARG001
    return True


async def is_new(db: Db, said: Sequence[str], now: datetime) -> bool:  # noqa: ARG001
    return True


async def first_time_and_new(db: Db, key: str, said: Sequence[str], now: datetime) -> tuple[bool, bool]:  # noqa: ARG001
    return True, True


if __name__ == "__main__":
    deliveries.first_time, deliveries.is_new = first_time, is_new
    deliveries.first_time_and_new = first_time_and_new
    serve()
