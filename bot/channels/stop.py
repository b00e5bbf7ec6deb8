"""STOP, START and HELP, as US carriers and the CTIA's messaging principles want them kept on phone numbers."""

from __future__ import annotations

from typing import Literal, Optional

from rasa.shared.core.events import ActiveLoop, Event, SlotSet

from bot.content.text import normalized
from bot.errors import ConflictError
from bot.storage.conversations import ConversationStore

Keyword = Literal["stop", "start", "help"]

_STOP = {"stop", "stopall", "stop all", "unsubscribe"}
_STOP_SMS = _STOP | {"cancel", "end", "quit", "revoke", "optout", "opt out"}
"""By SMS, carriers and Twilio themselves take these for STOP, in the middle of a form too."""
_START = {"start", "unstop"}
_HELP = {"help", "info"}

MAX_ATTEMPTS = 3


def keyword(text: str, by_sms: bool) -> Optional[Keyword]:
    """The keyword that a message consists of; None if it is anything else."""
    words = normalized(text)
    if words in (_STOP_SMS if by_sms else _STOP):
        return "stop"
    if words in _START:
        return "start"
    return "help" if words in _HELP else None


async def abandon_form(store: ConversationStore, conversation: str) -> bool:
    """Closes an open form and drops what it has collected.

    Returns:
        Whether one was open.

    Raises:
        StorageError: The database failed; the form is still open.
    """
    for attempt in range(1, MAX_ATTEMPTS + 1):
        tracker = await store.retrieve(conversation)
        if tracker is None or not tracker.active_loop_name:
            return False
        events: list[Event] = [ActiveLoop(None)]
        events += [SlotSet(name, None) for name, value in tracker.current_slot_values().items() if value is not None]
        tracker.update_with_events(events, store.domain)
        try:
            await store.save(tracker)
            break
        except ConflictError:
            if attempt == MAX_ATTEMPTS:
                raise
    return True
