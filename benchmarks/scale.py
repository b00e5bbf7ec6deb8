"""What one, two and four replicas on one PostgreSQL behind nginx answer, beside stock Rasa.

The stock side is Rasa's documented FAQ recipe (DIETClassifier and ResponseSelector) trained on our phrasings, served by
`rasa run` with its ``rest`` channel and its memory store. It is trained for one epoch: what it answers does not matter
here, and what a message costs does not depend on that.

All of them, the database and the visitors share one machine: on two cores, four replicas show what sharing costs, not
what four machines give.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Optional

from rich.table import Table

from benchmarks.banking_stock import write_project
from benchmarks.capacity import needs
from benchmarks.processes import free_port, our_command, our_environment, postgresql, python_of, run, serving
from benchmarks.proxy import proxy
from benchmarks.report import Figure, Report, Say
from benchmarks.samples import FIRST_QUESTION
from benchmarks.web import Load, figures_of, load_of, loads_of
from bot.content.store import shared_store
from bot.runtime.settings import ROOT, load_settings
from bot.runtime.training import verified_model

REPLICAS = (1, 2, 4)
LEAST_PER_SECOND = 60.0
TIMES_STOCK = 5.0
MOST_P99 = 100.0
"""Milliseconds, at half of the most that a replica answers."""
HALF_VISITORS = 50

SECRET = "one key that all replicas of the benchmark sign with"


def _replicas(count: int, say: Say) -> tuple[list[Load], Optional[Load]]:
    """What replicas answer; of a single one also how long visitors wait at half of the most that it answers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scale-")))
        shared = {"BOT_DATABASE_URL": postgresql(stack), "BOT_SECRET": SECRET, "BOT_PROXIES": "127.0.0.1"}
        ports = [free_port() for _ in range(count)]
        for port in ports:
            environment = {**our_environment(port, str(folder / str(port))), **shared}
            stack.enter_context(serving(our_command(), port, FIRST_QUESTION, environment))
        front = free_port()
        nginx = proxy(folder, front)
        nginx.start(ports)
        stack.callback(nginx.stop)
        say(f"scale: {count} replica{'s' if count > 1 else ''}")
        address = f"http://127.0.0.1:{front}"
        loads = loads_of(address, "WebVisitor", say)
        if count > 1:
            return loads, None
        say("scale: half of the load")
        return loads, load_of(address, HALF_VISITORS, "WebVisitor", _best(loads) / 2)


def _stock(say: Say) -> list[Load]:
    """What stock Rasa answers with its documented FAQ recipe, trained on our phrasings."""
    with tempfile.TemporaryDirectory(prefix="stock-") as name:
        folder = Path(name)
        topics = shared_store(ROOT).content.topics.values()
        write_project(folder, [(text, topic.intent) for topic in topics for text in topic.phrasings], epochs=1)
        (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")
        say("scale: training stock Rasa")
        python = python_of(".venv-dev")
        run([python, "-m", "rasa", "train", "--fixed-model-name", "stock"], folder)
        port = free_port()
        model = folder / "models" / "stock.tar.gz"
        options = ["--model", model, "--credentials", "credentials.yml", "--interface", "127.0.0.1", "--port", port]
        with serving([python, "-m", "rasa", "run", *options], port, FIRST_QUESTION, stock=True, folder=folder):
            return loads_of(f"http://127.0.0.1:{port}", "StockVisitor", say)


def _best(loads: list[Load]) -> float:
    return max(load.per_second for load in loads)


def measure(_: bool, say: Say) -> Report:
    """Runs the benchmark; stock Rasa is always measured too.

    Raises:
        ModelError: There is no trained model.
        BenchmarkError: A server did not start, or a message got no reply.
    """
    verified_model(load_settings().models)
    found = {count: _replicas(count, say) for count in REPLICAS}
    ours = {count: loads for count, (loads, _) in found.items()}
    half = found[1][1]
    stock = _stock(say)
    figures = [
        Figure("One replica, most messages", _best(ours[1]), "per_s", at_least=LEAST_PER_SECOND),
        Figure("the same against stock", _best(ours[1]) / _best(stock), "ratio", at_least=TIMES_STOCK),
    ]
    if half:
        figures += [
            Figure("One replica at half of that: messages", half.per_second, "per_s"),
            Figure("One replica at half of that: 99th percentile", half.slowest, "ms", at_most=MOST_P99),
        ]
    for count, loads in ours.items():
        figures += figures_of(f"{count} replica{'s' if count > 1 else ''}", loads)
    figures += figures_of("Stock FAQ recipe", stock)
    details = {str(count): [load._asdict() for load in loads] for count, loads in ours.items()}
    details["half"] = [half._asdict()] if half else []
    details["stock"] = [load._asdict() for load in stock]
    return Report("scale", "Replicas", figures, details, [needs_table(_best(ours[1]))])


def needs_table(per_second: float) -> Table:
    """What more load needs, as docs/capacity.md has it.

    Args:
        per_second: The most messages a second that one replica answers.
    """
    table = Table(title="What more load needs", title_justify="left")
    for column in ("load", "messages a second", "replicas", "database connections", "turns a day"):
        table.add_column(column, justify="right")
    for need in needs(per_second):
        table.add_row(*need.cells()[:-1])
    return table
