"""The staff's commands, as they are typed, on SQLite and PostgreSQL."""

import csv
import io
import json
import time

import pytest
from staff import Staff
from typer.testing import CliRunner

from bot.cli.app import app
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
    assert "Warning: nobody is told of new records by e-mail. Set BOT_NOTICE_ADDRESS" in listed
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
        (["records", "list", "--state", "Kentucky"], 2, "KY"),
        (["records", "export", "--format", "xml"], 2, "table, csv, json"),
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


def test_retention_says_what_it_did_and_nothing_else(staff: Staff) -> None:
    # Cron sends by mail whatever a command writes.
    assert staff.run("retention", "run").splitlines() == [
        "Deleted 0 conversations and 0 withdrawn records.",
        "Ended 0 forms that were left open. Deleted 0 old notices.",
    ]


# Filters and formats, in this process: each start of the command costs a second.

YEAR = 365 * DAY
START = 1_800_000_000.0


@pytest.fixture
def five(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> dict[str, str]:
    """Reference numbers of a plain record and of four that differ from it in one thing each, by what it is."""
    monkeypatch.setenv("BOT_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("BOT_DATA_FOLDER", str(tmp_path))
    engine = open_database(sqlite_url)
    now = RecordStore(engine, lambda: START)
    left = {
        "plain": now.save(_submission("1" * 32, "volunteer", "a@example.org"), "a"),
        "kind": now.save(_submission("2" * 32, "alliance", "a@example.org"), "a"),
        "state": now.save(_submission("3" * 32, "volunteer", "b@example.org", state="KY"), "a"),
        "date": RecordStore(engine, lambda: START - YEAR).save(
            _submission("4" * 32, "volunteer", "c@example.org"), "a"
        ),
        "status": now.save(_submission("5" * 32, "volunteer", "d@example.org"), "a"),
    }
    now.mark(left["status"], "handled")
    engine.dispose()
    return left


def found(five: dict[str, str], *arguments: str) -> set[str]:
    """Which of the records a command writes."""
    result = CliRunner().invoke(app, ["records", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return {name for name, reference in five.items() if reference in result.stdout}


@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize("command", ["list", "export"])
@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ([], {"plain", "kind", "state", "date", "status"}),
        (["--kind", "alliance"], {"kind"}),
        (["--state", "ky"], {"state"}),
        (["--status", "handled"], {"status"}),
        (["--since", "2027-01-15"], {"plain", "kind", "state", "status"}),
        (["--since", "2027-01-16"], set()),
        (["--until", "2027-01-15"], {"date"}),
        (["--until", "2027-01-16", "--since", "2026-01-15", "--status", "new"], {"plain", "kind", "state", "date"}),
        (["--kind", "volunteer", "--status", "new", "--state", "IL", "--since", "2027-01-15"], {"plain"}),
    ],
    ids=lambda names: " ".join(sorted(names)) or "none",
)
def test_each_filter_works_alone_and_with_others_in_each_format(
    five: dict[str, str], command: str, form: str, options: list[str], wanted: set[str]
) -> None:
    assert found(five, command, "--format", form, *options) == wanted


HOSTILE = {
    "person_name": "Ann\x1b[2J\x9b31m\nstatus: handled",
    "organization": "\u202eevil\r\n\tfake row",
    "message": "first\nnumber: R-00000-00000\x07\u2028last \ud800",
    "place": " \n\t=HYPERLINK(1)",
}


@pytest.mark.parametrize(
    "arguments",
    [["show"], ["list"], ["list", "--format", "json"], ["export"], ["export", "--format", "json"]],
    ids=" ".join,
)
def test_what_a_visitor_typed_steers_no_terminal_and_makes_no_field(
    five: dict[str, str], sqlite_url: str, arguments: list[str]
) -> None:
    engine = open_database(sqlite_url)
    hostile = _submission("9" * 32, "contact", "h@example.org", **HOSTILE)
    RecordStore(engine).save(hostile, "a")
    engine.dispose()
    command = [*arguments, hostile.reference] if arguments == ["show"] else arguments
    result = CliRunner().invoke(app, ["records", *command], catch_exceptions=False)
    assert result.exit_code == 0
    assert "evil" in result.stdout
    for unsafe in ("\x1b", "\x9b", "\x07", "\r", "\u202e", "\u2028"):
        assert unsafe not in result.stdout
    if arguments == ["show"]:
        lines = result.stdout.splitlines()
        assert [line for line in lines if line.startswith(("status", "number"))] == [
            f"number: {hostile.reference}",
            "status: new",
        ]
        assert "    number: R-00000-00000\\u0007\\u2028last \\ud800" in lines
    elif "json" in arguments:
        (row,) = [row for row in json.loads(result.stdout) if row["number"] == hostile.reference]
        assert {name: row[name] for name in HOSTILE} == HOSTILE
    elif arguments == ["export"]:
        (row,) = [row for row in csv.DictReader(io.StringIO(result.stdout)) if row["number"] == hostile.reference]
        assert row["place"] == "' \n\t=HYPERLINK(1)"
        assert row["person_name"] == "Ann\\u001b[2J\\u009b31m\nstatus: handled"
