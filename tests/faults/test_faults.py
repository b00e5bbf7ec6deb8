"""Under steady load from fifty visitors a part fails: nothing is lost, nothing is doubled, nobody sees another's data.

Each fault runs twice here; ``make test-faults RUNS=20`` runs each twenty times.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
import sqlalchemy as sa
from conftest import wait_for

from faults.cluster import Cluster
from faults.load import Load, compare
from faults.sign_ups import Volunteer, wrong_records

SETTLE = 1.5
"""Seconds of undisturbed load before a fault."""
VOLUNTEERS = 5
"""Who sign up meanwhile, each again and again."""
FROZEN = 10
"""Seconds for which a replica stands still: longer than nginx waits for it."""
REDIS_AWAY = 20
"""Seconds without Redis: replicas try it again every five."""


@pytest.fixture(scope="module")
def cluster(model_path: object) -> Iterator[Cluster]:
    with Cluster() as running:
        yield running


def restart_replica(cluster: Cluster) -> None:
    """Kill -9, and a new process on the same port."""
    victim = cluster.replicas[0]
    victim.kill()
    time.sleep(0.5)
    victim.start()
    victim.wait_until_ready()


def restart_database(cluster: Cluster) -> None:
    """PostgreSQL stops at once, aborting what runs, and starts again."""
    cluster.postgresql.restart()


def end_connections(cluster: Cluster) -> None:
    """Every connection to the database breaks, in the middle of whatever it does."""
    for _ in range(3):
        cluster.postgresql.end_connections()
        time.sleep(0.3)


def freeze_replica(cluster: Cluster) -> None:
    """A replica stops running for longer than nginx waits, and then goes on as if nothing had happened."""
    victim = cluster.replicas[0]
    victim.signal(signal.SIGSTOP)
    time.sleep(FROZEN)
    victim.signal(signal.SIGCONT)


def stop_redis(cluster: Cluster) -> None:
    """Redis is away for a while: each replica counts alone."""
    cluster.redis.stop()
    time.sleep(REDIS_AWAY)
    cluster.redis.start()


FAULTS = [restart_replica, restart_database, end_connections, freeze_replica, stop_redis]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_nothing_is_lost_or_doubled(
    attempt: int, fault: Callable[[Cluster], None], cluster: Cluster, questions: Sequence[str]
) -> None:
    volunteers = [Volunteer(()) for _ in range(VOLUNTEERS)]
    with Load(cluster.address, questions, others=volunteers) as load:
        wait_for(lambda: load.answered() > len(load.visitors), "the load to be steady")
        time.sleep(SETTLE)
        fault(cluster)
        after = load.answered()
        wait_for(lambda: load.answered() > after + 2 * len(load.visitors), "the service to be back")
    engine = sa.create_engine(cluster.database_url, future=True)
    verdict = compare(load.visitors, engine)
    wrong = wrong_records(volunteers, engine)
    engine.dispose()
    assert verdict.clean, verdict
    assert wrong == []
    assert all(volunteer.told for volunteer in volunteers)


def test_the_comparison_sees_what_is_wrong(cluster: Cluster, questions: Sequence[str]) -> None:
    with Load(cluster.address, questions, visitors=3) as load:
        wait_for(lambda: load.answered() > 6, "some answers")
    first, second, third = load.visitors
    engine = sa.create_engine(cluster.database_url, future=True)
    assert compare(load.visitors, engine).clean
    first.seen["never-stored"] = "x"
    second.seen = {message_id: text + "!" for message_id, text in second.seen.items()}
    third.token, token = second.token, third.token
    verdict = compare(load.visitors, engine)
    third.token = token
    engine.dispose()
    assert verdict.lost == ["never-stored"]
    assert set(verdict.changed) == set(second.seen)
    assert len(verdict.strange) == len(third.seen)


def test_the_comparison_of_records_sees_what_is_wrong(cluster: Cluster, questions: Sequence[str]) -> None:
    first, second = volunteers = [Volunteer(()), Volunteer(())]
    with Load(cluster.address, questions, visitors=1, others=volunteers) as load:
        wait_for(lambda: load.answered() > 0, "an answer")
    engine = sa.create_engine(cluster.database_url, future=True)
    assert wrong_records(volunteers, engine) == []
    first.told["nobody@example.org"] = "R-AAAAA-AAAAA"
    second.told = dict.fromkeys(second.told, "R-BBBBB-BBBBB")
    wrong = wrong_records(volunteers, engine)
    engine.dispose()
    assert len(wrong) == 1 + len(second.told)
