"""The deployment files as tests read them, and the programs that check them."""

import os
import re
import shutil
import subprocess

from bot.runtime.settings import ROOT

DEPLOY = ROOT / "deploy"
RUN_TIME = ROOT / ".venv" / "bin" / "python"
"""The interpreter that is deployed: without the packages that only tests and the stock commands need."""
REPLICA_UNIT = (DEPLOY / "amicc-assistant@.service").read_text(encoding="utf-8")


def needed(command: str) -> str:
    """Path of a program that these tests cannot do without."""
    found = shutil.which(command, path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, f"install {command} (Debian has it); `make test` does so as root"
    return found


def run(*command: str) -> str:
    """What a command that has to succeed printed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output


def replica_environment() -> dict[str, str]:
    """The lines ``Environment=`` of the replicas' unit."""
    pairs = " ".join(re.findall(r"^Environment=(.+)$", REPLICA_UNIT, re.MULTILINE)).split()
    return dict(pair.split("=", 1) for pair in pairs)
