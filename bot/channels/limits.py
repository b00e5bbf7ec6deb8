"""How many messages a session or an address may send."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, Optional, Protocol

WINDOW = 60.0
"""Seconds to which a limit applies."""


class Limit(Protocol):
    """What counts messages of a key."""

    async def wait(self, key: str) -> Optional[float]:
        """Counts one message of a key.

        Returns:
            None if it may pass; else the seconds until the next one may (this one is not counted).
        """


class RateLimit:
    """At most so many a minute for each key, evenly refilled.

    The generic cell rate algorithm (ITU-T I.371, a leaky bucket without a timer): for each key it keeps one number, the
    time at which its allowance will be whole again. It counts in this process alone; see ``shared_limits`` for several.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Sets the limit.

        Args:
            per_minute: Messages a minute; as many may come at once.
            clock: Seconds; tests move it.
        """
        self._cost = WINDOW / per_minute
        self._clock = clock
        self._whole_at: dict[str, float] = {}
        self._sweep_at = 0.0

    async def wait(self, key: str) -> Optional[float]:
        """See :class:`Limit`."""
        now = self._clock()
        self._forget(now)
        whole_at = max(self._whole_at.get(key, now), now) + self._cost
        # A hundred thousandth of a message more: sums of floats must not cost the last one of a burst.
        if whole_at - now > WINDOW + self._cost * 1e-5:
            return whole_at - now - WINDOW
        self._whole_at[key] = whole_at
        return None

    def _forget(self, now: float) -> None:
        """Drops the keys whose allowance is whole, once a window: what is kept grows with the visitors of a minute."""
        if now >= self._sweep_at:
            self._sweep_at = now + WINDOW
            self._whole_at = {key: whole_at for key, whole_at in self._whole_at.items() if whole_at > now}


Verdict = Literal["pass", "tell", "ignore"]
"""``tell``: refused, and the sender does not know yet; ``ignore``: refused, and the sender was told."""


class SenderLimit:
    """Messages of a sender who cannot be told by a status code: the first that is too many is answered, no other."""

    def __init__(self, limit: Limit, clock: Callable[[], float] = time.monotonic) -> None:
        """Uses a limit.

        Args:
            limit: Counts.
            clock: Seconds; tests move it.
        """
        self._limit = limit
        self._clock = clock
        self._refused_at: dict[str, float] = {}

    async def judge(self, key: str) -> Verdict:
        """Counts one message of a key. Who was told is told again only after a window without a refusal."""
        if await self._limit.wait(key) is None:
            return "pass"
        now = self._clock()
        recent = {each: at for each, at in self._refused_at.items() if now - at < WINDOW}
        self._refused_at = {**recent, key: now}
        return "ignore" if key in recent else "tell"
