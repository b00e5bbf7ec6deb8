"""A form whose database fails in the middle: nothing of that turn is applied, nothing is lost, nothing is doubled."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url
from visitor import ANSWERS, Visitor, records

from bot.runtime.agent import Assistant
from bot.storage import database

NOT_STORED = "your last message was not received, so please send it again. What you told me before is safe."

Outage = Callable[[Assistant], Iterator[None]]


@contextmanager
def locked(assistant: Assistant) -> Iterator[None]:
    """Another program holds the file: it can be read, and nothing can be written."""
    other = sqlite3.connect(str(assistant.store.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.rollback()
    other.close()


@contextmanager
def moved_away(assistant: Assistant) -> Iterator[None]:
    """The file is not where it was, as when its disk is not mounted any more."""
    assistant.store.engine.dispose()
    folder = Path(str(assistant.store.engine.url.database)).parent
    away = folder.with_name(f"{folder.name} away")
    os.rename(folder, away)
    yield
    assistant.store.engine.dispose()
    os.rename(away, folder)


@pytest.fixture
def shut_down(postgresql_admin: Engine) -> Outage:
    """PostgreSQL ends the connections that there are and takes no new ones."""

    @contextmanager
    def outage(assistant: Assistant) -> Iterator[None]:
        name = make_url(str(assistant.store.engine.url)).database
        with postgresql_admin.connect() as admin:
            admin.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
            admin.execute(
                sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
            )
            yield
            admin.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))

    return outage


@pytest.fixture(params=["locked", "moved_away", "shut_down"])
def failing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Outage]:
    """A kind of database, and how it fails."""
    monkeypatch.setattr(database, "SQLITE_PATIENCE", 0)
    if request.param == "shut_down":
        return request.getfixturevalue("postgresql_url"), request.getfixturevalue("shut_down")
    return request.getfixturevalue("sqlite_url"), {"locked": locked, "moved_away": moved_away}[request.param]


def test_answers_given_before_are_safe_and_the_last_one_saves_one_record(
    assistant_on: Callable[..., Assistant], failing: tuple[str, Outage]
) -> None:
    url, outage = failing
    visitor = Visitor(assistant_on(url))
    visitor.say("I want to volunteer", *ANSWERS[:-1])
    with outage(visitor.assistant):
        for _ in range(2):
            assert NOT_STORED in visitor.say(ANSWERS[-1]).text
    assert visitor.say(ANSWERS[-1]).form_step.field == "consent"
    with outage(visitor.assistant):
        assert NOT_STORED in visitor.say("yes").text
    assert records(visitor.assistant) == []
    assert "reference number R-" in visitor.say("yes").text
    (record,) = records(visitor.assistant)
    assert len(record.references) == 1
    assert record.fields["interests"] == ANSWERS[-1]
    assert record.fields["person_name"] == ANSWERS[1]
