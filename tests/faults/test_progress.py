"""The long suite goes on where it was stopped, and counts nothing that other code passed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PATIENCE, subprocess_environment

from bot.runtime.settings import ROOT
from faults.progress import digest

CONFTEST = """
from pathlib import Path
from faults.progress import Progress

def pytest_configure(config):
    here = Path(__file__).parent
    config.pluginmanager.register(Progress(here / "var" / "done.json", (here / "code").read_text()))
"""
TESTS = """
import time
from pathlib import Path
import pytest

@pytest.mark.parametrize("attempt", [1, 2, 3, 4])
def test_something(attempt):
    time.sleep(0.01)
    here = Path(__file__).parent
    if attempt == 3 and (here / "stop").exists():
        raise KeyboardInterrupt
    assert attempt != 3 or not (here / "fail").exists()
"""


class Suite:
    """A long suite of four tries, none of which takes long."""

    def __init__(self, folder: Path) -> None:
        (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
        (folder / "test_something.py").write_text(TESTS, encoding="utf-8")
        self.folder = folder
        self.done = folder / "var" / "done.json"

    def run(self, code: str = "a", happens: str = "") -> str:
        """Runs it as ``make test-faults`` does; what is printed."""
        (self.folder / "code").write_text(code, encoding="utf-8")
        if happens:
            (self.folder / happens).touch()
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", ".", "."]
        settings = {"PYTHONPATH": ROOT / "tests", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": 1}
        ran = subprocess.run(
            command,
            cwd=self.folder,
            env=subprocess_environment(**settings),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        if happens:
            (self.folder / happens).unlink()
        return ran.stdout


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return Suite(tmp_path)


def test_a_stopped_suite_goes_on_and_forgets_what_passed(suite: Suite) -> None:
    stopped = suite.run(happens="stop")
    assert "1 done, 3 left: about 0 min" in stopped
    assert "2 done, 2 left" in stopped
    resumed = suite.run()
    assert "2 passed, 2 skipped" in resumed
    assert "4 done, 0 left" in resumed
    assert not suite.done.exists()


def test_other_code_tries_everything_again(suite: Suite) -> None:
    suite.run(happens="stop")
    assert "4 passed" in suite.run(code="b")


def test_a_failure_tries_everything_again(suite: Suite) -> None:
    assert "1 failed, 3 passed" in suite.run(happens="fail")
    assert "4 passed" in suite.run()


def test_the_digest_changes_with_what_is_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.py").write_text("1", encoding="utf-8")
    first = digest([tmp_path])
    assert digest([tmp_path]) == first
    (tmp_path / "inner" / "a.py").write_text("2", encoding="utf-8")
    second = digest([tmp_path])
    (tmp_path / "inner" / "a.py").rename(tmp_path / "inner" / "b.py")
    assert len({first, second, digest([tmp_path])}) == 3
