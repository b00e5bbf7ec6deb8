"""Notices from the server as an operator starts it: from a form on the website to a mail in the staff's box."""

import re
import sqlite3
import time
from pathlib import Path

import pytest
from conftest import wait_for
from mail_server import MailServer
from served import Server, Visitor
from test_serving import refused_start

from bot.runtime.attention import UNREAD_DAYS
from bot.storage.database import open_database
from bot.storage.records import RecordStore
from bot.storage.submissions import Submission

FORM = [
    "I want to volunteer",
    "yes",
    "Ann Quillfeather",
    "ann@quillfeather-example.org",
    "skip",
    "Louisville, Kentucky",
]


def warnings(server: Server) -> list[str]:
    return [line for line in server.said().splitlines() if line.startswith("Warning: ")]


def leave(folder: Path, days_ago: float) -> None:
    """A record in the database of a server that is not started yet."""
    folder.mkdir(parents=True)
    engine = open_database(f"sqlite:///{folder / 'conversations.sqlite3'}")
    submission = Submission(submission_id="a" * 32, kind="contact", fields={}, consent_version="1", consent_at=0)
    RecordStore(engine, lambda: time.time() - days_ago * 24 * 3600).save(submission, "a")
    engine.dispose()


def test_a_form_on_the_website_becomes_a_mail_and_so_does_its_withdrawal(tmp_path: Path, model_path: Path) -> None:
    with MailServer() as mail_server:
        server = Server(tmp_path, **mail_server.settings)
        visitor = Visitor(server)
        for text in [*FORM, "hand out leaflets"]:
            visitor.ask(text)
        reference = re.search(r"R-\w{5}-\w{5}", visitor.answer("yes")["text"])[0]
        wait_for(lambda: mail_server.mails, "the mail")
        Visitor(server).ask(f"Withdraw {reference} ann@quillfeather-example.org")
        wait_for(lambda: len(mail_server.mails) == 2, "the second mail")
        assert server.stop() == 0
    assert warnings(server) == []
    subjects = [mail["Subject"] for mail in mail_server.mails]
    assert subjects == [f"Assistant: new volunteer {reference}", f"Assistant: withdrawn volunteer {reference}"]
    for place in (*(mail.as_string() for mail in mail_server.mails), server.said()):
        assert "quillfeather" not in place.casefold()
    assert "is sent" in server.said()
    assert "Traceback" not in server.said()


def test_who_starts_the_server_is_told_what_nobody_reads(tmp_path: Path, model_path: Path) -> None:
    leave(tmp_path / "server data", UNREAD_DAYS + 1)
    server = Server(tmp_path)
    server.stop()
    without_address, unread = warnings(server)
    assert "BOT_NOTICE_ADDRESS" in without_address
    assert "the oldest unread record is from" in unread


def test_a_mail_server_that_is_down_stops_neither_the_start_nor_the_chat(tmp_path: Path, model_path: Path) -> None:
    leave(tmp_path / "server data", 0)
    server = Server(tmp_path, **MailServer().settings)
    assert Visitor(server).answer("Is the US a member?")["title"]
    wait_for(lambda: "was not sent" in server.said(), "the log line of the mail that failed")
    assert server.stop() == 0
    with sqlite3.connect(server.data / "conversations.sqlite3") as connection:
        assert connection.execute("SELECT attempts FROM notices").fetchall() == [(1,)]
    connection.close()


@pytest.mark.parametrize(
    ("settings", "named"),
    [({"BOT_NOTICE_ADDRESS": "staff@example.org"}, "BOT_SMTP_HOST"), ({"BOT_SMTP_PORT": "0"}, "BOT_SMTP_PORT")],
    ids=str,
)
def test_a_server_with_a_wrong_setting_does_not_start(
    tmp_path: Path, model_path: Path, settings: dict, named: str
) -> None:
    assert f"The setting {named} is wrong" in refused_start(tmp_path, **settings)
