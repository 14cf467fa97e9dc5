"""What is looked at often is found without reading every message there ever was."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INDEXES = (
    ("ix_outbox_text", "sent_at", "state = 'sent' AND payload_sealed IS NOT NULL"),
    ("ix_outbox_over", "created_at", "state IN ('settled', 'failed') AND payload_sealed IS NOT NULL"),
    ("ix_outbox_twice", "created_at", "state = 'sent' AND unclear > 0 AND payload_sealed IS NOT NULL"),
)


def upgrade() -> None:
    for name, column, where in INDEXES:
        op.create_index(name, 'outbox', [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.drop_index('ix_outbox_programme_id', table_name='outbox')
    op.create_index('ix_outbox_programme', 'outbox', ['programme_id', 'created_at'])


def downgrade() -> None:
    op.drop_index('ix_outbox_programme', table_name='outbox')
    op.create_index('ix_outbox_programme_id', 'outbox', ['programme_id'])
    for name, _, _ in INDEXES:
        op.drop_index(name, table_name='outbox')
