"""What was asked in vain is read from the turns: by outcome or vote, without the words of forms."""

import asyncio
from collections.abc import Callable

import pytest
from forms import CLOSE, NAME, OPEN, turn

from bot.runtime.agent import Assistant
from bot.storage.conversations import ConversationStore
from bot.storage.feedback import Asked, Vote, asked_in_vain


class Clock:
    """A clock that tests set."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(assistant_on: Callable[..., Assistant], database_url: str, clock: Clock) -> ConversationStore:
    return assistant_on(database_url, clock).store


def vote(store: ConversationStore, message_id: str, given: Vote, conversation: str = "a") -> None:
    assert asyncio.run(store.vote(conversation, message_id, given, "no use"))


def found(store: ConversationStore, **wanted: object) -> list[Asked]:
    with store.engine.connect() as connection:
        return asked_in_vain(connection, **wanted)


def test_outcomes_and_votes_are_told_apart(store: ConversationStore, clock: Clock) -> None:
    turn(store, "answered well", message_id="1")
    vote(store, "1", "up")
    turn(store, "answered badly", message_id="2")
    vote(store, "2", "down")
    clock.now += 1
    turn(store, "offered", message_id="3", outcome="suggested")
    vote(store, "3", "down")
    clock.now += 1
    turn(store, "unknown", outcome="unanswered")
    assert found(store) == [
        Asked(1002.0, "unknown", ("unanswered",), None, None),
        Asked(1001.0, "offered", ("suggested", "unhelpful"), None, "no use"),
        Asked(1000.0, "answered badly", ("unhelpful",), None, "no use"),
    ]
    assert [one.text for one in found(store, outcomes=["suggested"])] == ["offered"]
    assert [one.text for one in found(store, outcomes=["unhelpful"])] == ["offered", "answered badly"]


def test_what_is_too_old_is_left_out(store: ConversationStore, clock: Clock) -> None:
    turn(store, "early", outcome="unanswered")
    turn(store, "abandoned", outcome="unanswered", conversation="b")
    clock.now += 100
    turn(store, "late", outcome="unanswered")
    assert [one.text for one in found(store, since=1050.0)] == ["late"]
    # The conversation of "early" goes on; nobody came back to the other.
    assert [one.text for one in found(store, kept_since=1050.0)] == ["late", "early"]


def test_words_of_a_form_are_not_there(store: ConversationStore) -> None:
    turn(store, "join", OPEN, outcome="unanswered", message_id="1")
    turn(store, f"I am {NAME}", outcome="unanswered", message_id="2")
    vote(store, "2", "down")
    turn(store, f"{NAME} again", CLOSE, outcome="unanswered")
    turn(store, "after it", outcome="unanswered")
    assert [one.text for one in found(store)] == ["after it"]


def test_an_erased_conversation_is_not_there(store: ConversationStore) -> None:
    turn(store, "secret", outcome="unanswered")
    turn(store, "delete it", slots={"erasure": True}, outcome="unanswered")
    assert found(store) == []
