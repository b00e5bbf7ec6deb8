"""Deletes what has been kept long enough. Run once a day; a run that finds nothing changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa
from rasa.shared.core.events import ActiveLoop
from sqlalchemy.engine import Connection, Engine

from bot.storage.blanking import blank_replies
from bot.storage.conversations import FORM_LIFETIME
from bot.storage.database import forget_old_pages
from bot.storage.erasure import delete_conversation
from bot.storage.records import delete_withdrawn
from bot.storage.tables import conversations, erasures, events

_DAY = 24 * 3600.0


class Kept(NamedTuple):
    """How long things are kept, in seconds.

    Attributes:
        conversations: After the last message.
        withdrawn: A withdrawn record, so that staff see that it was.
        erasures: The last reply of an erased conversation, for a message that comes again.
    """

    conversations: float
    withdrawn: float = 7 * _DAY
    erasures: float = 1 * _DAY


class Done(NamedTuple):
    """How many of each a run deleted or ended."""

    conversations: int
    forms: int
    records: int


def run_retention(engine: Engine, kept: Kept, clock: Callable[[], float] = time.time) -> Done:
    """Deletes old conversations, withdrawn records and erasures, and ends forms that nobody came back to.

    Args:
        engine: Where the tables are.
        kept: How long things are kept.
        clock: Seconds since 1970; tests move it.
    """
    now = clock()
    with engine.begin() as connection:
        forms = _end_forms(connection, now)
        old = sa.select(conversations.c.id).where(conversations.c.updated_at < now - kept.conversations)
        ids = connection.execute(old).scalars().all()
        for conversation_id in ids:
            delete_conversation(connection, conversation_id)
        withdrawn = delete_withdrawn(connection, now - kept.withdrawn)
        connection.execute(sa.delete(erasures).where(erasures.c.at < now - kept.erasures))
    forget_old_pages(engine)
    _vacuum(engine)
    return Done(len(ids), forms, withdrawn)


def _end_forms(connection: Connection, now: float) -> int:
    """Ends forms left open for too long as the visitor's return would: nothing of them stays, in state or log."""
    # One row an open form; JSON is compared here, because the two databases compare it differently.
    stale = sa.select(conversations).where(conversations.c.updated_at < now - FORM_LIFETIME)
    rows = [row for row in connection.execute(stale).all() if row.active_loop.get("name")]
    for row in rows:
        # The version moves on: a turn that was read before this one is run again from the new state.
        connection.execute(
            sa.update(conversations)
            .where(conversations.c.id == row.id)
            .values(slots={}, active_loop={}, version=row.version + 1)
        )
        ended = ActiveLoop(None, timestamp=now).as_dict()
        connection.execute(
            sa.insert(events).values(conversation_id=row.id, turn_id=None, type=ended["event"], data=ended)
        )
        blank_replies(connection, row.id)
    return len(rows)


def _vacuum(engine: Engine) -> None:
    """Lets PostgreSQL reuse the space of deleted rows; SQLite has overwritten them already."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
