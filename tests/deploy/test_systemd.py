"""The units, checked by systemd, and the command of theirs that starts a replica."""

import re
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests
from conftest import PATIENCE, free_port, is_up, subprocess_environment, wait_for
from deployed import DEPLOY, REPLICA_UNIT, needed, replica_environment

from bot.channels.clients import client_address
from bot.runtime.settings import ROOT, Settings

UNITS = {
    "amicc-assistant@.service": "amicc-assistant@5005.service",
    "amicc-assistant-retention.service": "amicc-assistant-retention.service",
    "amicc-assistant-retention.timer": "amicc-assistant-retention.timer",
}
"""Each unit, and what it is called when it runs."""


def systemd_units(folder: Path, **replaced: str) -> list[Path]:
    """The units in a folder, with the program they start standing in for the installed one."""
    paths = []
    for source, name in UNITS.items():
        unit = (DEPLOY / source).read_text(encoding="utf-8")
        unit = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit, flags=re.MULTILINE)
        for old, new in replaced.items():
            unit = unit.replace(f"{old}=", new)
        paths.append(folder / name)
        paths[-1].write_text(unit, encoding="utf-8")
    return paths


def verified(paths: list[Path]) -> str:
    """What systemd says of units; nothing of ours if it accepts them."""
    command = [needed("systemd-analyze"), "verify", "--man=no", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def test_every_unit_is_checked() -> None:
    assert {path.name for path in DEPLOY.glob("amicc-*")} == set(UNITS)


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    said = verified(systemd_units(tmp_path))
    assert "amicc-assistant" not in said, said


@pytest.mark.parametrize(
    ("old", "new"), [("MemoryMax", "MemoryMost="), ("OnCalendar", "OnCalendar=noon "), ("Type", "Type=twoshot-")]
)
def test_the_check_of_systemd_can_fail(tmp_path: Path, old: str, new: str) -> None:
    assert "amicc-assistant" in verified(systemd_units(tmp_path, **{old: new}))


def test_the_timer_starts_what_the_documentation_says() -> None:
    service = (DEPLOY / "amicc-assistant-retention.service").read_text(encoding="utf-8")
    assert "-m bot retention run" in service
    for name in ("amicc-assistant@.service", "amicc-assistant-retention.service"):
        unit = (DEPLOY / name).read_text(encoding="utf-8")
        # Units with another user each would take the data folder away from each other.
        assert "User=amicc-assistant\n" in unit
        assert "StateDirectory=amicc-assistant\n" in unit


def test_the_units_believe_the_nginx_of_their_machine() -> None:
    proxies = Settings(proxies=replica_environment()["BOT_PROXIES"]).trusted_proxies
    assert client_address("127.0.0.1", "203.0.113.9", proxies) == "203.0.113.9"
    assert client_address("192.0.2.1", "203.0.113.9", proxies) == "192.0.2.1"


def unit_command(port: int) -> list[str]:
    """What the replicas' unit starts for a port, run by this interpreter."""
    (command,) = re.findall(r"^ExecStart=(.+)$", REPLICA_UNIT, re.MULTILINE)
    return command.replace("%i", str(port)).replace("/srv/assistant/.venv/bin/python", sys.executable).split()


def free_ports(count: int) -> list[int]:
    """Ports of four digits that are free, as are those with a 1 in front."""
    found: list[int] = []
    for port in range(5100, 9999):
        with ExitStack() as stack, suppress(OSError):
            for number in (port, 10_000 + port):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", number))
            found.append(port)
        if len(found) == count:
            return found
    raise AssertionError("no ports are free")


def test_units_with_one_file_of_settings_start_beside_each_other(tmp_path: Path, model_path: Path) -> None:
    # As an operator might write it, for one replica: the units override what has to differ.
    shared = {"BOT_METRICS_PORT": free_port(), "BOT_PORT": free_port(), "BOT_DATA_FOLDER": tmp_path / "data"}
    log = tmp_path / "log.txt"
    with ExitStack() as stack:
        ports = free_ports(2)
        processes = []
        for port in ports:
            process = subprocess.Popen(
                unit_command(port),
                cwd=ROOT,
                env=subprocess_environment(**{**replica_environment(), **shared}),
                stdout=subprocess.DEVNULL,
                stderr=stack.enter_context(log.open("ab")),
            )
            stack.callback(process.wait, PATIENCE)
            stack.callback(process.terminate)
            processes.append(process)
        for port, process in zip(ports, processes):
            wait_for(lambda: is_up(f"http://127.0.0.1:{port}/health", process, log), "a replica")  # noqa: B023
            assert "amicc_turns_total" in requests.get(f"http://127.0.0.1:1{port}/metrics", timeout=PATIENCE).text
