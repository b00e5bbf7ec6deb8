"""How often each fault is tried, and what visitors ask meanwhile."""

from __future__ import annotations

import pytest

from bot.content.store import ContentStore
from bot.errors import WEB_ERRORS
from bot.runtime.settings import ROOT
from faults.progress import Progress, digest

DONE = ROOT / "var" / "faults-done.json"
"""Tries that passed, when the long suite runs."""
UNDER_TEST = ("bot", "actions", "deploy/nginx", "tests/faults", "benchmarks/proxy.py", "models/manifest.json")
"""What a try depends on; the manifest stands for the content and the phrasings that the model was trained with."""


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--fault-resume"):
        config.pluginmanager.register(Progress(DONE, digest(ROOT / name for name in UNDER_TEST)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "attempt" in metafunc.fixturenames:
        metafunc.parametrize("attempt", range(1, metafunc.config.getoption("--fault-runs") + 1))


@pytest.fixture(scope="module")
def questions(content_store: ContentStore) -> list[str]:
    """Titles of topics: a reply says which of them it answers, so a reply to somebody else is seen."""
    return [topic.title for topic in content_store.content.topics.values()]


@pytest.fixture(scope="module")
def helpful(content_store: ContentStore) -> frozenset[str]:
    """What may be said in place of an answer: the texts that say what to do."""
    not_stored = content_store.content.responses["utter_not_stored"].text
    return frozenset({not_stored, WEB_ERRORS["unavailable"], WEB_ERRORS["rate_limited"]})
