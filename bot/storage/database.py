"""Opens the database and brings its tables up to date."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from bot.errors import Errors, StartError
from bot.storage.tables import metadata

logger = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).with_name("migrations")
MIGRATION_LOCK = 7_226_422
"""Key of the advisory lock under which PostgreSQL's tables are made; any number that nothing else here uses."""
POOL_SIZE = 2
"""While one connection waits for the disk, one works for another turn; more turns than that find no free core."""
SQLITE_PATIENCE = 10
"""Seconds that SQLite waits for another process to finish writing."""


def open_database(url: str) -> Engine:
    """Connects to the database and runs the missing migrations.

    Args:
        url: SQLAlchemy address, ``sqlite:///...`` or ``postgresql://...``.

    Raises:
        StartError: The address is not valid or the database does not answer.
    """
    try:
        engine = _engine(url)
        migrate(engine)
    except (SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        # Without its options: a password may be among them.
        shown = make_url(url).set(query={}).render_as_string(hide_password=True)
        raise StartError(Errors.E030.format(url=shown, reason=reason)) from error
    return engine


def _engine(url: str) -> Engine:
    """The engine for an address; connects to nothing yet.

    Raises:
        StartError: The address or an option in it cannot be read.
    """
    try:
        address = make_url(url)
        if "@" in (address.host or ""):
            raise ValueError("the password is taken for a part of the host")
        if address.get_backend_name() == "sqlite":
            return _sqlite(address)
        return sa.create_engine(address, future=True, pool_size=POOL_SIZE, pool_pre_ping=True)
    except (ArgumentError, ValueError):
        # Without the cause: its text may be the whole address.
        raise StartError(Errors.E036) from None


def _sqlite(address: Any) -> Engine:
    # A file has no pool by default, so each turn would open it anew: 1 ms and the page cache lost.
    engine = sa.create_engine(
        address,
        future=True,
        poolclass=QueuePool,
        pool_size=POOL_SIZE,
        connect_args={"check_same_thread": False, "timeout": SQLITE_PATIENCE},
    )

    @sa.event.listens_for(engine, "connect")  # type: ignore[untyped-decorator]  # SQLAlchemy 1.4 has no types
    def _configure(connection: Any, _: Any) -> None:
        # WAL lets readers go on while a turn is written; NORMAL syncs at checkpoints only, which in WAL mode cannot
        # corrupt the file; secure_delete overwrites what is deleted, as erasure of a visitor's data must.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def migrate(engine: Engine) -> None:
    """Brings the tables to the newest version; does nothing when they are, or when newer code has made them.

    Migrations only add, so that replicas of two releases can share a database and the older can be gone back to.

    Raises:
        StartError: The tables are not those of this program.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        # Processes that start at once wait for the first to finish.
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        made_by = MigrationContext.configure(connection).get_current_revision()
        if made_by and made_by not in {
            script.revision for script in ScriptDirectory.from_config(config).walk_revisions()
        }:
            _check_newer(connection, made_by)
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _check_newer(connection: Connection, revision: str) -> None:
    """Makes sure that tables of a version that this code does not know have all that it needs."""
    inspector = sa.inspect(connection)
    there = set(inspector.get_table_names())
    for table in metadata.sorted_tables:
        columns = {column["name"] for column in inspector.get_columns(table.name)} if table.name in there else set()
        if not columns.issuperset(column.name for column in table.columns):
            raise StartError(Errors.E035.format(revision=revision, table=table.name))
    logger.warning("The tables are of a newer version (%s) than this code; it uses what it knows of them.", revision)


@contextmanager
def waiting_at_most(connection: Connection, seconds: float) -> Iterator[None]:
    """Has SQLite wait for other processes for so long, not for :data:`SQLITE_PATIENCE`; PostgreSQL is as ever."""
    if connection.dialect.name != "sqlite":
        yield
        return
    # Past SQLAlchemy, which would take longer over these two statements than SQLite does: every turn pays for six.
    driver: Any = connection.connection
    driver.execute(f"PRAGMA busy_timeout={1000 * seconds:.0f}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout={1000 * SQLITE_PATIENCE}")


def insert_into(connection: Connection, table: sa.Table) -> Any:
    """An INSERT that knows ``ON CONFLICT``, which both databases write alike and SQLAlchemy keeps apart."""
    return {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[connection.dialect.name](table)


def forget_old_pages(engine: Engine) -> bool:
    """Empties SQLite's write-ahead log, where pages keep what has been deleted or overwritten since.

    PostgreSQL needs no call: its own vacuum reuses the space, and ``retention run`` asks for one.

    Returns:
        False if another process was reading just then; call again later.
    """
    if engine.dialect.name != "sqlite":
        return True
    # A reader in another process, such as a long export, must not stop the visitors' turns for ten seconds.
    with engine.connect() as connection, waiting_at_most(connection, 0.1):
        busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    return not busy
