"""Staff are told once, after the turn, whatever the mail server does; and the chat never waits for it."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any, Optional

import pytest
from conftest import PATIENCE, turn
from mail_server import MailServer
from prometheus_client import REGISTRY
from sqlalchemy.engine import Engine

from bot.runtime.agent import Assistant
from bot.runtime.mail import load_mailer
from bot.runtime.notices import (
    FIRST_DELAY,
    LONGEST_DELAY,
    MOST_ATTEMPTS,
    NoticeSender,
    delay_after,
    mail_text,
)
from bot.runtime.settings import Settings
from bot.storage.notices import LEASE, Notice, Outbox, Unsent
from bot.storage.records import RecordStore
from bot.storage.submissions import Submission

ANN = {"person_name": "Ann Quillfeather", "email": "ann@quillfeather-example.org", "phone": "+1 202 555 0143"}


class Clock:
    """Time that passes, and can be moved on."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(database_url: str, open_engine: Callable[[str], Engine]) -> Engine:
    return open_engine(database_url)


def leave(engine: Engine, number: int = 1) -> str:
    """A visitor's record; its reference number."""
    submission = Submission(
        submission_id=f"submission-number-{number}",
        kind="volunteer",
        email=f"{number}-{ANN['email']}",
        state="KY",
        fields=ANN,
        consent_version="1",
        consent_at=0,
    )
    return RecordStore(engine).save(submission, "a")


def sender_to(server: MailServer, engine: Engine, clock: Callable[[], float] = time.time) -> NoticeSender:
    values = {name.removeprefix("BOT_").lower(): value for name, value in server.settings.items()}
    return NoticeSender(Outbox(engine, clock), load_mailer(Settings(**values)), poll_seconds=0.05)


def run(work: Coroutine[Any, Any, None], *senders: NoticeSender) -> None:
    """Runs work while senders run."""

    async def whole() -> None:
        for sender in senders:
            sender.start()
        try:
            await asyncio.wait_for(work, PATIENCE)
        finally:
            for sender in senders:
                await sender.stop()

    asyncio.run(whole())


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.02)


def notices(state: str) -> Optional[float]:
    return REGISTRY.get_sample_value("amicc_notices", {"state": state})


def test_a_record_is_told_of_once_and_without_personal_data(engine: Engine) -> None:
    with MailServer() as server:
        reference = leave(engine)
        run(until(lambda: not Outbox(engine).unsent().waiting), sender_to(server, engine))
        (mail,) = server.mails
    whole = mail.as_string()
    assert mail["Subject"] == f"Assistant: new volunteer {reference}"
    for told in (reference, "Kind: volunteer", "US state: KY", f"python -m bot records show {reference}"):
        assert told in whole
    for private in (*ANN.values(), "Quillfeather", "quillfeather"):
        assert private not in whole


@pytest.mark.parametrize("event", ["new", "updated", "withdrawn", "deleted"])
def test_each_event_is_said_and_a_deleted_record_is_not_to_be_read(event: str) -> None:
    subject, text = mail_text(Notice(1, "contact", "R-00000-00000", event, 0.0, 1, None))
    assert (event in subject, "R-00000-00000" in text, "US state" in text) == (True, True, False)
    assert ("records show" in text) == (event != "deleted")
    assert ("not write to them" in text) == (event in ("withdrawn", "deleted"))


def test_a_server_that_is_down_gets_its_mail_when_it_is_back(engine: Engine, clock: Clock) -> None:
    server = MailServer()
    leave(engine)

    async def outage() -> None:
        await until(lambda: Outbox(engine).troubles())
        server.start()
        await asyncio.sleep(0.3)
        assert server.mails == [], "not before the delay is over"
        clock.ahead += FIRST_DELAY
        await until(lambda: server.mails)

    try:
        run(outage(), sender_to(server, engine, clock))
    finally:
        server.stop()
    assert Outbox(engine).unsent() == Unsent(0, 0)


def test_a_mail_that_is_refused_for_now_is_sent_later(engine: Engine, clock: Clock) -> None:
    with MailServer() as server:
        server.answers = ["451 later", "421 busy"]
        leave(engine)

        async def wait() -> None:
            for attempt in (1, 2):
                await until(lambda attempt=attempt: server.sessions == attempt and Outbox(engine).troubles())
                clock.ahead += delay_after(attempt)
            await until(lambda: server.mails)

        run(wait(), sender_to(server, engine, clock))
    assert len(server.mails) == 1


