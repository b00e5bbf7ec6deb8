"""What the conversation store promises, through the trained assistant and on both databases."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Optional
from uuid import uuid4

import psycopg2.extensions
import pytest
import sqlalchemy as sa
from conftest import counted, say, turn
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    LoopInterrupted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from sqlalchemy.engine import Engine

from bot.content.store import ContentStore
from bot.dialogue.context import OPTIONS_SLOT, SUBJECT_SLOT
from bot.dialogue.reply import Reply
from bot.errors import ConflictError, StorageError
from bot.runtime.agent import MAX_ATTEMPTS, Assistant
from bot.storage.conversations import CONTEXT_LIFETIME, FORM_LIFETIME, WINDOW, ConversationStore, StoredTracker
from bot.storage.tables import conversations, events, metadata, turns

MakeAssistant = Callable[..., Assistant]

MEMBER = "Is the US a member?"
SUPPORT = "Why should the US support the ICC?"
THANKS = "thank you"
NO_WORDS = "\U0001f600"


def counts(engine: Engine) -> dict[str, int]:
    """Rows of each table."""
    with engine.connect() as connection:
        return {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def rows(engine: Engine, table: sa.Table) -> list[Any]:
    """All rows of a table, oldest first."""
    with engine.connect() as connection:
        return connection.execute(sa.select(table).order_by(table.c.id)).all()


def said(engine: Engine) -> list[str]:
    """The visitors' messages among the stored events."""
    return [row.data["text"] for row in rows(engine, events) if row.type == UserUttered.type_name]


def read(store: ConversationStore, conversation: str) -> StoredTracker:
    tracker = asyncio.run(store.retrieve(conversation))
    assert isinstance(tracker, StoredTracker)
    return tracker


def slots(store: ConversationStore, conversation: str) -> dict[str, Any]:
    """Slots that are set, without the context that every answer sets: ``tests/dialogue/test_context.py`` has that."""
    values = read(store, conversation).current_slot_values()
    context = {SUBJECT_SLOT, OPTIONS_SLOT}
    return {name: value for name, value in values.items() if value is not None and name not in context}


@pytest.fixture
def one(assistant_on: MakeAssistant, database_url: str) -> Assistant:
    """The assistant on an empty database of either kind."""
    return assistant_on(database_url)


# What is stored of a turn


@pytest.mark.parametrize(
    ("text", "intent", "outcome", "topic"),
    [
        (MEMBER, "faq", "answered", "faq/us_member"),
        (THANKS, "thanks", "answered", None),
        (NO_WORDS, "nlu_fallback", "unanswered", None),
    ],
)
def test_a_turn_is_stored_with_what_came_of_it(
    one: Assistant, text: str, intent: str, outcome: str, topic: Optional[str]
) -> None:
    say(one, "a", text, message_id="m1")
    (row,) = rows(one.store.engine, turns)
    assert (row.conversation_id, row.message_id, row.channel) == ("a", "m1", "text")
    assert (row.intent, row.outcome, row.topic) == (intent, outcome, topic)
    assert 0.3 < row.confidence <= 1.0
    (state,) = rows(one.store.engine, conversations)
    assert (state.id, state.version, state.updated_at) == ("a", 1, row.at)
    assert {event.turn_id for event in rows(one.store.engine, events)} == {row.id}


def test_a_new_conversation_is_not_written_before_its_first_turn(one: Assistant) -> None:
    tracker = asyncio.run(one.store.get_or_create_tracker("a"))
    assert tracker.sender_id == "a"
    assert asyncio.run(one.store.keys()) == []
    assert set(counts(one.store.engine).values()) == {0}


def test_keys_are_the_conversations(one: Assistant) -> None:
    for conversation in ("b", "a", "b"):
        say(one, conversation, THANKS)
    assert sorted(asyncio.run(one.store.keys())) == ["a", "b"]


def test_a_tracker_of_another_store_is_refused(one: Assistant) -> None:
    with pytest.raises(TypeError):
        asyncio.run(one.store.save(DialogueStateTracker("a", [])))


# A message that comes again


def test_a_repeated_message_gets_the_stored_reply_and_is_applied_once(one: Assistant) -> None:
    first = say(one, "a", MEMBER, message_id="m1")
    say(one, "a", THANKS, message_id="m2")
    before = counts(one.store.engine)
    assert before["turns"] == 2
    assert say(one, "a", MEMBER, message_id="m1") == first
    assert counts(one.store.engine) == before
    assert read(one.store, "a").version == 2


