"""nginx in front of replicas for benchmarks and tests, where all visitors have one address."""

from __future__ import annotations

from pathlib import Path

from bot.runtime.replicas.nginx import REPLICAS, SITE, Nginx, substituted

CHANGES = {
    SITE: {
        r"rate=\d+r/s": "rate=10000r/s",
        r"burst=\d+": "burst=1000",
        r"limit_conn amicc_connections \d+": "limit_conn amicc_connections 1000",
    },
    REPLICAS: {r"hash \$binary_remote_addr": "hash $request_id"},
}
"""What goes by the address in the deployed files, and what does not."""


def proxy(folder: Path, port: int) -> Nginx:
    """The deployed nginx on loopback, with limits and hash that do not go by the address.

    Raises:
        StartError: nginx is not installed.
    """
    return Nginx(folder, f"127.0.0.1:{port}", _for_one_address)


def _for_one_address(name: str, text: str) -> str:
    return substituted(text, CHANGES[name])
