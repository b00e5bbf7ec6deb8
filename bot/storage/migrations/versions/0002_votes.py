"""Votes of visitors, with the turn they are about."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("turns", sa.Column("vote", sa.String(8), nullable=True))
    op.add_column("turns", sa.Column("vote_reason", sa.String(500), nullable=True))
    op.add_column("turns", sa.Column("voted_at", sa.Float, nullable=True))


def downgrade() -> None:
    for column in ("voted_at", "vote_reason", "vote"):
        op.drop_column("turns", column)
