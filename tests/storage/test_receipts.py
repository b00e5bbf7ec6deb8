"""A platform's message is taken once, by whichever process gets it, until its receipt is deleted."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy.engine import Engine

from bot.storage.receipts import Receipts
from bot.storage.retention import Kept, run_retention
from bot.storage.transactions import Transactions

MONTH = 30 * 24 * 3600.0


@pytest.fixture
def engine(open_engine: Callable[[str], Engine], database_url: str) -> Engine:
    return open_engine(database_url)


def test_of_many_that_take_it_at_once_one_is_first(engine: Engine) -> None:
    replicas = [Receipts(Transactions(engine)) for _ in range(4)]

    async def race() -> list[bool]:
        return await asyncio.gather(*(replica.first(["a"]) for replica in replicas for _ in range(5)))

    assert sorted(asyncio.run(race())) == [False] * 19 + [True]


def test_it_is_known_under_an_older_key(engine: Engine) -> None:
    receipts = Receipts(Transactions(engine))
    assert asyncio.run(receipts.first(["of the old key"]))
    assert not asyncio.run(receipts.first(["of the new key", "of the old key"]))
    assert asyncio.run(receipts.first(["of the new key"])), "nothing was noted for what was refused"


def test_a_receipt_is_kept_for_its_time_and_no_longer(engine: Engine) -> None:
    receipts = Receipts(Transactions(engine))
    assert asyncio.run(receipts.first(["a"]))
    run_retention(engine, Kept(MONTH, receipts=60))
    assert not asyncio.run(receipts.first(["a"]))
    run_retention(engine, Kept(MONTH, receipts=-60))
    assert asyncio.run(receipts.first(["a"]))
