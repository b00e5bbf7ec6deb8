"""Which messages of messaging platforms have been taken, so that no replica takes one again."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "receipts",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("receipts_by_time", "receipts", ["at"])


def downgrade() -> None:
    op.drop_table("receipts")
