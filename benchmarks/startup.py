"""How long the server takes to its first answer, what it spends that time on, and how much memory it then holds."""

from __future__ import annotations

import tempfile
import time
from statistics import median
from typing import Any, Optional
from uuid import uuid4

from benchmarks.processes import free_port, our_command, our_environment, python_of, run_module, serving, stock_command
from benchmarks.report import Figure, Report, Say
from benchmarks.samples import FIRST_QUESTION, faq_questions
from bot.runtime.settings import load_settings
from bot.runtime.training import verified_model

STARTS = 3
"""Starts of ours, of which the median counts: the first may read files that are not in memory yet."""
TURNS = 100
"""Turns after which memory is read."""
MOST_SECONDS = 10.0
MOST_MEGABYTES = 450.0


def _start(
    command: list[object], port: int, environment: Optional[dict[str, str]] = None, stock: bool = False
) -> dict[str, float]:
    """Starts a server, asks it, and returns seconds to the first answer and MB after :data:`TURNS` turns."""
    with serving(command, port, FIRST_QUESTION, environment, stock) as server:
        # Ten turns a conversation: several visitors, each with a history.
        questions = faq_questions(TURNS)
        senders = [uuid4().hex for _ in range(TURNS // 10)]
        for number in range(TURNS):
            server.ask(questions[number % len(questions)], senders[number % len(senders)])
        return {"first_answer_s": server.first_answer, "resident_mb": server.resident()}


def _ours() -> dict[str, float]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        return _start(our_command(), port, our_environment(port, folder))


def _stock() -> dict[str, float]:
    port = free_port()
    return _start(stock_command(port), port, stock=True)


def _parts() -> dict[str, float]:
    """Seconds of each part of a start, in order."""
    found: dict[str, float] = run_module(python_of(".venv"), "benchmarks.startup_parts", time.time())
    return found


def measure(stock: bool, say: Say) -> Report:
    """Runs the benchmark.

    Raises:
        ModelError: There is no trained model.
        BenchmarkError: A server did not start.
    """
    verified_model(load_settings().models)
    starts = []
    for number in range(STARTS):
        say(f"startup: start {number + 1} of {STARTS} and {TURNS} turns")
        starts.append(_ours())
    say("startup: the parts of a start")
    parts = _parts()
    figures = [
        Figure(
            f"Start to first answer, median of {STARTS}",
            median(start["first_answer_s"] for start in starts),
            "s",
            at_most=MOST_SECONDS,
        ),
        Figure(
            f"Resident memory after {TURNS} turns, largest of {STARTS}",
            max(start["resident_mb"] for start in starts),
            "MB",
            at_most=MOST_MEGABYTES,
        ),
        *(Figure(f"  {part}", seconds, "s") for part, seconds in parts.items()),
    ]
    details: dict[str, Any] = {"starts": starts, "parts_s": parts}
    if stock:
        say("startup: stock `rasa run` and the same turns")
        details["stock"] = _stock()
        figures += [
            Figure("Stock `rasa run`: start to first answer", details["stock"]["first_answer_s"], "s"),
            Figure(f"Stock `rasa run`: memory after {TURNS} turns", details["stock"]["resident_mb"], "MB"),
        ]
    return Report("startup", "Start and memory of the server", figures, details)
