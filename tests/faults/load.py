"""Fifty visitors who talk all the time, and volunteers who sign up among them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Optional

import aiohttp
from conftest import wait_for

from faults.sign_ups import Volunteer
from faults.visitors import GIVE_UP, TIMEOUT, Visitor

VISITORS = 50
VOLUNTEERS = 5
SETTLE = 1.5
"""Seconds of undisturbed load before a fault."""


class Load:
    """Visitors in a thread of their own, from the entry of a ``with`` block to its end."""

    def __init__(
        self, address: str, questions: Sequence[str], visitors: int = VISITORS, volunteers: int = VOLUNTEERS
    ) -> None:
        self.visitors = [Visitor(questions) for _ in range(visitors)]
        self.volunteers = [Volunteer() for _ in range(volunteers)]
        self._address = address
        self._stop = threading.Event()
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            asyncio.run(self._talk())
        except BaseException as error:
            self._errors.append(error)

    async def _talk(self) -> None:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        # Less than the five seconds of the server: no message meets a connection that is just being closed.
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=3)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
            await asyncio.gather(*(visitor.talk(session, self._address, self._stop) for visitor in self.everybody))

    @property
    def everybody(self) -> list[Visitor]:
        """Visitors and volunteers."""
        return [*self.visitors, *self.volunteers]

    def wait_until_steady(self) -> None:
        """Waits for some undisturbed load."""
        wait_for(lambda: self.answered() > len(self.visitors), "the load to be steady")
        time.sleep(SETTLE)

    def answered(self) -> int:
        """Messages of visitors answered so far; raises what stopped a visitor."""
        if self._errors:
            raise self._errors[0]
        return sum(len(visitor.seen) for visitor in self.visitors)

    def seconds_until_back(self) -> float:
        """Waits until every visitor has got another answer; how long that took."""
        start = time.monotonic()
        before = [len(visitor.seen) for visitor in self.visitors]
        wait_for(
            lambda: all(len(visitor.seen) > count for visitor, count in zip(self.visitors, before)),
            "every visitor to be answered again",
        )
        return time.monotonic() - start

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._stop.set()
        self._thread.join(GIVE_UP + TIMEOUT + 5)
        assert not self._thread.is_alive(), "the visitors did not come to an end"
        if kind is None and self._errors:
            raise self._errors[0]
