"""A visitor who signs up, for tests of whole turns."""

import asyncio
from typing import Any
from uuid import uuid4

from conftest import say

from bot.dialogue.reply import Reply
from bot.runtime.agent import Assistant
from bot.storage.records import Record, RecordStore

NAME, EMAIL, PHONE = "Zephyrine Quillfeather", "zephyrine@quillfeather-example.org", "212 555 0143"
KNOWN = ("Quillfeather", "555-0143", "Louisville", "kite festivals")
"""Parts of the answers below that are found nowhere else."""
ANSWERS = ["yes", NAME, EMAIL, PHONE, "Louisville, Kentucky", "organize kite festivals"]
"""What a volunteer answers, up to the summary."""


class Visitor:
    """One who talks to an assistant and remembers the last replies."""

    def __init__(self, assistant: Assistant, conversation: str = "") -> None:
        self.assistant = assistant
        self.conversation = conversation or uuid4().hex

    def say(self, *texts: str) -> Reply:
        replies: list[Reply] = []
        for text in texts:
            replies = say(self.assistant, self.conversation, text)
        return replies[-1]

    def open_slots(self) -> dict[str, Any]:
        tracker = asyncio.run(self.assistant.store.retrieve(self.conversation))
        return {name: value for name, value in tracker.current_slot_values().items() if value is not None}


def records(assistant: Assistant) -> list[Record]:
    return RecordStore(assistant.store.engine).find()
