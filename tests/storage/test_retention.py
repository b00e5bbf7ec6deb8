"""Old conversations go, forms that nobody came back to are ended, and neither leaves a word behind."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from conftest import say
from forms import submission

from bot.runtime.agent import Assistant
from bot.storage.conversations import FORM_LIFETIME
from bot.storage.notices import Outbox, Unsent
from bot.storage.records import RecordStore
from bot.storage.retention import Kept, run_retention
from bot.storage.tables import conversations, events, metadata

MONTH = 30 * 24 * 3600.0
START = 1_800_000_000.0


class Clock:
    now = START

    def __call__(self) -> float:
        return self.now


def everything(assistant: Assistant) -> str:
    """All that is stored, as text."""
    with assistant.store.engine.connect() as connection:
        # A row shortens long values when it is printed; a tuple does not.
        return str([[tuple(row) for row in connection.execute(sa.select(table))] for table in metadata.sorted_tables])


def test_a_conversation_is_deleted_after_its_time_and_not_before(
    assistant_on: Callable[..., Assistant], database_url: str
) -> None:
    clock = Clock()
    assistant = assistant_on(database_url, clock)
    say(assistant, "old", "what is wicc")
    clock.now += MONTH - 1
    say(assistant, "young", "what is genocide")
    assert run_retention(assistant.store.engine, Kept(MONTH), clock).conversations == 0
    clock.now += 2
    assert run_retention(assistant.store.engine, Kept(MONTH), clock).conversations == 1
    assert "what is wicc" not in everything(assistant)
    assert "what is genocide" in everything(assistant)


def test_a_form_that_nobody_came_back_to_is_ended_and_blanked(
    assistant_on: Callable[..., Assistant], database_url: str
) -> None:
    clock = Clock()
    assistant = assistant_on(database_url, clock)
    for text in ("I want to volunteer", "yes", "Ann Lee", "ann@example.org"):
        say(assistant, "a", text)
    assert "ann@example.org" in everything(assistant), "until then it is the state of the open form"
    clock.now += FORM_LIFETIME - 1
    assert run_retention(assistant.store.engine, Kept(MONTH), clock).forms == 0
    clock.now += 2
    assert run_retention(assistant.store.engine, Kept(MONTH), clock).forms == 1
    assert "ann@example.org" not in everything(assistant)
    assert "Ann Lee" not in everything(assistant)
    assert run_retention(assistant.store.engine, Kept(MONTH), clock).forms == 0
    (reply,) = say(assistant, "a", "what is wicc")
    assert reply.topic == ["faq/wicc"]
    assert reply.form_step is None
    with assistant.store.engine.connect() as connection:
        assert connection.execute(sa.select(conversations.c.active_loop)).scalar_one() == {}
        assert connection.execute(sa.select(sa.func.count()).select_from(events)).scalar_one() > 0


def test_a_form_that_is_open_outlives_a_shorter_time_for_conversations(
    assistant_on: Callable[..., Assistant], database_url: str
) -> None:
    clock = Clock()
    assistant = assistant_on(database_url, clock)
    kept = Kept(conversations=24 * 3600.0)
    for text in ("I want to volunteer", "yes", "Ann Lee"):
        say(assistant, "form", text)
    say(assistant, "question", "what is wicc")
    clock.now += FORM_LIFETIME - 1
    assert run_retention(assistant.store.engine, kept, clock)[:2] == (1, 0)
    (reply,) = say(assistant, "form", "ann@example.org")
    assert reply.form_step is not None, "the visitor came back in time and goes on"
    clock.now += FORM_LIFETIME + 1
    assert run_retention(assistant.store.engine, kept, clock)[:2] == (1, 1)
    assert "Ann Lee" not in everything(assistant)


def test_a_visitor_who_comes_back_just_then_loses_nothing(
    assistant_on: Callable[..., Assistant], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    assistant = assistant_on(database_url, clock)
    for conversation in ("a", "b"):
        say(assistant, conversation, "what is wicc")
    clock.now += MONTH + 1
    engine = assistant.store.engine
    begin = engine.begin

    def begin_after_a_turn() -> object:
        # The list of old conversations is made, and none of them is deleted yet.
        monkeypatch.undo()
        say(assistant, "b", "what is genocide")
        return begin()

    monkeypatch.setattr(engine, "begin", begin_after_a_turn)
    assert run_retention(engine, Kept(MONTH), clock).conversations == 1
    assert "what is genocide" in everything(assistant)


def test_notices_that_could_not_be_sent_are_deleted_after_a_month(
    assistant_on: Callable[..., Assistant], database_url: str
) -> None:
    clock = Clock()
    engine = assistant_on(database_url, clock).store.engine
    RecordStore(engine, clock).save(submission(), "a")
    outbox = Outbox(engine, clock)
    outbox.give_up(outbox.claim(), "refused")
    clock.now += MONTH
    assert run_retention(engine, Kept(12 * MONTH), clock).notices == 0
    clock.now += 1
    assert run_retention(engine, Kept(12 * MONTH), clock).notices == 1
    assert outbox.unsent() == Unsent(0, 0)
    assert RecordStore(engine).find(), "the record is for staff to delete"
