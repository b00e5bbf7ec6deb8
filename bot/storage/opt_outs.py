"""Who said STOP: a keyed hash and a time, nothing else. It outlives "delete my data", or the promise would be lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.errors import Errors, StorageError
from bot.storage.tables import opt_outs

T = TypeVar("T")


class OptOuts:
    """The table of those who want no message until they say START."""

    def __init__(self, engine: Engine) -> None:
        """Uses the engine of the conversation store."""
        self._engine = engine

    async def add(self, pseudonym: str) -> None:
        """Notes a STOP; a second one changes nothing.

        Raises:
            StorageError: The database failed.
        """
        try:
            row = {"pseudonym": pseudonym, "at": time.time()}
            await self._run(lambda connection: connection.execute(sa.insert(opt_outs), row))
        except IntegrityError:
            return

    async def remove(self, pseudonyms: Sequence[str]) -> None:
        """Notes a START.

        Raises:
            StorageError: The database failed.
        """
        statement = sa.delete(opt_outs).where(opt_outs.c.pseudonym.in_(pseudonyms))
        await self._run(lambda connection: connection.execute(statement))

    async def has(self, pseudonyms: Sequence[str]) -> bool:
        """Whether somebody, under any of the pseudonyms, has said STOP.

        Raises:
            StorageError: The database failed.
        """
        query = sa.select(opt_outs.c.pseudonym).where(opt_outs.c.pseudonym.in_(pseudonyms)).limit(1)
        return await self._run(lambda connection: connection.execute(query).first()) is not None

    async def _run(self, work: Callable[[Connection], T]) -> T:
        def transaction() -> T:
            try:
                with self._engine.begin() as connection:
                    return work(connection)
            except IntegrityError:
                raise
            except SQLAlchemyError as error:
                raise StorageError(Errors.E032.format(reason=type(error).__name__)) from error

        return await asyncio.to_thread(transaction)
