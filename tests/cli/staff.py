"""Runs the commands of ``python -m bot`` as staff type them."""

import subprocess
import sys

from conftest import subprocess_environment

from bot.runtime.settings import ROOT


class Staff:
    """Runs commands on a database."""

    def __init__(self, url: str, folder: object, **settings: object) -> None:
        self._environment = subprocess_environment(BOT_DATABASE_URL=url, BOT_DATA_FOLDER=folder, **settings)

    def run(self, *arguments: str, code: int = 0) -> str:
        command = [sys.executable, "-m", "bot", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr
