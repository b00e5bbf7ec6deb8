"""Rate limits that replicas share through Redis; without it each counts alone, and nobody is turned away for that."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from contextlib import closing
from typing import Optional

import redis as blocking
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.channels.limits import WINDOW, RateLimit
from bot.metrics import CHANNEL_ERRORS

logger = logging.getLogger(__name__)

TIMEOUT = 0.2
"""Seconds that a message waits for Redis, at most once every :data:`RETRY` seconds while it is down."""
PATIENCE = 2.0
"""Seconds that the start waits for Redis."""
RETRY = 5.0
"""Seconds for which Redis is left alone after a failure."""

# The algorithm of RateLimit, in one atomic step and by Redis' own clock. Times are in microseconds.
_COUNT = """
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local cost, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local whole_at = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + cost
if whole_at - now > window + 1 then return whole_at - now - window end
redis.call('SET', KEYS[1], string.format('%.0f', whole_at), 'PX', math.ceil(window / 1000))
return -1
"""


class SharedRateLimit:
    """Counts in Redis, so that a visitor has one allowance and not one a replica; otherwise as ``RateLimit``."""

    def __init__(self, name: str, per_minute: int, redis: Redis, clock: Callable[[], float] = time.monotonic) -> None:
        """Sets the limit.

        Args:
            name: Part of the keys in Redis, so that limits of different kinds are apart.
            per_minute: Messages a minute; as many may come at once.
            redis: Connection with short timeouts; see :func:`connect`.
            clock: Seconds; tests move it.
        """
        self._name = name
        self._cost = int(WINDOW / per_minute * 1e6)
        self._alone = RateLimit(per_minute, clock)
        self._count = redis.register_script(_COUNT)
        self._clock = clock
        self._try_again_at = 0.0

    async def wait(self, key: str) -> Optional[float]:
        """See :class:`~bot.channels.limits.Limit`."""
        if self._clock() < self._try_again_at:
            return await self._alone.wait(key)
        try:
            # A hash: who writes to us is nobody's business, for the minute that Redis keeps it either.
            hidden = hashlib.sha256(key.encode()).hexdigest()[:32]
            left = await self._count(keys=[f"amicc:{self._name}:{hidden}"], args=[self._cost, int(WINDOW * 1e6)])
        except (RedisError, OSError) as error:
            self._try_again_at = self._clock() + RETRY
            CHANNEL_ERRORS.labels("web", "redis").inc()
            logger.warning("Redis does not answer (%s): this process counts alone for now", type(error).__name__)
            return await self._alone.wait(key)
        return None if left < 0 else left / 1e6


def connect(url: str) -> Redis:
    """A connection that gives up soon: counting must not slow a message down. Nothing is sent before its first use."""
    redis: Redis = Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
    redis.auto_close_connection_pool = True  # redis-py 4.6 would leave the sockets of `from_url` open at `close`
    return redis


def failure(url: str) -> Optional[str]:
    """Asks Redis once, before there is an event loop; why it cannot be used, or None if it can."""
    try:
        with closing(blocking.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)) as redis:
            redis.ping()
    except (RedisError, OSError) as error:
        return type(error).__name__
    return None
