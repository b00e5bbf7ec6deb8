"""One process of the assistant."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from bot.runtime.settings import ROOT

STOP_SECONDS = 30.0
"""How long a replica may take to finish its turns."""


class Replica:
    """``python -m bot serve`` of a release, on a port of this machine."""

    def __init__(self, release: Path, port: int, settings: Mapping[str, str]) -> None:
        """Starts it.

        Args:
            release: Folder of the project that it runs.
            port: Where it listens, on loopback.
            settings: Environment variables on top of this process's own.
        """
        self.release = release
        self.port = port
        self._environment = {**os.environ, **settings, "BOT_INTERFACE": "127.0.0.1", "BOT_PORT": str(port)}
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        command = [str(_python(self.release)), "-m", "bot", "serve"]
        return subprocess.Popen(command, cwd=self.release, env=self._environment, start_new_session=True)

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    @property
    def is_ready(self) -> bool:
        """Whether it can answer messages."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def start_again(self) -> None:
        """Starts it once more, after it has ended."""
        self._process = self._started()

    def stop(self) -> None:
        """Ends it once its turns are done."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_SECONDS)


def _python(release: Path) -> Path:
    """The interpreter of a release: its own; for the release that this process runs from, this process's."""
    return Path(sys.executable) if release == ROOT else release / ".venv" / "bin" / "python"
