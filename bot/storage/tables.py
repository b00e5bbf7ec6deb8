"""The tables. Alembic makes them (``migrations/``); a test compares the two."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

# BIGINT on PostgreSQL; SQLite counts up only on a plain INTEGER primary key.
_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(255), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("slots", sa.JSON, nullable=False),
    sa.Column("active_loop", sa.JSON, nullable=False),
    sa.Column("updated_at", sa.Float, nullable=False),
)
"""One row a conversation: its state after the last turn. ``version`` counts turns and is the fence between writers."""

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("conversation_id", sa.String(255), sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("message_id", sa.String(255), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("channel", sa.String(64), nullable=False),
    sa.Column("intent", sa.String(255), nullable=True),
    sa.Column("confidence", sa.Float, nullable=True),
    sa.Column("outcome", sa.String(16), nullable=True),
    sa.Column("topic", sa.String(255), nullable=True),
    sa.Column("vote", sa.String(8), nullable=True),
    sa.Column("vote_reason", sa.String(500), nullable=True),
    sa.Column("voted_at", sa.Float, nullable=True),
    sa.UniqueConstraint("conversation_id", "message_id", name="one_turn_a_message"),
)
"""One row a visitor's message: what it was taken for and what came of it. ``topic`` is the first content id;
``vote``, what the visitor thought of the replies, is ``up``, ``down`` or null."""

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("conversation_id", sa.String(255), sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("turn_id", _Id, sa.ForeignKey("turns.id"), nullable=True),
    sa.Column("type", sa.String(64), nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Index("events_of_a_conversation", "conversation_id", "id"),
    sa.Index("events_of_a_turn", "turn_id"),
)
"""Rasa's events, in order; ``turn_id`` is the turn that wrote them."""
