"""Transactions keep to their connections and let the other visitors' turns go on."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from threading import Timer

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.errors import StorageError
from bot.storage.database import POOL_SIZE
from bot.storage.tables import opt_outs
from bot.storage.transactions import Transactions

COUNT = sa.select(sa.func.count()).select_from(opt_outs)


@pytest.fixture
def engine(open_engine: Callable[[str], Engine], database_url: str) -> Engine:
    return open_engine(database_url)


async def longest_pause(work: "asyncio.Future[object]") -> float:
    """The longest time for which the event loop did nothing else while work went on."""
    longest, last = 0.0, time.perf_counter()
    while not work.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return longest


def test_under_load_no_connection_is_opened_beyond_the_pool(engine: Engine) -> None:
    opened: list[object] = []
    sa.event.listen(engine, "connect", lambda connection, _: opened.append(connection))
    transactions = Transactions(engine)

    async def crowd() -> list[int]:
        reads = [transactions.run(lambda connection: connection.execute(COUNT).scalar_one()) for _ in range(200)]
        return await asyncio.gather(*reads)

    assert asyncio.run(crowd()) == [0] * 200
    assert len(opened) <= POOL_SIZE


def test_another_writer_is_waited_for_without_stopping_the_loop(
    open_engine: Callable[[str], Engine], sqlite_url: str
) -> None:
    engine = open_engine(sqlite_url)
    transactions = Transactions(engine)
    with closing(sqlite3.connect(engine.url.database, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        Timer(1.0, other.execute, ["COMMIT"]).start()

        async def scene() -> float:
            insert = sa.insert(opt_outs).values(pseudonym="a", at=0)
            work = asyncio.ensure_future(transactions.run(lambda connection: connection.execute(insert)))
            return await longest_pause(work)

        started = time.perf_counter()
        pause = asyncio.run(scene())
        waited = time.perf_counter() - started
    assert waited > 0.9, "the other writer was not in the way"
    assert pause < 0.5
    assert asyncio.run(transactions.run(lambda connection: connection.execute(COUNT).scalar_one())) == 1


def test_what_failed_is_undone(engine: Engine) -> None:
    transactions = Transactions(engine)

    def half(connection: sa.engine.Connection) -> None:
        connection.execute(sa.insert(opt_outs).values(pseudonym="a", at=0))
        connection.exec_driver_sql("SELECT * FROM no_such_table")

    with pytest.raises(StorageError):
        asyncio.run(transactions.run(half))
    assert asyncio.run(transactions.run(lambda connection: connection.execute(COUNT).scalar_one())) == 0
