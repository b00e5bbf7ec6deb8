"""Volunteers who sign up all the time."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from faults.visitors import Visitor

PAUSE = 0.25
"""Seconds between a reply and the next answer."""
_REFERENCE = re.compile(r"R-\w{5}-\w{5}")


@dataclass
class Volunteer(Visitor):
    """Signs up again and again, each time as somebody else."""

    told: dict[str, str] = field(default_factory=dict)
    """E-mail address to the reference number that was given for it."""
    last: str = ""
    """What the last answer was answered with."""

    async def talk(self, session: aiohttp.ClientSession, address: str, stop: threading.Event) -> None:
        """Signs up until told to stop; a sign-up that was begun is seen through."""
        while not stop.is_set():
            self.token = None
            self.email = f"{uuid4().hex}@example.org"
            for answer in self._answers(self.email):
                await self._ask(session, address, answer)
                await asyncio.sleep(PAUSE)
            found = _REFERENCE.search(self.last)
            if found:
                self.told[self.email] = found[0]
            else:
                self.strange.append(f"the sign-up ended with {self.last!r}")

    @staticmethod
    def _answers(email: str) -> Sequence[str]:
        return ("I want to volunteer", "yes", "Ann Lee", email, "skip", "Denver, Colorado", "write letters", "yes")

    def _take(self, message_id: str, question: str, replies: Sequence[dict[str, Any]]) -> None:
        """Keeps no words: those of a form are blanked in the log too."""
        self.last = "\n".join(reply["text"] for reply in replies)
