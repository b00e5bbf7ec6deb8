"""Keeps what visitors say in a form out of the event log.

While a form is open, its answers exist only as the state of the conversation: the log keeps neither the visitor's
words nor the slots. What the assistant said stays until the form ends, so that a message that comes again gets its
reply; then it is blanked too, all but the reply that ended the form, which must repeat nothing of what was given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Optional

import sqlalchemy as sa
from rasa.shared.core.events import ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from sqlalchemy.engine import Connection

from bot.dialogue.reply import Reply
from bot.storage.handover import HANDOVER_SLOTS
from bot.storage.tables import events, turns

REMOVED = Reply(text="What was said here has been removed, to protect what you told me.")
"""Stands where a reply was blanked; a visitor sees it only if an old message is sent again."""


class FormTurn(NamedTuple):
    """How a turn stands to a form.

    Attributes:
        private: A form was open when the message came, or was opened by it.
        ended: A form was open and is not any more.
    """

    private: bool
    ended: bool

    @classmethod
    def of(cls, before: Iterable[Event], new: Sequence[Event]) -> FormTurn:
        """Reads it from a conversation's events.

        Args:
            before: What was stored already.
            new: What the turn adds. A form that expired is closed ahead of the message: that message is not private.
        """
        loop: Optional[str] = None
        for event in before:
            if isinstance(event, ActiveLoop):
                loop = event.name
        was_open, private, has_message = loop is not None, False, False
        for event in new:
            if isinstance(event, ActiveLoop):
                loop = event.name
            has_message = has_message or isinstance(event, UserUttered)
            was_open = was_open or loop is not None
            private = private or (has_message and loop is not None)
        return cls(private, was_open and loop is None)


def loggable(new: Iterable[dict[str, Any]], private: bool) -> Iterator[dict[str, Any]]:
    """The events of a turn as the log may keep them.

    Args:
        new: As ``Event.as_dict()`` gives them.
        private: Whether the turn's words must not be kept.
    """
    for data in new:
        kind = data["event"]
        if kind == SlotSet.type_name and (private or data["name"] in HANDOVER_SLOTS):
            continue
        yield _without_words(data) if private and kind == UserUttered.type_name else data


def _without_words(data: dict[str, Any]) -> dict[str, Any]:
    """A message's event without what was typed or read from it."""
    intent = (data.get("parse_data") or {}).get("intent") or {}
    kept_intent = {name: intent[name] for name in ("name", "confidence") if name in intent}
    return {
        "event": data["event"],
        "timestamp": data["timestamp"],
        "text": "",
        "parse_data": {"intent": kept_intent, "entities": [], "text": "", "message_id": data.get("message_id")},
        "input_channel": data.get("input_channel"),
        "message_id": data.get("message_id"),
        "metadata": {},
    }


def blank_replies(connection: Connection, conversation_id: str, but_of_turn: Optional[int] = None) -> None:
    """Blanks the replies of a conversation's private turns.

    Args:
        connection: In the transaction of the turn that ends the form.
        conversation_id: Whose turns.
        but_of_turn: The turn that ends the form: its reply stays, for a message that comes again.
    """
    private = sa.select(turns.c.id).where(turns.c.conversation_id == conversation_id, turns.c.private)
    ids = connection.execute(private).scalars().all()
    if not ids:
        return
    said = sa.select(events.c.id, events.c.data).where(
        events.c.turn_id.in_([turn for turn in ids if turn != but_of_turn]), events.c.type == BotUttered.type_name
    )
    for row in connection.execute(said).all():
        kept = {**row.data, "text": None, "data": REMOVED.to_message(), "metadata": {}}
        connection.execute(sa.update(events).where(events.c.id == row.id).values(data=kept))
    connection.execute(sa.update(turns).where(turns.c.id.in_(ids)).values(private=False, vote_reason=None))
