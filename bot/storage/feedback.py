"""Visitors' votes on replies, kept with the turn that the replies belong to; and what was asked in vain."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal, NamedTuple, Optional, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.storage.tables import conversations, events, turns

Vote = Literal["up", "down"]
Outcome = Literal["suggested", "unanswered", "unhelpful"]
"""Why a turn is worth a look. The first two are a reply's; ``unhelpful`` is what the visitor found of any."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class Asked(NamedTuple):
    """A message that was answered badly or not at all.

    Attributes:
        at: When it came, in seconds since 1970.
        text: As the visitor typed it.
        outcomes: Why it is one: ``suggested`` or ``unanswered``, and ``unhelpful`` if the visitor voted it down.
        topic: First content id of what was answered or offered.
        reason: What the visitor wrote with the vote; None if nothing.
    """

    at: float
    text: str
    outcomes: tuple[Outcome, ...]
    topic: Optional[str]
    reason: Optional[str]


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


def asked_in_vain(
    connection: Connection, since: float = 0.0, outcomes: Collection[Outcome] = OUTCOMES, kept_since: float = 0.0
) -> list[Asked]:
    """Messages with one of some outcomes, the latest first. Of a form's messages no words are stored: none is here.

    Args:
        connection: Where to read.
        since: Only messages of this time or later, in seconds since 1970.
        outcomes: Which outcomes are wanted.
        kept_since: Conversations without a message since this time are left out: they are about to be deleted.
    """
    wanted = turns.c.outcome.in_(outcomes)
    if "unhelpful" in outcomes:
        wanted = wanted | (turns.c.vote == "down")
    query = (
        sa.select(turns.c.at, turns.c.outcome, turns.c.topic, turns.c.vote, turns.c.vote_reason, events.c.data)
        .join(events, (events.c.turn_id == turns.c.id) & (events.c.type == "user"))
        .join(conversations, conversations.c.id == turns.c.conversation_id)
        .where(wanted, turns.c.at >= since, conversations.c.updated_at >= kept_since)
        .order_by(turns.c.at.desc(), turns.c.id.desc())
    )
    return [_asked(row) for row in connection.execute(query) if row.data.get("text")]


def _asked(row: Any) -> Asked:
    voted = "unhelpful" if row.vote == "down" else ""
    outcomes = tuple(outcome for outcome in OUTCOMES if outcome in (row.outcome, voted))
    return Asked(row.at, row.data["text"], outcomes, row.topic, row.vote_reason)
