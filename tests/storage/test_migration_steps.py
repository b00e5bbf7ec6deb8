"""Single migrations: they only add, they are made whole or not at all, and they keep the rows that are there."""

import inspect
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from bot.errors import StartError
from bot.storage import database
from bot.storage.database import MIGRATIONS, open_database
from bot.storage.tables import metadata

Open = Callable[[str], Engine]


def modules() -> dict[str, Any]:
    """The migrations' modules by revision, oldest first."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    return {script.revision: script.module for script in reversed(scripts)}


# They only add


class Recorder:
    """Stands where a migration expects Alembic's ``op``, and notes what an older release could not live with."""

    def __init__(self) -> None:
        self.made: set[str] = set()
        self.problems: list[str] = []

    def create_table(self, name: str, *_: Any, **__: Any) -> None:
        self.made.add(name)

    def create_index(self, name: str, table: str, *_: Any, unique: bool = False, **__: Any) -> None:
        if unique and table not in self.made:
            self.problems.append(f"{name}: an older release may write what is there already")

    def add_column(self, table: str, column: sa.Column) -> None:
        if not column.nullable and column.server_default is None:
            self.problems.append(f"{table}.{column.name}: an older release does not fill it")
        if column.unique or column.foreign_keys:
            self.problems.append(f"{table}.{column.name}: an older release does not keep to its rule")

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments, **_: self.problems.append(f"{name}{arguments}: does more than add")


def problems(upgrade: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What keeps a migration from being one that only adds."""
    recorder = Recorder()
    with monkeypatch.context() as patch:
        patch.setitem(upgrade.__globals__, "op", recorder)
        upgrade()
    return recorder.problems


@pytest.mark.parametrize("revision", modules())
def test_a_migration_only_adds(revision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = modules()[revision]
    assert problems(module.upgrade, monkeypatch) == []
    assert "get_bind" not in inspect.getsource(module), "statements of its own would not be seen here"


op: Any = None
"""What the migrations below use, as others import it from Alembic."""


def drop() -> None:
    op.drop_column("turns", "topic")


def alter() -> None:
    op.alter_column("turns", "topic", new_column_name="subject")


def execute() -> None:
    op.execute("DELETE FROM turns")


def require() -> None:
    op.add_column("turns", sa.Column("rank", sa.Integer, nullable=False))


def make_unique() -> None:
    op.create_table("ranks", sa.Column("id", sa.Integer, primary_key=True))
    op.create_index("one_a_topic", "turns", ["topic"], unique=True)


@pytest.mark.parametrize("upgrade", [drop, alter, execute, require, make_unique])
def test_one_that_does_more_would_be_seen(upgrade: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(problems(upgrade, monkeypatch)) == 1


# Whole or not at all, and with the rows


def copied_migrations(folder: Path, newest: str = "") -> Path:
    """A copy of the migrations, up to one of them."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (folder / "versions").iterdir():
        if newest and path.name[: len(newest)] > newest:
            path.unlink()
    return folder


def schema(engine: Engine) -> dict[str, list[str]]:
    """Tables with their columns and indexes, and the version they say they are of."""
    inspector = sa.inspect(engine)
    found = {
        table: sorted(part["name"] for part in (*inspector.get_columns(table), *inspector.get_indexes(table)))
        for table in inspector.get_table_names()
    }
    if "alembic_version" in found:
        with engine.connect() as connection:
            found["version"] = list(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars())
    return found


FAILING = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"


def upgrade():
    op.add_column("turns", sa.Column("rank", sa.Integer, nullable=True))
    op.create_table("ranks", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table("turns", sa.Column("id", sa.Integer, primary_key=True))
"""


@pytest.mark.parametrize("there", ["no tables", "tables"])
def test_a_migration_that_fails_leaves_all_as_it_was(
    there: str, database_url: str, open_engine: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(database_url) if there == "tables" else sa.create_engine(database_url, future=True)
    before = schema(engine)
    assert bool(before) is (there == "tables")
    folder = copied_migrations(tmp_path / "migrations")
    (folder / "versions" / "9999_failing.py").write_text(FAILING.format(newest=list(modules())[-1]))
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", folder)
        with pytest.raises(StartError, match="turns") as caught:
            open_database(database_url)
    assert "\n" not in str(caught.value)
    assert schema(engine) == before
    again = open_engine(database_url)
    assert set(schema(again)) == {*metadata.tables, "alembic_version", "version"}
    engine.dispose()


ROWS = (
    "INSERT INTO conversations (id, version, slots, active_loop, updated_at) VALUES ('a', 2, '{}', '{}', 7.5)",
    "INSERT INTO turns (id, conversation_id, message_id, at, channel, intent, confidence, outcome, topic)"
    " VALUES (3, 'a', 'm1', 7.5, 'web', 'faq', 0.9, 'answered', 'faq/icc')",
    "INSERT INTO events (id, conversation_id, turn_id, type, data) VALUES (4, 'a', 3, 'bot', '{}')",
)


def test_tables_of_the_first_version_are_brought_up_to_date_with_their_rows(
    database_url: str, open_engine: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", copied_migrations(tmp_path / "migrations", "0001"))
        old = open_engine(database_url)
    assert schema(old)["version"] == ["0001"]
    with old.begin() as connection:
        for statement in ROWS:
            connection.execute(sa.text(statement))
    tables = ("conversations", "turns", "events")

    def rows(engine: Engine) -> list[dict[str, Any]]:
        with engine.connect() as connection:
            return [dict(connection.execute(sa.text(f"SELECT * FROM {table}")).mappings().one()) for table in tables]

    before = rows(old)
    new = open_engine(database_url)
    assert schema(new)["version"] == [list(modules())[-1]]
    after = rows(new)
    assert [{name: row[name] for name in earlier} for row, earlier in zip(after, before)] == before
    assert after[1]["private"] in (False, 0)
    assert after[1]["vote"] is None
