"""The turns of :mod:`benchmarks.turns` through Rasa's own agent and SQL store. Run as a child.

Model, answers and in-process actions are the project's; the agent, its store and its locks are Rasa's.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from benchmarks import child
from benchmarks.turns import by_turn
from bot.runtime import logs, tensorflow_free
from bot.runtime.settings import ROOT, load_settings


def _by_turn(questions: list[str]) -> dict[str, float]:
    """Median milliseconds of turn 2 and turn 100."""
    logs.configure("ERROR")
    # Shortens the start only; no turn runs any of it.
    tensorflow_free.install()
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
    from rasa.core.tracker_store import SQLTrackerStore

    from bot.channels.generator import ContentGenerator
    from bot.content.store import shared_store
    from bot.runtime.actions import InProcessEndpoint
    from bot.runtime.training import verified_model

    with tempfile.TemporaryDirectory() as folder:
        agent = Agent.load(
            verified_model(load_settings().models),
            generator=ContentGenerator(store=shared_store(ROOT)),
            tracker_store=SQLTrackerStore(db=str(Path(folder) / "stock.sqlite3")),
            action_endpoint=InProcessEndpoint(),
        )

        async def handle(conversation: str, text: str) -> None:
            message = UserMessage(text, CollectingOutputChannel(), conversation, input_channel="text")
            await agent.handle_message(message)

        async def warm_then_measure() -> dict[str, float]:
            for question in questions:
                await handle("warm", question)
            return await by_turn(handle, questions)

        return asyncio.run(warm_then_measure())


if __name__ == "__main__":
    child.answer(_by_turn)
