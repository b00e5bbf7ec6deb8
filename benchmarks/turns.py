"""How long a turn takes in process with SQLite, and whether it stays the same as a conversation grows."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from benchmarks.processes import python_of, run_module
from benchmarks.report import BenchmarkError, Figure, Report, Say
from benchmarks.samples import faq_questions
from bot.runtime import logs, tensorflow_free
from bot.runtime.settings import load_settings

if TYPE_CHECKING:
    from bot.runtime.agent import Assistant

QUESTIONS = 20
"""Different questions, asked in turn."""
CONVERSATIONS, TURNS = 25, 20
"""500 turns; the first of each conversation makes its state row."""
LONG = 1000
"""Turns of the long conversation."""
STOCK_CONVERSATIONS, STOCK_TURNS = 10, 100
"""Conversations and turns that are run through both stores to compare turn 2 and turn 100."""
MOST_MEDIAN, MOST_P99 = 10.0, 30.0
"""Milliseconds."""
MOST_GROWTH = 1.3

Handle = Callable[[str, str], Awaitable[Any]]
"""Runs one turn: conversation, text."""


@contextmanager
def _assistant() -> Iterator[Assistant]:
    """The assistant on a temporary database, as ``python -m bot ask`` makes it."""
    from bot.runtime.serving import build_assistant

    with tempfile.TemporaryDirectory() as folder:
        assistant = build_assistant(load_settings(), f"sqlite:///{Path(folder) / 'turns.sqlite3'}")
        try:
            yield assistant
        finally:
            assistant.store.engine.dispose()


async def timed(handle: Handle, conversation: str, text: str) -> float:
    """Milliseconds of one turn."""
    started = time.perf_counter()
    await handle(conversation, text)
    return (time.perf_counter() - started) * 1000


async def converse(handle: Handle, questions: list[str], turns: int, offset: int = 0) -> list[float]:
    """Milliseconds of each turn of a new conversation.

    Args:
        handle: Runs a turn.
        questions: Asked in turn, over and over.
        turns: How many turns.
        offset: Which question comes first; with another one each time, no turn number has a question of its own.
    """
    conversation = uuid4().hex
    return [await timed(handle, conversation, questions[(offset + number) % len(questions)]) for number in range(turns)]


async def by_turn(handle: Handle, questions: list[str]) -> dict[str, float]:
    """Median milliseconds of turn 2 and turn 100 over :data:`STOCK_CONVERSATIONS` conversations."""
    rows = [await converse(handle, questions, STOCK_TURNS, offset) for offset in range(STOCK_CONVERSATIONS)]
    return {"turn_2": median(row[1] for row in rows), "turn_100": median(row[99] for row in rows)}


async def _answered(assistant: Assistant) -> list[str]:
    """Questions that get a topic's answer; asking them warms everything up."""
    from bot.cli.talk import turn

    found: list[str] = []
    for text in faq_questions(10 * QUESTIONS):
        reply = (await turn(assistant, uuid4().hex, text))[-1]
        if reply.outcome == "answered" and reply.topic and reply.topic[0].startswith("faq/"):
            found.append(text)
        if len(found) == QUESTIONS:
            return found
    raise BenchmarkError(f"The assistant answers fewer than {QUESTIONS} questions of tune.tsv. Run: make train")


async def _flatness(handle: Handle, questions: list[str], say: Say) -> dict[str, float]:
    """Median milliseconds of turns 2 to 21 of 20 new conversations, and of the last 20 turns of a long one.

    The last turns of the long one and the new conversations take turns themselves, so that other work on the machine
    slows both alike. Both sides ask each question equally often.
    """
    conversation = uuid4().hex
    for number in range(LONG - QUESTIONS):
        if number % 250 == 0:
            say(f"turns: one conversation of {LONG:,} turns, at turn {number}")
        await handle(conversation, questions[number % QUESTIONS])
    fresh: list[float] = []
    late: list[float] = []
    for number in range(QUESTIONS):
        fresh += (await converse(handle, questions, QUESTIONS + 1, number))[1:]
        late.append(await timed(handle, conversation, questions[number]))
    return {"fresh_ms": median(fresh), "late_ms": median(late), "ratio": median(late) / median(fresh)}


async def _measure(assistant: Assistant, stock: bool, say: Say) -> dict[str, Any]:
    from bot.cli.talk import turn

    async def handle(conversation: str, text: str) -> None:
        await turn(assistant, conversation, text)

    say("turns: warming up")
    questions = await _answered(assistant)
    say(f"turns: {CONVERSATIONS} conversations of {TURNS} turns")
    rows = [await converse(handle, questions, TURNS, offset) for offset in range(CONVERSATIONS)]
    found: dict[str, Any] = {"questions": questions, "turns_ms": [round(time, 2) for row in rows for time in row]}
    found["flatness"] = await _flatness(handle, questions, say)
    if stock:
        say(f"turns: {STOCK_CONVERSATIONS} conversations of {STOCK_TURNS} turns")
        found["ours"] = await by_turn(handle, questions)
    return found


def measure(stock: bool, say: Say) -> Report:
    """Runs the benchmark.

    Raises:
        ModelError: There is no trained model.
        BenchmarkError: Too few questions are answered, or stock Rasa could not be run.
    """
    say("turns: loading")
    logs.configure("ERROR")
    tensorflow_free.install()
    with _assistant() as assistant:
        details = asyncio.run(_measure(assistant, stock, say))
    times, flatness = details["turns_ms"], details["flatness"]
    figures = [
        Figure(f"FAQ turn, median of {len(times)}", median(times), "ms", at_most=MOST_MEDIAN),
        Figure("FAQ turn, 99th percentile", float(np.percentile(times, 99)), "ms", at_most=MOST_P99),
        Figure("Turns 2 to 21, median", flatness["fresh_ms"], "ms"),
        Figure(f"Turns {LONG - QUESTIONS + 1} to {LONG}, median", flatness["late_ms"], "ms"),
        Figure("Growth: late turns / early turns", flatness["ratio"], "ratio", at_most=MOST_GROWTH),
    ]
    if stock:
        say("turns: the same turns with Rasa's agent and SQL store")
        details["stock"] = run_module(python_of(".venv-dev"), "benchmarks.turns_stock", details["questions"])
        for number in (2, 100):
            for name, key in (("Ours", "ours"), ("Stock agent and SQL store", "stock")):
                figures.append(Figure(f"{name}: turn {number}, median", details[key][f"turn_{number}"], "ms"))
    return Report("turns", "A turn in process, with SQLite", figures, details)
