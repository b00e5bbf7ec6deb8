"""How often a reference number was withdrawn with a wrong e-mail address."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("submissions", sa.Column("wrong_tries", sa.Integer, nullable=False, server_default="0"))
    op.add_column("submissions", sa.Column("wrong_at", sa.Float, nullable=True))


def downgrade() -> None:
    op.drop_column("submissions", "wrong_at")
    op.drop_column("submissions", "wrong_tries")
