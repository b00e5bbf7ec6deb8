"""The page for operators states the same times as the tests hold the assistant to."""

from __future__ import annotations

import re

from bot.runtime.settings import ROOT
from faults.stated import BACK


def test_the_page_and_the_tests_state_the_same_times() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.split("\n## What a fault costs\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \|.*\| (\d+) s \|$", section, re.MULTILINE)
    assert {name: int(seconds) for name, seconds in rows} == BACK
