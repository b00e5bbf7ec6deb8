"""Visitors' votes on replies, kept with the turn that the replies belong to."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, Optional

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.storage.tables import turns

Vote = Literal["up", "down"]


class VotedTurn(NamedTuple):
    """A turn that a visitor voted on.

    Attributes:
        at: When the message came, in seconds since 1970.
        vote: ``up`` or ``down``.
        reason: In the visitor's words; None if none was given or it was erased.
        intent: What the message was taken for.
        topic: First content id of the answer.
        conversation_id: With ``message_id``, where the turn is found.
        message_id: The visitor's message.
    """

    at: float
    vote: Vote
    reason: Optional[str]
    intent: Optional[str]
    topic: Optional[str]
    conversation_id: str
    message_id: str


def record_vote(
    connection: Connection, conversation: str, message_id: str, vote: Vote, reason: Optional[str], now: float
) -> bool:
    """Keeps a vote on a turn; it replaces an earlier one.

    Returns:
        Whether there is such a turn.
    """
    result: Any = connection.execute(
        sa.update(turns)
        .where(turns.c.conversation_id == conversation, turns.c.message_id == message_id)
        .values(vote=vote, vote_reason=reason, voted_at=now)
    )
    return bool(result.rowcount)


def voted_turns(connection: Connection, since: float = 0.0, vote: Optional[Vote] = None) -> list[VotedTurn]:
    """Turns with a vote, the latest vote first.

    Args:
        connection: Where to read.
        since: Votes given at or after this time, in seconds since 1970.
        vote: Only these votes; None for both.
    """
    query = (
        sa.select(
            turns.c.at,
            turns.c.vote,
            turns.c.vote_reason.label("reason"),
            turns.c.intent,
            turns.c.topic,
            turns.c.conversation_id,
            turns.c.message_id,
        )
        .where(turns.c.voted_at >= since)
        .order_by(turns.c.voted_at.desc(), turns.c.id.desc())
    )
    if vote:
        query = query.where(turns.c.vote == vote)
    return [VotedTurn(**row) for row in connection.execute(query).mappings()]
