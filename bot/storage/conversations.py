"""The conversation store: Rasa's tracker store over a window of events and one state row.

Rasa's own SQL store reads and replays a whole session at each turn (10.5 ms at turn 2, 43 ms at turn 100 on the design
machine) and drops a visitor's state silently when the database fails. This one reads one row and the last
:data:`WINDOW` events, and writes a turn in one transaction that fails if another turn was stored first.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Optional
from uuid import uuid4

import sqlalchemy as sa
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.dialogue.reply import Reply
from bot.errors import ConflictError, Errors, StorageError
from bot.storage import records
from bot.storage.blanking import FormTurn, blank_replies, loggable
from bot.storage.database import forget_old_pages
from bot.storage.erasure import erase, erasure_key, replies_before_erasure
from bot.storage.feedback import Vote, record_vote
from bot.storage.handover import HANDOVER_SLOTS, handed_over
from bot.storage.tables import conversations, erasures, events, turns
from bot.storage.transactions import Transactions

WINDOW = 24
"""Events read back for a turn: about four turns, more than any rule looks at."""

CONTEXT_LIFETIME = 4 * 3600.0
"""Seconds after which what a visitor was talking about is forgotten."""

FORM_LIFETIME = 7 * 24 * 3600.0
"""Seconds after which an open form, and the state with it, is dropped."""

# Built once: putting a statement together costs as much as running it.
_CONVERSATION: Any = sa.bindparam("conversation")
_STATE = sa.select(conversations).where(conversations.c.id == _CONVERSATION)
_RECENT = (
    sa.select(events.c.data).where(events.c.conversation_id == _CONVERSATION).order_by(events.c.id.desc()).limit(WINDOW)
)
_REPEATED = sa.union_all(
    sa.select(events.c.id.label("place"), events.c.data)
    .select_from(turns)
    .outerjoin(events, (events.c.turn_id == turns.c.id) & (events.c.type == BotUttered.type_name))
    .where(turns.c.conversation_id == _CONVERSATION, turns.c.message_id == sa.bindparam("message")),
    # In the same statement, as one more would be paid by every turn.
    sa.select(sa.literal(0), erasures.c.replies).where(erasures.c.key == sa.bindparam("erasure")),
).order_by("place")
_NOTHING = sa.select(sa.literal(1))
_NEW_CONVERSATION, _NEW_TURN, _NEW_EVENTS = sa.insert(conversations), sa.insert(turns), sa.insert(events)
_CLAIM = sa.update(conversations).where(
    conversations.c.id == _CONVERSATION, conversations.c.version == sa.bindparam("read_version")
)


class StoredTracker(DialogueStateTracker):
    """A tracker that knows what of it is stored.

    Attributes:
        version: Number of turns stored when it was read.
        stored_events: How many of its first events need not be written.
    """

    version: int = 0
    stored_events: int = 0

    def copy(self) -> StoredTracker:
        """A tracker with the same state. Rasa makes one for each action, and replays all events to do so."""
        twin = copy.copy(self)
        twin.events = self.events.copy()
        twin.slots = {name: copy.copy(slot) for name, slot in self.slots.items()}
        twin.active_loop = copy.copy(self.active_loop)
        # As in a copy of Rasa's: the original writes its model's and assistant's ids into the events it is given.
        twin.model_id = twin.assistant_id = None
        return twin


class ConversationStore(TrackerStore):
    """Keeps conversations in a database; see the module's text for what it promises."""

    def __init__(self, engine: Engine, domain: Optional[Domain] = None, clock: Callable[[], float] = time.time) -> None:
        """Uses an engine from :func:`bot.storage.database.open_database`.

        Args:
            engine: Where the tables are.
            domain: Set by Rasa when the model is loaded.
            clock: Seconds since 1970; tests move it.
        """
        super().__init__(domain)
        self.engine = engine
        self.transactions = Transactions(engine)
        self._clock = clock

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """Reads a conversation's state and latest events.

        Raises:
            StorageError: The database failed.
        """
        return await self.transactions.run(lambda connection: self._read(connection, sender_id))

    async def create_tracker(self, sender_id: str, append_action_listen: bool = True) -> DialogueStateTracker:
        """A tracker for a new conversation. Unlike Rasa's, it is stored with its first turn, not before."""
        tracker = StoredTracker(sender_id, self.domain.slots)
        if append_action_listen:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Writes what is new of a conversation in one transaction.

        Raises:
            ConflictError: Another turn was stored since the tracker was read; nothing was written.
            StorageError: The database failed; nothing was written.
        """
        if not isinstance(tracker, StoredTracker):
            raise TypeError("only trackers that this store made can be saved")
        if await self.transactions.run(lambda connection: self._write(connection, tracker)):
            forget_old_pages(self.engine)
        tracker.version += 1
        tracker.stored_events = len(tracker.events)

    async def keys(self) -> Iterable[str]:
        """Ids of all conversations."""
        return await self.transactions.run(
            lambda connection: list(connection.execute(sa.select(conversations.c.id)).scalars())
        )

    async def stored_replies(self, sender_id: str, message_id: str) -> Optional[list[Reply]]:
        """The replies that a message got when it came first; None if it is new.

        Raises:
            StorageError: The database failed.
        """
        erasure = erasure_key(sender_id, message_id)
        parameters = {"conversation": sender_id, "message": message_id, "erasure": erasure}
        rows = await self.transactions.run(lambda connection: connection.execute(_REPEATED, parameters).all())
        if not rows:
            return None
        if isinstance(rows[0].data, list):
            return replies_before_erasure(rows[0].data)
        return _replies([_event(row.data) for row in rows if row.data is not None])

    async def vote(self, sender_id: str, message_id: str, vote: Vote, reason: Optional[str]) -> bool:
        """Keeps a visitor's vote on the replies to a message.

        Returns:
            Whether the conversation has such a message.

        Raises:
            StorageError: The database failed.
        """
        now = self._clock()
        return await self.transactions.run(
            lambda connection: record_vote(connection, sender_id, message_id, vote, reason, now)
        )

    async def ping(self) -> None:
        """Asks the database for nothing.

        Raises:
            StorageError: The database failed.
        """
        await self.transactions.run(lambda connection: connection.execute(_NOTHING).scalar())

    def _read(self, connection: Connection, sender_id: str) -> Optional[StoredTracker]:
        row = connection.execute(_STATE, {"conversation": sender_id}).first()
        if row is None:
            return None
        window = connection.execute(_RECENT, {"conversation": sender_id}).scalars()
        recent = [_event(data) for data in reversed(window.all())]
        tracker = StoredTracker(sender_id, self.domain.slots)
        known = [*self._state_events(row), *_from_user_message(recent)]
        tracker.update_with_events(known, self.domain, override_timestamp=False)
        # The row decides: events that were blanked may have taken a slot's last value out of the window.
        tracker.update_with_events(self._differing_slots(tracker, row), self.domain)
        tracker.version = row.version
        tracker.stored_events = len(tracker.events)
        # After the count: what is dropped must be written, or the window would bring it back at the next turn.
        self._drop_expired(tracker, row)
        return tracker

    @staticmethod
    def _state_events(row: Any) -> list[Event]:
        """The state row as events, put before the window so that replaying the tracker keeps the state."""
        state: list[Event] = [SlotSet(name, value, timestamp=row.updated_at) for name, value in row.slots.items()]
        if row.active_loop.get("name"):
            state.append(ActiveLoop(row.active_loop["name"], timestamp=row.updated_at))
        return [*state, ActionExecuted(ACTION_LISTEN_NAME, timestamp=row.updated_at)]

    @staticmethod
    def _differing_slots(tracker: StoredTracker, row: Any) -> list[Event]:
        """What it takes to bring a tracker's slots to the state row's values."""
        return [
            SlotSet(name, kept, timestamp=row.updated_at)
            for name, slot in tracker.slots.items()
            if slot.value != (kept := row.slots.get(name, slot.initial_value))
        ]

    def _drop_expired(self, tracker: StoredTracker, row: Any) -> None:
        lifetime = FORM_LIFETIME if row.active_loop.get("name") else CONTEXT_LIFETIME
        if self._clock() - row.updated_at <= lifetime:
            return
        reset: list[Event] = [
            SlotSet(name, None) for name, value in tracker.current_slot_values().items() if value is not None
        ]
        if row.active_loop.get("name"):
            reset.append(ActiveLoop(None))
        tracker.update_with_events(reset, self.domain)

    def _write(self, connection: Connection, tracker: StoredTracker) -> bool:
        """Writes a turn and what it hands over; returns whether old pages hold what must be forgotten now."""
        now = self._clock()
        slots = tracker.current_slot_values()
        handover = handed_over(slots)
        state = {
            "version": tracker.version + 1,
            "slots": {name: value for name, value in slots.items() if value is not None and name not in HANDOVER_SLOTS},
            "active_loop": {"name": tracker.active_loop_name} if tracker.active_loop_name else {},
            "updated_at": now,
        }
        self._claim(connection, tracker, state)
        new = list(tracker.events)[tracker.stored_events :]
        if handover.erasure:
            message = _message(new)
            erase(connection, tracker.sender_id, message.message_id if message else None, _replies(new), now)
            return True
        form = FormTurn.of(list(tracker.events)[: tracker.stored_events], new)
        private = form.private or handover.blanking
        turn_id = self._write_turn(connection, tracker.sender_id, new, now, private)
        rows = [
            {"conversation_id": tracker.sender_id, "turn_id": turn_id, "type": data["event"], "data": data}
            for data in loggable((event.as_dict() for event in new), private)
        ]
        if rows:
            connection.execute(_NEW_EVENTS, rows)
        if handover.submission:
            records.save(connection, handover.submission, tracker.sender_id, now)
        if handover.withdrawal:
            records.withdraw(connection, handover.withdrawal, now)
        if form.ended or (private and not tracker.active_loop_name):
            blank_replies(connection, tracker.sender_id, but_of_turn=turn_id)
            return True
        return False

    @staticmethod
    def _claim(connection: Connection, tracker: StoredTracker, state: dict[str, Any]) -> None:
        """Moves the version on, which only one of two writers can do."""
        conflict = ConflictError(Errors.E031.format(conversation=tracker.sender_id, version=tracker.version))
        if tracker.version == 0:
            try:
                connection.execute(_NEW_CONVERSATION, {"id": tracker.sender_id, **state})
            except IntegrityError as error:
                raise conflict from error
            return
        moved = connection.execute(
            _CLAIM, {"conversation": tracker.sender_id, "read_version": tracker.version, **state}
        )
        if moved.rowcount != 1:
            raise conflict

    @staticmethod
    def _write_turn(
        connection: Connection, sender_id: str, new: list[Event], now: float, private: bool
    ) -> Optional[int]:
        """Writes the turn's row: what the message was taken for and what came of it."""
        message = _message(new)
        if message is None:
            return None
        last = next(
            (Reply.from_message(event.message()) for event in reversed(new) if isinstance(event, BotUttered)), None
        )
        result = connection.execute(
            _NEW_TURN,
            {
                "conversation_id": sender_id,
                # What a reminder or a program sends has no id: it cannot come again.
                "message_id": message.message_id or uuid4().hex,
                "at": now,
                "channel": message.input_channel or "",
                "intent": message.intent_name,
                "confidence": message.intent.get("confidence"),
                "outcome": last.outcome if last else None,
                "topic": last.topic[0] if last and last.topic else None,
                "private": private,
            },
        )
        return int(result.inserted_primary_key[0])


@cache
def _event_class(name: str) -> type[Event]:
    """The class of an event's type. Rasa searches all its classes for each event, 0.1 ms apiece."""
    found = Event.resolve_by_type(name)
    if found is None:
        raise StorageError(Errors.E032.format(reason=f"event of unknown type {name}"))
    return found


def _event(data: dict[str, Any]) -> Event:
    """An event as it was stored."""
    event = _event_class(data["event"])._from_parameters(dict(data))
    if event is None:
        raise StorageError(Errors.E032.format(reason=f"event of type {data['event']} cannot be read"))
    return event


def _replies(recent: list[Event]) -> list[Reply]:
    """The replies among events."""
    return [Reply.from_message(event.message()) for event in recent if isinstance(event, BotUttered)]


def _message(new: list[Event]) -> Optional[UserUttered]:
    """The visitor's message among a turn's events."""
    return next((event for event in reversed(new) if isinstance(event, UserUttered)), None)


def _from_user_message(recent: list[Event]) -> list[Event]:
    """Cuts a window of events so that it begins with a visitor's message."""
    for index, event in enumerate(recent):
        if isinstance(event, UserUttered):
            return recent[index:]
    return []
