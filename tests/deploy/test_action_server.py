"""The optional stock action server: started from the run-time environment as the files say, and not open to others."""

import shlex
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from conftest import PATIENCE, free_port, is_up, subprocess_environment, wait_for
from deployed import DEPLOY, RUN_TIME, needed, run
from served import Server, Visitor

from bot.runtime.settings import ROOT

SERVICES = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))["services"]


def make_command() -> str:
    """What `make actions` starts, without setting up the environment first."""
    return run(needed("make"), "--dry-run", "--no-print-directory", "actions").splitlines()[-1]


@contextmanager
def action_server(port: int, log: Path) -> Iterator[None]:
    """Started as `make actions` does, on another port."""
    with log.open("wb") as output:
        command = f"exec env {make_command()} --port {port}"
        environment = subprocess_environment()
        process = subprocess.Popen(command, shell=True, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        wait_for(lambda: is_up(f"http://127.0.0.1:{port}/health", process, log), "the action server")
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_a_replica_answers_by_an_action_server_that_this_machine_alone_reaches(tmp_path: Path) -> None:
    assert str(RUN_TIME.relative_to(ROOT)) in shlex.split(make_command())
    port = free_port()
    server = Server(tmp_path / "server", BOT_ACTION_ENDPOINT=f"http://127.0.0.1:{port}/webhook")
    try:
        with action_server(port, tmp_path / "actions.txt"):
            # A message without words is answered by an action.
            answered = Visitor(server).answer("!!!")["text"]
            with socket.socket() as other:
                # Another address of this machine stands for the network: a server on every interface would take it.
                assert other.connect_ex(("127.0.0.2", port)) != 0
        assert Visitor(server).answer("!!!")["text"] != answered, "it does without the action server"
    finally:
        server.stop()


def test_the_action_server_of_the_compose_file_is_optional_and_inside() -> None:
    service = SERVICES["actions"]
    assert service["profiles"] == ["actions"]
    assert "ports" not in service
    assert service["networks"] == ["inside"]
    assert service["command"] == shlex.split(make_command().partition(" ")[2])
    # It hands what it found to the replicas; what they share is none of its business.
    assert not service["environment"]
    assert SERVICES["replica-1"]["environment"]["BOT_ACTION_ENDPOINT"] == "${BOT_ACTION_ENDPOINT:-}"
