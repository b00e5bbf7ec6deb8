"""Replicas behind nginx as an operator runs them: started, one lost, replaced under load, changed back."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest
import requests
import sqlalchemy as sa
from conftest import PATIENCE, free_port, is_up, subprocess_environment, wait_for
from faults.check import compare
from faults.load import Load
from faults.visitors import NO_ANSWER

from bot.content.store import ContentStore
from bot.runtime.replicas.state import FOLDER, State, read_state
from bot.runtime.settings import ROOT

SECRET = "a key for tests alone and of enough characters to sign with"
TITLE, CHANGED = "What is the International Criminal Court?", "So what is this Court?"
RELEASE = ("actions", "bot", "data", "deploy", "knowledge", "models", "widget")


class Scaled:
    """``python -m bot replicas run`` in a folder of its own."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder, self.database_url = folder, database_url
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log.txt"
        self._environment = subprocess_environment(
            BOT_DATABASE_URL=database_url,
            BOT_SECRET=SECRET,
            BOT_PORT=self.port,
            BOT_DATA_FOLDER=folder / "data",
            BOT_RATE_ADDRESS=1_000_000,
        )
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "bot", "replicas", "run", "--count", "2"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stderr=log)
        wait_for(lambda: is_up(f"{self.address}/health", self.process, self.log), "the replicas")
        wait_for(lambda: read_state(folder / "data" / FOLDER), "the state of the supervisor")

    @property
    def state(self) -> State:
        state = read_state(self.folder / "data" / FOLDER)
        assert state
        return state

    def command(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Runs a command of ``python -m bot replicas``."""
        return subprocess.run(
            [sys.executable, "-m", "bot", "replicas", *map(str, arguments)],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=3 * PATIENCE,
        )

    def replicas(self) -> list[psutil.Process]:
        """The replicas' processes."""
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if "serve" in child.cmdline()]

    def title_of(self, topic: str) -> str:
        return str(requests.get(f"{self.address}/chat/v1/topic/{topic}", timeout=PATIENCE).json()["title"])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def scaled(model_path: Path, postgresql_admin: sa.engine.Engine) -> Iterator[Scaled]:
    with postgresql_admin.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE scaled"))
    url = postgresql_admin.url.set(database="scaled").render_as_string(hide_password=False)
    with tempfile.TemporaryDirectory(prefix="scaled-") as folder:
        running = Scaled(Path(folder), url)
        yield running
        running.stop()
        assert running.process.returncode == 0, running.log.read_text()


@pytest.fixture(scope="module")
def release(scaled: Scaled) -> Path:
    """A copy of the project in which one title reads otherwise."""
    folder = scaled.folder / "release"
    for name in RELEASE:
        shutil.copytree(ROOT / name, folder / name)
    for path in ROOT.glob("*.yml"):
        shutil.copy(path, folder)
    (folder / ".venv").symlink_to(sys.prefix)
    topic = next((folder / "data" / "nlu" / "faq").rglob("icc.yml"))
    text = topic.read_text(encoding="utf-8")
    topic.write_text(text.replace(f"title: {TITLE}", f"title: {CHANGED}"), encoding="utf-8")
    assert CHANGED in topic.read_text(encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def questions(content_store: ContentStore) -> list[str]:
    """Titles that no test changes."""
    return [topic.title for topic in content_store.content.topics.values() if topic.id != "icc"]


def test_a_release_takes_over_under_load_and_back_again(
    scaled: Scaled, release: Path, questions: Sequence[str]
) -> None:
    with Load(scaled.address, questions, visitors=3, volunteers=0) as load:
        wait_for(lambda: load.answered() > 3, "the load to be steady")
        done = scaled.command("handover", release)
        assert done.returncode == 0, done.stderr + scaled.log.read_text()
        assert scaled.title_of("icc") == CHANGED
        done = scaled.command("rollback")
        assert done.returncode == 0, done.stderr + scaled.log.read_text()
        assert scaled.title_of("icc") == TITLE
        after = load.answered()
        wait_for(lambda: load.answered() > after + 3, "answers after the change")
    engine = sa.create_engine(scaled.database_url, future=True)
    with engine.connect() as connection:
        verdict = compare(load.visitors, connection)
    engine.dispose()
    assert verdict.clean, verdict
    assert sum(visitor.refusals[NO_ANSWER] for visitor in load.visitors) == 0
    assert len(scaled.replicas()) == 2


def test_a_release_that_does_not_start_changes_nothing(scaled: Scaled, release: Path) -> None:
    topic = next((release / "data" / "nlu" / "faq").rglob("icc.yml"))
    before, pids = scaled.state, {replica.pid for replica in scaled.replicas()}
    topic.write_text("nlu: [", encoding="utf-8")
    done = scaled.command("handover", release)
    assert done.returncode == 1
    assert "Nothing was changed" in done.stderr
    assert "Traceback" not in done.stderr
    assert scaled.state.release == before.release
    assert {replica.pid for replica in scaled.replicas()} == pids
    assert scaled.title_of("icc") == TITLE


def test_a_replica_that_ends_is_started_again(scaled: Scaled) -> None:
    victim = scaled.replicas()[0]
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait(PATIENCE)
    wait_for(lambda: len(scaled.replicas()) == 2, "a new replica")
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and "started again" not in scaled.log.read_text():
        time.sleep(0.05)
    assert "started again" in scaled.log.read_text()


def test_without_replicas_there_is_nothing_to_change(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "replicas", "rollback"],
        cwd=ROOT,
        env=subprocess_environment(BOT_DATA_FOLDER=tmp_path),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert "make replicas" in done.stderr


@pytest.mark.parametrize("settings", [{}, {"BOT_SECRET": SECRET}, {"BOT_DATABASE_URL": "postgresql:///assistant"}])
def test_what_replicas_share_has_to_be_set(settings: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "replicas", "run"],
        cwd=ROOT,
        env=subprocess_environment(BOT_DATA_FOLDER=tmp_path, **settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert "BOT_DATABASE_URL" in done.stderr
    assert "BOT_SECRET" in done.stderr
    assert not list(tmp_path.iterdir())
