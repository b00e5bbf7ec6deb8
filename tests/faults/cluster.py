"""The scaled profile on this machine: PostgreSQL, Redis, nginx and replicas, each a real process that can be hurt."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

import requests
import sqlalchemy as sa
from conftest import PATIENCE, free_port, is_up, subprocess_environment, wait_for
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from benchmarks.proxy import proxy
from bot.runtime.settings import ROOT

SECRET = "a key for tests alone and of enough characters to sign with"


class Replica:
    """One process of the assistant."""

    def __init__(self, folder: Path, settings: dict[str, object], command: tuple[str, ...] = ()) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"replica-{self.port}.txt"
        self._environment = subprocess_environment(BOT_PORT=self.port, BOT_DATA_FOLDER=folder / "data", **settings)
        self._command = command
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._command, sys.executable, "-m", "bot", "serve"],
                cwd=ROOT,
                env=self._environment,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def wait_until_ready(self) -> None:
        wait_for(lambda: is_up(f"{self.address}/ready", self.process, self.log), f"the replica on port {self.port}")

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait(PATIENCE)


class PostgreSQL:
    """A server of its own, which can be restarted while others go on."""

    def __init__(self, folder: str) -> None:
        # Read when pgserver is imported; it warns if there is none.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pgserver

        self._server = pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        self.admin = sa.create_engine(
            self._server.get_uri(), future=True, isolation_level="AUTOCOMMIT", poolclass=NullPool
        )

    def create(self, name: str) -> str:
        """Makes a database; its address."""
        with self.admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        return make_url(self.admin.url).set(database=name).render_as_string(hide_password=False)

    def end_connections(self) -> None:
        """Ends every connection and every transaction that runs, as a restart of the server does."""
        with self.admin.connect() as connection:
            connection.execute(
                sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            )

    def restart(self) -> None:
        """Restarts the server at once, aborting what runs."""
        from pgserver import pg_ctl

        pg_ctl(["restart", "-m", "fast", "-w"], pgdata=self._server.pgdata, user=self._server.system_user)

    def stop(self) -> None:
        self.admin.dispose()
        self._server.cleanup()


class RedisServer:
    """A Redis of its own, which can be stopped and started again on the same port."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        assert program, "install redis-server (Debian has it); `make test` does so as root"
        self._port = free_port()
        self._command = [program, "--port", str(self._port), "--save", "", "--bind", "127.0.0.1"]
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_for(self._answers, "Redis")

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(7).startswith(b"+PONG")
        return False

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)


class Cluster:
    """Two replicas on one PostgreSQL and one Redis behind nginx; use it in a ``with`` block."""

    def __init__(self, **settings: object) -> None:
        self._settings = settings
        self._stack = ExitStack()

    def __enter__(self) -> Cluster:
        with ExitStack() as stack:
            # Not pytest's folder: as root, PostgreSQL runs as another user, who has to get into it.
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
            self.postgresql = PostgreSQL(stack.enter_context(tempfile.TemporaryDirectory(prefix="postgresql-")))
            stack.callback(self.postgresql.stop)
            self.database_url = self.postgresql.create("assistant")
            self.redis = RedisServer()
            stack.callback(self.redis.stop)
            common: dict[str, object] = {
                "BOT_DATABASE_URL": self.database_url,
                "BOT_SECRET": SECRET,
                "BOT_PROXIES": "127.0.0.1",
                "BOT_REDIS_URL": self.redis.url,
                "BOT_RATE_SESSION": 10_000,
                "BOT_RATE_ADDRESS": 1_000_000,
                **self._settings,
            }
            self.replicas = [Replica(folder, common) for _ in range(2)]
            for replica in self.replicas:
                stack.callback(replica.stop)
            for replica in self.replicas:
                replica.wait_until_ready()
            port = free_port()
            self.address = f"http://127.0.0.1:{port}"
            nginx = proxy(folder, port)
            nginx.start([replica.port for replica in self.replicas])
            stack.callback(nginx.stop)
            wait_for(self._answers, "nginx")
            self._stack = stack.pop_all()
        return self

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/health", timeout=PATIENCE).status_code == 200
        except requests.ConnectionError:
            return False

    def __exit__(self, *_: object) -> None:
        self._stack.close()