def test_the_same_message_id_in_another_conversation_is_a_new_message(one: Assistant) -> None:
    say(one, "a", MEMBER, message_id="m1")
    (reply,) = say(one, "b", THANKS, message_id="m1")
    assert reply.topic == []
    assert counts(one.store.engine)["turns"] == 2


def test_a_message_that_arrives_twice_at_once_is_applied_once(one: Assistant) -> None:
    async def both() -> list[list[Reply]]:
        return await asyncio.gather(*(turn(one, "a", MEMBER, "m1") for _ in range(2)))

    first, second = asyncio.run(both())
    assert [reply.topic for reply in first] == [["faq/us_member"]]
    assert second == first
    assert counts(one.store.engine)["turns"] == 1


def test_messages_that_arrive_at_once_are_answered_one_after_the_other(one: Assistant) -> None:
    # More of them than a turn has attempts: without the lock some would be overtaken until they are given up.
    wanted = [f"m{number}" for number in range(3 * MAX_ATTEMPTS)]

    async def all_of_them() -> list[list[Reply]]:
        return await asyncio.gather(*(turn(one, "a", MEMBER, message_id) for message_id in wanted))

    assert [reply.topic for replies in asyncio.run(all_of_them()) for reply in replies] == [["faq/us_member"]] * len(
        wanted
    )
    assert [row.message_id for row in rows(one.store.engine, turns)] == wanted


# Two writers


async def extended(store: ConversationStore, text: str) -> DialogueStateTracker:
    """A conversation as it is stored, with one more message."""
    tracker = await store.get_or_create_tracker("a")
    tracker.update(UserUttered(text, message_id=uuid4().hex), store.domain)
    tracker.update(ActionExecuted("action_listen"), store.domain)
    return tracker


@pytest.mark.parametrize("stored_before", [0, 1, 7])
def test_of_two_trackers_read_at_one_version_only_the_first_is_saved(one: Assistant, stored_before: int) -> None:
    for _ in range(stored_before):
        say(one, "a", THANKS)

    async def both() -> None:
        first, second = await extended(one.store, "first"), await extended(one.store, "second")
        await one.store.save(first)
        before = counts(one.store.engine)
        with pytest.raises(ConflictError):
            await one.store.save(second)
        assert counts(one.store.engine) == before

    asyncio.run(both())
    assert said(one.store.engine) == [THANKS] * stored_before + ["first"]
    assert read(one.store, "a").version == stored_before + 1


def test_a_saved_tracker_can_go_on(one: Assistant) -> None:
    async def twice() -> None:
        tracker = await extended(one.store, "first")
        await one.store.save(tracker)
        tracker.update(UserUttered("second", message_id="second"), one.store.domain)
        await one.store.save(tracker)

    asyncio.run(twice())
    assert said(one.store.engine) == ["first", "second"]
    assert read(one.store, "a").version == 2


