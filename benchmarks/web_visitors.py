"""Visitors for Locust, which :mod:`benchmarks.web` starts."""

from __future__ import annotations

import os
import random
import time
from typing import Any, Optional
from uuid import uuid4

from locust import FastHttpUser, task

from benchmarks.samples import faq_questions

QUESTIONS = faq_questions(200)
CONVERSATION = 10
"""Messages of a conversation."""
RATE = float(os.environ.get("VISITOR_RATE", "0"))
"""Messages a second of one visitor, at random moments as people are; 0: as fast as it is answered."""


class Visitor(FastHttpUser):
    """Asks one question after another; after :data:`CONVERSATION` of them it is somebody else."""

    abstract = True

    def wait_time(self) -> float:
        """Seconds until the next message."""
        return random.expovariate(RATE) if RATE else 0.0

    def on_start(self) -> None:
        """Visitors do not ask the same thing, nor all at the same moment."""
        time.sleep(self.wait_time())  # Locust makes it a pause of this visitor alone
        self.asked = hash(self) % len(QUESTIONS)
        self.session: Optional[str] = None

    @task
    def ask(self) -> None:
        """One turn; an answer without a reply counts as a failure."""
        if self.asked % CONVERSATION == 0:
            self.session = None
        self.asked += 1
        path, body = self.message(QUESTIONS[self.asked % len(QUESTIONS)])
        with self.client.post(path, name="message", json=body, catch_response=True) as response:
            if response.status_code != 200 or not self.read(response.json()):
                response.failure("no reply")

    def message(self, text: str) -> tuple[str, dict[str, Any]]:
        """Path and body of a request."""
        raise NotImplementedError

    def read(self, answer: Any) -> bool:
        """Takes what a later message needs from an answer; whether it holds a reply."""
        raise NotImplementedError


class WebVisitor(Visitor):
    """Speaks the web API; ``session`` is the token."""

    def message(self, text: str) -> tuple[str, dict[str, Any]]:
        """See :class:`Visitor`."""
        return "/chat/v1/message", {"token": self.session, "message_id": uuid4().hex, "message": text}

    def read(self, answer: Any) -> bool:
        """See :class:`Visitor`."""
        self.session = answer["token"]
        return bool(answer["replies"])


class StockVisitor(Visitor):
    """Speaks Rasa's ``rest``; ``session`` is the sender."""

    def message(self, text: str) -> tuple[str, dict[str, Any]]:
        """See :class:`Visitor`."""
        self.session = self.session or uuid4().hex
        return "/webhooks/rest/webhook", {"sender": self.session, "message": text}

    def read(self, answer: Any) -> bool:
        """See :class:`Visitor`. Without an action server stock Rasa says nothing where it is not sure: that counts."""
        return isinstance(answer, list)
