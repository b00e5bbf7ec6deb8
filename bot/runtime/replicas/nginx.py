"""nginx in front of the replicas, with the project's own site file."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Optional

from bot.errors import Errors, StartError
from bot.runtime.settings import ROOT

DEPLOYED = ROOT / "deploy" / "nginx"
STOP_SECONDS = 10.0
"""How long requests that run may take once nginx is told to stop."""

SITE, REPLICAS = "amicc.conf", "replicas.conf"
Adapt = Callable[[str, str], str]
"""Changes a configuration file, given its name in ``deploy/nginx`` and its text."""


def substituted(text: str, changes: Mapping[str, str]) -> str:
    """A configuration with every match of some patterns replaced.

    Args:
        text: The configuration.
        changes: What to write, by regular expression.

    Raises:
        ValueError: A pattern matches nothing: the deployed file has changed, and who changes it has to follow.
    """
    for pattern, new in changes.items():
        text, count = re.subn(pattern, new.replace("\\", r"\\"), text)
        if not count:
            raise ValueError(f"The configuration of nginx has nothing like {pattern!r}")
    return text


def _as_deployed(_: str, text: str) -> str:
    return text


class Nginx:
    """An nginx process of our own; a system's nginx is not touched."""

    def __init__(self, folder: Path, listen: str, adapt: Adapt = _as_deployed) -> None:
        """Prepares it.

        Args:
            folder: Where its files are written; made if missing.
            listen: What follows ``listen`` in its configuration, such as ``127.0.0.1:5005``.
            adapt: Changes the deployed files before they are written, for benchmarks and tests.

        Raises:
            StartError: nginx is not installed.
        """
        self._program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        if not self._program:
            raise StartError(Errors.E071)
        self._folder = folder
        self._listen = listen
        self._adapt = adapt
        self._process: Optional[subprocess.Popen[bytes]] = None

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self, ports: Sequence[int]) -> None:
        """Starts it in front of replicas on these ports of this machine."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write_replicas(ports)
        deployed = (DEPLOYED / SITE).read_text(encoding="utf-8")
        here = {"/etc/nginx": str(self._folder), "listen 80;": f"listen {self._listen};"}
        site = self._adapt(SITE, substituted(deployed, here))
        (self._folder / "site.conf").write_text(site, encoding="utf-8")
        main = self._folder / "nginx.conf"
        main.write_text(self._main(), encoding="utf-8")
        command = [str(self._program), "-c", str(main), "-p", str(self._folder)]
        # A session of its own: Ctrl-C in a terminal is for the one that watches over it.
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)

    def point_to(self, ports: Sequence[int]) -> None:
        """Sends new requests to these replicas; those that run are finished where they are."""
        self._write_replicas(ports)
        if self._process:
            self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """Ends it once the requests that run are answered."""
        if not self._process:
            return
        self._process.send_signal(signal.SIGQUIT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.terminate()
            self._process.wait(STOP_SECONDS)

    def _main(self) -> str:
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = " ".join(f"{kind}_temp_path {self._folder}/{kind};" for kind in kinds)
        user = "user root;\n" if os.geteuid() == 0 else ""  # its workers have to get into the folder
        return (
            f"{user}daemon off; pid {self._folder}/nginx.pid; error_log {self._folder}/nginx.log;\n"
            f"events {{ worker_connections 1024; }}\n"
            f"http {{ access_log off; {temporary} include {self._folder}/site.conf; }}\n"
        )

    def _write_replicas(self, ports: Sequence[int]) -> None:
        deployed = (DEPLOYED / REPLICAS).read_text(encoding="utf-8")
        servers = "".join(f"    server 127.0.0.1:{port} max_fails=2 fail_timeout=5s;\n" for port in ports)
        text = self._adapt(REPLICAS, substituted(deployed, {r"( *server [^\n]+\n)+": servers}))
        (self._folder / "amicc-replicas.conf").write_text(text, encoding="utf-8")
