"""The staff's commands, as they are typed, on SQLite and PostgreSQL."""

import csv
import io
import json
import time

import pytest
from staff import Staff

from bot.cli.parts import as_csv
from bot.runtime.attention import UNREAD_DAYS
from bot.storage.database import open_database
from bot.storage.records import RecordStore
from bot.storage.submissions import Submission

DAY = 24 * 3600


@pytest.fixture
def staff(database_url: str, tmp_path: object) -> Staff:
    return Staff(database_url, tmp_path)


@pytest.fixture
def references(database_url: str, open_engine: object) -> list[str]:
    """An organization with a hostile name, left long ago, and a volunteer, left now."""
    engine = open_database(database_url)
    old = RecordStore(engine, lambda: time.time() - (UNREAD_DAYS + 1) * DAY)
    new = RecordStore(engine)
    left = [
        old.save(_submission("a" * 32, "organization", "org@example.org", organization="=cmd|' /C calc'!A0"), "one"),
        new.save(_submission("b" * 32, "volunteer", "ann@example.org", person_name="Ann O'Lee", state="KY"), "two"),
    ]
    engine.dispose()
    return left


def _submission(identity: str, kind: str, email: str, state: str = "IL", **fields: str) -> Submission:
    return Submission(
        submission_id=identity,
        kind=kind,
        email=email,
        state=state,
        fields={"email": email, **fields},
        consent_version="2026-11",
        consent_at=time.time(),
    )


def test_a_list_has_all_filters_and_warns_of_what_waits_too_long(staff: Staff, references: list[str]) -> None:
    listed = staff.run("records", "list")
    assert all(reference in listed for reference in references)
    assert "Warning: the oldest unread record is from" in listed
    some = staff.run(
        "records", "list", "--kind", "volunteer", "--state", "ky", "--status", "new", "--since", "2020-01-01"
    )
    assert references[1] in some
    assert references[0] not in some
    assert "0 records" in staff.run("records", "list", "--until", "2020-01-01")


def test_a_record_is_shown_marked_and_deleted(staff: Staff, references: list[str]) -> None:
    volunteer = references[1]
    assert "Ann O'Lee" in staff.run("records", "show", volunteer.lower())
    assert volunteer in staff.run("records", "list", "--status", "read")
    staff.run("records", "mark", volunteer, "handled")
    assert volunteer in staff.run("records", "list", "--status", "handled")
    staff.run("records", "delete", volunteer, "--yes")
    assert "There is no record" in staff.run("records", "show", volunteer, code=1)
    assert references[0] in staff.run("records", "list")


@pytest.mark.parametrize("name", ["Ann [/] Lee", "[red]Ann[/red]"])
def test_a_name_that_looks_like_markup_is_listed_as_typed(sqlite_url: str, tmp_path: object, name: str) -> None:
    engine = open_database(sqlite_url)
    RecordStore(engine).save(_submission("c" * 32, "volunteer", "ann@example.org", person_name=name), "three")
    engine.dispose()
    assert name in Staff(sqlite_url, tmp_path).run("records", "list")


def test_an_export_is_harmless_in_a_spreadsheet_and_whole_in_json(staff: Staff, references: list[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(staff.run("records", "export"))))
    assert {row["number"] for row in rows} == set(references)
    (hostile,) = [row["organization"] for row in rows if row["organization"]]
    assert hostile == "'=cmd|' /C calc'!A0"
    exported = json.loads(staff.run("records", "export", "--format", "json", "--kind", "organization"))
    assert [record["organization"] for record in exported] == ["=cmd|' /C calc'!A0"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["records", "show", "R-00000-00000"], 1, "records list"),
        (["records", "list", "--kind", "robot"], 2, "volunteer"),
        (["records", "list", "--since", "yesterday"], 2, "2026-11-01"),
        (["records", "export", "--format", "xml"], 2, "csv or json"),
        (["records", "mark", "R-00000-00000", "lost"], 2, "handled"),
    ],
)
def test_a_wrong_word_is_answered_with_what_to_write(
    sqlite_url: str, tmp_path: object, arguments: list[str], code: int, says: str
) -> None:
    assert says in Staff(sqlite_url, tmp_path).run(*arguments, code=code)


def test_a_database_that_is_down_is_one_clear_line(tmp_path: object) -> None:
    said = Staff("postgresql://nobody@127.0.0.1:1/none", tmp_path).run("records", "list", code=1)
    assert "BOT_DATABASE_URL" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_begins_a_formula(start: str) -> None:
    (row,) = list(csv.reader(io.StringIO(as_csv([{"name": start + "1"}]), newline="")))[1:]
    assert row[0].startswith("'")


def test_retention_runs_on_an_empty_database(staff: Staff) -> None:
    assert "Deleted 0 conversations" in staff.run("retention", "run")
