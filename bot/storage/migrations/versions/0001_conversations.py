"""Conversations, turns and events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(255), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("slots", sa.JSON, nullable=False),
        sa.Column("active_loop", sa.JSON, nullable=False),
        sa.Column("updated_at", sa.Float, nullable=False),
    )
    op.create_table(
        "turns",
        sa.Column("id", _Id, primary_key=True),
        sa.Column("conversation_id", sa.String(255), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("message_id", sa.String(255), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("intent", sa.String(255), nullable=True),
        sa.Column("confidence", sa.Float, nullable=True),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("topic", sa.String(255), nullable=True),
        sa.UniqueConstraint("conversation_id", "message_id", name="one_turn_a_message"),
    )
    op.create_table(
        "events",
        sa.Column("id", _Id, primary_key=True),
        sa.Column("conversation_id", sa.String(255), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("turn_id", _Id, sa.ForeignKey("turns.id"), nullable=True),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
    )
    op.create_index("events_of_a_conversation", "events", ["conversation_id", "id"])
    op.create_index("events_of_a_turn", "events", ["turn_id"])


def downgrade() -> None:
    for table in ("events", "turns", "conversations"):
        op.drop_table(table)
