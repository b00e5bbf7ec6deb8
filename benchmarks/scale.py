"""What one, two and four replicas on one PostgreSQL behind nginx answer, beside stock Rasa with its memory store.

All of them, the database and the visitors share one machine: on two cores, four replicas show what sharing costs, not
what four machines give.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.processes import free_port, our_environment, python_of, serving
from benchmarks.proxy import proxy
from benchmarks.report import Figure, Report, Say
from benchmarks.samples import FIRST_QUESTION
from benchmarks.web import Load, figures_of, loads_of, stock_loads
from bot.runtime.settings import load_settings
from bot.runtime.training import verified_model

REPLICAS = (1, 2, 4)
LEAST_PER_SECOND = 60.0
TIMES_STOCK = 5.0


SECRET = "one key that all replicas of the benchmark sign with"


def _database(stack: ExitStack) -> str:
    """Address of a PostgreSQL that lives as long as the stack."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="postgresql-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # pgserver warns if there is none
    from pgserver.postgres_server import get_server

    server = get_server(Path(folder) / "data", cleanup_mode="delete")
    stack.callback(server.cleanup)
    return str(server.get_uri())


def _replicas(count: int, say: Say) -> list[Load]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scale-")))
        shared = {"BOT_DATABASE_URL": _database(stack), "BOT_SECRET": SECRET, "BOT_PROXIES": "127.0.0.1"}
        ports = [free_port() for _ in range(count)]
        for port in ports:
            environment = {**our_environment(port, str(folder / str(port))), **shared}
            stack.enter_context(serving([python_of(".venv"), "-m", "bot", "serve"], port, FIRST_QUESTION, environment))
        front = free_port()
        nginx = proxy(folder, front)
        nginx.start(ports)
        stack.callback(nginx.stop)
        say(f"scale: {count} replica{'s' if count > 1 else ''}")
        return loads_of(f"http://127.0.0.1:{front}", "WebVisitor", say)


def measure(_: bool, say: Say) -> Report:
    """Runs the benchmark; stock Rasa is always measured too.

    Raises:
        ModelError: There is no trained model.
        BenchmarkError: A server did not start, or a message got no reply.
    """
    verified_model(load_settings().models)
    ours = {count: _replicas(count, say) for count in REPLICAS}
    stock = stock_loads(say)
    best = max(load.per_second for load in ours[1])
    figures = [
        Figure("One replica, most messages", best, "per_s", at_least=LEAST_PER_SECOND),
        Figure("the same against stock", best / max(load.per_second for load in stock), "ratio", at_least=TIMES_STOCK),
    ]
    for count, loads in ours.items():
        figures += figures_of(f"{count} replica{'s' if count > 1 else ''}", loads)
    figures += figures_of("Stock `rest`", stock)
    details = {str(count): [load._asdict() for load in loads] for count, loads in ours.items()}
    return Report("scale", "Replicas", figures, {**details, "stock": [load._asdict() for load in stock]})
