"""``python -m bot ask`` as a batch job runs it: lines in, one JSON object a line out."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from conftest import subprocess_environment

from bot.content.store import ContentStore
from bot.dialogue.reply import Reply
from bot.runtime.settings import ROOT
from bot.runtime.training import MANIFEST_NAME

MEMBER = "Is the US a member?"

STRANGE = {
    "spaces": b"   ",
    "not UTF-8": b"is the US a member \xff\xfe\xc3",
    "100 kB": b"why should the US support the ICC " * 3000,
    "100 kB in one word": b"a" * 100_000,
    "emoji": "\U0001f600\U0001f1fa\U0001f1f8".encode(),
    "HTML": b"<script>alert(1)</script><b>What is the ICC?</b>",
    "control characters": b"\x01\x02\x1b\x7f\x08",
    "terminal colours": b"\x1b[31mis the US a member\x1b[0m",
    "NUL": b"is the US\x00 a member",
    "carriage return within": b"is the US\ra member",
    "line separator": "is the US\u2028a member".encode(),
    "next line": "is the US\u0085a member".encode(),
    "right to left": "\u202eis the US a member".encode(),
    "restart": b"/restart",
    "filled slot": b'/faq{"topic": "x"}',
    "slash behind spaces": "/\u00a0/restart".encode(),
    "only slashes": b"////",
    "JSON": b'{"sender": "a", "message": "b"}',
    "Markdown": b"[link](http://example.org) *is the US a member*",
    "template": b"{topic} %s ${HOME} {{ 7 * 7 }}",
}


class Run(NamedTuple):
    """A finished run."""

    records: list[dict[str, Any]]
    output: str
    errors: str
    folder: Path


def ask(data: bytes, folder: Path, *arguments: str, **settings: object) -> Run:
    """Runs the command with a temporary folder of its own."""
    folder.mkdir(exist_ok=True)
    result = subprocess.run(
        [sys.executable, "-m", "bot", "ask", *arguments],
        input=data,
        capture_output=True,
        cwd=ROOT,
        env=subprocess_environment(TMPDIR=folder, **settings),
    )
    errors = result.stderr.decode()
    assert result.returncode == 0, errors
    output = result.stdout.decode("utf-8")
    return Run([json.loads(line) for line in output.split("\n") if line], output, errors, folder)


CONVERSATIONS = b"""

Is the US a member?
again please\r
\r


again please
thank you
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, model_path: Path) -> Run:
    """One run for all of these messages, as a start takes seconds."""
    data = CONVERSATIONS + b"\n" + b"\n\n".join(STRANGE.values()) + b"\n\nlast line without an end"
    return ask(data, tmp_path_factory.mktemp("ask"))


@pytest.fixture(scope="module")
def strange(run: Run) -> dict[str, dict[str, Any]]:
    """The records of the strange messages, by name."""
    return dict(zip(STRANGE, run.records[4:]))


def test_there_is_one_line_for_each_message(run: Run) -> None:
    assert len(run.records) == 4 + len(STRANGE) + 1
    assert [record["message"] for record in run.records[:4]] == [MEMBER, "again please", "again please", "thank you"]
    assert run.records[-1]["message"] == "last line without an end"


def test_a_record_is_one_line_to_every_reader(run: Run) -> None:
    # Python's own `splitlines` ends a line at U+2028 and U+0085 too, which JSON allows within a string.
    assert len(run.output.splitlines()) == len(run.records)
    assert run.output.endswith("\n")


def test_empty_lines_number_the_conversations(run: Run) -> None:
    first, last = [1, 1, 2, 2], 3 + len(STRANGE)
    assert [record["conversation"] for record in run.records] == [*first, *range(3, last + 1)]


def test_lines_without_an_empty_one_between_are_one_conversation(run: Run) -> None:
    question, again, again_elsewhere = run.records[:3]
    assert again["replies"] == question["replies"]
    assert again_elsewhere["replies"] != question["replies"]


def test_every_record_has_the_documented_shape(run: Run) -> None:
    for record in run.records:
        assert list(record) == [
            "conversation",
            "message",
            "intent",
            "confidence",
            "topic",
            "outcome",
            "replies",
        ]
        assert isinstance(record["intent"], str)
        assert 0 <= record["confidence"] <= 1
        assert all(topic.split("/")[0] in {"faq", "paper", "situation", "alliance"} for topic in record["topic"])
        assert record["outcome"] in {"answered", "suggested", "unanswered"}
        assert record["replies"]


