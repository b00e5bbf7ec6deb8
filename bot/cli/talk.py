"""``ask`` and ``chat``: conversations without a server."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Optional
from uuid import uuid4

from rasa.core.channels.channel import UserMessage
from rich.console import Console

from bot.channels.formatting import plain_message, plain_text
from bot.channels.output import ReplyChannel
from bot.dialogue.reply import Reply
from bot.runtime.agent import Assistant
from bot.runtime.serving import build_assistant
from bot.runtime.settings import Settings


@contextmanager
def _assistant(settings: Settings, database: Optional[str]) -> Iterator[Assistant]:
    """The assistant on the given database, or on a temporary one that is deleted at the end."""
    if database:
        yield build_assistant(settings, database)
        return
    with tempfile.TemporaryDirectory() as folder:
        assistant = build_assistant(settings, f"sqlite:///{Path(folder) / 'conversations.sqlite3'}")
        try:
            yield assistant
        finally:
            assistant.store.engine.dispose()


async def turn(assistant: Assistant, conversation: str, text: str) -> list[Reply]:
    """One turn of a conversation; returns what a visitor would get."""
    channel = ReplyChannel()
    await assistant.handle_message(UserMessage(text, channel, conversation, input_channel="text"))
    return channel.pending


async def _record(assistant: Assistant, number: int, conversation: str, text: str) -> dict[str, Any]:
    """One turn as the JSON object that ``ask`` prints."""
    replies = await turn(assistant, conversation, text)
    tracker = await assistant.store.retrieve(conversation)
    intent: dict[str, Any] = tracker.latest_message.intent if tracker and tracker.latest_message else {}
    return {
        "conversation": number,
        "message": text,
        "intent": intent.get("name"),
        "confidence": intent.get("confidence"),
        "topic": replies[-1].topic,
        "outcome": replies[-1].outcome,
        "replies": [plain_message(reply) for reply in replies],
    }


def _conversations(lines: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """Numbers the conversations of an input in which empty lines stand between them."""
    number, identity, used = 1, uuid4().hex, False
    for line in lines:
        text = line.rstrip("\r\n")
        if text:
            yield number, identity, text
            used = True
        elif used:
            number, identity, used = number + 1, uuid4().hex, False


def ask(settings: Settings, database: Optional[str]) -> None:
    """Answers standard input line by line, as ``docs/architecture.md`` describes."""
    # A message may hold bytes that are not UTF-8; it is answered all the same.
    lines = (line.decode("utf-8", errors="replace") for line in sys.stdin.buffer)
    with _assistant(settings, database) as assistant:
        loop = asyncio.new_event_loop()
        try:
            for number, identity, text in _conversations(lines):
                record = loop.run_until_complete(_record(assistant, number, identity, text))
                print(json.dumps(record), flush=True)
        finally:
            loop.close()


def chat(settings: Settings, database: Optional[str]) -> None:
    """Reads lines from the terminal and prints the replies until the input ends."""
    console = Console(highlight=False)
    with console.status("Loading ..."):
        context = _assistant(settings, database)
        assistant = context.__enter__()
    try:
        console.print("Ask a question; leave with Ctrl-D.", markup=False)
        loop = asyncio.new_event_loop()
        identity = uuid4().hex
        while True:
            try:
                text = console.input("\n[bold]> [/bold]")
            except (EOFError, KeyboardInterrupt):
                return
            for reply in loop.run_until_complete(turn(assistant, identity, text)):
                console.print("\n" + plain_text(reply), markup=False)
    finally:
        context.__exit__(None, None, None)
