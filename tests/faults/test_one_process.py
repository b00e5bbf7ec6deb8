"""The small set-up, one process on SQLite, under the same load: a full disk, a slow action server, a moved clock."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from conftest import PATIENCE, free_port, is_up, subprocess_environment, wait_for
from sqlalchemy.pool import NullPool

from bot.runtime.settings import ROOT
from faults import stated
from faults.check import assert_nothing_wrong
from faults.cluster import SECRET, Replica
from faults.delay import delaying_proxy
from faults.load import Load

FULL_SECONDS = 4
CLOCK_SECONDS = 1.5
"""Until the process has noticed that its clock was moved."""
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


def database_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'data' / 'conversations.sqlite3'}"


class Disk(NamedTuple):
    """A disk that can be filled and freed.

    Attributes:
        settings: For the process that uses it.
        fill: Leaves no room.
        free: Makes room again.
    """

    settings: dict[str, object]
    fill: Callable[[], None]
    free: Callable[[], None]


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """A disk of its own, which only an administrator can make."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], check=True)
    filler = folder / "filler"

    def fill() -> None:
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    try:
        yield Disk({}, fill, filler.unlink)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def few_pages(folder: Path) -> Iterator[Disk]:
    """SQLite's own limit, which says the same as a full disk and which everybody may set."""
    sign = folder / "full"
    settings: dict[str, object] = {"PYTHONPATH": Path(__file__).with_name("few_pages"), "SQLITE_FULL_FILE": sign}
    yield Disk(settings, sign.touch, sign.unlink)


def _may_mount() -> bool:
    """Whether this process has ``CAP_SYS_ADMIN``: root in a container often has not."""
    found = re.search(r"^CapEff:\s*(\w+)$", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    return found is not None and bool(int(found[1], 16) >> 21 & 1)


DISKS = [small_disk, few_pages] if _may_mount() else [few_pages]


@pytest.mark.parametrize("make_disk", DISKS, ids=lambda make: make.__name__)
def test_a_full_disk_stops_storing_and_loses_nothing(
    attempt: int,
    make_disk: Callable[[Path], AbstractContextManager[Disk]],
    tmp_path: Path,
    questions: Sequence[str],
    helpful: frozenset[str],
) -> None:
    with make_disk(tmp_path) as disk:
        with one_process(tmp_path, **disk.settings) as replica, Load(replica.address, questions) as load:
            load.wait_until_steady()
            disk.fill()
            wait_for(lambda: any(visitor.refusals for visitor in load.visitors), "the disk to be felt")
            time.sleep(FULL_SECONDS)
            disk.free()
            assert load.seconds_until_back() <= stated.BACK[stated.FULL]
        assert_nothing_wrong(load, database_in(tmp_path), helpful)


@contextmanager
def stock_action_server(folder: Path) -> Iterator[str]:
    """Rasa's own action server, as `make actions` starts it, on loopback alone."""
    port, said = free_port(), folder / "actions.txt"
    address = f"http://127.0.0.1:{port}"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)],
            cwd=ROOT,
            env=subprocess_environment(SANIC_HOST="127.0.0.1"),
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    try:
        wait_for(lambda: is_up(f"{address}/health", process, said), "the action server")
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_a_slow_action_delays_its_own_visitor_alone(
    attempt: int, tmp_path: Path, questions: Sequence[str], helpful: frozenset[str]
) -> None:
    with stock_action_server(tmp_path) as actions, delaying_proxy(actions, "action_fallback", SLOW_SECONDS) as endpoint:
        with one_process(tmp_path, BOT_ACTION_ENDPOINT=f"{endpoint}/webhook") as replica:
            # A message without words is answered by that action, a topic's title is not.
            slow = Load(replica.address, ["!!!"], visitors=1, volunteers=0)
            with Load(replica.address, questions) as load:
                load.wait_until_steady()
                with slow:
                    before = load.answered()
                    seconds = load.seconds_until_back()
                    wait_for(lambda: slow.answered() > 0, "the slow action")
                    meanwhile = load.answered() - before
        (waiting,) = slow.visitors
        assert waiting.slowest >= SLOW_SECONDS
        assert meanwhile > len(load.visitors), "the others had to wait"
        assert seconds <= stated.BACK[stated.SLOW]
        assert_nothing_wrong(load, database_in(tmp_path), helpful)


@pytest.mark.parametrize("hours", [2, -2], ids=["forward", "back"])
def test_a_moved_clock_loses_nothing(
    attempt: int, hours: int, tmp_path: Path, questions: Sequence[str], helpful: frozenset[str]
) -> None:
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
        load.wait_until_steady()
        clock.write_text(f"{hours * 3600:+d}", encoding="ascii")
        time.sleep(CLOCK_SECONDS)
        assert load.seconds_until_back() <= stated.BACK[stated.JUMPED]
    engine = sa.create_engine(database_in(tmp_path), future=True, poolclass=NullPool)
    with engine.connect() as connection:
        first, last = connection.execute(sa.text("SELECT min(at), max(at) FROM turns")).one()
    assert last - first > 3600, "the clock did not move"
    assert_nothing_wrong(load, database_in(tmp_path), helpful)
