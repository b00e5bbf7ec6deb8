"""Each way in which a visitor's details go: afterwards they are in no table, no database file and no log line.

That nothing is left of a form that was refused or cancelled is shown in ``test_onboarding.py``.
"""

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from visitor import ANSWERS, EMAIL, KNOWN, NAME, Visitor, records

from bot.runtime.agent import Assistant
from bot.storage.retention import Done, Kept, run_retention

sys.path.append(str(Path(__file__).parents[1] / "storage"))
from forms import traces

DAY = 24 * 3600.0
EVERYTHING = (*KNOWN, "quillfeather-example")


@pytest.fixture
def assistant(assistant_on: Callable[..., Assistant], database_url: str) -> Assistant:
    return assistant_on(database_url)


def retention_after(assistant: Assistant, days: float) -> Done:
    return run_retention(assistant.store.engine, Kept(30 * DAY), lambda: time.time() + days * DAY)


def signed_up(assistant: Assistant) -> tuple[Visitor, str]:
    """A volunteer, and the reference number that they were given."""
    visitor = Visitor(assistant)
    reply = visitor.say("I want to volunteer", *ANSWERS, "yes")
    found = re.search(r"R-\w{5}-\w{5}", reply.text)
    assert found, reply.text
    return visitor, found[0]


def by_retention_of_a_conversation(assistant: Assistant) -> None:
    Visitor(assistant).say(f"I am {NAME}", f"{EMAIL} is my address in Louisville", "I like kite festivals, 555-0143")
    assert traces(assistant.store.engine, KNOWN), "the test looks in the wrong place"
    assert retention_after(assistant, 31).conversations == 1


def by_retention_of_an_open_form(assistant: Assistant) -> None:
    Visitor(assistant).say("I want to volunteer", *ANSWERS)
    assert traces(assistant.store.engine, KNOWN), "the test looks in the wrong place"
    assert retention_after(assistant, 8).forms == 1


def by_cancelling(assistant: Assistant) -> None:
    Visitor(assistant).say("I want to volunteer", *ANSWERS, "cancel")


def by_withdrawing(assistant: Assistant) -> None:
    _, reference = signed_up(assistant)
    Visitor(assistant).say(f"Withdraw {reference} {EMAIL}")
    assert [record.status for record in records(assistant)] == ["withdrawn"], "staff see for a week that it was"
    assert retention_after(assistant, 6).records == 0
    assert retention_after(assistant, 8).records == 1


def by_erasing(assistant: Assistant) -> None:
    visitor, _ = signed_up(assistant)
    visitor.say("delete my data", "yes")
    assert records(assistant) == []


@pytest.mark.parametrize(
    "way",
    [by_retention_of_a_conversation, by_retention_of_an_open_form, by_cancelling, by_withdrawing, by_erasing],
    ids=lambda way: way.__name__,
)
def test_nothing_is_left(
    assistant: Assistant, way: Callable[[Assistant], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    way(assistant)
    assert traces(assistant.store.engine, EVERYTHING) == []
    assert [known for known in EVERYTHING if known.casefold() in caplog.text.casefold()] == []
