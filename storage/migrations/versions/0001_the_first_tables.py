"""The first tables."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import storage.models

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table('delivered',
    sa.Column('key', sqlmodel.AutoString(), nullable=False),
    sa.Column('at', storage.models.Utc(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key')
    )
    op.create_index(op.f('ix_delivered_at'), 'delivered', ['at'], unique=False)
    op.create_table('programme',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('platform', sqlmodel.AutoString(), nullable=False),
    sa.Column('workspace', sqlmodel.AutoString(), nullable=False),
    sa.Column('channel', sqlmodel.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.AutoString(), nullable=False),
    sa.Column('timezone', sqlmodel.AutoString(), nullable=False),
    sa.Column('weekly_weekday', sa.Integer(), nullable=False),
    sa.Column('weekly_time', sa.Time(), nullable=False),
    sa.Column('round_every_weeks', sa.Integer(), nullable=False),
    sa.Column('round_weekday', sa.Integer(), nullable=False),
    sa.Column('round_time', sa.Time(), nullable=False),
    sa.Column('round_size', sa.Integer(), nullable=False),
    sa.Column('next_round_at', storage.models.Utc(timezone=True), nullable=True),
    sa.Column('created_at', storage.models.Utc(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('platform', 'workspace', 'channel')
    )
    op.create_index(op.f('ix_programme_next_round_at'), 'programme', ['next_round_at'], unique=False)
    op.create_table('enabler',
    sa.Column('programme_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('user', sqlmodel.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('programme_id', 'user')
    )
    op.create_table('member',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('programme_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('platform', sqlmodel.AutoString(), nullable=False),
    sa.Column('workspace', sqlmodel.AutoString(), nullable=False),
    sa.Column('user', sqlmodel.AutoString(), nullable=False),
    sa.Column('issue_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('organisation', sqlmodel.AutoString(), nullable=False),
    sa.Column('sector', sqlmodel.AutoString(), nullable=False),
    sa.Column('place', sqlmodel.AutoString(), nullable=False),
    sa.Column('timezone', sqlmodel.AutoString(), nullable=False),
    sa.Column('wants_weekly', sa.Boolean(), nullable=False),
    sa.Column('wants_introductions', sa.Boolean(), nullable=False),
    sa.Column('weekly_weekday', sa.Integer(), nullable=False),
    sa.Column('weekly_time', sa.Time(), nullable=False),
    sa.Column('weekly_every', sa.Integer(), nullable=False),
    sa.Column('weekly_count', sa.Integer(), nullable=False),
    sa.Column('unanswered', sa.Integer(), nullable=False),
    sa.Column('next_weekly_at', storage.models.Utc(timezone=True), nullable=True),
    sa.Column('paused_until', storage.models.Utc(timezone=True), nullable=True),
    sa.Column('joined_at', storage.models.Utc(timezone=True), nullable=False),
    sa.Column('left_at', storage.models.Utc(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('programme_id', 'user')
    )
    op.create_index(op.f('ix_member_next_weekly_at'), 'member', ['next_weekly_at'], unique=False)
    op.create_index('ix_member_person', 'member', ['platform', 'workspace', 'user'], unique=False)
    op.create_table('round',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('programme_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('made_at', storage.models.Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('programme_id', 'on')
    )
    op.create_table('session',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('programme_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('slug', sqlmodel.AutoString(), nullable=False),
    sa.Column('title', sqlmodel.AutoString(), nullable=False),
    sa.Column('theme', sqlmodel.AutoString(), nullable=False),
    sa.Column('starts_at', storage.models.Utc(timezone=True), nullable=False),
    sa.Column('ends_at', storage.models.Utc(timezone=True), nullable=False),
    sa.Column('state', sqlmodel.AutoString(), nullable=False),
    sa.Column('ended_at', storage.models.Utc(timezone=True), nullable=True),
    sa.Column('maxim', sa.Integer(), nullable=True),
    sa.Column('prompt', sqlmodel.AutoString(), nullable=True),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('programme_id', 'slug')
    )
    op.create_index('ix_session_due', 'session', ['state', 'ends_at'], unique=False)
    op.create_index(op.f('ix_session_programme_id'), 'session', ['programme_id'], unique=False)
    op.create_table('commitment',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('member_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('what_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('cue_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('learned_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('due_part', sqlmodel.AutoString(), nullable=False),
    sa.Column('play_back_at', storage.models.Utc(timezone=True), nullable=True),
    sa.Column('state', sqlmodel.AutoString(), nullable=False),
    sa.Column('witness_id', sqlmodel.AutoString(), nullable=True),
    sa.Column('witness_state', sqlmodel.AutoString(), nullable=False),
    sa.Column('created_at', storage.models.Utc(timezone=True), nullable=False),
    sa.Column('closed_at', storage.models.Utc(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['witness_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_commitment_member_id'), 'commitment', ['member_id'], unique=False)
    op.create_index(op.f('ix_commitment_play_back_at'), 'commitment', ['play_back_at'], unique=False)
    op.create_table('introduction',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('round_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('programme_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('made_at', storage.models.Utc(timezone=True), nullable=False),
    sa.Column('ask_at', storage.models.Utc(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_introduction_ask_at'), 'introduction', ['ask_at'], unique=False)
    op.create_index(op.f('ix_introduction_programme_id'), 'introduction', ['programme_id'], unique=False)
    op.create_index(op.f('ix_introduction_round_id'), 'introduction', ['round_id'], unique=False)
    op.create_table('outbox',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('key', sqlmodel.AutoString(), nullable=False),
    sa.Column('programme_id', sqlmodel.AutoString(), nullable=True),
    sa.Column('platform', sqlmodel.AutoString(), nullable=False),
    sa.Column('workspace', sqlmodel.AutoString(), nullable=False),
    sa.Column('channel', sqlmodel.AutoString(), nullable=False),
    sa.Column('user', sqlmodel.AutoString(), nullable=False),
    sa.Column('member_id', sqlmodel.AutoString(), nullable=True),
    sa.Column('payload_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('due_at', storage.models.Utc(timezone=True), nullable=False),
    sa.Column('state', sqlmodel.AutoString(), nullable=False),
    sa.Column('worker', sqlmodel.AutoString(), nullable=False),
    sa.Column('lease_until', storage.models.Utc(timezone=True), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('sent_at', storage.models.Utc(timezone=True), nullable=True),
    sa.Column('platform_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('error', sqlmodel.AutoString(), nullable=False),
    sa.Column('created_at', storage.models.Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('key')
    )
    op.create_index(op.f('ix_outbox_member_id'), 'outbox', ['member_id'], unique=False)
    op.create_index('ix_outbox_open', 'outbox', ['due_at'], unique=False, sqlite_where=sa.text("state IN ('due', 'claimed', 'sending')"), postgresql_where=sa.text("state IN ('due', 'claimed', 'sending')"))
    op.create_index(op.f('ix_outbox_programme_id'), 'outbox', ['programme_id'], unique=False)
    op.create_table('reflection',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('member_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('session_id', sqlmodel.AutoString(), nullable=True),
    sa.Column('prompt', sqlmodel.AutoString(), nullable=True),
    sa.Column('body_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('written_at', storage.models.Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['session_id'], ['session.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_reflection_member_id'), 'reflection', ['member_id'], unique=False)
    op.create_table('seenprompt',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('member_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('prompt', sqlmodel.AutoString(), nullable=False),
    sa.Column('seen_at', storage.models.Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_seenprompt_member_id'), 'seenprompt', ['member_id'], unique=False)
    op.create_table('introduced',
    sa.Column('introduction_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('member_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('met', sqlmodel.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['introduction_id'], ['introduction.id'], ),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.PrimaryKeyConstraint('introduction_id', 'member_id')
    )
    op.create_index(op.f('ix_introduced_member_id'), 'introduced', ['member_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_introduced_member_id'), table_name='introduced')
    op.drop_table('introduced')
    op.drop_index(op.f('ix_seenprompt_member_id'), table_name='seenprompt')
    op.drop_table('seenprompt')
    op.drop_index(op.f('ix_reflection_member_id'), table_name='reflection')
    op.drop_table('reflection')
    op.drop_index(op.f('ix_outbox_programme_id'), table_name='outbox')
    op.drop_index('ix_outbox_open', table_name='outbox', sqlite_where=sa.text("state IN ('due', 'claimed', 'sending')"), postgresql_where=sa.text("state IN ('due', 'claimed', 'sending')"))
    op.drop_index(op.f('ix_outbox_member_id'), table_name='outbox')
    op.drop_table('outbox')
    op.drop_index(op.f('ix_introduction_round_id'), table_name='introduction')
    op.drop_index(op.f('ix_introduction_programme_id'), table_name='introduction')
    op.drop_index(op.f('ix_introduction_ask_at'), table_name='introduction')
    op.drop_table('introduction')
    op.drop_index(op.f('ix_commitment_play_back_at'), table_name='commitment')
    op.drop_index(op.f('ix_commitment_member_id'), table_name='commitment')
    op.drop_table('commitment')
    op.drop_index(op.f('ix_session_programme_id'), table_name='session')
    op.drop_index('ix_session_due', table_name='session')
    op.drop_table('session')
    op.drop_table('round')
    op.drop_index('ix_member_person', table_name='member')
    op.drop_index(op.f('ix_member_next_weekly_at'), table_name='member')
    op.drop_table('member')
    op.drop_table('enabler')
    op.drop_index(op.f('ix_programme_next_round_at'), table_name='programme')
    op.drop_table('programme')
    op.drop_index(op.f('ix_delivered_at'), table_name='delivered')
    op.drop_table('delivered')
