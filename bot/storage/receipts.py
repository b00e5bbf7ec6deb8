"""Which messages of messaging platforms have been taken: a message that comes again is dropped by every replica.

Most platforms sign what was written, not when: a request that somebody has recorded is as genuine a month later.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import sqlalchemy as sa

from bot.storage.database import insert_into
from bot.storage.tables import receipts
from bot.storage.transactions import Transactions


class Receipts:
    """The table of what has been taken: a keyed hash and a time, without a word on who wrote and what."""

    def __init__(self, transactions: Transactions) -> None:
        """Uses the transactions of the conversation store."""
        self._transactions = transactions

    async def first(self, keys: Sequence[str]) -> bool:
        """Notes a message and says whether it comes for the first time.

        Args:
            keys: Its hashes under all keys of BOT_SECRET, the newest first.

        Raises:
            StorageError: The database failed.
        """
        known = sa.exists().where(receipts.c.key.in_(keys))
        row = sa.select(sa.literal(keys[0]), sa.literal(time.time())).where(~known)
        noted = await self._transactions.run(
            lambda connection: (
                connection.execute(
                    insert_into(connection, receipts).from_select(["key", "at"], row).on_conflict_do_nothing()
                ).rowcount
            )
        )
        return bool(noted == 1)
