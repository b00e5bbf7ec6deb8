"""The outbox: written with the turn, each notice claimed by one process only, and kept until it is sent or given up."""

import threading
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from forms import EMAIL, KNOWN, submission
from sqlalchemy.engine import Engine

from bot.storage.notices import LEASE, Outbox, Trouble, Unsent, delete_old, queue
from bot.storage.records import RecordStore
from bot.storage.tables import notices


class Clock:
    now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(database_url: str, open_engine: Callable[[str], Engine]) -> Engine:
    return open_engine(database_url)


@pytest.fixture
def outbox(engine: Engine, clock: Clock) -> Outbox:
    return Outbox(engine, clock)


@pytest.fixture
def reference(engine: Engine, clock: Clock) -> str:
    """A record that staff are to be told of."""
    return RecordStore(engine, clock).save(submission(), "a")


def test_a_notice_says_what_happened_and_not_to_whom(outbox: Outbox, reference: str, clock: Clock) -> None:
    notice = outbox.claim()
    assert notice is not None
    assert (notice.kind, notice.event, notice.reference, notice.state) == ("volunteer", "new", reference, "KY")
    assert (notice.created_at, notice.attempts) == (clock.now, 1)
    assert not [value for value in KNOWN if value.casefold() in str(notice).casefold()]


def test_what_was_sent_is_gone(outbox: Outbox, reference: str) -> None:
    notice = outbox.claim()
    assert outbox.unsent() == Unsent(1, 0)
    outbox.sent(notice)
    assert (outbox.claim(), outbox.unsent()) == (None, Unsent(0, 0))


def test_a_claim_runs_out_when_its_sender_was_killed(outbox: Outbox, reference: str, clock: Clock) -> None:
    first = outbox.claim()
    clock.now += LEASE - 1
    assert outbox.claim() is None
    clock.now += 1
    second = outbox.claim()
    assert second == first._replace(attempts=2)
    # Whoever wakes up late must not undo what the other does.
    outbox.try_later(first, "late", 1e6)
    outbox.give_up(first, "late")
    assert outbox.troubles() == []


def test_what_failed_is_tried_later_and_then_given_up(outbox: Outbox, reference: str, clock: Clock) -> None:
    outbox.try_later(outbox.claim(), "server down", 60)
    assert outbox.troubles() == [Trouble(reference, False, "server down")]
    clock.now += 59
    assert outbox.claim() is None
    clock.now += 1
    outbox.give_up(outbox.claim(), "x" * 500)
    assert outbox.troubles() == [Trouble(reference, True, "x" * 200)]
    clock.now += 10 * LEASE
    assert (outbox.claim(), outbox.unsent()) == (None, Unsent(0, 1))


def test_what_was_given_up_can_be_tried_again(outbox: Outbox, reference: str) -> None:
    outbox.give_up(outbox.claim(), "refused")
    assert outbox.try_failed_again() == 1
    assert outbox.troubles() == []
    notice = outbox.claim()
    assert (notice.reference, notice.attempts) == (reference, 1)
    assert outbox.try_failed_again() == 0


def test_a_notice_that_waits_does_not_outlive_its_record(engine: Engine, outbox: Outbox, reference: str) -> None:
    outbox.give_up(outbox.claim(), "refused")
    RecordStore(engine).delete(reference)
    assert (outbox.claim(), outbox.unsent()) == (None, Unsent(0, 0))


def test_old_notices_are_deleted(engine: Engine, outbox: Outbox, reference: str, clock: Clock) -> None:
    with engine.begin() as connection:
        assert delete_old(connection, clock.now) == 0
        assert delete_old(connection, clock.now + 1) == 1
    assert outbox.claim() is None


def test_a_notice_is_written_with_its_turn_or_not_at_all(engine: Engine, outbox: Outbox) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        queue(connection, "contact", "R-00000-00000", "new", 0.0)
        transaction.rollback()
    assert outbox.claim() is None


def test_of_several_claimants_one_gets_a_notice(database_url: str, open_engine: Callable[[str], Engine]) -> None:
    store = RecordStore(open_engine(database_url))
    for number in range(40):
        store.save(submission(number, email=f"{number}-{EMAIL}"), "a")
    claimed: list[int] = []
    start = threading.Barrier(4)

    def claim_all(outbox: Outbox) -> None:
        start.wait()
        while notice := outbox.claim():
            claimed.append(notice.id)

    threads = [threading.Thread(target=claim_all, args=[Outbox(open_engine(database_url))]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.engine.connect() as connection:
        assert sorted(claimed) == sorted(connection.execute(sa.select(notices.c.id)).scalars())
