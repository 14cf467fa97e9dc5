"""What is being said has a kind; what may have arrived is looked up; each workspace has a lane."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import storage.models

revision = "0003"
down_revision = "0002"

# Of an older row only its key says what it is.
KINDS = {
    "welcome": ("welcome", 1), "after-session": ("after a session", 1), "introduction": ("introduction", 2),
    "alone": ("left out", 2), "met": ("did you meet", 2), "play-back": ("play-back", 1), "weekly": ("weekly", 2),
    "witness": ("witness asked", 2), "witness-accepted": ("witness answered", 0),
    "witness-declined": ("witness answered", 0), "trouble": ("trouble", 0),
}
INDEXES = (
    ("ix_outbox_turn", ["platform", "workspace", "urgency", "due_at", "id"], "state = 'due'"),
    ("ix_outbox_waiting", ["platform", "workspace", "channel", "user"], "state IN ('due', 'claimed')"),
    ("ix_outbox_lease", ["lease_until"], "state = 'claimed'"),
    ("ix_outbox_ambiguous", ["platform", "workspace", "due_at"], "state = 'ambiguous'"),
)


def upgrade() -> None:
    moment = storage.models.Utc(timezone=True)
    op.add_column('outbox', sa.Column('kind', sqlmodel.AutoString(), nullable=False, server_default=''))
    op.add_column('outbox', sa.Column('urgency', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('outbox', sa.Column('tried_at', moment, nullable=True))
    op.add_column('outbox', sa.Column('unclear', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('outbox', sa.Column('told', sqlmodel.AutoString(), nullable=False, server_default=''))
    for name, (kind, urgency) in KINDS.items():
        op.execute(sa.text("UPDATE outbox SET kind = :kind, urgency = :urgency WHERE key LIKE :key").bindparams(
            kind=kind, urgency=urgency, key=f"{name}:%"))
    op.execute("UPDATE outbox SET tried_at = sent_at WHERE sent_at IS NOT NULL")
    # What was being sent when the old version stopped, and what it was unsure of, it never sent again: so it stays.
    op.execute("UPDATE outbox SET state = 'settled', error = 'may not have arrived' WHERE state IN ('sending', 'unsure')")
    op.drop_index('ix_outbox_open', table_name='outbox')
    for name, columns, where in INDEXES:
        op.create_index(name, 'outbox', columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_index('ix_outbox_tried', 'outbox', ['platform', 'workspace', 'channel', 'user', 'tried_at'])
    op.create_table('lane',
    sa.Column('platform', sqlmodel.AutoString(), nullable=False),
    sa.Column('workspace', sqlmodel.AutoString(), nullable=False),
    sa.Column('method', sqlmodel.AutoString(), nullable=False),
    sa.Column('next_at', moment, nullable=False),
    sa.Column('resting_until', moment, nullable=True),
    sa.Column('why', sqlmodel.AutoString(), nullable=False),
    sa.Column('per_minute', sa.Float(), nullable=True),
    sa.Column('served_at', moment, nullable=False),
    sa.PrimaryKeyConstraint('platform', 'workspace', 'method')
    )
    for method in ("say", "look"):
        op.execute(sa.text(
            "INSERT INTO lane (platform, workspace, method, next_at, why, served_at) "
            "SELECT platform, workspace, :method, min(created_at), '', min(created_at) "
            "FROM outbox GROUP BY platform, workspace").bindparams(method=method))


def downgrade() -> None:
    op.drop_table('lane')
    op.drop_index('ix_outbox_tried', table_name='outbox')
    for name, _, _ in reversed(INDEXES):
        op.drop_index(name, table_name='outbox')
    where = sa.text("state IN ('due', 'claimed', 'sending')")
    op.create_index('ix_outbox_open', 'outbox', ['due_at'], sqlite_where=where, postgresql_where=where)
    for name in ("told", "unclear", "tried_at", "urgency", "kind"):
        op.drop_column('outbox', name)
