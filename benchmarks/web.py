"""How many messages the web channel answers a second, and how long a visitor waits, beside Rasa's ``rest`` channel.

Locust asks from a process of its own. Both servers run the same model on this machine; ours stores each turn in SQLite,
stock Rasa keeps conversations in memory only.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from typing import NamedTuple

from benchmarks.processes import free_port, our_command, our_environment, python_of, serving, stock_command
from benchmarks.report import BenchmarkError, Figure, Report, Say
from benchmarks.samples import FIRST_QUESTION
from bot.runtime.settings import ROOT, load_settings
from bot.runtime.training import verified_model

VISITORS = (1, 8, 32)
"""Visitors who ask at the same time, each as fast as it is answered."""
SECONDS = 15
"""How long each number of them asks."""


class Load(NamedTuple):
    """What visitors saw.

    Attributes:
        visitors: How many asked at the same time.
        per_second: Messages answered a second.
        median: Milliseconds until the answer, of half the messages at most.
        slow: The same of 95 % of the messages.
        slowest: The same of 99 %.
    """

    visitors: int
    per_second: float
    median: float
    slow: float
    slowest: float


def _percentile(times: dict[str, int], share: float) -> float:
    """The time that a share of the messages took at most, from Locust's counts by milliseconds."""
    left = share * sum(times.values())
    for milliseconds, count in sorted((float(text), count) for text, count in times.items()):
        left -= count
        if left <= 0:
            return milliseconds
    raise BenchmarkError("no message was answered")


def load_of(address: str, visitors: int, kind: str, per_second: float = 0.0) -> Load:
    """Lets visitors ask for :data:`SECONDS`.

    Args:
        address: Of the server.
        visitors: How many.
        kind: A class of :mod:`benchmarks.web_visitors`.
        per_second: Messages a second of all of them together; 0: as fast as they are answered.

    Raises:
        BenchmarkError: Locust failed, or a message got no reply.
    """
    file = ROOT / "benchmarks" / "web_visitors.py"
    options = ["--headless", "--json", "--skip-log", "--users", visitors, "--spawn-rate", visitors]
    command = [python_of(".venv-dev"), "-m", "locust", "-f", file, kind, "--host", address, *options]
    ended = subprocess.run(
        [str(part) for part in [*command, "--run-time", f"{SECONDS}s"]],
        cwd=ROOT,
        env={**os.environ, "VISITOR_RATE": str(per_second / visitors)},
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        (stats,) = json.loads(ended.stdout)
    except ValueError as error:
        lines = ended.stderr.strip().splitlines()
        raise BenchmarkError(f"Locust gave no figures: {lines[-1] if lines else 'it printed nothing'}") from error
    if stats["num_failures"]:
        raise BenchmarkError(f"{stats['num_failures']} of {stats['num_requests']} messages got no reply")
    times = stats["response_times"]
    seconds = stats["last_request_timestamp"] - stats["start_time"]
    slow = [_percentile(times, share) for share in (0.5, 0.95, 0.99)]
    return Load(visitors, stats["num_requests"] / seconds, *slow)


def figures_of(name: str, loads: list[Load]) -> list[Figure]:
    """A table's rows for the loads of one server."""
    found = []
    for load in loads:
        label = f"{name}, {load.visitors} visitor{'s' if load.visitors > 1 else ''}"
        found += [
            Figure(f"{label}: messages", load.per_second, "per_s"),
            Figure(f"{label}: median", load.median, "ms"),
            Figure(f"{label}: 95th percentile", load.slow, "ms"),
        ]
    return found


def _ours(say: Say) -> list[Load]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = our_command()
        with serving(command, port, FIRST_QUESTION, our_environment(port, folder)):
            return loads_of(f"http://127.0.0.1:{port}", "WebVisitor", say)


def stock_loads(say: Say) -> list[Load]:
    """What stock Rasa does on this machine."""
    port = free_port()
    with serving(stock_command(port), port, FIRST_QUESTION, stock=True):
        return loads_of(f"http://127.0.0.1:{port}", "StockVisitor", say)


def loads_of(address: str, kind: str, say: Say) -> list[Load]:
    """Lets each number of visitors ask at an address; ``kind`` is a class of :mod:`benchmarks.web_visitors`."""
    loads = []
    for visitors in VISITORS:
        say(f"web: {visitors} at a time, {kind}")
        loads.append(load_of(address, visitors, kind))
    return loads


def measure(_: bool, say: Say) -> Report:
    """Runs the benchmark; stock Rasa is always measured too.

    Raises:
        ModelError: There is no trained model.
        BenchmarkError: A server did not start, or a message got no reply.
    """
    verified_model(load_settings().models)
    ours, stock = _ours(say), stock_loads(say)
    details = {name: [load._asdict() for load in loads] for name, loads in (("web", ours), ("stock_rest", stock))}
    figures = [*figures_of("Web channel", ours), *figures_of("Stock `rest`", stock)]
    return Report("web", "Messages over HTTP", figures, details)
