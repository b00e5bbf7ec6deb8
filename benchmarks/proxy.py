"""nginx with the project's own site file in front of replicas on this machine, for benchmarks and tests."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import BenchmarkError
from bot.runtime.settings import ROOT

DEPLOYED = ROOT / "deploy" / "nginx"


def proxy_command(folder: Path, port: int, replicas: Sequence[int]) -> list[str]:
    """Writes a configuration and gives the command that starts nginx with it, in the foreground.

    What differs from the deployed files: ports and folders, and that limits and hash do not go by the address, which is
    one for all visitors of a test.

    Args:
        folder: Where everything is written.
        port: Where nginx listens, on loopback.
        replicas: Ports of the replicas.

    Raises:
        BenchmarkError: nginx is not installed.
    """
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        raise BenchmarkError("nginx is missing. As root: apt-get install nginx")
    (folder / "amicc-replicas.conf").write_text(_upstream(replicas), encoding="utf-8")
    (folder / "site.conf").write_text(_site(folder, port), encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""  # the workers have to get into the folder
    main = folder / "nginx.conf"
    main.write_text(
        f"{user}daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
        f"events {{ worker_connections 1024; }}\n"
        f"http {{ access_log off; {temporary} include {folder}/site.conf; }}\n",
        encoding="utf-8",
    )
    return [program, "-c", str(main), "-p", str(folder)]


def _upstream(replicas: Sequence[int]) -> str:
    deployed = (DEPLOYED / "replicas.conf").read_text(encoding="utf-8")
    servers = "".join(f"server 127.0.0.1:{port} max_fails=2 fail_timeout=5s;\n" for port in replicas)
    return re.sub(r"( *server [^\n]+\n)+", servers, deployed).replace("hash $binary_remote_addr", "hash $request_id")


def _site(folder: Path, port: int) -> str:
    site = (DEPLOYED / "amicc.conf").read_text(encoding="utf-8")
    site = site.replace("/etc/nginx", str(folder)).replace("listen 80;", f"listen 127.0.0.1:{port};")
    site = re.sub(r"rate=\d+r/s", "rate=10000r/s", site).replace("burst=20", "burst=1000")
    return site.replace("limit_conn amicc_connections 50", "limit_conn amicc_connections 1000")
