"""Records for the staff, their notices, private turns, and what is left of an erased conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("turns", sa.Column("private", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "records",
        sa.Column("id", _Id, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("email", sa.String(320), nullable=True),
        sa.Column("state", sa.String(2), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("consent_version", sa.String(64), nullable=False),
        sa.Column("consent_at", sa.Float, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("updated_at", sa.Float, nullable=False),
        sa.UniqueConstraint("kind", "email", name="one_record_a_kind_and_email"),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("reference", sa.String(16), nullable=False, unique=True),
        sa.Column("record_id", _Id, sa.ForeignKey("records.id"), nullable=False),
        sa.Column("conversation_id", sa.String(255), nullable=True),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("submissions_of_a_record", "submissions", ["record_id"])
    op.create_index("submissions_of_a_conversation", "submissions", ["conversation_id"])
    op.create_table(
        "notices",
        sa.Column("id", _Id, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Float, nullable=False),
    )
    op.create_index("notices_by_time", "notices", ["due_at"])
    op.create_table(
        "erasures",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("replies", sa.JSON, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )


def downgrade() -> None:
    for table in ("erasures", "notices", "submissions", "records"):
        op.drop_table(table)
    with op.batch_alter_table("turns") as turns:
        turns.drop_column("private")
