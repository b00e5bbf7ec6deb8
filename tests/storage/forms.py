"""Turns of a form as the store sees them, without a model: what is typed, which slots change, what is replied."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Optional
from uuid import uuid4

import sqlalchemy as sa
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from sqlalchemy.engine import Engine

from bot.dialogue.reply import Outcome, Reply
from bot.storage.conversations import ConversationStore
from bot.storage.submissions import Submission
from bot.storage.tables import metadata

OPEN = ActiveLoop("volunteer_form")
CLOSE = ActiveLoop(None)

NAME = "Zephyrine Quillfeather"
EMAIL = "Zephyrine@quillfeather-example.org"
PHONE = "+1 202 555 0143"
KNOWN = (NAME, "Quillfeather", "quillfeather-example", "0143")
"""What must be found nowhere, in any case of letters."""


def submission(number: int = 1, **changes: Any) -> Submission:
    """A volunteer's form; forms with different numbers were begun apart."""
    values = {
        "submission_id": f"submission-number-{number}",
        "kind": "volunteer",
        "email": EMAIL,
        "state": "KY",
        "fields": {"name": NAME, "email": EMAIL, "phone": PHONE, "place": "Louisville, Kentucky"},
        "consent_version": "2026-11",
        "consent_at": 1_800_000_000.0,
    }
    return Submission(**{**values, **changes})


def turn(
    store: ConversationStore,
    text: str,
    *changes: Event,
    reply: str = "Thank you.",
    slots: Optional[Mapping[str, Any]] = None,
    conversation: str = "a",
    message_id: Optional[str] = None,
    outcome: Outcome = "answered",
) -> None:
    """One turn: a message, then events that an action gives, slots that it sets, and a reply."""

    async def run() -> None:
        tracker = await store.get_or_create_tracker(conversation)
        parse = {
            "intent": {"name": "inform", "confidence": 0.9},
            "entities": [{"entity": "name", "value": text}],
            "text": text,
        }
        message = UserUttered(
            text, parse["intent"], parse["entities"], parse, message_id=message_id or uuid4().hex, input_channel="text"
        )
        message.parse_data["suggestions"] = [text]
        said = BotUttered(None, {"custom": Reply(text=reply, outcome=outcome).to_message()["custom"]})
        values = [SlotSet(name, value) for name, value in (slots or {}).items()]
        for event in (message, ActionExecuted("action_step"), *changes, *values, said, ActionExecuted("action_listen")):
            tracker.update(event, store.domain)
        await store.save(tracker)

    asyncio.run(run())


def replies(store: ConversationStore, message_id: str, conversation: str = "a") -> Optional[list[str]]:
    """Texts of the stored replies to a message."""
    stored = asyncio.run(store.stored_replies(conversation, message_id))
    return None if stored is None else [reply.text for reply in stored]


def traces(engine: Engine, known: tuple[str, ...] = KNOWN) -> list[str]:
    """Where known values are found: rows of any table, and on SQLite the bytes of its files."""
    found = []
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                # A row shortens long values when it is printed; a tuple does not.
                content = str(tuple(row)).casefold()
                found += [f"{table.name}: {value}" for value in known if value.casefold() in content]
    if engine.dialect.name == "sqlite":
        database = Path(str(engine.url.database))
        for path in sorted(database.parent.glob(database.name + "*")):
            content = path.read_bytes().lower()
            found += [f"{path.name}: {value}" for value in known if value.lower().encode() in content]
    return found