def test_every_reply_has_the_documented_shape(run: Run) -> None:
    for record in run.records:
        for reply in record["replies"]:
            assert list(reply) == ["text", "buttons", "custom"]
            for button in reply["buttons"]:
                assert set(button) == {"title", "payload"}
            assert [button["payload"] for button in reply["buttons"]] == [
                choice["text"] for choice in reply["custom"].get("choices", [])
            ]
            Reply.parse_obj(reply["custom"])


def test_the_text_is_what_a_text_only_visitor_reads(run: Run) -> None:
    (reply,) = run.records[0]["replies"]
    custom = reply["custom"]
    assert reply["text"].startswith(MEMBER)
    assert custom["text"] in reply["text"]
    for source in custom["sources"]:
        assert source["name"] in reply["text"]
    for number, choice in enumerate(custom["choices"], start=1):
        assert f"{number}. {choice['text']}" in reply["text"]


def test_an_answer_names_its_intent_topic_and_outcome(run: Run) -> None:
    record = run.records[0]
    assert (record["intent"], record["topic"], record["outcome"]) == ("faq", ["faq/us_member"], "answered")
    thanks = run.records[3]
    assert (thanks["intent"], thanks["topic"], thanks["outcome"]) == ("thanks", [], "answered")


def test_nothing_but_records_is_printed_and_nothing_fails(run: Run) -> None:
    assert "Traceback" not in run.errors
    assert "ERROR" not in run.errors


def test_the_temporary_database_is_deleted(run: Run) -> None:
    assert list(run.folder.iterdir()) == []


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_message_gets_a_calm_reply(
    strange: dict[str, dict[str, Any]], content_store: ContentStore, name: str
) -> None:
    record = strange[name]
    assert record["message"] == STRANGE[name].decode("utf-8", errors="replace").rstrip("\r\n")
    (reply,) = record["replies"]
    broken = {content_store.content.responses[name].text for name in ("utter_failed", "utter_not_stored")}
    assert reply["text"] not in broken
    assert reply["text"].strip()


@pytest.mark.parametrize("name", ["spaces", "emoji", "control characters", "only slashes", "100 kB"])
def test_what_cannot_be_understood_is_not_answered(strange: dict[str, dict[str, Any]], name: str) -> None:
    assert strange[name]["outcome"] == "unanswered"
    assert strange[name]["topic"] == []


@pytest.mark.parametrize("name", ["not UTF-8", "NUL", "line separator", "carriage return within"])
def test_a_question_is_understood_in_spite_of_a_stray_character(strange: dict[str, dict[str, Any]], name: str) -> None:
    assert strange[name]["topic"][:1] == ["faq/us_member"]


@pytest.mark.parametrize("name", ["restart", "filled slot", "slash behind spaces"])
def test_a_command_is_only_words(strange: dict[str, dict[str, Any]], name: str) -> None:
    assert strange[name]["intent"] not in {"restart", "session_start", "back"}
    assert strange[name]["confidence"] < 1
    assert "faq/x" not in strange[name]["topic"]


def test_a_given_database_is_kept(tmp_path: Path, model_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kept.sqlite3'}"
    run = ask(f"{MEMBER}\n\nthank you".encode(), tmp_path / "temporary", "--database", url)
    assert len(run.records) == 2
    assert list(run.folder.iterdir()) == []
    engine = sa.create_engine(url, future=True)
    with engine.connect() as connection:
        stored = connection.execute(sa.text("SELECT intent, outcome, topic FROM turns ORDER BY id")).all()
    engine.dispose()
    assert stored == [("faq", "answered", "faq/us_member"), ("thanks", "answered", None)]


def refused(models: Path) -> str:
    """Runs the command with models that it must not use, and returns the one line that says why."""
    result = subprocess.run(
        [sys.executable, "-m", "bot", "ask"],
        input=MEMBER.encode(),
        capture_output=True,
        cwd=ROOT,
        env=subprocess_environment(BOT_MODELS=models),
    )
    assert result.returncode == 1
    assert result.stdout == b""
    (line,) = result.stderr.decode().splitlines()
    return line


def test_a_run_that_cannot_start_says_why_in_one_line(tmp_path: Path) -> None:
    assert refused(tmp_path) == f"Error: No trained model in {tmp_path}. Run: make train"


def test_a_run_with_a_model_of_other_code_says_why_in_one_line(tmp_path: Path, model_path: Path) -> None:
    shutil.copy(model_path, tmp_path)
    manifest = json.loads(model_path.with_name(MANIFEST_NAME).read_text())
    (tmp_path / MANIFEST_NAME).write_text(
        json.dumps({**manifest, "digest": "of other code", "pipeline": "of other code"})
    )
    line = refused(tmp_path)
    assert "other code" in line
    assert line.endswith("Run: make train")
