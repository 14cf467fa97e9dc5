"""A new commitment is the row that it becomes."""

from dataclasses import fields
from datetime import UTC, datetime

from sqlmodel import SQLModel

from storage.commitments import NewCommitment
from storage.models import Commitment

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_it_begins_as_a_row_of_the_table_begins() -> None:
    """The defaults stand in both places; here they are held against each other."""
    new, row = NewCommitment("ana", NOW), Commitment(member_id="ana", created_at=NOW)
    ours = {one.name: getattr(new, one.name) for one in fields(NewCommitment) if one.name != "id"}
    assert ours == {name: getattr(row, name) for name in ours}
    assert len(new.id) == len(row.id)
    assert new.owner == row.owner


def test_what_it_leaves_out_may_be_empty() -> None:
    """A column that must be filled is one of its own."""
    ours = {one.name for one in fields(NewCommitment)}
    for column in SQLModel.metadata.tables["commitment"].columns:
        assert column.name in ours or column.nullable, column.name
