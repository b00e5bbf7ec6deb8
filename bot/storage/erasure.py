"""Deletes a conversation with all that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Optional

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.dialogue.reply import Reply
from bot.storage import records
from bot.storage.tables import conversations, erasures, events, submissions, turns


def erasure_key(conversation_id: str, message_id: str) -> str:
    """Stands for a message of a conversation without naming either: both may be a phone number."""
    return sha256(f"{conversation_id}\0{message_id}".encode()).hexdigest()


def erase(
    connection: Connection, conversation_id: str, message_id: Optional[str], replies: Sequence[Reply], now: float
) -> None:
    """Deletes a conversation and its records because the visitor wants it.

    What stays is the last reply under a hash, so that the same message sent again finds it instead of beginning
    something new; ``retention run`` deletes that too.

    Args:
        connection: In the transaction of the turn.
        conversation_id: Which one.
        message_id: The visitor's last message.
        replies: What it is answered with; must hold nothing of what the visitor gave.
        now: Seconds since 1970.
    """
    records.delete_of_conversation(connection, conversation_id, now)
    delete_conversation(connection, conversation_id)
    if message_id is not None:
        connection.execute(
            sa.insert(erasures).values(
                key=erasure_key(conversation_id, message_id), replies=[reply.to_message() for reply in replies], at=now
            )
        )


def delete_conversation(connection: Connection, conversation_id: str) -> None:
    """Deletes a conversation; records that were made in it stay and no longer say where they come from."""
    connection.execute(
        sa.update(submissions).where(submissions.c.conversation_id == conversation_id).values(conversation_id=None)
    )
    for table in (events, turns):
        connection.execute(sa.delete(table).where(table.c.conversation_id == conversation_id))
    connection.execute(sa.delete(conversations).where(conversations.c.id == conversation_id))


def replies_before_erasure(stored: Sequence[dict[str, Any]]) -> list[Reply]:
    """The last replies of an erased conversation, as :func:`erase` has stored them."""
    return [Reply.from_message(message) for message in stored]
