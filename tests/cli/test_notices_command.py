"""The operator's commands for notices, as they are typed, against a real mail server."""

import time

import pytest
from mail_server import MailServer
from staff import Staff

from bot.storage.database import open_database
from bot.storage.notices import Outbox, Unsent
from bot.storage.records import RecordStore
from bot.storage.submissions import Submission


def test_a_test_mail_is_sent(sqlite_url: str, tmp_path: object) -> None:
    with MailServer() as server:
        said = Staff(sqlite_url, tmp_path, **server.settings).run("notices", "check")
    assert "has taken a test mail to staff@example.org" in said
    assert [mail["Subject"] for mail in server.mails] == ["Assistant: test of the notices"]


def test_a_test_mail_that_is_not_taken_is_one_line_and_status_1(sqlite_url: str, tmp_path: object) -> None:
    down = MailServer()
    said = Staff(sqlite_url, tmp_path, **down.settings).run("notices", "check", code=1)
    assert said.startswith("Error: The mail server 127.0.0.1 did not take a test mail")
    assert str(down.port) in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "BOT_NOTICE_ADDRESS"),
        ({"BOT_NOTICE_ADDRESS": "staff"}, "BOT_NOTICE_ADDRESS"),
        ({"BOT_NOTICE_ADDRESS": "a@example.org\nBcc: b@example.org"}, "BOT_NOTICE_ADDRESS"),
        ({"BOT_NOTICE_ADDRESS": "staff@example.org"}, "BOT_SMTP_HOST"),
        ({"BOT_SMTP_PORT": "mail"}, "BOT_SMTP_PORT"),
        ({"BOT_SMTP_SECURITY": "ssl"}, "BOT_SMTP_SECURITY"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_one_line_and_status_1(
    sqlite_url: str, tmp_path: object, settings: dict, named: str
) -> None:
    said = Staff(sqlite_url, tmp_path, **settings).run("notices", "check", code=1)
    assert named in said
    assert said.startswith("Error: ")
    assert said.count("\n") == 1


def test_what_was_given_up_is_listed_and_tried_again(sqlite_url: str, tmp_path: object) -> None:
    staff, engine = Staff(sqlite_url, tmp_path), open_database(sqlite_url)
    submission = Submission(
        submission_id="a" * 32, kind="contact", fields={}, consent_version="1", consent_at=time.time()
    )
    reference = RecordStore(engine).save(submission, "a")
    outbox = Outbox(engine)
    outbox.give_up(outbox.claim(), "refused: 554 no")
    listed = staff.run("records", "list")
    assert f"Warning: given up, no e-mail was sent: {reference} (refused: 554 no)." in listed
    assert "1 notice will be sent" in staff.run("notices", "retry")
    assert outbox.unsent() == Unsent(1, 0)
    assert "given up" not in staff.run("records", "list")
    outbox.try_later(outbox.claim(), "server down", 60)
    engine.dispose()
    assert f"tried again: {reference} (server down)" in staff.run("records", "list")
