"""What all tests share: a quiet environment, the trained model, fresh databases, and a way to say something."""

# ruff: noqa: E402 - the environment and the stand-ins for TensorFlow come before the first import of Rasa

import asyncio
import copy
import logging
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Optional
from uuid import uuid4

from bot.runtime import environment, logs, tensorflow_free

environment.prepare()
logs.configure("WARNING")
logging.getLogger().handlers.clear()  # pytest has its own
tensorflow_free.install()

import pytest
import requests
import sqlalchemy as sa
from hypothesis import settings
from prometheus_client import REGISTRY
from rasa.core.channels.channel import UserMessage
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.pool import NullPool

from bot.channels.output import ReplyChannel
from bot.content.store import ContentStore, shared_store
from bot.dialogue.reply import Reply
from bot.errors import ModelError
from bot.runtime.agent import Assistant, load_assistant
from bot.runtime.settings import ROOT
from bot.runtime.training import verified_model
from bot.storage.conversations import ConversationStore
from bot.storage.database import open_database
from bot.storage.locks import ConversationLocks

# No deadline: how long one example takes says more about the machine than about the code.
settings.register_profile("here", deadline=None, max_examples=100)
settings.register_profile("ci", settings.get_profile("here"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")

PATIENCE = 60
"""Seconds until a test gives up waiting for something that takes a moment."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fault-runs", type=int, default=2, help="how often each fault of tests/faults is tried")
    parser.addoption("--renew-transcripts", action="store_true", help="write docs/channels/transcripts/ anew")
    parser.addoption("--fault-resume", action="store_true", help="leave out tries that passed, and note those that do")


async def turn(
    assistant: Assistant, conversation: str, text: object, message_id: Optional[str] = None, channel: str = "text"
) -> list[Reply]:
    """One turn; returns what the visitor gets."""
    output = ReplyChannel()
    message = UserMessage("", output, conversation, input_channel=channel, message_id=message_id)
    message.text = text  # as it came: the constructor would strip it
    await assistant.handle_message(message)
    return output.pending


def say(
    assistant: Assistant, conversation: str, text: object, message_id: Optional[str] = None, channel: str = "text"
) -> list[Reply]:
    """One turn, for tests that are not asynchronous."""
    return asyncio.run(turn(assistant, conversation, text, message_id, channel))


def subprocess_environment(**settings: object) -> dict[str, str]:
    """The environment for a command as an operator would start it: without what this process has set, plus settings."""
    ours = {*environment.QUIET, *environment.ONE_THREAD}
    clean = {name: value for name, value in os.environ.items() if name not in ours and not name.startswith("BOT_")}
    return {**clean, **{name: str(value) for name, value in settings.items()}}


def counted(name: str, **labels: str) -> float:
    """What a metric of this process stands at; 0 before it is first counted."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    """Asks again until the answer is true, and returns it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


def is_up(address: str, process: subprocess.Popen, log: Path) -> bool:
    """Whether a server that was just started answers; fails with its log if it has ended."""
    assert process.poll() is None, log.read_text(encoding="utf-8")
    try:
        return requests.get(address, timeout=PATIENCE).status_code == 200
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _default_settings() -> Iterator[None]:
    """The settings of whoever runs the tests must not change what they test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("BOT_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The trained model's archive."""
    try:
        return verified_model(ROOT / "models")
    except ModelError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def no_rasa(tmp_path: Path) -> str:
    """A folder for ``PYTHONPATH`` in which Rasa cannot be imported."""
    (tmp_path / "blocked" / "rasa").mkdir(parents=True)
    (tmp_path / "blocked" / "rasa" / "__init__.py").write_text("raise ImportError('Rasa was imported')")
    return str(tmp_path / "blocked")


@pytest.fixture(scope="session")
def content_store() -> ContentStore:
    """The project's content."""
    return shared_store(ROOT)


@pytest.fixture(scope="session")
def postgresql_admin() -> Iterator[Engine]:
    """A real PostgreSQL of this session; an engine that may create databases in it."""
    # Not pytest's folder: as root, the server runs as another user, who has to get into it.
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)  # read when pgserver is imported; it warns if there is none
        import pgserver

        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        admin = sa.create_engine(server.get_uri(), future=True, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with admin.connect() as connection:
            connection.execute(sa.text("ALTER SYSTEM SET fsync = off"))  # nothing here has to survive a power cut
            connection.execute(sa.text("SELECT pg_reload_conf()"))
        yield admin
        server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_admin: Engine) -> Iterator[str]:
    """Address of a PostgreSQL database that is empty."""
    name = f"test_{uuid4().hex}"
    with postgresql_admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield make_url(postgresql_admin.url).set(database=name).render_as_string(hide_password=False)
    with postgresql_admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Address of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'conversations.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Address of an empty database: the test runs on SQLite and on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def open_engine() -> Iterator[Callable[[str], Engine]]:
    """Opens databases as the assistant does, and closes them at the end."""
    engines: list[Engine] = []

    def open_one(url: str) -> Engine:
        engines.append(open_database(url))
        return engines[-1]

    yield open_one
    for engine in engines:
        engine.dispose()


@pytest.fixture(scope="session")
def _loaded_assistant(
    model_path: Path, content_store: ContentStore, tmp_path_factory: pytest.TempPathFactory
) -> Assistant:
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('loaded') / 'unused.sqlite3'}")
    engine.dispose()
    return load_assistant(model_path, content_store, ConversationStore(engine))


@pytest.fixture
def assistant_on(_loaded_assistant: Assistant, open_engine: Callable[[str], Engine]) -> Callable[..., Assistant]:
    """Makes an assistant on a database: as good as one loaded anew, but the model is loaded once a session.

    Two of them on one database are like two processes: they share nothing that changes.
    """

    def make(
        url: str,
        clock: Callable[[], float] = time.time,
        store_type: Callable[..., ConversationStore] = ConversationStore,
    ) -> Assistant:
        assistant, processor = copy.copy(_loaded_assistant), copy.copy(_loaded_assistant.processor)
        store = store_type(open_engine(url), assistant.domain, clock)
        assistant.processor = processor
        assistant.store = assistant.tracker_store = processor.tracker_store = store
        assistant.lock_store = processor.lock_store = ConversationLocks()
        return assistant

    return make


@pytest.fixture
def assistant(assistant_on: Callable[..., Assistant], sqlite_url: str) -> Assistant:
    """The trained assistant on an empty SQLite database."""
    return assistant_on(sqlite_url)
