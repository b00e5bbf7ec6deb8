"""Logs go to standard error and hold no words of visitors."""

import io
import json
import sys
from collections.abc import Iterator

import pytest
import structlog

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


@pytest.mark.parametrize("field", ["text", "user_text", "parse_data_text", "message", "rasa_events", "slot_values"])
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


@pytest.mark.parametrize("level", ["debug", "info"])
def test_rasas_remarks_for_its_developers_are_not_shown(logged: io.StringIO, level: str) -> None:
    getattr(structlog.get_logger(), level)("processor.message.parse")
    assert logged.getvalue() == ""
