"""What all deployment files have in common."""

import re
from pathlib import Path

import pytest
from deployed import DEPLOY

from bot.runtime.settings import Settings

SETTINGS = {f"BOT_{name.upper()}" for name in Settings.__fields__}


@pytest.mark.parametrize("path", [path for path in sorted(DEPLOY.rglob("*")) if path.is_file()], ids=lambda p: p.name)
def test_a_setting_that_a_deployment_file_names_exists(path: Path) -> None:
    named = set(re.findall(r"\bBOT_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert named - SETTINGS == set()
