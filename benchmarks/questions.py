"""How the assistant answers the two question sets: ``tune.tsv`` sets thresholds, ``held_out.tsv`` only measures."""

from __future__ import annotations

import asyncio
import csv
import tempfile
from pathlib import Path
from typing import Any, NamedTuple, cast
from uuid import uuid4

from bot.runtime import logs, tensorflow_free
from bot.runtime.settings import ROOT, load_settings

FOLDER = ROOT / "tests" / "questions"
NOT_OURS = ("out_of_scope", "nlu_fallback")
"""Intents that stand for no answer."""


class Question(NamedTuple):
    """One line of a set.

    Attributes:
        text: What the visitor types.
        scope: ``in``, ``near`` (our subject, no topic) or ``far``.
        expected: Labels that are right: ``faq/<id>`` or a task intent; none if out of scope.
    """

    text: str
    scope: str
    expected: frozenset[str]


class Result(NamedTuple):
    """What the assistant did with a question.

    Attributes:
        label: ``faq/<id>`` or the intent that was acted on.
        confidence: Confidence in it; below the answer threshold, in the label that was not taken.
        outcome: ``answered``, ``suggested`` or ``unanswered``.
        offered: Topics that were suggested.
        ranking: Labels by probability, best first, without the class of questions that are not ours.
    """

    question: Question
    label: str
    confidence: float
    outcome: str
    offered: tuple[str, ...]
    ranking: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the right answer was given."""
        return self.label in self.question.expected

    @property
    def wrong(self) -> bool:
        """Whether another answer was given than the right one."""
        return not self.right and self.outcome == "answered"

    @property
    def found(self) -> bool:
        """Whether the right answer was given or offered."""
        return self.right or bool(self.question.expected.intersection(self.offered))

    def at(self, threshold: float) -> Result:
        """The result if this were the threshold from which an answer is given; titles would be offered below it."""
        if self.confidence >= threshold and self.ranking:
            return self._replace(label=self.ranking[0], outcome="answered", offered=())
        topics = tuple(label for label in self.ranking if label.startswith("faq/"))
        return self._replace(label="", outcome="suggested", offered=topics[:3])


def read_set(name: str) -> list[Question]:
    """Reads ``tests/questions/<name>.tsv``."""
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Question(row["question"], row["scope"], frozenset(filter(None, (row["expected"] or "").split("|"))))
            for row in rows
        ]


def answer(questions: list[Question]) -> list[Result]:
    """Asks the trained assistant each question in a conversation of its own."""
    settings = load_settings()
    logs.configure("ERROR")
    tensorflow_free.install()
    from rasa.core.channels.channel import UserMessage

    from bot.channels.output import ReplyChannel
    from bot.runtime.serving import build_assistant

    async def ask_all(url: str) -> list[Result]:
        assistant = build_assistant(settings, url)
        results = []
        for question in questions:
            sender, channel = uuid4().hex, ReplyChannel()
            await assistant.handle_message(UserMessage(question.text, channel, sender))
            tracker = await assistant.store.retrieve(sender)
            assert tracker is not None
            assert tracker.latest_message is not None
            intent = tracker.latest_message.intent
            reply = channel.pending[-1]
            answered = reply.outcome == "answered"
            label = reply.topic[0] if answered and reply.topic else str(intent["name"])
            offered = () if answered else tuple(reply.topic)
            parsed = cast(dict[str, Any], tracker.latest_message.parse_data)
            # A message that opens a form is stored without its ranking.
            names = (entry["name"] for entry in parsed.get("intent_ranking", []))
            ranking = tuple(name for name in names if name not in NOT_OURS)
            results.append(Result(question, label, float(intent["confidence"]), reply.outcome, offered, ranking))
        return results

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(ask_all(f"sqlite:///{Path(folder) / 'questions.sqlite3'}"))


def share(results: list[Result], attribute: str) -> float:
    """Share of results for which an attribute holds, 0 to 1."""
    return sum(1 for result in results if getattr(result, attribute)) / max(1, len(results))


def summary(results: list[Result]) -> dict[str, float]:
    """The figures of one set; shares of the questions of a scope.

    Returns:
        ``right``, ``wrong`` and ``found`` of the questions in scope; ``far`` and ``near``: answered though out of scope
        with a topic or task.
    """
    by_scope = {
        scope: [result for result in results if result.question.scope == scope] for scope in ("in", "near", "far")
    }
    return {
        "right": share(by_scope["in"], "right"),
        "wrong": share(by_scope["in"], "wrong"),
        "found": share(by_scope["in"], "found"),
        "near": share(by_scope["near"], "wrong"),
        "far": share(by_scope["far"], "wrong"),
    }


def curve(results: list[Result]) -> list[dict[str, float]]:
    """The figures of :func:`summary` for answer thresholds from 0.1 to 0.9, titles being offered below each."""
    thresholds = [step / 20 for step in range(2, 19)]
    return [
        {"threshold": threshold, **summary([result.at(threshold) for result in results])} for threshold in thresholds
    ]


def worst(results: list[Result], count: int = 20) -> list[dict[str, Any]]:
    """The mistakes made with most confidence: answers to what is out of scope, and wrong answers."""
    mistakes = sorted((result for result in results if result.wrong), key=lambda result: -result.confidence)
    return [
        {
            "question": result.question.text,
            "expected": sorted(result.question.expected),
            "answered": result.label,
            "confidence": result.confidence,
        }
        for result in mistakes[:count]
    ]
