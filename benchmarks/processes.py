"""Child processes: the two environments, what they cost, and servers that are asked over HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple, Optional
from uuid import uuid4

import psutil
import requests

from benchmarks.report import BenchmarkError
from bot.runtime.environment import QUIET
from bot.runtime.settings import ROOT, load_settings
from bot.runtime.training import MODEL_NAME

START_LIMIT = 180.0
"""Seconds after which a server that does not answer has failed."""
POLL_SECONDS = 0.02
"""How often a starting server is asked; the start is measured no finer than this."""


def python_of(environment: str) -> Path:
    """The interpreter of ``.venv`` or ``.venv-dev``.

    Raises:
        BenchmarkError: The environment has not been set up.
    """
    path = ROOT / environment / "bin" / "python"
    if not path.exists():
        target = "make train" if environment == ".venv" else "make lint"
        raise BenchmarkError(f"The environment {environment} is missing. Run: {target}")
    return path


def children_cpu() -> float:
    """CPU seconds, user and system, of all children that have ended and been waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command: Sequence[object], folder: Path = ROOT) -> float:
    """Runs a command to its end without showing what it prints.

    Args:
        command: Program and arguments.
        folder: Where it runs.

    Returns:
        CPU seconds of the command and its children.

    Raises:
        BenchmarkError: It failed; the text holds its last line.
    """
    before = children_cpu()
    ended = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **QUIET},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise BenchmarkError(_failure(command, ended.returncode, ended.stdout))
    return children_cpu() - before


def run_module(python: Path, module: str, request: Any = None) -> Any:
    """Runs a module of this package in a process of its own; it answers through a file.

    Standard output would not do: Rasa writes remarks of its own there.

    Args:
        python: Interpreter to use.
        module: Name of the module; its ``main`` calls :func:`benchmarks.child.answer`.
        request: What it gets, as JSON.

    Returns:
        What it answered.

    Raises:
        BenchmarkError: It failed; the text holds its last line.
    """
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "request.json", Path(folder) / "answer.json"
        asked.write_text(json.dumps(request), encoding="utf-8")
        run([python, "-m", module, asked, answered])
        return json.loads(answered.read_text(encoding="utf-8"))


def _failure(command: Sequence[object], code: int, output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    shown = " ".join(Path(str(part)).name for part in command[:4])
    return f"`{shown} ...` ended with code {code}: {lines[-1] if lines else 'it printed nothing'}"


def free_port() -> int:
    """A port on this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def our_environment(port: int, data_folder: str) -> dict[str, str]:
    """Settings of a server of ours that a benchmark may ask as often as it likes."""
    return {
        "BOT_PORT": str(port),
        "BOT_DATA_FOLDER": data_folder,
        "BOT_INTERFACE": "127.0.0.1",
        "BOT_RATE_SESSION": "1000000",
        "BOT_RATE_ADDRESS": "1000000",
    }


def our_command() -> list[object]:
    """Our own server, as an operator starts it."""
    return [python_of(".venv"), "-m", "bot", "serve"]


def stock_command(port: int) -> list[object]:
    """Rasa's own server with our model and its ``rest`` channel."""
    options = ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml", "--interface", "127.0.0.1"]
    model = load_settings().models / MODEL_NAME
    return [python_of(".venv-dev"), "-m", "rasa", "run", "--model", model, "--port", port, *options]


class Server(NamedTuple):
    """A running server.

    Attributes:
        process: Its process; the start of its tree.
        url: Where messages go.
        session: HTTP connection that is kept open.
        tokens: Token of each sender's session, if the server is ours; None if it speaks Rasa's ``rest``.
        first_answer: Seconds from the start of the process to the first answer.
    """

    process: psutil.Popen
    url: str
    session: requests.Session
    tokens: Optional[dict[str, str]]
    first_answer: float

    def ask(self, text: str, sender: str) -> list[dict[str, Any]]:
        """One turn; returns the replies, or the messages of Rasa's channel."""
        body: dict[str, Any] = {"sender": sender, "message": text}
        if self.tokens is not None:
            body = {"token": self.tokens.get(sender), "message_id": uuid4().hex, "message": text}
        response = self.session.post(self.url, json=body, timeout=60)
        response.raise_for_status()
        answer: Any = response.json()
        if self.tokens is None:
            messages: list[dict[str, Any]] = answer
            return messages
        self.tokens[sender] = answer["token"]
        replies: list[dict[str, Any]] = answer["replies"]
        return replies

    def resident(self) -> float:
        """Resident memory of the process and its children, MB; memory that they share counts for each."""
        tree = [self.process, *self.process.children(recursive=True)]
        return float(sum(process.memory_info().rss for process in tree)) / 1e6


@contextlib.contextmanager
def serving(
    command: Sequence[object],
    port: int,
    question: str,
    environment: Optional[dict[str, str]] = None,
    stock: bool = False,
    folder: Path = ROOT,
) -> Iterator[Server]:
    """Starts a server, waits for its first answer, and stops it at the end.

    Args:
        command: Program and arguments.
        port: Where it will listen.
        question: The first question; it must have an answer.
        environment: Variables to set.
        stock: Whether it is Rasa's own server with its ``rest`` channel.
        folder: Folder of the project.

    Raises:
        BenchmarkError: It ended, or gave no answer in time.
    """
    with tempfile.TemporaryFile("w+") as log, requests.Session() as session:
        # A proxy that is set for the network must not be asked for this machine itself.
        session.trust_env = False
        started = time.perf_counter()
        process = psutil.Popen(
            [str(part) for part in command],
            cwd=folder,
            env={**os.environ, **QUIET, **(environment or {})},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            path = "webhooks/rest/webhook" if stock else "chat/v1/message"
            server = Server(process, f"http://127.0.0.1:{port}/{path}", session, None if stock else {}, 0.0)
            while not _answers(server, question):
                if process.poll() is not None:
                    log.seek(0)
                    raise BenchmarkError(_failure(command, process.returncode, log.read()))
                if time.perf_counter() - started > START_LIMIT:
                    raise BenchmarkError(f"`{command[0]}` gave no answer in {START_LIMIT:.0f} s")
                time.sleep(POLL_SECONDS)
            yield server._replace(first_answer=time.perf_counter() - started)
        finally:
            _stop(process)


def _answers(server: Server, question: str) -> bool:
    try:
        return bool(server.ask(question, uuid4().hex))
    except requests.RequestException:
        return False


def _stop(process: psutil.Popen) -> None:
    process.terminate()
    try:
        process.wait(15)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait()


def postgresql(stack: ExitStack) -> str:
    """Address of a PostgreSQL that lives as long as the stack."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="postgresql-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # pgserver warns if there is none
    from pgserver.postgres_server import get_server

    server = get_server(Path(folder) / "data", cleanup_mode="delete")
    stack.callback(server.cleanup)
    return str(server.get_uri())
