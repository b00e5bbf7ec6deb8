"""Erasing a conversation takes its records along, and leaves the message that asked for it harmless."""

import asyncio
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from forms import CLOSE, EMAIL, NAME, OPEN, replies, submission, traces, turn

from bot.runtime.agent import Assistant
from bot.storage.conversations import ConversationStore
from bot.storage.records import RecordStore
from bot.storage.tables import erasures, metadata, notices

CONVERSATION = "+12025550143"
"""On some channels a conversation's id is a phone number."""


@pytest.fixture
def store(assistant_on: Callable[..., Assistant], database_url: str) -> ConversationStore:
    return assistant_on(database_url).store


def erased(store: ConversationStore) -> None:
    """A conversation with a record and an open form, erased."""
    turn(store, f"I am {NAME}", OPEN, conversation=CONVERSATION)
    turn(store, "yes", CLOSE, slots={"submission": submission().dict()}, conversation=CONVERSATION)
    turn(store, "join again", OPEN, slots={"subject": [NAME]}, conversation=CONVERSATION)
    turn(store, "delete it", slots={"erasure": True}, reply="Gone.", conversation=CONVERSATION, message_id="last")


def rows(store: ConversationStore) -> dict[str, int]:
    with store.engine.connect() as connection:
        return {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def test_nothing_is_left_but_a_hash_and_word_to_the_staff(store: ConversationStore) -> None:
    turn(store, "hello", conversation="other")
    before = rows(store)
    erased(store)
    assert rows(store) == {**before, "erasures": 1, "notices": 1}
    with store.engine.connect() as connection:
        assert [row.event for row in connection.execute(sa.select(notices))] == ["deleted"]
    assert traces(store.engine) == []
    assert traces(store.engine, (CONVERSATION,)) == []


def test_the_last_message_sent_again_gets_the_last_reply(store: ConversationStore) -> None:
    erased(store)
    assert replies(store, "last", CONVERSATION) == ["Gone."]
    assert replies(store, "last", "other") is None


def test_a_new_conversation_begins(store: ConversationStore) -> None:
    erased(store)
    assert asyncio.run(store.retrieve(CONVERSATION)) is None
    turn(store, "hello", reply="Hello.", conversation=CONVERSATION, message_id="next")
    assert replies(store, "next", CONVERSATION) == ["Hello."]
    assert asyncio.run(store.retrieve(CONVERSATION)).get_slot("subject") is None


def test_a_record_that_was_updated_from_elsewhere_goes_with_either_conversation(store: ConversationStore) -> None:
    turn(store, "yes", slots={"submission": submission(1).dict()}, conversation="phone")
    turn(store, "yes", slots={"submission": submission(2).dict()}, conversation="desk")
    turn(store, "delete", slots={"erasure": True}, conversation="desk")
    assert RecordStore(store.engine).find() == []
    turn(store, "hello", conversation="phone")


def test_the_replies_of_an_erasure_that_fails_are_not_kept(store: ConversationStore) -> None:
    turn(store, f"my mail is {EMAIL}", conversation=CONVERSATION)
    with store.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE erasures RENAME TO erasures_away"))
    with pytest.raises(Exception, match="conversation store failed"):
        turn(store, "delete it", slots={"erasure": True}, conversation=CONVERSATION)
    with store.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE erasures_away RENAME TO erasures"))
        assert connection.execute(sa.select(erasures)).all() == []
    assert traces(store.engine, (EMAIL,))
