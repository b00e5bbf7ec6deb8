"""What visitors asked in vain, from their messages to what the staff see, on SQLite and PostgreSQL."""

import asyncio
import csv
import io
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import say
from staff import Staff

from bot.runtime.agent import Assistant

DAY = 24 * 3600.0
VAIN = "basketball scores for my team"
FORMULA = "=cmd|' /C calc'!A0 basketball"
HELPLESS = "what is wicc"
LOOKALIKE = "when was wicc founded, call me at 502-555-0143"


def ask(assistant: Assistant, conversation: str, *messages: str) -> None:
    """Messages of a conversation; their ids are their texts."""
    for message in messages:
        assert say(assistant, conversation, message, message), message


def vote_down(assistant: Assistant, conversation: str, message: str, reason: str) -> None:
    assert asyncio.run(assistant.store.vote(conversation, message, "down", reason))


def day(ago: int) -> str:
    """A day as it is typed and shown."""
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() - ago * DAY))


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all, so that the content's vectors are made once."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def staff(sqlite_url: str, data_folder: Path) -> Staff:
    return Staff(sqlite_url, data_folder)


def visited(assistant_on: Callable[..., Assistant], url: str) -> None:
    """Some visitors: one long ago, one last week, one now, one in a form, one who had everything deleted."""
    ask(assistant_on(url, lambda: time.time() - 31 * DAY), "expired", "where can i buy a purple umbrella")
    last_week = assistant_on(url, lambda: time.time() - 7 * DAY)
    ask(last_week, "early", VAIN, "my mail is ann@example.org, who won the basketball game")
    now = assistant_on(url)
    ask(now, "late", VAIN + "!", FORMULA, HELPLESS)
    vote_down(now, "late", HELPLESS, "write to bob@example.org")
    form = ["I want to volunteer", "yes", "Zephyrine Quillfeather", "zeph@example.org", "recipe for goulash soup"]
    ask(now, "form", *form)
    ask(now, "erased", "how do i repair a bicycle chain", "delete my data", "yes")


def assert_nobody_is_in(shown: str) -> None:
    for hidden in ("example.org", "Zephyrine", "goulash", "bicycle", "umbrella"):
        assert hidden not in shown


def test_what_is_alike_is_counted_together_and_nobody_is_shown(
    assistant_on: Callable[..., Assistant], database_url: str, data_folder: Path
) -> None:
    visited(assistant_on, database_url)
    shown = Staff(database_url, data_folder).run("review", "--format", "json")
    assert_nobody_is_in(shown)
    assert "(e-mail)" in shown
    by_question = {entry["question"].rstrip("!"): entry for entry in json.loads(shown)}
    scores = by_question[VAIN]
    assert (scores["asked"], scores["unanswered"] + scores["suggested"]) == (2, 2)
    assert scores["last_asked"] == day(0)
    helpless = by_question[HELPLESS]
    assert (helpless["unhelpful"], helpless["unanswered"], helpless["given"]) == (1, 0, ["faq/wicc"])
    assert (helpless["nearest_topic"], helpless["reasons"]) == ("wicc", ["write to (e-mail)"])
    assert helpless["likeness"] > 0.9
    assert sum(entry["asked"] for entry in by_question.values()) == 5


def test_tables_and_spreadsheets_are_safe_and_can_be_narrowed_down(
    assistant_on: Callable[..., Assistant], sqlite_url: str, staff: Staff
) -> None:
    visited(assistant_on, sqlite_url)
    table = staff.run("review")
    assert_nobody_is_in(table)
    assert f"5 questions in {table.count(day(0)) + table.count(day(7))} groups." in table
    spreadsheet = staff.run("review", "--format", "csv", "--since", day(2))
    assert_nobody_is_in(spreadsheet)
    rows = list(csv.DictReader(io.StringIO(spreadsheet)))
    assert sum(int(row["asked"]) for row in rows) == 3
    assert "'" + FORMULA in [row["question"] for row in rows]
    unhelpful = json.loads(staff.run("review", "--outcome", "unhelpful", "--format", "json"))
    assert [entry["question"] for entry in unhelpful] == [HELPLESS]


def test_an_empty_store_has_nothing_to_review(staff: Staff) -> None:
    assert "0 questions in 0 groups." in staff.run("review")


def test_lines_for_a_topic_can_be_pasted(assistant: Assistant, staff: Staff) -> None:
    for message in (HELPLESS, LOOKALIKE, "which washington group is wicc run by"):
        ask(assistant, "a", message)
        vote_down(assistant, "a", message, "")
    said = staff.run("review", "--as-phrasings", "faq/wicc")
    # Not what is a phrasing already, nor what had a phone number in it.
    assert said.splitlines()[0] == "    - which washington group is wicc run by"
    assert "1 to paste under `examples:` in data/nlu/faq/about/wicc.yml" in said


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--since", "last week"], 2, "write the day as 2026-11-01"),
        (["--outcome", "answered"], 2, "write one of suggested, unanswered, unhelpful"),
        (["--format", "xml"], 2, "write one of table, csv, json"),
        (["--as-phrasings", "no_such_topic"], 1, "There is no topic 'no_such_topic'"),
    ],
)
def test_a_wrong_word_is_answered_with_what_to_write(staff: Staff, arguments: list[str], code: int, says: str) -> None:
    said = staff.run("review", *arguments, code=code)
    assert says in said
    assert "Traceback" not in said
