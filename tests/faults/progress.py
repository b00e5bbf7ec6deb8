"""What the long suite has done: it goes on after a stop, and forgets once it has passed, failed or the code changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Optional

import pytest


def digest(paths: Iterable[Path]) -> str:
    """A sum over files and whole folders, by name and content."""
    found = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and file.suffix != ".pyc":
                found.update(f"{file.relative_to(path.parent)}\0".encode())
                found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


class Progress:
    """A pytest plugin that leaves out the tries that passed before, notes those that pass, and tells the time left."""

    def __init__(self, path: Path, code: str) -> None:
        """Reads what was done.

        Args:
            path: File that keeps it.
            code: Names the code under test; what passed with other code does not count.
        """
        self._path = path
        self._code = code
        self._failed = False
        self._all: frozenset[str] = frozenset()
        kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        self._seconds: dict[str, float] = kept["seconds"] if kept.get("code") == code else {}
        self._reporter: Optional[pytest.TerminalReporter] = None

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leaves out what passed before the stop."""
        self._reporter = config.pluginmanager.getplugin("terminalreporter")
        self._all = frozenset(item.nodeid for item in items)
        for item in items:
            if item.nodeid in self._seconds:
                item.add_marker(pytest.mark.skip(reason="passed before the stop"))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes a try that passed; after one that failed, the next run tries all again."""
        if report.failed:
            self._failed = True
            self._path.unlink(missing_ok=True)
        elif report.when == "call" and report.passed:
            self._seconds[report.nodeid] = report.duration
            if not self._failed:
                self._path.parent.mkdir(exist_ok=True)
                self._path.write_text(json.dumps({"code": self._code, "seconds": self._seconds}), encoding="utf-8")
            left = len(self._all.difference(self._seconds))
            minutes = left * sum(self._seconds.values()) / len(self._seconds) / 60
            if self._reporter:
                self._reporter.write_line(f" {len(self._seconds)} done, {left} left: about {minutes:.0f} min")

    def pytest_sessionfinish(self) -> None:
        """Forgets everything once nothing is left."""
        if self._all and self._all.issubset(self._seconds):
            self._path.unlink(missing_ok=True)
