"""Alembic makes the tables that the code expects, once, however often and from wherever the database is opened."""

import subprocess
import sys
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from conftest import say, subprocess_environment
from sqlalchemy.engine import Engine

from bot.errors import StartError
from bot.runtime.agent import Assistant
from bot.runtime.settings import ROOT
from bot.storage.database import migrate, open_database
from bot.storage.tables import conversations, metadata

Open = Callable[[str], Engine]
MEMBER = "Is the US a member?"


def differences(engine: Engine) -> list:
    """How the database's tables differ from those of the code."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return compare_metadata(context, metadata)


def test_alembic_makes_the_tables_of_the_code(database_url: str, open_engine: Open) -> None:
    engine = open_engine(database_url)
    assert differences(engine) == []
    assert set(sa.inspect(engine).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_a_difference_would_be_seen(database_url: str, open_engine: Open) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE turns ADD COLUMN surplus INTEGER"))
        connection.execute(sa.text("DROP INDEX events_of_a_turn"))
    assert {difference[0] for difference in differences(engine)} == {"remove_column", "add_index"}


def test_migrating_again_changes_nothing(database_url: str, open_engine: Open) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        row = {"id": "a", "version": 1, "slots": {"topic": "icc"}, "active_loop": {}, "updated_at": 1.0}
        connection.execute(sa.insert(conversations), row)
    migrate(engine)
    again = open_engine(database_url)
    with again.connect() as connection:
        assert connection.execute(sa.select(conversations)).mappings().all() == [row]
    assert differences(again) == []


def of_a_newer_version(engine: Engine, *statements: str) -> str:
    """Leaves the tables as a version that this code does not know might; returns what they are."""
    with engine.begin() as connection:
        for statement in ("UPDATE alembic_version SET version_num = '9999_newer'", *statements):
            connection.execute(sa.text(statement))
    return repr(differences(engine))


def test_tables_of_a_newer_version_are_used_as_they_are(database_url: str, open_engine: Open) -> None:
    newer = of_a_newer_version(open_engine(database_url), "ALTER TABLE turns ADD COLUMN surplus INTEGER")
    again = open_engine(database_url)
    assert repr(differences(again)) == newer
    with again.connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "9999_newer"


def test_turns_are_stored_in_tables_of_a_newer_version(
    database_url: str, assistant_on: Callable[[str], Assistant], open_engine: Open
) -> None:
    """Replicas of two releases at once: one that ran when the tables were changed, one that was started after."""
    running = assistant_on(database_url)
    say(running, "a", MEMBER)
    of_a_newer_version(
        running.store.engine,
        "ALTER TABLE turns ADD COLUMN surplus INTEGER",
        "ALTER TABLE turns ADD COLUMN rank INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE conversations ADD COLUMN language VARCHAR(8) NOT NULL DEFAULT 'en'",
        "CREATE TABLE newer (id INTEGER PRIMARY KEY)",
    )
    started = assistant_on(database_url)
    for assistant, conversation in ((running, "a"), (started, "a"), (running, "b"), (started, "c")):
        (reply,) = say(assistant, conversation, MEMBER)
        assert reply.outcome == "answered"
    with open_engine(database_url).connect() as connection:
        stored = connection.execute(sa.text("SELECT conversation_id, topic FROM turns ORDER BY id")).all()
    assert stored == [(conversation, "faq/us_member") for conversation in ("a", "a", "a", "b", "c")]


def test_tables_that_lack_something_are_refused_and_left_alone(database_url: str, open_engine: Open) -> None:
    engine = open_engine(database_url)
    newer = of_a_newer_version(engine, "ALTER TABLE turns RENAME COLUMN outcome TO result")
    with pytest.raises(StartError, match=r"9999_newer.*turns"):
        open_database(database_url)
    assert repr(differences(engine)) == newer


OPEN = """
import sys
from bot.storage.database import open_database

print("ready", flush=True)
sys.stdin.readline()
open_database(sys.argv[1]).dispose()
"""


def test_processes_that_start_at_once_all_get_their_tables(database_url: str, open_engine: Open) -> None:
    # Not threads: Alembic keeps its context in module variables.
    command = [sys.executable, "-c", OPEN, database_url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=subprocess_environment(), text=True, **pipes) for _ in range(4)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.communicate()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert errors == [""] * len(processes)
    assert differences(open_engine(database_url)) == []


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 1), ("secure_delete", 1), ("foreign_keys", 1)],
)
def test_sqlite_is_set_up_on_every_connection(sqlite_url: str, open_engine: Open, pragma: str, value: object) -> None:
    engine = open_engine(sqlite_url)
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            assert connection.execute(sa.text(f"PRAGMA {pragma}")).scalar() == value


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "",
        "sqlite:////nowhere/at/all/conversations.sqlite3",
        "postgresql://amicc:geheim@127.0.0.1:1/conversations",
        "nosuchdatabase://amicc:geheim@127.0.0.1/conversations",
        "postgresql://127.0.0.1:1/conversations?user=amicc&password=geheim",
        "postgresql://127.0.0.1:1/conversations?user=amicc&nonsense=geheim",
        "postgresql://amicc:geheim@127.0.0.1:port/conversations",
        "postgresql://127.0.0.1:geheim/conversations",
        "postgresql://amicc:with@geheim@127.0.0.1:1/conversations",
        "amicc:geheim@127.0.0.1/conversations",
        "sqlite://?timeout=geheim",
    ],
)
def test_an_unusable_address_is_explained_in_one_line_without_its_password(url: str) -> None:
    with pytest.raises(StartError) as caught:
        open_database(url)
    text = str(caught.value)
    assert "BOT_DATABASE_URL" in text
    assert "\n" not in text
    assert "geheim" not in text
