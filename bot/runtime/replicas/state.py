"""What the commands and the running supervisor tell each other, in files of the data folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple, Optional

FOLDER = "replicas"
"""Folder in the data folder."""


class State(NamedTuple):
    """How things stand, as the supervisor writes it.

    Attributes:
        pid: Process id of the supervisor.
        release: Folder of the project whose replicas answer now.
        previous: The one that answered before, for going back; None before the first change.
        handled: How many changes were asked for and are dealt with.
        problem: Why the last change was not made; empty if it was.
    """

    pid: int
    release: str
    previous: Optional[str] = None
    handled: int = 0
    problem: str = ""


def write_state(folder: Path, state: State) -> None:
    """Writes the state as a whole or not at all."""
    _write(folder / "state.json", json.dumps(state._asdict(), indent=2))


def read_state(folder: Path) -> Optional[State]:
    """The state of the supervisor that runs; None if none does."""
    try:
        state = State(**json.loads((folder / "state.json").read_text(encoding="utf-8")))
        os.kill(state.pid, 0)
    except (OSError, ValueError, TypeError):
        return None
    return state


def ask_for(folder: Path, release: Path) -> None:
    """Notes which release is wanted; the supervisor reads it when it is signalled."""
    _write(folder / "wanted", str(release))


def wanted(folder: Path) -> Path:
    """The release that was asked for last."""
    return Path((folder / "wanted").read_text(encoding="utf-8"))


def forget_state(folder: Path) -> None:
    """Deletes the state when the supervisor ends."""
    (folder / "state.json").unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)
