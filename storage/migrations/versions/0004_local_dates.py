"""What recurs goes by its local date; the moment beside it is there to find it by."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from alembic import op

import storage.models

revision = "0004"
down_revision = "0003"

TABLES = (
    ("member", "next_weekly_at", "next_weekly_on", "weekly_time"),
    ("programme", "next_round_at", "next_round_on", "round_time"),
)


def upgrade() -> None:
    for name, at, on, hour in TABLES:
        op.add_column(name, sa.Column(on, sa.Date(), nullable=True))
        table = sa.table(
            name, sa.column("id", sa.String()), sa.column("timezone", sa.String()), sa.column(hour, sa.Time()),
            sa.column(at, storage.models.Utc(timezone=True)), sa.column(on, sa.Date()),
        )
        planned = op.get_bind().execute(
            sa.select(table.c.id, table.c[at], table.c[hour], table.c.timezone).where(table.c[at].is_not(None))
        )
        for row in planned.all():
            day = local_date(*row[1:])
            op.execute(sa.update(table).where(table.c.id == row[0]).values({on: day}))
    op.add_column("commitment", sa.Column("played_back_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("commitment", "played_back_on")
    for name, _, on, _ in TABLES:
        op.drop_column(name, on)


def local_date(moment: datetime, hour, zone_name: str) -> date:
    """The date that this moment was planned for, at that hour of that zone."""
    try:
        zone = ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return moment.date()
    day = moment.astimezone(zone).date()
    # Where the clocks skipped that hour, and midnight with it, the moment is on the day after.
    for planned in (day, day - timedelta(days=1)):
        if datetime.combine(planned, hour, zone).astimezone(UTC) == moment:
            return planned
    return day
