"""How long a turn of a form takes in process, with SQLite and with PostgreSQL."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

import numpy as np

from benchmarks.processes import postgresql
from benchmarks.report import BenchmarkError, Figure, Report, Say
from bot.runtime import logs, tensorflow_free
from bot.runtime.settings import load_settings

if TYPE_CHECKING:
    from bot.runtime.agent import Assistant

SIGN_UPS = 25
"""Whole sign-ups with each database."""
SPARE = 2
"""Sign-ups before the clock runs."""
MOST_MEDIAN = 15.0
"""Milliseconds."""
TURNS = {
    "I want to volunteer": "start",
    "yes": "answer",
    "Ann Lee": "answer",
    "asdf": "refused answer",
    "ann.lee{number}@example.org": "answer",
    "what is wicc?": "question in between",
    "212 555 0123": "answer",
    "Louisville, Kentucky": "answer",
    "Visit lawmakers": "summary",
    "change my name to Ann Lee-Smith": "summary",
    "Yes, hand it over": "record saved",
}
"""A sign-up, and what each turn does."""


class Cost(NamedTuple):
    """What a turn costs, in milliseconds by the clock and of this process's CPU."""

    clock: float
    cpu: float


async def _sign_up(assistant: Assistant, number: int) -> list[Cost]:
    """What each turn of a sign-up costs; each sign-up saves a record of its own."""
    from bot.cli.talk import turn

    conversation, times = uuid4().hex, []
    for text in TURNS:
        clock, cpu = time.perf_counter(), time.process_time()
        replies = await turn(assistant, conversation, text.format(number=number))
        times.append(Cost((time.perf_counter() - clock) * 1000, (time.process_time() - cpu) * 1000))
    if "reference number R-" not in replies[-1].text:
        raise BenchmarkError(f"A sign-up did not end with a record but with: {replies[-1].text}")
    return times


def _databases() -> Iterator[tuple[str, str]]:
    """Name and address of each kind of database, empty."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        yield "SQLite", f"sqlite:///{Path(folder) / 'forms.sqlite3'}"
        yield "PostgreSQL", postgresql(stack)


async def _measure(assistant: Assistant) -> list[list[Cost]]:
    rows = [await _sign_up(assistant, number) for number in range(SPARE + SIGN_UPS)]
    return rows[SPARE:]


def measure(_: bool, say: Say) -> Report:
    """Runs the benchmark.

    Raises:
        ModelError: There is no trained model.
        BenchmarkError: A sign-up does not end with a record.
    """
    from bot.runtime.serving import build_assistant

    logs.configure("ERROR")
    tensorflow_free.install()
    figures: list[Figure] = []
    details: dict[str, dict[str, list[float]]] = {}
    for name, url in _databases():
        say(f"forms: {SIGN_UPS} sign-ups with {name}")
        assistant = build_assistant(load_settings(), url)
        try:
            rows = asyncio.run(_measure(assistant))
        finally:
            assistant.store.engine.dispose()
        costs = [cost for row in rows for cost in row]
        times = [cost.clock for cost in costs]
        limit = MOST_MEDIAN if name == "SQLite" else None
        figures += [
            Figure(f"{name}: turn of a form, median of {len(times)}", median(times), "ms", at_most=limit),
            Figure(f"{name}: 99th percentile", float(np.percentile(times, 99)), "ms"),
            Figure(f"{name}: CPU of this process, median", median(cost.cpu for cost in costs), "ms"),
        ]
        for kind in dict.fromkeys(TURNS.values()):
            own = [row[place].clock for row in rows for place, other in enumerate(TURNS.values()) if other == kind]
            figures.append(Figure(f"{name}: {kind}, median", median(own), "ms"))
        details[name] = {"turns_ms": [round(milliseconds, 2) for milliseconds in times]}
    return Report("forms", "A turn of a form in process", figures, details)
