"""The small set-up, one process on SQLite, under the same load: a full disk, a slow action server, a moved clock."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import PATIENCE, free_port, subprocess_environment, wait_for

from bot.runtime.settings import ROOT
from faults.cluster import SECRET, Replica
from faults.delay import delaying_proxy
from faults.load import Load, Visitor, compare

SETTLE = 1.5
"""Seconds of undisturbed load before a fault."""
FULL_SECONDS = 4
SLOW_SECONDS = 5.0
FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
LIMITS: dict[str, object] = {"BOT_SECRET": SECRET, "BOT_RATE_SESSION": 10_000, "BOT_RATE_ADDRESS": 1_000_000}


@contextmanager
def one_process(folder: Path, **settings: object) -> Iterator[Replica]:
    replica = Replica(folder, {**LIMITS, **settings})
    try:
        replica.wait_until_ready()
        yield replica
    finally:
        replica.stop()


def assert_nothing_wrong(visitors: Sequence[Visitor], database: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{database}", future=True)
    verdict = compare(visitors, engine)
    engine.dispose()
    assert verdict.clean, verdict


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of its own, which only root can make."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path: Path) -> None:
    """Writes a file until the disk has no room for more."""
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_a_full_disk_stops_storing_and_loses_nothing(attempt: int, tmp_path: Path, questions: Sequence[str]) -> None:
    with small_disk(tmp_path / "disk", 64) as disk, one_process(disk) as replica:
        with Load(replica.address, questions) as load:
            wait_for(lambda: load.answered() > len(load.visitors), "the load to be steady")
            time.sleep(SETTLE)
            filler = disk / "filler"
            fill(filler)
            wait_for(lambda: any(visitor.refusals for visitor in load.visitors), "the disk to be felt")
            time.sleep(FULL_SECONDS)
            filler.unlink()
            after = load.answered()
            wait_for(lambda: load.answered() > after + len(load.visitors), "the service to be back")
        said = {text for visitor in load.visitors for text in visitor.refusals}
        assert all("send it again" in text for text in said), said
        assert_nothing_wrong(load.visitors, disk / "data" / "conversations.sqlite3")


@contextmanager
def stock_action_server() -> Iterator[str]:
    """Rasa's own action server, as `make actions` starts it, on loopback alone."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)],
        cwd=ROOT,
        env=subprocess_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_a_slow_action_delays_its_own_visitor_alone(attempt: int, tmp_path: Path, questions: Sequence[str]) -> None:
    with stock_action_server() as actions, delaying_proxy(actions, SLOW_SECONDS) as endpoint:
        with one_process(tmp_path, BOT_ACTION_ENDPOINT=f"{endpoint}/webhook") as replica:
            # A message without words is answered by an action, a topic's title is not.
            slow = Load(replica.address, ["!!!"], visitors=1)
            with Load(replica.address, questions) as load, slow:
                wait_for(lambda: load.answered() > len(load.visitors), "the load to be steady")
                before = load.answered(), slow.answered()
                wait_for(lambda: slow.answered() > before[1], "the slow action")
                assert load.answered() > before[0] + len(load.visitors), "the others had to wait"
        (waiting,) = slow.visitors
        assert waiting.slowest >= SLOW_SECONDS
        assert_nothing_wrong(load.visitors, tmp_path / "data" / "conversations.sqlite3")


@pytest.mark.parametrize("hours", [2, -2], ids=["forward", "back"])
def test_a_moved_clock_loses_nothing(attempt: int, hours: int, tmp_path: Path, questions: Sequence[str]) -> None:
    assert FAKETIME, "install faketime (Debian has it); `make test` does so as root"
    clock = tmp_path / "clock"
    clock.write_text("+0", encoding="ascii")
    settings = {
        "LD_PRELOAD": FAKETIME[0],
        "FAKETIME_TIMESTAMP_FILE": clock,
        "FAKETIME_CACHE_DURATION": 1,
        "DONT_FAKE_MONOTONIC": 1,
    }
    with one_process(tmp_path, **settings) as replica, Load(replica.address, questions) as load:
        wait_for(lambda: load.answered() > len(load.visitors), "the load to be steady")
        clock.write_text(f"{hours * 3600:+d}", encoding="ascii")
        time.sleep(SETTLE)
        after = load.answered()
        wait_for(lambda: load.answered() > after + 2 * len(load.visitors), "the service to go on")
    database = tmp_path / "data" / "conversations.sqlite3"
    engine = sa.create_engine(f"sqlite:///{database}", future=True)
    with engine.connect() as connection:
        first, last = connection.execute(sa.text("SELECT min(at), max(at) FROM turns")).one()
    engine.dispose()
    assert last - first > 3600, "the clock did not move"
    assert_nothing_wrong(load.visitors, database)
