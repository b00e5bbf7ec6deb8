"""What staff and operators are warned of, and what not."""

import re
import time
from collections.abc import Callable

import pytest
from sqlalchemy.engine import Engine

from bot.errors import StorageError
from bot.runtime.attention import UNREAD_DAYS, staff_warnings
from bot.runtime.settings import Settings
from bot.storage.notices import Outbox
from bot.storage.records import RecordStore
from bot.storage.submissions import Submission

DAY = 24 * 3600.0
TOLD = Settings(notice_address="staff@example.org", smtp_host="mail.example.org")


@pytest.fixture
def engine(database_url: str, open_engine: Callable[[str], Engine]) -> Engine:
    return open_engine(database_url)


def leave(engine: Engine, days_ago: float, number: int = 0) -> str:
    submission = Submission(
        submission_id=f"submission-number-{number}", kind="contact", fields={}, consent_version="1", consent_at=0
    )
    return RecordStore(engine, lambda: time.time() - days_ago * DAY).save(submission, "a")


def test_nobody_is_warned_of_nothing(engine: Engine) -> None:
    leave(engine, UNREAD_DAYS - 0.01)
    assert staff_warnings(TOLD, engine) == []


def test_without_an_address_whoever_asks_is_told(engine: Engine) -> None:
    (warning,) = staff_warnings(Settings(), engine)
    assert "BOT_NOTICE_ADDRESS" in warning
    assert "records list" in warning


def test_a_record_that_waits_too_long_is_named_by_its_day_until_it_is_read(engine: Engine) -> None:
    reference = leave(engine, UNREAD_DAYS + 0.01)
    (warning,) = staff_warnings(TOLD, engine)
    assert time.strftime("%Y-%m-%d", time.gmtime(time.time() - (UNREAD_DAYS + 0.01) * DAY)) in warning
    RecordStore(engine).mark(reference, "read")
    assert staff_warnings(TOLD, engine) == []


def test_mails_that_were_not_taken_are_named(engine: Engine) -> None:
    outbox = Outbox(engine)
    references = [leave(engine, 0, number) for number in range(8)]
    outbox.try_later(outbox.claim(), "server down", 60)
    for _ in references[1:]:
        outbox.give_up(outbox.claim(), "refused: 554 no")
    given_up, waiting = staff_warnings(TOLD, engine)
    assert len(re.findall(r"\bR-\w{5}-", given_up)) == 5
    assert "and 2 more (refused: 554 no)" in given_up
    assert "notices retry" in given_up
    assert len(re.findall(r"\bR-\w{5}-", waiting)) == 1
    assert "(server down)" in waiting


def test_a_database_that_fails_is_one_line(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE notices")
    with pytest.raises(StorageError, match="conversation store failed"):
        staff_warnings(TOLD, engine)
