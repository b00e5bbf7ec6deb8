"""The security page names tests and versions that are there; `make audit` leaves out what it lists and nothing else."""

import os
import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.runtime.settings import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
LOCKS = ("requirements/run.lock", "requirements/dev.lock")
ADVISORY = r"(?:CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3})"


class Listed(NamedTuple):
    """A row of the table of advisories."""

    name: str
    version: str
    advisories: list[str]
    reason: str


def table(heading: str, page: str = PAGE) -> list[list[str]]:
    """Cells of the rows of the table under a heading, without its head; each row must have as many as the head."""
    section = page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    head, _, *rows = [line.split("|")[1:-1] for line in section.splitlines() if line.lstrip().startswith("|")]
    assert rows, f"{heading}: no table"
    for row in rows:
        assert len(row) == len(head), f"{heading}: {'|'.join(row)}"
    return [[cell.strip() for cell in row] for row in rows]


def listed(page: str = PAGE) -> list[Listed]:
    """The table of advisories, of which each row must say all there is to say."""
    found = []
    for name, version, advisories, reason in table("Known advisories in pinned packages", page):
        assert re.fullmatch("[a-z0-9-]+", name), name
        assert re.fullmatch(rf"{ADVISORY}(, {ADVISORY})*", advisories), f"{name}: {advisories}"
        assert len(reason) > 20, f"{name}: say why it does or does not reach us"
        found.append(Listed(name, version, advisories.split(", "), reason))
    return found


# The threat model


def test_what_the_threat_model_is_shown_by_are_test_files_that_exist() -> None:
    for who, _, _, shown_by in table("Threat model"):
        paths = shown_by.split(", ")
        for path in paths:
            assert re.fullmatch(r"`tests/\S+\.(py|yml)`", path), f"{who}: {path} is no test file"
            assert (ROOT / path.strip("`")).is_file(), f"{who}: {path}"


# The advisories


def test_the_listed_versions_are_the_locked_ones() -> None:
    locks = "\n".join((ROOT / lock).read_text(encoding="utf-8") for lock in LOCKS)
    for row in listed():
        assert set(re.findall(rf"^{row.name}==(\S+)", locks, re.MULTILINE)) == {row.version}, row.name


def test_the_packages_that_rasa_holds_back_are_listed() -> None:
    held_back = "tensorflow keras skops sanic-cors aiohttp python-socketio pymongo setuptools protobuf scikit-learn"
    assert {*held_back.split(), "pydantic", "sentry-sdk", "sanic"} <= {row.name for row in listed()}


def test_no_advisory_is_listed_twice_for_a_package() -> None:
    named = [(row.name, advisory) for row in listed() for advisory in row.advisories]
    assert len(named) == len(set(named))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| pydantic | 1.10.9 |", "| pydantic 1.10.9 |"),
        ("| pydantic | 1.10.9 |", "| Pydantic | 1.10.9 |"),
        ("CVE-2025-69223,", "CVE-2025-69223 to"),
        ("CVE-2024-3772", ""),
    ],
)
def test_a_row_that_cannot_be_read_is_not_passed_over(old: str, new: str) -> None:
    assert old in PAGE
    with pytest.raises(AssertionError):
        listed(PAGE.replace(old, new))


def test_the_review_has_a_date() -> None:
    assert re.search(r"Reviewed on \d{4}-\d{2}-\d{2}", PAGE)


# make audit

UV = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$*" in *run.lock*) exit "$RUN" ;; *) exit "$DEV" ;; esac
"""


def audit(folder: Path, run: int, dev: int) -> tuple[int, list[list[str]]]:
    """Runs the audit with an `uv` that ends as it is told; returns how the audit ended and what it called `uv` with."""
    uv, calls = folder / "uv", folder / "calls"
    uv.write_text(UV, encoding="utf-8")
    uv.chmod(0o755)
    command = ["sh", "requirements/audit.sh", str(uv)]
    environment = {"PATH": os.environ["PATH"], "CALLS": str(calls), "RUN": str(run), "DEV": str(dev)}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=60)
    return ended.returncode, [line.split() for line in calls.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("run", "dev"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_both_locks_are_audited_whatever_is_found_in_the_first(tmp_path: Path, run: int, dev: int) -> None:
    code, calls = audit(tmp_path, run, dev)
    assert [call[call.index("--requirement") + 1] for call in calls] == list(LOCKS)
    assert (code == 0) == (run == dev == 0)
    for call in calls:
        assert "--strict" in call, "a package that was skipped has to be a failure"


def test_what_the_page_gives_a_reason_for_is_left_out_and_nothing_else(tmp_path: Path) -> None:
    for call in audit(tmp_path, 0, 0)[1]:
        ignored = [value for option, value in pairwise(call) if option == "--ignore-vuln"]
        assert set(ignored) == {advisory for row in listed() for advisory in row.advisories}
