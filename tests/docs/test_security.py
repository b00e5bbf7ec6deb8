"""The security page lists the versions that are locked: a version that moves needs a new look at its advisories."""

import re
from collections.abc import Iterator

import pytest

from bot.runtime.settings import ROOT

ROW = re.compile(r"^\| ([a-z0-9-]+) \| ([0-9][^ |]*) \| ([^|]*(?:CVE|GHSA)[^|]*) \| ([^|]+) \|$", re.MULTILINE)


def listed() -> Iterator[tuple[str, str]]:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    for name, version, _, reason in ROW.findall(page):
        assert len(reason) > 20, f"{name}: say why it does or does not reach us"
        yield name, version


@pytest.mark.parametrize(("name", "version"), list(listed()))
def test_a_listed_version_is_the_locked_one(name: str, version: str) -> None:
    locks = [(ROOT / "requirements" / lock).read_text(encoding="utf-8") for lock in ("run.lock", "dev.lock")]
    found = {match for lock in locks for match in re.findall(rf"^{name}==(\S+)", lock, re.MULTILINE)}
    assert found == {version}


def test_the_packages_that_rasa_holds_back_are_listed() -> None:
    names = {name for name, _ in listed()}
    assert {"aiohttp", "pydantic", "pymongo", "sanic", "sanic-cors", "skops", "tensorflow"} <= names


def test_the_review_has_a_date() -> None:
    assert re.search(r"Reviewed on \d{4}-\d{2}-\d{2}", (ROOT / "docs" / "security.md").read_text(encoding="utf-8"))
