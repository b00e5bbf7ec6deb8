"""Of a form that ends without consent nothing is left: not in a table, not in the files, not for a repeated message."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from forms import CLOSE, EMAIL, KNOWN, NAME, OPEN, PHONE, replies, submission, traces, turn
from rasa.shared.core.events import ActiveLoop, Event, SlotSet, UserUttered

from bot.errors import StorageError
from bot.runtime.agent import Assistant
from bot.storage.blanking import REMOVED, FormTurn
from bot.storage.conversations import FORM_LIFETIME, ConversationStore
from bot.storage.records import RecordStore
from bot.storage.tables import conversations, events, turns

STATE = "subject"
"""Any slot that holds what it is given: it plays the form's state."""


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(assistant_on: Callable[..., Assistant], database_url: str, clock: Clock) -> ConversationStore:
    return assistant_on(database_url, clock=clock).store


def fill(store: ConversationStore) -> None:
    """Opens a form and answers its questions."""
    turn(store, f"I am {NAME} and want to volunteer", OPEN, slots={STATE: [NAME]}, message_id="m1")
    turn(store, EMAIL, slots={STATE: [NAME, EMAIL]}, reply=f"{EMAIL}, is that right?", message_id="m2")
    turn(store, PHONE, slots={STATE: [NAME, EMAIL, PHONE]}, reply=f"{NAME}, {EMAIL}, {PHONE}: send?", message_id="m3")


def data(store: ConversationStore, kind: str) -> list[dict[str, Any]]:
    with store.engine.connect() as connection:
        return list(connection.execute(sa.select(events.c.data).where(events.c.type == kind)).scalars())


def test_the_known_values_are_found_while_the_form_is_open(store: ConversationStore) -> None:
    fill(store)
    assert {trace.split(":")[0] for trace in traces(store.engine)} >= {"conversations", "events"}


def test_while_a_form_is_open_the_log_holds_no_words_of_the_visitor(store: ConversationStore) -> None:
    turn(store, "hello", slots={"topic": "icc"})
    fill(store)
    assert [message["text"] for message in data(store, "user")] == ["hello", "", "", ""]
    assert [message["parse_data"]["intent"]["name"] for message in data(store, "user")] == ["inform"] * 4
    assert [slot["name"] for slot in data(store, "slot")] == ["topic"]


def test_an_open_form_keeps_its_state_and_its_replies(store: ConversationStore) -> None:
    fill(store)
    tracker = asyncio.run(store.retrieve("a"))
    assert tracker.get_slot(STATE) == [NAME, EMAIL, PHONE]
    assert tracker.active_loop_name == OPEN.name
    assert replies(store, "m2") == [f"{EMAIL}, is that right?"]


@pytest.mark.parametrize("word", ["no", "cancel"])
def test_a_form_that_ends_leaves_no_trace(store: ConversationStore, word: str) -> None:
    fill(store)
    turn(store, word, CLOSE, slots={STATE: None}, reply="Nothing was kept.", message_id="m4")
    assert traces(store.engine) == []
    # What comes again stays harmless.
    assert replies(store, "m4") == ["Nothing was kept."]
    assert replies(store, "m2") == [REMOVED.text]


def test_what_was_said_outside_of_the_form_stays(store: ConversationStore) -> None:
    turn(store, "what is the court", reply="A court.", message_id="m0")
    fill(store)
    turn(store, "no", CLOSE, slots={STATE: None})
    turn(store, "where is it", reply="In The Hague.", message_id="m5")
    assert [message["text"] for message in data(store, "user")] == ["what is the court", *[""] * 4, "where is it"]
    assert (replies(store, "m0"), replies(store, "m5")) == (["A court."], ["In The Hague."])


def test_another_conversation_s_form_is_left_alone(store: ConversationStore) -> None:
    fill(store)
    turn(store, "join", OPEN, reply="Your name?", conversation="b", message_id="m1")
    turn(store, "no", CLOSE, slots={STATE: None})
    assert replies(store, "m1", "b") == ["Your name?"]


def test_a_slot_set_before_the_form_and_changed_in_it_keeps_the_newer_value(store: ConversationStore) -> None:
    turn(store, "hello", slots={"topic": "icc"})
    turn(store, "join", OPEN)
    turn(store, "who are you?", slots={"topic": "amicc"})
    assert asyncio.run(store.retrieve("a")).get_slot("topic") == "amicc"
    turn(store, "no", CLOSE, slots={"topic": None})
    assert asyncio.run(store.retrieve("a")).get_slot("topic") is None


def test_a_form_left_open_is_gone_when_the_visitor_comes_back(store: ConversationStore, clock: Clock) -> None:
    fill(store)
    clock.now += FORM_LIFETIME + 1
    turn(store, "what is the court", reply="A court.", message_id="m9")
    assert traces(store.engine) == []
    assert data(store, "user")[-1]["text"] == "what is the court"
    assert replies(store, "m9") == ["A court."]


def test_a_single_message_with_personal_data_is_not_kept(store: ConversationStore) -> None:
    turn(store, f"withdraw R-00000-00000 {EMAIL}", slots={"blanking": True}, reply="Done.", message_id="m1")
    assert traces(store.engine) == []
    assert replies(store, "m1") == ["Done."]


def test_the_answers_of_a_form_that_was_sent_are_in_its_record_only(store: ConversationStore) -> None:
    fill(store)
    sent = submission()
    turn(store, "yes", CLOSE, slots={STATE: None, "submission": sent.dict()}, reply=sent.reference, message_id="m4")
    (record,) = RecordStore(store.engine).find()
    assert record.fields == sent.fields
    assert {trace.split(":")[0] for trace in traces(store.engine) if "sqlite" not in trace} == {"records"}
    assert RecordStore(store.engine).delete(sent.reference)
    assert traces(store.engine) == []
    assert replies(store, "m4") == [sent.reference]


def test_what_cannot_be_stored_stops_the_turn_without_being_named(store: ConversationStore) -> None:
    with pytest.raises(StorageError) as caught:
        turn(store, "yes", slots={"submission": {**submission().dict(), "email": NAME}})
    assert "submission.email" in str(caught.value)
    assert not [value for value in KNOWN if value in str(caught.value)]
    with store.engine.connect() as connection:
        assert [connection.execute(sa.select(table)).all() for table in (conversations, turns, events)] == [[]] * 3


MESSAGE = UserUttered("hello")


@pytest.mark.parametrize(
    ("before", "new", "private", "ended"),
    [
        ([], [MESSAGE], False, False),
        ([], [MESSAGE, OPEN], True, False),
        ([OPEN], [MESSAGE], True, False),
        ([OPEN], [MESSAGE, CLOSE], True, True),
        ([OPEN, CLOSE], [MESSAGE], False, False),
        ([], [MESSAGE, OPEN, CLOSE], True, True),
        ([OPEN], [SlotSet("topic", None), CLOSE, MESSAGE], False, True),
        ([OPEN], [MESSAGE, ActiveLoop("organization_form")], True, False),
    ],
)
def test_how_a_turn_stands_to_a_form(before: list[Event], new: list[Event], private: bool, ended: bool) -> None:
    assert FormTurn.of(before, new) == (private, ended)
