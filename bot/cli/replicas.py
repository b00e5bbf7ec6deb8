"""``python -m bot replicas``: several processes behind nginx on this machine, replaced without a break."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import typer
from rich.console import Console

from bot.errors import Errors, StartError
from bot.runtime import environment
from bot.runtime.settings import ROOT, load_settings

replicas = typer.Typer(no_args_is_help=True, help="Several replicas behind nginx on this machine.")
_RELEASE = typer.Argument(ROOT, show_default=False, help="Folder of the project to change to; else this one anew.")
messages = Console(stderr=True, highlight=False, soft_wrap=True)

HAND_OVER_SECONDS = 300.0
"""How long a hand-over may take before the command gives up waiting; the supervisor goes on."""


@replicas.command()
def run(count: int = typer.Option(2, min=1, max=64, help="How many replicas.")) -> None:
    """Runs replicas on one PostgreSQL behind nginx until it is told to stop."""
    environment.prepare()
    settings = load_settings()
    from bot.runtime import logs
    from bot.runtime.preflight import check_start
    from bot.runtime.replicas.supervisor import Supervisor

    logs.configure(settings.log_level, settings.log_format)
    supervisor = Supervisor(settings, count, ROOT)
    check_start(settings)
    messages.print(f"Starting {count} replica{'s' if count > 1 else ''}; some seconds ...")
    supervisor.run(lambda: messages.print(f"Ready on port {settings.port}. Stop with Ctrl-C."))


@replicas.command()
def handover(release: Path = _RELEASE) -> None:
    """Starts replicas of a release beside those that run and lets them take over."""
    _change_to(release.resolve())


@replicas.command()
def rollback() -> None:
    """Changes back to the release before the last hand-over."""
    from bot.runtime.replicas.state import FOLDER, read_state

    state = read_state(load_settings().data_folder / FOLDER)
    if state and not state.previous:
        raise StartError(Errors.E074)
    _change_to(Path(state.previous if state and state.previous else ROOT))


def _change_to(release: Path) -> None:
    """Asks the supervisor for a release and waits for the outcome.

    Raises:
        StartError: None runs, or the release does not start.
    """
    from bot.runtime.replicas.state import FOLDER, ask_for, read_state

    folder = load_settings().data_folder / FOLDER
    before = read_state(folder)
    if before is None:
        raise StartError(Errors.E073.format(folder=folder))
    ask_for(folder, release)
    os.kill(before.pid, signal.SIGHUP)
    messages.print(f"Starting replicas of {release} beside those that run ...", markup=False)
    deadline = time.monotonic() + HAND_OVER_SECONDS
    while time.monotonic() < deadline:
        now = read_state(folder)
        if now is None:
            raise StartError(Errors.E073.format(folder=folder))
        if now.handled > before.handled:
            if now.problem:
                raise StartError(now.problem)
            messages.print(f"The replicas of {release} have taken over.", markup=False)
            return
        time.sleep(0.2)
    raise StartError(Errors.E075.format(seconds=round(HAND_OVER_SECONDS)))
