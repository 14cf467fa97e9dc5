"""How people and channels are reached on Teams, and the meetings of sessions."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import storage.models

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table('contact',
    sa.Column('platform', sqlmodel.AutoString(), nullable=False),
    sa.Column('workspace', sqlmodel.AutoString(), nullable=False),
    sa.Column('address', sqlmodel.AutoString(), nullable=False),
    sa.Column('conversation', sqlmodel.AutoString(), nullable=False),
    sa.Column('service_url', sqlmodel.AutoString(), nullable=False),
    sa.Column('called', sqlmodel.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.AutoString(), nullable=False),
    sa.Column('heard_at', storage.models.Utc(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('platform', 'workspace', 'address')
    )
    op.add_column('session', sa.Column('meeting', sqlmodel.AutoString(), nullable=False, server_default=''))
    op.add_column('session', sa.Column('meeting_since', storage.models.Utc(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('session', 'meeting_since')
    op.drop_column('session', 'meeting')
    op.drop_table('contact')
