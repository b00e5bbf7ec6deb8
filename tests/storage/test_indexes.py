"""What a turn, a withdrawal and the daily deletion ask PostgreSQL is found by indexes, however much is stored."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import say
from forms import EMAIL, submission
from sqlalchemy.engine import Engine

from bot.runtime.agent import Assistant
from bot.storage import records
from bot.storage.retention import Kept, run_retention
from bot.storage.submissions import Withdrawal

NOW = 1_800_000_000.0
DAY = 24 * 3600.0
STORED = 3000
"""Conversations: enough that reading a whole table costs more than an index. One in a hundred is old."""

FILL = (
    """INSERT INTO conversations (id, version, slots, active_loop, updated_at)
    SELECT 'c' || n, 2, '{}', '{}', :now - CASE n % 100 WHEN 0 THEN 90 ELSE 1 END * :day
    FROM generate_series(1, :stored) n""",
    """INSERT INTO turns (conversation_id, message_id, at, channel)
    SELECT 'c' || n, 'm' || m, :now, 'text' FROM generate_series(1, :stored) n, generate_series(1, 2) m""",
    """INSERT INTO events (conversation_id, turn_id, type, data)
    SELECT conversation_id, id, 'slot', '{"event": "slot", "name": "subject", "value": null, "timestamp": 1.0}'
    FROM turns, generate_series(1, 4)""",
    """INSERT INTO erasures (key, replies, at)
    SELECT 'e' || n, '[]', :now - CASE n % 100 WHEN 0 THEN 3 ELSE 0 END * :day FROM generate_series(1, :stored) n""",
    """INSERT INTO receipts (key, at)
    SELECT 'k' || n, :now - CASE n % 100 WHEN 0 THEN 90 ELSE 0 END * :day FROM generate_series(1, :stored) n""",
    """INSERT INTO records (kind, email, status, fields, consent_version, consent_at, created_at, updated_at)
    SELECT 'volunteer', n || '@example.org', 'new', '{}', '1', 1, 1, 1 FROM generate_series(1, :stored) n""",
    """INSERT INTO submissions (id, reference, record_id, conversation_id, at)
    SELECT 's' || id, 'r' || id, id, 'c' || id, 1 FROM records""",
    """INSERT INTO notices (kind, reference, event, created_at, attempts, due_at)
    SELECT 'volunteer', reference, 'new', :now, 0, :now FROM submissions""",
    "ANALYZE",
)


def fill(engine: Engine) -> None:
    """Stores much, and lets PostgreSQL see how much."""
    with engine.begin() as connection:
        for statement in FILL:
            connection.execute(sa.text(statement), {"now": NOW, "day": DAY, "stored": STORED})


@contextmanager
def asked(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Collects the statements that find rows, as they go to the database, with what they ask for."""
    found: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            found.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(engine, "before_cursor_execute", note)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def plans(engine: Engine, statements: list[tuple[str, Any]]) -> tuple[set[str], set[str]]:
    """The tables that statements find rows in by an index, and those that they read from end to end."""
    by_index, whole = set(), set()
    with engine.connect() as connection:
        for statement, parameters in statements:
            (answer,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalars()
            for node in nodes((json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]):
                if "Relation Name" in node and node["Node Type"].endswith("Scan"):
                    (whole if node["Node Type"] == "Seq Scan" else by_index).add(node["Relation Name"])
    return by_index, whole


@pytest.fixture
def full(assistant_on: Callable[..., Assistant], postgresql_url: str) -> Assistant:
    """The assistant on a PostgreSQL that holds much."""
    assistant = assistant_on(postgresql_url, lambda: NOW)
    fill(assistant.store.engine)
    return assistant


def test_a_turn_reads_no_table_from_end_to_end(full: Assistant) -> None:
    engine = full.store.engine
    with asked(engine) as statements:
        say(full, "c7", "Is the US a member?", "a new message")
        say(full, "c7", "Is the US a member?", "a new message")
    by_index, whole = plans(engine, statements)
    assert whole == set()
    # The state, the latest events, and whether the message was answered before.
    assert {"conversations", "events", "turns", "erasures"} <= by_index


def test_a_scan_would_be_seen(full: Assistant) -> None:
    engine = full.store.engine
    with asked(engine) as statements:
        say(full, "c7", "Is the US a member?")
    with engine.begin() as connection:
        connection.execute(sa.text("DROP INDEX events_of_a_conversation"))
    assert plans(engine, statements)[1] == {"events"}


def test_a_withdrawal_and_an_erasure_read_no_table_from_end_to_end(full: Assistant) -> None:
    engine = full.store.engine
    with asked(engine) as statements, engine.begin() as connection:
        records.save(connection, submission(), "c7", NOW)
        assert records.withdraw(connection, Withdrawal(reference=submission().reference, email=EMAIL), NOW)
        records.delete_of_conversation(connection, "c7", NOW)
    by_index, whole = plans(engine, statements)
    assert whole == set()
    assert {"records", "submissions", "notices"} <= by_index


def test_the_daily_deletion_finds_what_is_old_without_reading_what_is_not(full: Assistant) -> None:
    engine = full.store.engine
    with asked(engine) as statements:
        assert run_retention(engine, Kept(30 * DAY), lambda: NOW).conversations == STORED / 100
    by_index, whole = plans(engine, statements)
    # Records and notices are what people left: few beside the turns, and read whole once a day.
    assert whole <= {"records", "notices"}
    assert {"conversations", "erasures"} <= by_index