def test_a_mail_that_is_refused_for_good_is_given_up_and_the_next_is_sent(
    engine: Engine, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with MailServer() as server:
        server.answers = ["554 no"]
        refused, taken = leave(engine, 1), leave(engine, 2)
        run(until(lambda: server.mails), sender_to(server, engine, clock))
        clock.ahead += 10 * LEASE
        run(until(lambda: notices("failed") == 1), sender_to(server, engine, clock))
        assert [taken in str(mail["Subject"]) for mail in server.mails] == [True]
    ((reference, given_up, reason),) = Outbox(engine).troubles()
    assert (reference, given_up, reason) == (refused, True, "refused: 554 no")
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert "given up after 1 attempts (refused: 554 no)" in line
    assert "python -m bot notices retry" in line
    assert notices("waiting") == 0


def test_a_server_that_stays_down_is_given_up_at_last(
    engine: Engine, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    leave(engine)

    async def wait() -> None:
        while not Outbox(engine).unsent().failed:
            clock.ahead += LONGEST_DELAY
            await asyncio.sleep(0.02)

    run(wait(), sender_to(MailServer(), engine, clock))
    lines = [record.getMessage() for record in caplog.records if record.name == "bot.runtime.notices"]
    assert len(lines) == MOST_ATTEMPTS
    assert f"given up after {MOST_ATTEMPTS} attempts" in lines[-1]


def test_delays_double_up_to_the_longest() -> None:
    delays = [delay_after(attempts) for attempts in range(1, MOST_ATTEMPTS)]
    assert delays[:3] == [FIRST_DELAY, 2 * FIRST_DELAY, 4 * FIRST_DELAY]
    assert max(delays) == delays[-1] == LONGEST_DELAY
    assert sum(delays) > 2 * 24 * 3600


def test_two_senders_at_once_send_each_notice_once(database_url: str, open_engine: Callable[[str], Engine]) -> None:
    engines = [open_engine(database_url) for _ in range(2)]
    references = [leave(engines[0], number) for number in range(25)]
    with MailServer() as server:
        run(
            until(lambda: Outbox(engines[0]).unsent() == Unsent(0, 0)),
            *(sender_to(server, engine) for engine in engines),
        )
        assert sorted(mail["Subject"].split()[-1] for mail in server.mails) == sorted(references)
        assert len({mail["Message-ID"] for mail in server.mails}) == len(references)


FORM = ["I want to volunteer", "yes", "Ann Lee", "ann@example.org"]


def test_a_slow_server_delays_no_turn(assistant_on: Callable[..., Assistant], database_url: str) -> None:
    assistant = assistant_on(database_url)
    leave(assistant.store.engine)
    with MailServer() as server:
        server.held = True

        async def talk() -> None:
            await until(lambda: server.sessions)
            for text in FORM:
                (reply,) = await turn(assistant, "ann", text)
            assert reply.form_step is not None
            assert not server.mails, "the whole form came while the mail was on its way"
            server.held = False
            await until(lambda: server.mails)

        run(talk(), sender_to(server, assistant.store.engine))


def test_a_mail_on_its_way_is_finished_when_the_server_stops(engine: Engine) -> None:
    with MailServer() as server:
        server.delay = 0.5
        leave(engine)
        run(until(lambda: server.sessions), sender_to(server, engine))
        assert len(server.mails) == 1
    assert Outbox(engine).unsent() == Unsent(0, 0)


def test_a_mail_that_takes_too_long_at_the_stop_is_left_for_the_next(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.runtime.notices.GRACE", 0.1)
    with MailServer() as server:
        server.delay = 5.0
        leave(engine)
        run(until(lambda: server.sessions), sender_to(server, engine, clock))
        assert Outbox(engine).unsent() == Unsent(1, 0)
    clock.ahead += LEASE
    with MailServer() as server:
        run(until(lambda: server.mails), sender_to(server, engine, clock))


def test_a_database_that_fails_is_said_once_and_asked_again(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE notices RENAME TO away")

    async def wait() -> None:
        await until(lambda: caplog.records)
        await asyncio.sleep(0.3)
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO notices")
        leave(engine)
        await until(lambda: server.mails)

    with MailServer() as server:
        run(wait(), sender_to(server, engine))
    assert len([record for record in caplog.records if "Notices cannot be read" in record.getMessage()]) == 1


def test_without_a_mail_server_what_waits_is_counted(engine: Engine) -> None:
    leave(engine, 1)
    leave(engine, 2)
    run(until(lambda: notices("waiting") == 2), NoticeSender(Outbox(engine), None, poll_seconds=0.05))
    assert Outbox(engine).unsent() == Unsent(2, 0)
