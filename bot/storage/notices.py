"""What staff are told by e-mail: queued in the transaction of the turn, sent after it by whichever process is first.

A row is claimed by moving its ``due_at`` and ``attempts`` on in one statement that only one of several processes can
win. The claim runs out after :data:`LEASE`, so a notice whose sender was killed is sent by another.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple, Optional

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.storage.tables import notices, records, submissions

LEASE = 600.0
"""Seconds for which a claimed notice belongs to its sender; well over the time that one attempt may take."""
_REASON_LENGTH: int = notices.c.reason.type.length

_STATE = (
    sa.select(records.c.state)
    .join(submissions, submissions.c.record_id == records.c.id)
    .where(submissions.c.reference == notices.c.reference)
    .scalar_subquery()
    .label("state")
)


class Notice(NamedTuple):
    """One notice that was claimed.

    Attributes:
        id: Its row.
        kind: Kind of the record.
        reference: Reference number of the record.
        event: ``new``, ``updated``, ``withdrawn`` or ``deleted``.
        created_at: When it happened, in seconds since 1970.
        attempts: How often it was claimed, this time included.
        state: US state of the record, if it is there and has one.
    """

    id: int
    kind: str
    reference: str
    event: str
    created_at: float
    attempts: int
    state: Optional[str]


class Trouble(NamedTuple):
    """A notice whose mail was not taken.

    Attributes:
        reference: Reference number of the record.
        given_up: Whether it is not tried any more.
        reason: What the last attempt failed of.
    """

    reference: str
    given_up: bool
    reason: str


class Unsent(NamedTuple):
    """How many notices are not sent.

    Attributes:
        waiting: New ones, and those that are tried again.
        failed: Those that were given up.
    """

    waiting: int
    failed: int


def queue(connection: Connection, kind: str, reference: str, event: str, now: float) -> None:
    """Queues a notice in the transaction of what it tells of."""
    connection.execute(
        sa.insert(notices).values(kind=kind, reference=reference, event=event, created_at=now, attempts=0, due_at=now)
    )


def delete_old(connection: Connection, before: float) -> int:
    """Deletes the notices of what happened before a time, sent or not; returns how many."""
    return int(connection.execute(sa.delete(notices).where(notices.c.created_at < before)).rowcount)


class Outbox:
    """The notices that are not sent."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        """Uses an engine from :func:`bot.storage.database.open_database`.

        Args:
            engine: Where the tables are.
            clock: Seconds since 1970; tests move it.
        """
        self._engine = engine
        self._clock = clock

    def claim(self) -> Optional[Notice]:
        """The notice that has been due for the longest, which is now the caller's to send; None if none is due."""
        now = self._clock()
        due = (
            sa.select(notices, _STATE)
            .where(notices.c.failed_at.is_(None), notices.c.due_at <= now)
            .order_by(notices.c.due_at, notices.c.id)
            .limit(1)
        )
        while True:
            # Read in a transaction of its own: on SQLite one that has read may find that it cannot write any more.
            with self._engine.connect() as connection:
                row = connection.execute(due).first()
            if row is None:
                return None
            attempts = row.attempts + 1
            claimed = self._update(row.id, row.attempts, attempts=attempts, due_at=now + LEASE)
            if claimed:
                return Notice(row.id, row.kind, row.reference, row.event, row.created_at, attempts, row.state)

    def sent(self, notice: Notice) -> None:
        """Takes a notice out of the queue."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(notices).where(notices.c.id == notice.id))

    def try_later(self, notice: Notice, reason: str, seconds: float) -> None:
        """Gives a claimed notice back, to be tried again after a while."""
        self._update(notice.id, notice.attempts, reason=reason[:_REASON_LENGTH], due_at=self._clock() + seconds)

    def give_up(self, notice: Notice, reason: str) -> None:
        """Keeps a claimed notice as one that failed: it is not tried again by itself."""
        self._update(notice.id, notice.attempts, reason=reason[:_REASON_LENGTH], failed_at=self._clock())

    def try_failed_again(self) -> int:
        """Makes all that failed or wait for another attempt due now; returns how many."""
        again = sa.update(notices).where(notices.c.reason.is_not(None))
        with self._engine.begin() as connection:
            values = {"attempts": 0, "due_at": self._clock(), "failed_at": None, "reason": None}
            return int(connection.execute(again.values(**values)).rowcount)

    def unsent(self) -> Unsent:
        """Counts what is not sent."""
        failed = sa.func.count(notices.c.failed_at)
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(sa.func.count().label("all"), failed.label("failed"))).one()
        return Unsent(row.all - row.failed, row.failed)

    def troubles(self) -> list[Trouble]:
        """The notices whose mail was not taken, oldest first."""
        refused = sa.select(notices).where(notices.c.reason.is_not(None)).order_by(notices.c.id)
        with self._engine.connect() as connection:
            return [
                Trouble(row.reference, row.failed_at is not None, row.reason)
                for row in connection.execute(refused).all()
            ]

    def _update(self, notice_id: int, seen: int, **values: Any) -> bool:
        """Changes a row if nobody has claimed it since it was seen with so many attempts; returns whether."""
        unchanged = sa.update(notices).where(notices.c.id == notice_id, notices.c.attempts == seen)
        with self._engine.begin() as connection:
            return bool(connection.execute(unchanged.values(**values)).rowcount == 1)
