"""Indexes for the daily deletion, and for the notices of a record that is withdrawn or erased."""

from alembic import op

revision = "0008"
down_revision = "0007"

INDEXES = {
    "conversations_by_time": ("conversations", "updated_at"),
    "erasures_by_time": ("erasures", "at"),
    "notices_of_a_reference": ("notices", "reference"),
}


def upgrade() -> None:
    for name, (table, column) in INDEXES.items():
        op.create_index(name, table, [column])


def downgrade() -> None:
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
