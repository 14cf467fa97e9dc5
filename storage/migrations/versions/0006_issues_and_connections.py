"""What members work on and what it is about, a programme's own topics, who is never to be introduced, who knows whom."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import storage.models

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table('issue',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('member_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('nth', sa.Integer(), nullable=False),
    sa.Column('words_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('portrait_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('mentioned_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('ticked_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('painted_by', sqlmodel.AutoString(), nullable=False),
    sa.Column('written_at', storage.models.Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id']),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('member_id', 'nth')
    )
    op.create_index('ix_issue_painted_by', 'issue', ['painted_by'])
    op.create_table('owntopic',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('programme_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('member_id', sqlmodel.AutoString(), nullable=True),
    sa.Column('slug', sqlmodel.AutoString(), nullable=False),
    sa.Column('label_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('says_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('state', sqlmodel.AutoString(), nullable=False),
    sa.Column('called_at', storage.models.Utc(timezone=True), nullable=False),
    sa.Column('decided_at', storage.models.Utc(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id']),
    sa.ForeignKeyConstraint(['programme_id'], ['programme.id']),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_owntopic_member_id', 'owntopic', ['member_id'])
    op.create_index('ix_owntopic_programme_id', 'owntopic', ['programme_id'])
    op.create_table('nevermatch',
    sa.Column('id', sqlmodel.AutoString(length=32), nullable=False),
    sa.Column('member_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('other_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('since', storage.models.Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id']),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_nevermatch_member_id', 'nevermatch', ['member_id'])
    op.create_table('known',
    sa.Column('member_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('other_id', sqlmodel.AutoString(), nullable=False),
    sa.Column('since', storage.models.Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id']),
    sa.ForeignKeyConstraint(['other_id'], ['member.id']),
    sa.PrimaryKeyConstraint('member_id', 'other_id')
    )
    op.create_index('ix_known_other_id', 'known', ['other_id'])


def downgrade() -> None:
    for table in ('known', 'nevermatch', 'owntopic', 'issue'):
        op.drop_table(table)
