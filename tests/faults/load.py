"""Visitors who talk all the time, and the check that compares what they saw with what is stored."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Optional
from uuid import uuid4

import aiohttp
import jwt
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.storage.tables import events, turns

VISITORS = 50
PAUSE = 1.0
"""Mean seconds between a reply and the visitor's next message."""
TIMEOUT = 12.0
"""Seconds after which a visitor sends the same message again: nginx gives up on a frozen replica after eight."""
GIVE_UP = 60.0
"""Seconds after which a message that is not answered fails the test."""


@dataclass
class Visitor:
    """What one visitor sent and saw."""

    questions: Sequence[str]
    token: Optional[str] = None
    seen: dict[str, str] = field(default_factory=dict)
    """Message id to the text of the reply, for messages that were answered."""
    strange: list[str] = field(default_factory=list)
    """Replies that do not belong to what was asked."""
    refusals: Counter[str] = field(default_factory=Counter)
    """What was said instead of an answer, while something was down."""
    slowest: float = 0.0

    @property
    def conversation(self) -> str:
        """Id of the conversation, as the token names it."""
        assert self.token
        return str(jwt.decode(self.token, options={"verify_signature": False})["sub"])

    async def talk(self, session: aiohttp.ClientSession, address: str, stop: threading.Event) -> None:
        """Asks one question after another until told to stop; the last one is seen through to its answer."""
        dice = random.Random(id(self))
        while not stop.is_set():
            question = dice.choice(self.questions)
            start = time.monotonic()
            await self._ask(session, address, question)
            self.slowest = max(self.slowest, time.monotonic() - start)
            await asyncio.sleep(dice.uniform(0, 2 * PAUSE))

    async def _ask(self, session: aiohttp.ClientSession, address: str, question: str) -> None:
        message_id, deadline = uuid4().hex, time.monotonic() + GIVE_UP
        body = {"token": self.token, "message_id": message_id, "message": question}
        while time.monotonic() < deadline:
            try:
                async with session.post(f"{address}/chat/v1/message", json=body) as response:
                    answer = await response.json(content_type=None)
            except (aiohttp.ClientError, asyncio.TimeoutError, ValueError):
                self.refusals["no answer"] += 1
                await asyncio.sleep(0.3)
                continue
            if response.status == 200 and self._take(message_id, question, answer):
                return
            if response.status != 200:
                self.refusals[_said(answer)] += 1
            await asyncio.sleep(0.3)
        raise AssertionError(f"{question!r} was not answered within {GIVE_UP} s: {self.refusals}")

    def _take(self, message_id: str, question: str, answer: dict[str, Any]) -> bool:
        """Takes a reply; false if it says that the message was not received, so that it is to be sent again."""
        (reply,) = answer["replies"]
        if "send it again" in reply["text"]:
            self.refusals[reply["text"]] += 1
            return False
        self.token = answer["token"]
        self.seen[message_id] = reply["text"]
        if reply.get("title") != question:
            self.strange.append(f"asked {question!r}, got {reply.get('title')!r}")
        return True


def _said(answer: Any) -> str:
    try:
        return str(answer["error"]["text"])
    except (KeyError, TypeError):
        return "an answer in another shape"


class Load:
    """Visitors in a thread of their own, from the entry of a ``with`` block to its end."""

    def __init__(
        self, address: str, questions: Sequence[str], visitors: int = VISITORS, others: Sequence[Visitor] = ()
    ) -> None:
        self.visitors = [Visitor(questions) for _ in range(visitors)]
        self._others = others
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
        async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
            everybody = [*self.visitors, *self._others]
            await asyncio.gather(*(visitor.talk(session, self._address, self._stop) for visitor in everybody))

    def answered(self) -> int:
        """Messages answered so far."""
        return sum(len(visitor.seen) for visitor in self.visitors)

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


@dataclass(frozen=True)
class Verdict:
    """What the comparison of seen and stored found; each list is empty if nothing is wrong."""

    lost: list[str]
    """Message ids that were answered and are not stored."""
    doubled: list[str]
    """Message ids that are stored more than once."""
    changed: list[str]
    """Message ids whose stored reply is not the one that was seen."""
    strange: list[str]
    """Replies to something else than was asked, and messages in a conversation of somebody else."""

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.changed or self.strange)


def compare(visitors: Sequence[Visitor], engine: Engine) -> Verdict:
    """Compares what visitors saw with what is stored, turn by turn."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(turns.c.id, turns.c.conversation_id, turns.c.message_id)).all()
        said = connection.execute(
            sa.select(events.c.turn_id, events.c.type, events.c.data).where(events.c.type.in_(["user", "bot"]))
        ).all()
    places: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        places.setdefault(row.message_id, []).append((row.id, row.conversation_id))
    heard: Counter[str] = Counter(row.data["message_id"] for row in said if row.type == "user")
    replies = {row.turn_id: (row.data["data"]["custom"] or {}).get("text") for row in said if row.type == "bot"}
    verdict = Verdict([], [], [], [])
    for visitor in visitors:
        verdict.strange.extend(visitor.strange)
        for message_id, text in visitor.seen.items():
            found = places.get(message_id, [])
            if not found:
                verdict.lost.append(message_id)
                continue
            if len(found) > 1 or heard[message_id] > 1:
                verdict.doubled.append(message_id)
            turn_id, conversation = found[0]
            if replies.get(turn_id) != text:
                verdict.changed.append(message_id)
            if conversation != visitor.conversation:
                verdict.strange.append(f"{message_id} is in another conversation")
    verdict.doubled.extend(message_id for message_id, found in places.items() if len(found) > 1)
    return verdict
