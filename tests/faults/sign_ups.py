"""Volunteers who sign up all the time, and the check that compares what they were told with the records."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.storage.tables import records, submissions
from faults.load import Visitor

PAUSE = 0.5
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
            email = f"{uuid4().hex}@example.org"
            for answer in self._answers(email):
                await self._ask(session, address, answer)
                await asyncio.sleep(PAUSE)
            found = _REFERENCE.search(self.last)
            if found:
                self.told[email] = found[0]
            else:
                self.strange.append(f"the sign-up ended with {self.last!r}")

    @staticmethod
    def _answers(email: str) -> Sequence[str]:
        return ("I want to volunteer", "yes", "Ann Lee", email, "skip", "Denver, Colorado", "write letters", "yes")

    def _take(self, message_id: str, question: str, answer: dict[str, Any]) -> bool:
        """Takes replies; their words are not kept: those of a form are blanked in the log too."""
        self.last = "\n".join(reply["text"] for reply in answer["replies"])
        if "send it again" in self.last:
            self.refusals[self.last] += 1
            return False
        self.token = answer["token"]
        return True


def wrong_records(volunteers: Sequence[Volunteer], engine: Engine) -> list[str]:
    """What differs between the numbers that volunteers were told and the records; empty if nothing does."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(records.c.email, submissions.c.reference).join_from(submissions, records))
        stored: dict[str, list[str]] = {}
        for email, reference in rows:
            stored.setdefault(email, []).append(reference)
    wrong = [text for volunteer in volunteers for text in volunteer.strange]
    for volunteer in volunteers:
        for email, reference in volunteer.told.items():
            if stored.get(email) != [reference]:
                wrong.append(f"told {reference}, stored {stored.get(email)}")
    return wrong + [f"stored {len(found)} times" for found in stored.values() if len(found) > 1]
