"""The server as an operator starts it, a process of its own, and a visitor of its web channel."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Optional
from uuid import uuid4

import jwt
import requests
from conftest import PATIENCE, free_port, is_up, subprocess_environment, wait_for

from bot.runtime.settings import ROOT

PROJECT = ["bot", "actions", "data", "knowledge", "config.yml", "domain.yml", "endpoints.yml", "credentials.yml"]
UNLIMITED = 1_000_000
"""Requests a minute: tests ask faster than any visitor. Those of the limits set their own."""


class Server:
    """A running server."""

    def __init__(self, folder: Path, root: Path = ROOT, options: Sequence[object] = (), **settings: object) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.data, self.log = folder / "server data", folder / "stderr.txt"
        rates = {"BOT_RATE_SESSION": UNLIMITED, "BOT_RATE_ADDRESS": UNLIMITED}
        environment = subprocess_environment(**{"BOT_PORT": port, "BOT_DATA_FOLDER": self.data, **rates, **settings})
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "bot", "serve", *map(str, options)]
            self.process = subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=log)
        wait_for(lambda: is_up(f"{self.address}/health", self.process, self.log), "the server")

    def request(self, method: str, path: str, **arguments: Any) -> requests.Response:
        return requests.request(method, self.address + path, timeout=PATIENCE, **arguments)

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.request("GET", path, headers=headers)

    def post(self, body: object, path: str = "/chat/v1/message", **headers: str) -> requests.Response:
        """Sends a body, as bytes or as JSON, the way a browser does."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", path, data=data, headers={"Content-Type": "text/plain", **headers})

    def said(self) -> str:
        """What the server wrote to standard error."""
        return self.log.read_text(encoding="utf-8")

    def query(self, statement: str, *parameters: object) -> list[tuple]:
        """Reads the server's database."""
        address = f"file:{self.data / 'conversations.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            return connection.execute(statement, parameters).fetchall()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE)


def refused_start(folder: Path, root: Path = ROOT, options: Sequence[object] = (), **settings: object) -> str:
    """Starts a server that must not start, and returns the one line that says why."""
    environment = subprocess_environment(**{"BOT_PORT": free_port(), "BOT_DATA_FOLDER": folder / "data", **settings})
    result = subprocess.run(
        [sys.executable, "-m", "bot", "serve", *map(str, options)],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1, result.stderr
    assert result.stderr.endswith(errors[0] + "\n")
    return errors[0]


def project_copy(folder: Path, model_path: Path, make_widget: Optional[Callable[[Path], object]] = None) -> Path:
    """A copy of the project with the trained model, whose files a test may change.

    Args:
        folder: Where to.
        model_path: The trained model.
        make_widget: Writes another widget's folder; None takes the project's.
    """
    root = folder / "project"
    root.mkdir()
    for name in PROJECT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, root / name)
    (root / "models").symlink_to(model_path.parent)
    if make_widget:
        make_widget(root / "widget")
    else:
        shutil.copytree(ROOT / "widget", root / "widget")
    return root


class Visitor:
    """Somebody with one session."""

    def __init__(self, server: Server, token: Optional[str] = None) -> None:
        self.server, self.token = server, token

    def send(self, text: str, message_id: Optional[str] = None, **fields: object) -> requests.Response:
        """Sends a message, and keeps the token of the response."""
        body = {"token": self.token, "message_id": message_id or uuid4().hex, "message": text, **fields}
        response = self.server.post(body)
        if response.ok:
            self.token = response.json()["token"]
        return response

    def ask(self, text: str, message_id: Optional[str] = None) -> list[dict[str, Any]]:
        """Sends a message and returns the replies."""
        response = self.send(text, message_id)
        assert response.status_code == 200, response.text
        return response.json()["replies"]

    def answer(self, text: str) -> dict[str, Any]:
        """Sends a message and returns its one reply."""
        (reply,) = self.ask(text)
        return reply

    def vote(self, message_id: str, value: str, **fields: object) -> requests.Response:
        body = {"token": self.token, "message_id": message_id, "value": value, **fields}
        return self.server.post(body, "/chat/v1/feedback")

    @property
    def conversation(self) -> str:
        """The id under which the conversation is stored."""
        assert self.token is not None
        return jwt.decode(self.token, options={"verify_signature": False})["sub"]
