"""Who said STOP: a keyed hash and a time, nothing else. It outlives "delete my data", or the promise would be lost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from bot.storage.database import insert_into
from bot.storage.tables import conversations, opt_outs
from bot.storage.transactions import Transactions


class Standing(NamedTuple):
    """How somebody stands to the assistant.

    Attributes:
        stopped: Whether they have said STOP.
        known: Whether a conversation with them is kept; if not, they have to be told who is writing.
    """

    stopped: bool
    known: bool


_STANDING = sa.select(
    sa.exists().where(opt_outs.c.pseudonym.in_(sa.bindparam("pseudonyms", expanding=True))).label("stopped"),
    sa.exists().where(conversations.c.id == sa.bindparam("conversation")).label("known"),
)


class OptOuts:
    """The table of those who want no message until they say START."""

    def __init__(self, transactions: Transactions) -> None:
        """Uses the transactions of the conversation store."""
        self._transactions = transactions

    async def add(self, pseudonym: str) -> None:
        """Notes a STOP; a second one changes nothing.

        Raises:
            StorageError: The database failed.
        """
        row = {"pseudonym": pseudonym, "at": time.time()}
        await self._transactions.run(
            lambda connection: connection.execute(insert_into(connection, opt_outs).on_conflict_do_nothing(), row)
        )

    async def remove(self, pseudonyms: Sequence[str]) -> None:
        """Notes a START.

        Raises:
            StorageError: The database failed.
        """
        statement = sa.delete(opt_outs).where(opt_outs.c.pseudonym.in_(pseudonyms))
        await self._transactions.run(lambda connection: connection.execute(statement))

    async def standing(self, pseudonyms: Sequence[str], conversation: str) -> Standing:
        """What has to be known of somebody before a message is read, asked for at once.

        Args:
            pseudonyms: All under which a STOP may be noted.
            conversation: Id of the person's conversation.

        Raises:
            StorageError: The database failed.
        """
        parameters = {"pseudonyms": list(pseudonyms), "conversation": conversation}
        row = await self._transactions.run(lambda connection: connection.execute(_STANDING, parameters).one())
        return Standing(bool(row.stopped), bool(row.known))
