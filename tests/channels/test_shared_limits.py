"""Rates that replicas count together in a real Redis, and alone while it is away."""

import asyncio
from collections.abc import Iterator

import pytest
from faults.cluster import RedisServer

from bot.channels.limits import WINDOW
from bot.channels.shared_limits import RETRY, SharedRateLimit, connect


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[RedisServer]:
    running = RedisServer()
    yield running
    running.stop()


async def passed(limit: SharedRateLimit, key: str, times: int) -> int:
    """How many of so many messages may pass."""
    return sum([await limit.wait(key) is None for _ in range(times)])


def test_two_replicas_share_one_allowance(server: RedisServer) -> None:
    async def scenario() -> None:
        one, other = connect(server.url), connect(server.url)
        first, second = SharedRateLimit("session", 10, one), SharedRateLimit("session", 10, other)
        assert await passed(first, "a", 6) == 6
        assert await passed(second, "a", 6) == 4
        wait = await first.wait("a")
        assert wait is not None
        assert 0 < wait <= WINDOW / 10
        assert await passed(second, "b", 1) == 1, "another visitor has an allowance of his own"
        assert await passed(SharedRateLimit("address", 10, one), "a", 1) == 1, "and so has another kind of limit"
        await one.close()
        await other.close()

    asyncio.run(scenario())


def test_what_redis_keeps_names_nobody_and_expires(server: RedisServer) -> None:
    async def scenario() -> None:
        redis = connect(server.url)
        await SharedRateLimit("address", 10, redis).wait("203.0.113.7")
        (key,) = await redis.keys("*")
        assert b"203.0.113.7" not in key
        assert 0 < await redis.pttl(key) <= WINDOW * 1000
        await redis.close()

    asyncio.run(scenario())


def test_without_redis_a_replica_counts_alone(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        clock, redis = Clock(), connect(server.url)
        limit = SharedRateLimit("session", 10, redis, clock)
        assert await passed(limit, "a", 10) == 10
        server.stop()
        assert await passed(limit, "a", 12) == 10, "nobody is turned away because Redis is, but the limit holds"
        server.start()
        assert await passed(limit, "a", 1) == 0, "it is left alone for a while"
        clock.now += RETRY
        assert await passed(limit, "a", 12) == 10, "the restarted Redis has forgotten, and counts again"
        await redis.close()

    asyncio.run(scenario())
    assert [record.getMessage() for record in caplog.records if "counts alone" in record.getMessage()]
