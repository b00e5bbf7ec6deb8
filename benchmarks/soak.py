"""Whether a server's memory stays flat over 100,000 messages of 10,000 conversations."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.processes import Server, free_port, our_command, our_environment, serving
from benchmarks.report import Figure, Report, Say
from benchmarks.samples import FIRST_QUESTION, faq_questions
from bot.runtime.settings import load_settings
from bot.runtime.training import verified_model

MESSAGES = 100_000
CONVERSATION = 10
"""Messages of a conversation."""
SAMPLE = 1000
"""Messages between two looks at the memory; the first look is what later ones are held against."""
MOST_GROWTH = 1.1


def _talk(server: Server, say: Say) -> list[float]:
    """Resident memory in MB after each :data:`SAMPLE` messages."""
    questions = faq_questions(500)
    samples: list[float] = []
    sender = ""
    for number in range(MESSAGES):
        if number % CONVERSATION == 0:
            sender = uuid4().hex
            if server.tokens:
                server.tokens.clear()  # the benchmark's own memory is not to grow either
        server.ask(questions[number % len(questions)], sender)
        if (number + 1) % SAMPLE == 0:
            samples.append(server.resident())
            say(f"soak: {number + 1:,} messages, {samples[-1]:.0f} MB")
    return samples


def measure(_: bool, say: Say) -> Report:
    """Runs the benchmark; half an hour.

    Raises:
        ModelError: There is no trained model.
        BenchmarkError: The server did not start.
    """
    verified_model(load_settings().models)
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = our_command()
        started = time.monotonic()
        with serving(command, port, FIRST_QUESTION, our_environment(port, folder)) as server:
            samples = _talk(server, say)
        seconds = time.monotonic() - started
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.sqlite3")) / 1e6
    figures = [
        Figure(f"Memory after {SAMPLE:,} messages", samples[0], "MB"),
        Figure(f"Memory after {MESSAGES:,} messages", samples[-1], "MB"),
        Figure("The last against the first", samples[-1] / samples[0], "ratio", at_most=MOST_GROWTH),
        Figure("Database", size, "MB"),
        Figure("Messages", MESSAGES / seconds, "per_s"),
    ]
    details: dict[str, Any] = {"sample": SAMPLE, "resident_mb": samples}
    return Report("soak", "A long run", figures, details)
