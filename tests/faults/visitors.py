"""Visitors who talk all the time."""

from __future__ import annotations

import asyncio
import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Optional
from uuid import uuid4

import aiohttp
import jwt

from bot.errors import WEB_ERRORS

PAUSE = 1.0
"""Mean seconds between a reply and the visitor's next message."""
TIMEOUT = 30.0
"""Seconds after which a visitor sends the same message again: nginx tries up to three times, each eight seconds."""
GIVE_UP = 90.0
"""Seconds after which a message that is not answered fails the test."""
NO_ANSWER = "no answer at all"
"""Noted as a refusal where a connection was cut or nothing came in time."""
_ADDRESS = re.compile(r"[0-9a-f]{32}@example\.org")
"""E-mail addresses of volunteers (:mod:`faults.sign_ups`)."""


@dataclass
class Visitor:
    """What one visitor sent and saw."""

    questions: Sequence[str] = ()
    token: Optional[str] = None
    seen: dict[str, str] = field(default_factory=dict)
    """Message id to the text of the reply, for messages that were answered."""
    strange: list[str] = field(default_factory=list)
    """Replies that do not belong to what was asked."""
    refusals: Counter[str] = field(default_factory=Counter)
    """What was said instead of an answer, while something was down."""
    email: str = ""
    """The only volunteer's address that this visitor may see; none by default."""
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
                    text = await response.text()
            except (aiohttp.ClientError, asyncio.TimeoutError):
                self.refusals[NO_ANSWER] += 1
            else:
                if response.status == 200 and self.hear(message_id, question, text):
                    return
                if response.status != 200:
                    self.refusals[said(text)] += 1
            await asyncio.sleep(0.3)
        raise AssertionError(f"{question!r} was not answered within {GIVE_UP} s: {self.refusals}")

    def hear(self, message_id: str, question: str, text: str) -> bool:
        """Takes a response; false if it says that the message was not received, so that it is to be sent again."""
        strangers = set(_ADDRESS.findall(text)) - {self.email}
        if strangers:
            self.strange.append(f"the reply to {question!r} shows the address of somebody else")
        answer = json.loads(text)
        refused = [reply["text"] for reply in answer["replies"] if "send it again" in reply["text"]]
        if refused:
            self.refusals.update(refused)
            return False
        self.token = answer["token"]
        self._take(message_id, question, answer["replies"])
        return True

    def _take(self, message_id: str, question: str, replies: Sequence[dict[str, Any]]) -> None:
        """Notes an answer."""
        (reply,) = replies
        self.seen[message_id] = reply["text"]
        if reply.get("title") != question:
            self.strange.append(f"asked {question!r}, got {reply.get('title')!r}")


def said(body: str) -> str:
    """What an error told the visitor; all of it if it is not in the API's shape."""
    try:
        error = json.loads(body)["error"]
        return str(error["text"]) if error["code"] in WEB_ERRORS else body
    except (KeyError, TypeError, ValueError):
        return body
