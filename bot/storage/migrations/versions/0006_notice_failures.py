"""Why a notice could not be sent, and since when it is not tried any more."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("notices", sa.Column("reason", sa.String(200), nullable=True))
    op.add_column("notices", sa.Column("failed_at", sa.Float, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("notices") as notices:
        notices.drop_column("failed_at")
        notices.drop_column("reason")
