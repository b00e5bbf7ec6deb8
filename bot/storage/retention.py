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
from bot.storage.notices import delete_old
from bot.storage.records import delete_withdrawn
from bot.storage.tables import conversations, erasures, events, receipts

_DAY = 24 * 3600.0


class Kept(NamedTuple):
    """How long things are kept, in seconds.

    Attributes:
        conversations: After the last message; while a form is open, for as long as the form at least.
        withdrawn: A withdrawn record, so that staff see that it was.
        notices: A notice to staff that could not be sent.
        erasures: The last reply of an erased conversation, for a message that comes again.
        receipts: The hash of a platform's message, by which it is known when it comes again.
    """

    conversations: float
    withdrawn: float = 7 * _DAY
    notices: float = 30 * _DAY
    erasures: float = 1 * _DAY
    receipts: float = 90 * _DAY


class Done(NamedTuple):
    """How many of each a run deleted or ended."""

    conversations: int
    forms: int
    records: int
    notices: int


def run_retention(engine: Engine, kept: Kept, clock: Callable[[], float] = time.time) -> Done:
    """Deletes what has been kept long enough, and ends forms that nobody came back to.

    Args:
        engine: Where the tables are.
        kept: How long things are kept.
        clock: Seconds since 1970; tests move it.
    """
    now = clock()

    def end_form(connection: Connection, conversation_id: str) -> None:
        _end_form(connection, conversation_id, now)

    forms = _each_unused(engine, now - FORM_LIFETIME, True, end_form)
    # A form that is still open waits for its visitor, who was told so, however short the time for conversations is.
    old = _each_unused(engine, now - kept.conversations, False, delete_conversation)
    with engine.begin() as connection:
        withdrawn = delete_withdrawn(connection, now - kept.withdrawn)
        notices = delete_old(connection, now - kept.notices)
        connection.execute(sa.delete(erasures).where(erasures.c.at < now - kept.erasures))
        connection.execute(sa.delete(receipts).where(receipts.c.at < now - kept.receipts))
    forget_old_pages(engine)
    _vacuum(engine)
    return Done(old, forms, withdrawn, notices)


def _each_unused(engine: Engine, since: float, form_is_open: bool, work: Callable[[Connection, str], None]) -> int:
    """Does something to each conversation that nobody has used since a time, unless its visitor comes back just now.

    Each has a transaction of its own, so that no visitor's turn waits for more than one.

    Args:
        engine: Where the tables are.
        since: In seconds since 1970.
        form_is_open: Whether to take those in which a form is open, or the others.
        work: What to do; gets the conversation's id.

    Returns:
        To how many it was done.
    """
    with engine.connect() as connection:
        unused = connection.execute(sa.select(conversations).where(conversations.c.updated_at < since)).all()
    done = 0
    for row in unused:
        # JSON is compared here, because the two databases compare it differently.
        if bool(row.active_loop.get("name")) != form_is_open:
            continue
        # The version moves on: a turn that was read before this one is run again from the new state.
        claim = sa.update(conversations).where(conversations.c.id == row.id, conversations.c.version == row.version)
        with engine.begin() as connection:
            if connection.execute(claim.values(version=row.version + 1)).rowcount == 1:
                work(connection, row.id)
                done += 1
    return done


def _end_form(connection: Connection, conversation_id: str, now: float) -> None:
    """Ends a form that was left open as the visitor's return would: nothing of it stays, in state or log."""
    connection.execute(
        sa.update(conversations).where(conversations.c.id == conversation_id).values(slots={}, active_loop={})
    )
    ended = ActiveLoop(None, timestamp=now).as_dict()
    connection.execute(
        sa.insert(events).values(conversation_id=conversation_id, turn_id=None, type=ended["event"], data=ended)
    )
    blank_replies(connection, conversation_id)


def _vacuum(engine: Engine) -> None:
    """Lets PostgreSQL reuse the space of deleted rows; SQLite has overwritten them already."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
