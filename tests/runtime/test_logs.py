"""Logs go to standard error and hold no words of visitors."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from conftest import free_port
from served import Server, Visitor
from sqlalchemy.engine import make_url

from bot.runtime import logs

WORDS = "my neighbour is in danger"


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What structured logging, set up as the launcher does, writes to standard error."""
    before = structlog.get_config()
    error = io.StringIO()
    monkeypatch.setattr(sys, "stderr", error)
    logs.configure_structlog("INFO")
    yield error
    structlog.configure(**before)


@pytest.mark.parametrize(
    "field", ["text", "user_text", "parse_data_text", "message", "rasa_event", "rasa_events", "slot_values"]
)
def test_fields_in_which_rasa_logs_what_was_typed_are_dropped(logged: io.StringIO, field: str) -> None:
    structlog.get_logger().warning("message.parsing.failed", sender="a", **{field: WORDS})
    assert json.loads(logged.getvalue()) == {"event": "message.parsing.failed", "level": "warning", "sender": "a"}


def test_an_exception_is_logged_without_the_variables_of_its_frames(logged: io.StringIO) -> None:
    typed = WORDS.upper()
    try:
        raise LookupError(len(typed))
    except LookupError:
        structlog.get_logger().exception("action.failed")
    assert "LookupError" in logged.getvalue()
    assert typed not in logged.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_text_of_an_exception_is_not_logged_nor_that_of_its_cause(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = io.StringIO()
    monkeypatch.setattr(sys, "stderr", error)
    before, structured = logging.root.handlers[:], structlog.get_config()
    try:
        logs.configure("INFO", form)
        try:
            try:
                int(WORDS)
            except ValueError as cause:
                raise LookupError(WORDS) from cause
        except LookupError:
            logging.getLogger("bot").exception("An action failed.")
            structlog.get_logger().exception("action.failed")
    finally:
        logging.root.handlers[:] = before
        structlog.configure(**structured)
    for expected in ("An action failed.", "action.failed", "LookupError", "ValueError", "test_logs.py"):
        assert expected in error.getvalue()
    assert WORDS not in error.getvalue()


@pytest.mark.parametrize("level", ["debug", "info"])
def test_rasas_remarks_for_its_developers_are_not_shown(logged: io.StringIO, level: str) -> None:
    getattr(structlog.get_logger(), level)("processor.message.parse")
    assert logged.getvalue() == ""


def test_no_secret_of_the_settings_is_logged_at_any_level(
    tmp_path: Path, model_path: Path, postgresql_url: str
) -> None:
    secrets = {
        "BOT_SECRET": "a signing key that nobody may read 1",
        "BOT_TELEGRAM_TOKEN": "12345:telegram-token",
        "BOT_TELEGRAM_SECRET": "telegram-secret",
    }
    # The database trusts this machine, and Redis is not there: both addresses are used and end up in errors.
    addresses = {
        "BOT_DATABASE_URL": make_url(postgresql_url).set(password="database-key").render_as_string(hide_password=False),
        "BOT_REDIS_URL": f"redis://:redis-key@127.0.0.1:{free_port()}/0",
    }
    server = Server(tmp_path, BOT_LOG_LEVEL="DEBUG", **secrets, **addresses)
    try:
        Visitor(server).ask("Is the US a member?")
        Visitor(server, "forged").send("Is the US a member?")
        assert server.post({}, "/webhooks/telegram/webhook").status_code == 403
        assert server.get("/ready").status_code == 200
    finally:
        server.stop()
    said = server.said()
    assert "Redis does not answer" in said
    for secret in (*secrets.values(), "database-key", "redis-key"):
        assert secret not in said
