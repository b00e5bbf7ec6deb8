"""Runs transactions without stopping the turns of other visitors."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.errors import Errors, StorageError
from bot.storage.database import POOL_SIZE, SQLITE_PATIENCE, waiting_at_most

T = TypeVar("T")

LOOP_PATIENCE = 0.05
"""Seconds that the event loop itself waits for another process that writes to the same SQLite file."""


class Transactions:
    """The transactions of a server's event loop on one database.

    Attributes:
        engine: From :func:`bot.storage.database.open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        """Uses an engine."""
        self.engine = engine
        # As many as there are connections: with more, some would be opened for one transaction and closed again, and
        # threads would take the interpreter from the turns just to wait.
        self._threads = ThreadPoolExecutor(POOL_SIZE, "database")

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Runs work in one transaction.

        A database behind a network gets a thread: a slow answer must not stop the other visitors' turns. A local file
        answers in less time than it takes to wake a thread, unless another process is writing to it.

        Args:
            work: Is given the connection. It may be run a second time, after all that it did was undone.

        Raises:
            StorageError: The database failed; nothing was written.
        """
        if self.engine.dialect.name == "sqlite":
            try:
                return self._transaction(work, LOOP_PATIENCE)
            except _BusyError:
                pass
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transaction, work)

    def _transaction(self, work: Callable[[Connection], T], patience: float = SQLITE_PATIENCE) -> T:
        try:
            with self.engine.begin() as connection, waiting_at_most(connection, patience):
                return work(connection)
        except SQLAlchemyError as error:
            reason = Errors.E032.format(reason=type(error).__name__)
            raise (_BusyError if _is_locked(error) else StorageError)(reason) from error


class _BusyError(StorageError):
    """Another process held SQLite's lock for all of the time."""


def _is_locked(error: SQLAlchemyError) -> bool:
    # Python 3.10 has no error code of SQLite's; the text is that of SQLITE_BUSY.
    cause = error.orig if isinstance(error, OperationalError) else None
    return isinstance(cause, sqlite3.OperationalError) and "database is locked" in str(cause)
