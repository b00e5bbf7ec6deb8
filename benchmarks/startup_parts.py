"""Does what ``python -m bot serve`` does before it listens, step by step, and times each step. Run as a child."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks import child
from benchmarks.samples import FIRST_QUESTION


class _Clock:
    """Seconds between its marks."""

    def __init__(self, started: float) -> None:
        """Begins at ``started``, seconds since 1970."""
        self.parts: dict[str, float] = {}
        self._last = started

    def mark(self, part: str) -> None:
        """Ends a part."""
        now = time.time()
        self.parts[part] = now - self._last
        self._last = now


def _timed(started: float) -> dict[str, float]:
    """Seconds of each part.

    Args:
        started: When the process was started, seconds since 1970.
    """
    clock = _Clock(started)
    clock.mark("Python itself")
    from bot.runtime.settings import ROOT, load_settings
    from bot.runtime.training import is_current, verified_model

    settings = load_settings()
    is_current(ROOT, settings.models)
    clock.mark("is the model current?")
    from bot.runtime import logs, tensorflow_free

    logs.configure("ERROR")
    tensorflow_free.install()
    import bot.runtime.serving  # noqa: F401

    clock.mark("importing Rasa")
    from bot.content.store import shared_store
    from bot.nlu.encoder import shared_encoder
    from bot.runtime.agent import load_assistant
    from bot.storage.conversations import ConversationStore
    from bot.storage.database import open_database

    content = shared_store(ROOT)
    clock.mark("reading the content")
    with tempfile.TemporaryDirectory() as folder:
        store = ConversationStore(open_database(f"sqlite:///{Path(folder) / 'parts.sqlite3'}"))
        clock.mark("making the database")
        shared_encoder()
        clock.mark("loading the encoder")
        assistant = load_assistant(verified_model(settings.models), content, store)
        clock.mark("loading the model")
        from bot.cli.talk import turn

        asyncio.run(turn(assistant, "parts", FIRST_QUESTION))
        clock.mark("the first answer")
        store.engine.dispose()
    return clock.parts


if __name__ == "__main__":
    child.answer(_timed)
