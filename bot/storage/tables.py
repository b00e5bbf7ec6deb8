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
    sa.Index("conversations_by_time", "updated_at"),
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
    sa.Column("private", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("conversation_id", "message_id", name="one_turn_a_message"),
)
"""One row a visitor's message: what it was taken for and what came of it. ``topic`` is the first content id;
``vote``, what the visitor thought of the replies, is ``up``, ``down`` or null. ``private`` marks the turns of an open
form, whose replies are blanked when it ends."""

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

records = sa.Table(
    "records",
    metadata,
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
"""What visitors left for the staff, with their consent. ``email`` is folded for comparison; ``state`` is a US state."""

submissions = sa.Table(
    "submissions",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("reference", sa.String(16), nullable=False, unique=True),
    sa.Column("record_id", _Id, sa.ForeignKey("records.id"), nullable=False),
    sa.Column("conversation_id", sa.String(255), nullable=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("wrong_tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("wrong_at", sa.Float, nullable=True),
    sa.Index("submissions_of_a_record", "record_id"),
    sa.Index("submissions_of_a_conversation", "conversation_id"),
)
"""One row a form that was sent: several can lead to one record, so each reference number keeps working. ``wrong_tries``
counts withdrawals of the number with another e-mail address, ``wrong_at`` is when the last of them came."""

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("reference", sa.String(16), nullable=False),
    sa.Column("event", sa.String(16), nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", sa.Float, nullable=False),
    sa.Column("reason", sa.String(200), nullable=True),
    sa.Column("failed_at", sa.Float, nullable=True),
    sa.Index("notices_by_time", "due_at"),
    sa.Index("notices_of_a_reference", "reference"),
)
"""What staff have still to be told by e-mail; a row goes when its mail was taken. No personal data. ``reason`` is what
the last attempt failed of; with ``failed_at`` none follows."""

erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("replies", sa.JSON, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Index("erasures_by_time", "at"),
)
"""The last replies of erased conversations, by a hash of conversation and message, for a message that comes again."""

receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Index("receipts_by_time", "at"),
)
"""One row a message that a messaging platform delivered, under a keyed hash; nothing says whose it was."""

opt_outs = sa.Table(
    "opt_outs",
    metadata,
    sa.Column("pseudonym", sa.String(64), primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
)
"""One row a sender who said STOP, under a keyed hash of the phone number."""
