"""Under steady load from fifty visitors a part fails: nothing is lost, nothing is doubled, nobody sees another's data.

Each fault runs twice here; ``make test-faults RUNS=20`` runs each twenty times.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from conftest import wait_for
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from bot.storage.tables import conversations, events, records, submissions, turns
from faults import stated
from faults.check import assert_nothing_wrong, compare, unhelpful, wrong_records
from faults.cluster import Cluster
from faults.load import Load
from faults.sign_ups import Volunteer
from faults.visitors import NO_ANSWER, Visitor, said


@pytest.fixture(scope="module")
def cluster(model_path: object) -> Iterator[Cluster]:
    with Cluster() as running:
        yield running


@contextmanager
def replica_killed(cluster: Cluster) -> Iterator[None]:
    """Kill -9, and a new process on the same port."""
    victim = cluster.replicas[0]
    victim.kill()
    yield
    victim.start()
    victim.wait_until_ready()


@contextmanager
def database_restarted(cluster: Cluster) -> Iterator[None]:
    """PostgreSQL stops at once, aborting what runs, and starts again."""
    yield
    cluster.postgresql.restart()


@contextmanager
def connections_broken(cluster: Cluster) -> Iterator[None]:
    """Every connection to the database breaks, in the middle of whatever it does."""
    cluster.postgresql.end_connections()
    yield
    cluster.postgresql.end_connections()


@contextmanager
def replica_frozen(cluster: Cluster) -> Iterator[None]:
    """A replica stops running, and then goes on as if nothing had happened."""
    victim = cluster.replicas[0]
    victim.signal(signal.SIGSTOP)
    yield
    victim.signal(signal.SIGCONT)


@contextmanager
def redis_stopped(cluster: Cluster) -> Iterator[None]:
    """Redis is away: each replica counts alone."""
    cluster.redis.stop()
    yield
    cluster.redis.start()


class Fault(NamedTuple):
    """What happens, how the docs call it, and for how many seconds; whether visitors are answered meanwhile."""

    happens: Callable[[Cluster], AbstractContextManager[None]]
    name: str
    seconds: float
    others_answer: bool


FAULTS = [
    Fault(replica_killed, stated.KILLED, 2, True),  # systemd waits as long before it starts it again
    Fault(database_restarted, stated.RESTARTED, 0, False),
    Fault(connections_broken, stated.BROKEN, 0.5, False),
    Fault(replica_frozen, stated.FROZEN, 16, True),  # nginx waits eight for it
    Fault(redis_stopped, stated.ALONE, 20, True),  # replicas try it again every five seconds
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.happens.__name__)
def test_nothing_is_lost_or_doubled(
    attempt: int, fault: Fault, cluster: Cluster, questions: Sequence[str], helpful: frozenset[str]
) -> None:
    with Load(cluster.address, questions) as load:
        load.wait_until_steady()
        before = load.answered()
        with fault.happens(cluster):
            time.sleep(fault.seconds)
            mended = time.monotonic()
        mending = time.monotonic() - mended
        meanwhile = load.answered() - before
        seconds = mending + load.seconds_until_back()
    assert_nothing_wrong(load, cluster.database_url, helpful)
    if fault.others_answer:
        assert meanwhile > 1.5 * len(load.visitors), "the others had to wait"
    assert seconds <= stated.BACK[fault.name]


@pytest.fixture(scope="module")
def talked(cluster: Cluster, questions: Sequence[str]) -> Load:
    """Three visitors and a volunteer who have talked undisturbed."""
    with Load(cluster.address, questions, visitors=3, volunteers=1) as load:
        wait_for(lambda: load.answered() > 6, "some answers")
    return load


@pytest.fixture
def visitors(talked: Load) -> list[Visitor]:
    """The visitors, for a test to change what they saw."""
    return deepcopy(talked.visitors)


@pytest.fixture
def volunteer(talked: Load) -> Volunteer:
    """The volunteer, for a test to change what was told."""
    return deepcopy(talked.volunteers[0])


@pytest.fixture
def connection(cluster: Cluster) -> Iterator[Connection]:
    """To the database; what a test writes is rolled back."""
    with sa.create_engine(cluster.database_url, future=True, poolclass=NullPool).connect() as connection:
        yield connection


def test_the_check_sees_turns_that_are_wrong(visitors: list[Visitor], connection: Connection) -> None:
    first, second, third = visitors
    assert compare(visitors, connection).clean
    first.seen["never-stored"] = "x"
    second.seen = {message_id: text + "!" for message_id, text in second.seen.items()}
    third.token = first.token
    verdict = compare(visitors, connection)
    assert verdict.lost == ["never-stored"]
    assert set(verdict.changed) == set(second.seen)
    assert len(verdict.strange) == len(third.seen)


def test_the_check_sees_a_message_that_is_stored_twice(visitors: list[Visitor], connection: Connection) -> None:
    first, second, _ = visitors
    elsewhere, again = next(iter(first.seen)), next(iter(second.seen))
    copy_row(connection, turns, turns.c.message_id == elsewhere, conversation_id=second.conversation)
    of_turn = sa.select(turns.c.id).where(turns.c.message_id == again).scalar_subquery()
    copy_row(connection, events, sa.and_(events.c.turn_id == of_turn, events.c.type == "user"))
    assert set(compare(visitors, connection).doubled) == {elsewhere, again}


def test_the_check_sees_a_first_message_that_began_two_conversations(
    visitors: list[Visitor], connection: Connection
) -> None:
    first, *_ = visitors
    message_id = next(iter(first.seen))
    copy_row(connection, conversations, conversations.c.id == first.conversation, id="nobody's")
    copy_row(connection, turns, turns.c.message_id == message_id, conversation_id="nobody's")
    assert compare(visitors, connection).doubled == [message_id]


def test_the_check_sees_records_that_are_wrong(volunteer: Volunteer, connection: Connection) -> None:
    email, *_ = volunteer.told
    assert wrong_records([volunteer], connection) == []
    volunteer.told["nobody@example.org"] = "R-AAAAA-AAAAA"
    assert len(wrong_records([volunteer], connection)) == 1
    volunteer.told[email] = "R-BBBBB-BBBBB"
    assert len(wrong_records([volunteer], connection)) == 2


@pytest.mark.parametrize("table", [records, submissions], ids=lambda table: table.name)
def test_the_check_sees_a_record_that_is_stored_twice(
    volunteer: Volunteer, connection: Connection, table: sa.Table
) -> None:
    (email, reference), *_ = volunteer.told.items()
    if table is records:
        copy_row(connection, records, records.c.email == email, kind="another")
    else:
        copy_row(connection, submissions, submissions.c.reference == reference, id="x" * 64, reference="R-AAAAA-AAAAA")
    assert len(wrong_records([volunteer], connection)) == 1
    volunteer.told.clear()
    assert len(wrong_records([volunteer], connection)) == 1


def copy_row(connection: Connection, table: sa.Table, where: Any, **changes: object) -> None:
    """Stores the only row that fits once more, with changes."""
    row = connection.execute(sa.select(table).where(where)).one()._asdict()
    if "id" not in changes:
        del row["id"]
    connection.execute(table.insert().values({**row, **changes}))


def test_the_check_sees_the_address_of_somebody_else() -> None:
    mine, other = f"{1:032x}@example.org", f"{2:032x}@example.org"
    visitor, volunteer = Visitor(["?"]), Volunteer(email=mine)
    for somebody in (visitor, volunteer):
        for text in (mine, other):
            reply = {"title": "?", "text": "", "cards": [text]}
            somebody.hear("a message", "?", json.dumps({"token": "x", "replies": [reply]}))
    assert (len(visitor.strange), len(volunteer.strange)) == (2, 1)


def test_the_check_sees_a_refusal_that_does_not_help(helpful: frozenset[str]) -> None:
    visitor = Visitor([])
    visitor.refusals.update(helpful)
    assert unhelpful([visitor], helpful) == set()
    visitor.refusals.update([NO_ANSWER, said("<html>502 Bad Gateway</html>")])
    assert len(unhelpful([visitor], helpful)) == 2
