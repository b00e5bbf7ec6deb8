"""Keeps replicas running behind nginx and replaces them by those of another release without a break."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any, Optional

from bot.errors import Errors, StartError
from bot.runtime.replicas.nginx import Nginx
from bot.runtime.replicas.replica import Replica
from bot.runtime.replicas.state import FOLDER, State, forget_state, wanted, write_state
from bot.runtime.settings import Settings

logger = logging.getLogger(__name__)

READY_SECONDS = 120.0
"""How long new replicas may take until they answer."""
LOOK_SECONDS = 1.0
"""How often it is looked at whether all processes are there."""
DRAIN_SECONDS = 2.0
"""How long nginx may still hand a request to a replica that it was told to leave."""


class Supervisor:
    """Runs in the foreground until SIGTERM or SIGINT; SIGHUP makes it change to the release that is wanted."""

    def __init__(self, settings: Settings, count: int, release: Path) -> None:
        """Prepares it.

        Args:
            settings: As for ``serve``; nginx listens where they say, replicas on the ports behind it.
            count: How many replicas.
            release: Folder of the project that they run.

        Raises:
            StartError: A setting is missing that several replicas need, or nginx is not installed.
        """
        if settings.store_url.startswith("sqlite") or not settings.secret:
            raise StartError(Errors.E070)
        self._settings = settings
        self._count = count
        self._folder = settings.data_folder / FOLDER
        self._nginx = Nginx(self._folder / "nginx", f"{settings.interface}:{settings.port}")
        self._state = State(os.getpid(), str(release))
        self._replicas: list[Replica] = []
        self._generation = 0
        self._signal = Event()
        self._stopped = False
        self._change = False

    def run(self, on_ready: Callable[[], None]) -> None:
        """Serves until told to stop.

        Args:
            on_ready: Called once messages are answered.

        Raises:
            StartError: The replicas do not start.
        """
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGHUP, self._hear)
        try:
            self._replicas = self._generation_of(Path(self._state.release))
            self._nginx.start(self._ports)
            write_state(self._folder, self._state)
            on_ready()
            while not self._stopped:
                self._signal.wait(LOOK_SECONDS)
                self._signal.clear()
                if self._change and not self._stopped:
                    self._change = False
                    self._hand_over(wanted(self._folder))
                self._mend()
        finally:
            self._nginx.stop()
            _stop_all(self._replicas)
            forget_state(self._folder)

    def _stop(self, *_: Any) -> None:
        self._stopped = True
        self._signal.set()

    def _hear(self, *_: Any) -> None:
        self._change = True
        self._signal.set()

    @property
    def _ports(self) -> list[int]:
        return [replica.port for replica in self._replicas]

    def _generation_of(self, release: Path) -> list[Replica]:
        """New replicas of a release, all of them ready.

        Generations take turns with two ranges of ports, so that the new stands beside the old.

        Raises:
            StartError: One of them ended or did not become ready; none is left running.
        """
        self._generation += 1
        first = self._count * (self._generation % 2)
        started: list[Replica] = []
        try:
            for slot in range(first, first + self._count):
                started.append(Replica(release, self._settings.port + 1 + slot, self._environment(slot)))
            for replica in started:
                self._wait_for(replica)
        except (OSError, StartError) as error:
            _stop_all(started)
            raise StartError(Errors.E072.format(release=release, reason=error)) from error
        return started

    def _environment(self, slot: int) -> dict[str, str]:
        settings = self._settings
        own = {"BOT_DATA_FOLDER": str(settings.data_folder), "BOT_PROXIES": f"127.0.0.1,{settings.proxies}".strip(",")}
        if settings.metrics_port:
            own["BOT_METRICS_PORT"] = str(settings.metrics_port + slot)
        return own

    def _wait_for(self, replica: Replica) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not replica.is_ready:
            if self._stopped:
                raise StartError("it was told to stop")
            if not replica.is_running:
                raise StartError("it ended; its own last line says why")
            if time.monotonic() > deadline:
                raise StartError(f"it was not ready after {READY_SECONDS:.0f} s")
            time.sleep(0.2)

    def _hand_over(self, release: Path) -> None:
        """Replaces the replicas; if the new ones do not start, the old ones stay."""
        logger.info("Starting replicas of %s beside those that run.", release)
        problem: Optional[str] = None
        try:
            new = self._generation_of(release)
        except StartError as error:
            problem = str(error)
            logger.error("%s", error)
        else:
            old, self._replicas = self._replicas, new
            self._nginx.point_to(self._ports)
            time.sleep(DRAIN_SECONDS)
            _stop_all(old)
            logger.info("The replicas of %s have taken over.", release)
        before = self._state
        self._state = before._replace(
            release=before.release if problem else str(release),
            previous=before.previous if problem else before.release,
            handled=before.handled + 1,
            problem=problem or "",
        )
        write_state(self._folder, self._state)

    def _mend(self) -> None:
        """Starts again what has ended by itself."""
        if self._stopped:
            return
        for replica in self._replicas:
            if not replica.is_running:
                logger.warning("The replica on port %d has ended; it is started again.", replica.port)
                replica.start_again()
        if not self._nginx.is_running:
            logger.warning("nginx has ended; it is started again.")
            self._nginx.start(self._ports)


def _stop_all(replicas: list[Replica]) -> None:
    for replica in replicas:
        replica.stop()