class InterruptedStore(ConversationStore):
    """A store of a process that is slow: others do something between its reading and its saving."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.interruptions: list[Callable[[], Awaitable[Any]]] = []

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        tracker = await super().retrieve(sender_id)
        if self.interruptions:
            await self.interruptions.pop(0)()
        return tracker


@pytest.mark.parametrize("stored_before", [0, 3])
@pytest.mark.parametrize("interruptions", range(1, MAX_ATTEMPTS))
def test_a_turn_is_run_again_when_another_process_stored_one_first(
    assistant_on: MakeAssistant, database_url: str, stored_before: int, interruptions: int
) -> None:
    slow, fast = assistant_on(database_url, store_type=InterruptedStore), assistant_on(database_url)
    for _ in range(stored_before):
        say(fast, "a", "hello")
    slow.store.interruptions = [lambda: turn(fast, "a", MEMBER)] * interruptions
    conflicts = counted("amicc_turn_failures_total", reason="conflict")
    replies = say(slow, "a", THANKS, message_id="slow")
    assert counted("amicc_turn_failures_total", reason="conflict") == conflicts + interruptions
    assert [(reply.outcome, reply.topic) for reply in replies] == [("answered", [])]
    assert said(fast.store.engine) == ["hello"] * stored_before + [MEMBER] * interruptions + [THANKS]
    assert [row.topic for row in rows(fast.store.engine, turns)][stored_before:] == [
        *["faq/us_member"] * interruptions,
        None,
    ]
    # What the other process stored is the state that the second run began from.
    assert slots(fast.store, "a") == {"topic": "us_member"}
    assert read(fast.store, "a").version == stored_before + interruptions + 1


def test_a_message_handed_to_two_processes_is_applied_once(assistant_on: MakeAssistant, database_url: str) -> None:
    slow, fast = assistant_on(database_url, store_type=InterruptedStore), assistant_on(database_url)
    others: list[list[Reply]] = []

    async def overtake() -> None:
        others.append(await turn(fast, "a", MEMBER, "m1"))

    slow.store.interruptions = [overtake]
    assert say(slow, "a", MEMBER, "m1") == others[0]
    assert counts(fast.store.engine)["turns"] == 1


def test_a_turn_that_is_always_overtaken_is_not_stored_and_the_visitor_is_told(
    assistant_on: MakeAssistant, database_url: str, content_store: ContentStore
) -> None:
    slow, fast = assistant_on(database_url, store_type=InterruptedStore), assistant_on(database_url)
    slow.store.interruptions = [lambda: turn(fast, "a", MEMBER)] * MAX_ATTEMPTS
    assert_not_stored(say(slow, "a", THANKS), content_store)
    assert said(fast.store.engine) == [MEMBER] * MAX_ATTEMPTS


# A database that fails


def assert_not_stored(replies: list[Reply], content_store: ContentStore) -> None:
    expected = content_store.content.responses["utter_not_stored"].text
    assert [(reply.text, reply.outcome) for reply in replies] == [(expected, "unanswered")]


def execute(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def refuse_events(engine: Engine) -> None:
    """Lets the state row and the turn be written, and then fails."""
    if engine.dialect.name == "sqlite":
        execute(engine, "CREATE TRIGGER fault BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'fault'); END")
        return
    execute(
        engine,
        "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'fault'; END $$",
        "CREATE TRIGGER fault BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION fault()",
    )


def accept_events(engine: Engine) -> None:
    execute(engine, "DROP TRIGGER fault" + ("" if engine.dialect.name == "sqlite" else " ON events"))


def take_away(table: str) -> Callable[[Engine], None]:
    return lambda engine: execute(engine, f"ALTER TABLE {table} RENAME TO {table}_away")


def bring_back(table: str) -> Callable[[Engine], None]:
    return lambda engine: execute(engine, f"ALTER TABLE {table}_away RENAME TO {table}")


@pytest.mark.parametrize("stored_before", [0, 2])
@pytest.mark.parametrize(
    ("spoil", "mend"),
    [
        pytest.param(refuse_events, accept_events, id="events refused"),
        # The tables that every turn uses.
        *[
            pytest.param(take_away(name), bring_back(name), id=f"{name} gone")
            for name in ("conversations", "turns", "events", "erasures")
        ],
    ],
)
def test_a_database_that_fails_leaves_nothing_of_the_turn(
    one: Assistant,
    content_store: ContentStore,
    stored_before: int,
    spoil: Callable[[Engine], None],
    mend: Callable[[Engine], None],
) -> None:
    engine = one.store.engine
    for _ in range(stored_before):
        say(one, "a", MEMBER)
    before = counts(engine)
    spoil(engine)
    replies = say(one, "a", SUPPORT, message_id="m1")
    mend(engine)
    assert_not_stored(replies, content_store)
    assert counts(engine) == before
    # Sent again, as the visitor was asked to.
    (reply,) = say(one, "a", SUPPORT, message_id="m1")
    assert reply.topic == ["faq/why_support"]
    assert counts(engine)["turns"] == stored_before + 1
    assert read(one.store, "a").version == stored_before + 1


def test_a_store_that_fails_says_so(one: Assistant) -> None:
    say(one, "a", THANKS)
    take_away("conversations")(one.store.engine)
    with pytest.raises(StorageError):
        asyncio.run(one.store.retrieve("a"))


def test_a_connection_lost_in_the_middle_of_a_turn_leaves_nothing_of_it(
    assistant_on: MakeAssistant, postgresql_url: str, postgresql_admin: Engine, content_store: ContentStore
) -> None:
    one = assistant_on(postgresql_url)
    engine = one.store.engine
    say(one, "a", MEMBER)
    before = counts(engine)
    terminated: list[int] = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def _terminate(connection: Any, _: Any, statement: str, *__: Any) -> None:
        if statement.startswith("INSERT INTO events") and not terminated:
            terminated.append(connection.connection.get_backend_pid())
            with postgresql_admin.connect() as admin:
                admin.execute(sa.text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": terminated[0]})

    assert_not_stored(say(one, "a", SUPPORT), content_store)
    assert len(terminated) == 1
    assert counts(engine) == before
    (reply,) = say(one, "a", SUPPORT)
    assert reply.topic == ["faq/why_support"]


def test_connections_that_the_server_closed_meanwhile_cost_no_turn(
    assistant_on: MakeAssistant, postgresql_url: str, postgresql_admin: Engine
) -> None:
    one = assistant_on(postgresql_url)
    say(one, "a", MEMBER)
    with postgresql_admin.connect() as admin:
        closed = admin.execute(
            sa.text("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = :name"),
            {"name": one.store.engine.url.database},
        )
        assert closed.scalars().all().count(True) > 0
    (reply,) = say(one, "a", SUPPORT)
    assert reply.topic == ["faq/why_support"]


# What is read back


def test_slots_survive_beyond_the_window(one: Assistant) -> None:
    say(one, "a", MEMBER)
    for _ in range(WINDOW // 2):
        say(one, "a", THANKS)
    newest = rows(one.store.engine, events)[-WINDOW:]
    assert SlotSet.type_name not in {row.type for row in newest}, "the slot is still in the window: no test"
    assert slots(one.store, "a") == {"topic": "us_member"}


@pytest.mark.parametrize("turns_before", [1, 3, 9])
def test_the_window_begins_with_a_visitors_message(one: Assistant, turns_before: int) -> None:
    for _ in range(turns_before):
        say(one, "a", MEMBER)
    stored = [row.data for row in rows(one.store.engine, events)]
    tracker = read(one.store, "a")
    read_back = [event.as_dict() for event in tracker.events]
    first = next(index for index, event in enumerate(read_back) if event["event"] == UserUttered.type_name)
    # Before it there is nothing but the state row: the slots and the listening.
    assert {event["event"] for event in read_back[:first]} <= {"slot", "action", "active_loop"}
    assert read_back[first - 1]["name"] == "action_listen"
    window = read_back[first:]
    assert len(window) <= WINDOW
    assert [event["event"] for event in window] == [event["event"] for event in stored[-len(window) :]]
    assert window[0]["text"] == MEMBER
    # The message before the window's first would not have fitted whole.
    length_of_a_turn = len(stored) // turns_before
    assert len(window) > WINDOW - length_of_a_turn or turns_before * length_of_a_turn <= WINDOW


def test_events_read_back_keep_their_time(one: Assistant) -> None:
    say(one, "a", MEMBER)
    stored = [row.data["timestamp"] for row in rows(one.store.engine, events) if row.type == UserUttered.type_name]
    tracker = read(one.store, "a")
    assert [event.timestamp for event in tracker.events if isinstance(event, UserUttered)] == stored


def test_a_reply_read_back_is_the_reply_that_was_given(one: Assistant) -> None:
    (given,) = say(one, "a", SUPPORT)
    (event,) = [event for event in read(one.store, "a").events if isinstance(event, BotUttered)]
    assert Reply.from_message(event.message()) == given


# What is forgotten


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(assistant_on: MakeAssistant, database_url: str, clock: Clock) -> Assistant:
    """The assistant, with a clock that the test moves."""
    return assistant_on(database_url, clock=clock)


def open_form(store: ConversationStore) -> None:
    """Stores a turn that sets a slot and opens a form."""

    async def body() -> None:
        tracker = await extended(store, "sign me up")
        tracker.update(ActiveLoop("volunteer_form"), store.domain)
        tracker.update(SlotSet("topic", "volunteer"), store.domain)
        await store.save(tracker)

    asyncio.run(body())


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, {"topic": "us_member"}), (CONTEXT_LIFETIME - 1, {"topic": "us_member"}), (CONTEXT_LIFETIME + 1, {})],
)
def test_context_is_dropped_after_four_hours(timed: Assistant, clock: Clock, seconds: float, expected: dict) -> None:
    assert CONTEXT_LIFETIME == 4 * 60 * 60
    say(timed, "a", MEMBER)
    clock.now += seconds
    assert slots(timed.store, "a") == expected


def test_the_four_hours_begin_with_the_latest_turn(timed: Assistant, clock: Clock) -> None:
    say(timed, "a", MEMBER)
    for _ in range(2):
        clock.now += CONTEXT_LIFETIME - 1
        say(timed, "a", THANKS)
    assert slots(timed.store, "a") == {"topic": "us_member"}


def test_dropped_context_does_not_come_back(timed: Assistant, clock: Clock) -> None:
    say(timed, "a", MEMBER)
    clock.now += CONTEXT_LIFETIME + 1
    for _ in range(3):
        say(timed, "a", THANKS)
        assert slots(timed.store, "a") == {}
    (state,) = rows(timed.store.engine, conversations)
    assert state.slots == {}


@pytest.mark.parametrize(
    ("seconds", "form", "expected"),
    [
        (CONTEXT_LIFETIME + 1, "volunteer_form", {"topic": "volunteer"}),
        (FORM_LIFETIME - 1, "volunteer_form", {"topic": "volunteer"}),
        (FORM_LIFETIME + 1, None, {}),
    ],
)
def test_an_open_form_and_its_slots_are_dropped_after_seven_days(
    timed: Assistant, clock: Clock, seconds: float, form: Optional[str], expected: dict
) -> None:
    assert FORM_LIFETIME == 7 * 24 * 60 * 60
    open_form(timed.store)
    clock.now += seconds
    assert read(timed.store, "a").active_loop_name == form
    assert slots(timed.store, "a") == expected


def test_a_dropped_form_does_not_open_again(timed: Assistant, clock: Clock) -> None:
    open_form(timed.store)
    clock.now += FORM_LIFETIME + 1
    for _ in range(3):
        say(timed, "a", THANKS)
        assert read(timed.store, "a").active_loop_name is None
        assert slots(timed.store, "a") == {}


def test_an_open_form_survives_beyond_the_window(timed: Assistant) -> None:
    open_form(timed.store)

    async def go_on() -> None:
        for number in range(WINDOW):
            await timed.store.save(await extended(timed.store, f"step {number}"))

    asyncio.run(go_on())
    assert ActiveLoop.type_name not in {row.type for row in rows(timed.store.engine, events)[-WINDOW:]}
    assert read(timed.store, "a").active_loop_name == "volunteer_form"


# A long conversation


class Traffic:
    """Counts the statements that an engine runs and the rows that are fetched."""

    def __init__(self, engine: Engine) -> None:
        self.statements = self.fetched = 0
        sa.event.listen(engine, "before_cursor_execute", self._statement)
        sa.event.listen(engine, "checkout", self._watch)

    def take(self) -> tuple[int, int]:
        """Statements and rows since the last call."""
        taken = self.statements, self.fetched
        self.statements = self.fetched = 0
        return taken

    def _statement(self, *_: Any) -> None:
        self.statements += 1

    def _row(self, _: Any, row: tuple) -> tuple:
        self.fetched += 1
        return row

    def _watch(self, connection: Any, *_: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.row_factory = self._row
            return
        traffic = self

        class CountingCursor(psycopg2.extensions.cursor):
            def fetchone(self) -> Any:
                row = super().fetchone()
                traffic.fetched += row is not None
                return row

            def fetchmany(self, size: Optional[int] = None) -> list:
                found = super().fetchmany(size or self.arraysize)
                traffic.fetched += len(found)
                return found

            def fetchall(self) -> list:
                found = super().fetchall()
                traffic.fetched += len(found)
                return found

        connection.cursor_factory = CountingCursor


def test_the_thousandth_turn_reads_no_more_than_the_tenth(one: Assistant, content_store: ContentStore) -> None:
    number_of_turns = 1000
    traffic = Traffic(one.store.engine)
    custom = Reply(text=content_store.content.responses["utter_thanks"].text).to_message()

    async def short_turn(message_id: str) -> None:
        """What the assistant does with its store in a turn, without understanding anything."""
        assert await one.store.stored_replies("a", message_id) is None
        tracker = await one.store.get_or_create_tracker("a")
        said_and_done = [
            UserUttered(THANKS, message_id=message_id),
            ActionExecuted("utter_thanks"),
            BotUttered(data=custom),
            ActionExecuted("action_listen"),
        ]
        tracker.update_with_events(said_and_done, one.store.domain)
        await one.store.save(tracker)

    async def talk() -> list[tuple[int, int]]:
        taken = []
        for number in range(number_of_turns):
            whole = number < 10 or number >= number_of_turns - 10
            await (turn(one, "a", THANKS, f"m{number}") if whole else short_turn(f"m{number}"))
            taken.append(traffic.take())
        return taken

    taken = asyncio.run(talk())
    statements, fetched = taken[9]
    assert fetched > WINDOW, "the rows are not counted"
    assert set(taken[9:]) == {(statements, fetched)}
    wanted = [f"m{number}" for number in range(number_of_turns)]
    assert [row.message_id for row in rows(one.store.engine, turns)] == wanted
    stored = rows(one.store.engine, events)
    assert [row.data["message_id"] for row in stored if row.type == UserUttered.type_name] == wanted
    assert sum(row.type == BotUttered.type_name for row in stored) == number_of_turns
    order = [row.turn_id for row in stored]
    assert order == sorted(order)
    assert read(one.store, "a").version == number_of_turns


# What no database likes


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "why\x00support the ICC",
        "\ud800",
        "is the US \udfff a member",
        "\udc00\x00" * 3000,
        "\ufffe\uffff",
        None,
    ],
    ids=ascii,
)
def test_text_that_databases_refuse_cannot_break_a_turn(
    one: Assistant, content_store: ContentStore, text: object
) -> None:
    before = read_version(one)
    replies = say(one, "a", text)
    assert len(replies) == 1
    broken = {content_store.content.responses[name].text for name in ("utter_not_stored", "utter_failed")}
    assert replies[0].text not in broken
    assert read_version(one) == before + 1
    (stored,) = said(one.store.engine)
    assert "\x00" not in stored
    stored.encode("utf-8")


def read_version(one: Assistant) -> int:
    return sum(row.version for row in rows(one.store.engine, conversations))


# Messages that nobody typed


def test_messages_without_an_id_are_stored_each_as_a_turn(one: Assistant) -> None:
    say(one, "a", MEMBER)
    stored_before = len(rows(one.store.engine, turns))
    for _ in range(2):
        tracker = read(one.store, "a")
        tracker.update(UserUttered("EXTERNAL: reminder", {"name": "thanks", "confidence": 1.0}))
        tracker.update(ActionExecuted("action_listen"))
        asyncio.run(one.store.save(tracker))
    added = rows(one.store.engine, turns)[stored_before:]
    assert [row.intent for row in added] == ["thanks", "thanks"]
    assert len({row.message_id for row in added}) == 2
    assert all(added[n].message_id for n in (0, 1))
    assert said(one.store.engine)[-2:] == ["EXTERNAL: reminder"] * 2


# Copies


def test_a_copy_of_a_tracker_is_the_one_that_rasa_would_make(one: Assistant) -> None:
    say(one, "a", MEMBER)
    tracker = read(one.store, "a")
    for event in (ActiveLoop("volunteer_form"), SlotSet("topic", "us_member"), LoopInterrupted(True)):
        tracker.update(event)
    tracker.model_id = "a model"
    ours, theirs = tracker.copy(), DialogueStateTracker.copy(tracker)
    assert ours.current_state(EventVerbosity.ALL) == theirs.current_state(EventVerbosity.ALL)
    assert (ours.active_loop, ours.latest_action, ours.model_id) == (
        theirs.active_loop,
        theirs.latest_action,
        theirs.model_id,
    )


def test_what_happens_to_a_copy_leaves_the_original_alone(one: Assistant) -> None:
    say(one, "a", MEMBER)
    tracker = read(one.store, "a")
    tracker.update(ActiveLoop("volunteer_form"))
    before = tracker.current_state(EventVerbosity.ALL)
    twin = tracker.copy()
    for event in (
        SlotSet("topic", "icc"),
        LoopInterrupted(True),
        ActionExecutionRejected("volunteer_form"),
        ActiveLoop(None),
    ):
        twin.update(event)
    assert twin.current_state(EventVerbosity.ALL) != before
    assert tracker.current_state(EventVerbosity.ALL) == before
