"""How often each fault is tried, and which tries are done already."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from bot.content.store import ContentStore
from bot.runtime.settings import ROOT

DONE = ROOT / "var" / "faults-done.json"
"""Tries that passed, when the long suite runs: after a stop it goes on where it was."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "attempt" in metafunc.fixturenames:
        metafunc.parametrize("attempt", range(1, metafunc.config.getoption("--fault-runs") + 1))


def _long(config: pytest.Config) -> bool:
    return bool(config.getoption("--fault-resume"))


def _done() -> dict[str, float]:
    return dict(json.loads(DONE.read_text(encoding="utf-8"))) if DONE.is_file() else {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if _long(config):
        done = _done()
        for item in items:
            if item.nodeid in done:
                item.add_marker(pytest.mark.skip(reason="passed before the stop"))


@pytest.fixture(scope="module")
def questions(content_store: ContentStore) -> list[str]:
    """Titles of topics: a reply says which of them it answers, so a reply to somebody else is seen."""
    return [topic.title for topic in content_store.content.topics.values()]


@pytest.fixture(autouse=True)
def _progress(request: pytest.FixtureRequest) -> Iterator[None]:
    """In the long suite: notes each try that passed and says how long the rest will take."""
    start = time.monotonic()
    yield
    report = request.node.stash.get(REPORT, None)
    if not _long(request.config) or report is None or not report.passed:
        return
    done = {**_done(), request.node.nodeid: time.monotonic() - start}
    DONE.parent.mkdir(exist_ok=True)
    DONE.write_text(json.dumps(done, indent=1), encoding="utf-8")
    left = sum(1 for item in request.session.items if item.nodeid not in done)
    mean = sum(done.values()) / len(done)
    reporter = request.config.pluginmanager.getplugin("terminalreporter")
    reporter.write_line(f" {len(done)} done, {left} left: about {left * mean / 60:.0f} min")


REPORT = pytest.StashKey[pytest.TestReport]()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        item.stash[REPORT] = report
