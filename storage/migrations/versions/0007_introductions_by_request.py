"""Introductions outside the rounds, what came of them, and how members steer the rounds."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import storage.models

revision = "0007"
down_revision = "0006"

MOMENT = storage.models.Utc(timezone=True)


def of_member() -> tuple[sa.Column, ...]:
    return (
        sa.Column('wants_found', sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column('round_every', sa.Integer(), nullable=False, server_default='1'),
        sa.Column('rounds_off', sa.Integer(), nullable=False, server_default='0'),
        sa.Column('skips_round_on', sa.Date(), nullable=True),
        sa.Column('silent', sa.Integer(), nullable=False, server_default='0'),
        sa.Column('free_sealed', sa.LargeBinary(), nullable=True),
    )


def upgrade() -> None:
    op.add_column('programme', sa.Column('round_lean', sqlmodel.AutoString(), nullable=False, server_default='balanced'))
    op.add_column('programme', sa.Column('next_warning_at', MOMENT, nullable=True))
    op.create_index('ix_programme_next_warning_at', 'programme', ['next_warning_at'])
    for column in of_member():
        op.add_column('member', column)
    op.create_table('request',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('programme_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('member_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.AutoString(), nullable=False),
    sa.Column('words_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('made_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id']),
    sa.ForeignKeyConstraint(['member_id'], ['member.id']),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_request_programme_id', 'request', ['programme_id'])
    op.create_index('ix_request_member_id', 'request', ['member_id'])
    op.create_table('asked',
    sa.Column('request_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('member_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('answer', sqlmodel.AutoString(), nullable=False),
    sa.Column('answered_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['request_id'], ['request.id']),
    sa.ForeignKeyConstraint(['member_id'], ['member.id']),
    sa.PrimaryKeyConstraint('request_id', 'member_id')
    )
    op.create_index('ix_asked_member_id', 'asked', ['member_id'])
    _introductions(since=True)
    op.create_table('cameofit',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('introduction_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('member_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('line_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('released_at', MOMENT, nullable=True),
    sa.Column('written_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['introduction_id'], ['introduction.id']),
    sa.ForeignKeyConstraint(['member_id'], ['member.id']),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('introduction_id', 'member_id')
    )
    op.create_index('ix_cameofit_member_id', 'cameofit', ['member_id'])


def downgrade() -> None:
    """What was made outside the rounds goes: the tables of before have no place for it."""
    op.drop_table('cameofit')
    op.execute("DELETE FROM introduced WHERE introduction_id IN (SELECT id FROM introduction WHERE round_id IS NULL)")
    op.execute("DELETE FROM introduction WHERE round_id IS NULL")
    _introductions(since=False)
    op.drop_table('asked')
    op.drop_table('request')
    for column in of_member():
        op.drop_column('member', column.name)
    op.drop_index('ix_programme_next_warning_at', table_name='programme')
    op.drop_column('programme', 'next_warning_at')
    op.drop_column('programme', 'round_lean')


def _introductions(*, since: bool) -> None:
    """The two tables made anew, with all that is in them: SQLite cannot let go of a NOT NULL in place.

    The one that refers to the other goes first, so that no row ever refers to nothing.
    """
    for table in ('introduced', 'introduction'):
        op.execute(f"CREATE TABLE {table}_before AS SELECT * FROM {table}")
        op.drop_table(table)
    more = (
        sa.Column('request_id', sqlmodel.AutoString(), nullable=True),
        sa.Column('first_move_id', sqlmodel.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(['request_id'], ['request.id']),
        sa.ForeignKeyConstraint(['first_move_id'], ['member.id']),
    )
    op.create_table('introduction',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('round_id', sqlmodel.AutoString(), nullable=since),
    sa.Column('programme_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('made_at', MOMENT, nullable=False),
    sa.Column('ask_at', MOMENT, nullable=True),
    *(more if since else ()),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id']),
    sa.ForeignKeyConstraint(['round_id'], ['round.id']),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('introduced',
    sa.Column('introduction_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('member_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('met', sqlmodel.AutoString(), nullable=False),
    *([sa.Column('ask_again_at', MOMENT, nullable=True)] if since else []),
    sa.ForeignKeyConstraint(['introduction_id'], ['introduction.id']),
    sa.ForeignKeyConstraint(['member_id'], ['member.id']),
    sa.PrimaryKeyConstraint('introduction_id', 'member_id')
    )
    for table, columns in (('introduction', 'id, round_id, programme_id, made_at, ask_at'),
                           ('introduced', 'introduction_id, member_id, met')):
        op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}_before")
    for table in ('introduced', 'introduction'):
        op.drop_table(f'{table}_before')
    for column in ('ask_at', 'programme_id', 'round_id', *(('request_id', 'first_move_id') if since else ())):
        op.create_index(f'ix_introduction_{column}', 'introduction', [column])
    for column in ('member_id', *(('ask_again_at',) if since else ())):
        op.create_index(f'ix_introduced_{column}', 'introduced', [column])
