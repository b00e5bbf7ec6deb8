"""nginx in front of replicas for benchmarks and tests, where all visitors have one address."""

from __future__ import annotations

import re
from pathlib import Path

from bot.runtime.replicas.nginx import Nginx


def proxy(folder: Path, port: int) -> Nginx:
    """The deployed nginx on loopback, with limits and hash that do not go by the address.

    Raises:
        StartError: nginx is not installed.
    """
    return Nginx(folder, f"127.0.0.1:{port}", _for_one_address)


def _for_one_address(text: str) -> str:
    text = re.sub(r"rate=\d+r/s", "rate=10000r/s", text).replace("burst=20", "burst=1000")
    text = text.replace("limit_conn amicc_connections 50", "limit_conn amicc_connections 1000")
    return text.replace("hash $binary_remote_addr", "hash $request_id")
