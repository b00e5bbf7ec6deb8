"""Each messaging platform has a page that leads through its set-up."""

import pytest

from bot.runtime.channels import PLATFORMS, Platform, missing
from bot.runtime.settings import ROOT, Settings

FOLDER = ROOT / "docs" / "channels"
PAGES = {"slack": "slack.md", "telegram": "telegram.md", "twilio": "twilio.md", "facebook": "messenger.md"}


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_a_platform_has_a_page_that_names_all_it_needs(platform: Platform) -> None:
    page = PAGES[platform.name]
    assert f"]({page})" in (FOLDER / "index.md").read_text(encoding="utf-8")
    told = (FOLDER / page).read_text(encoding="utf-8")
    needed = missing(Settings(), platform)
    assert len(needed) == len(platform.needed)
    commands = [f"`python -m bot channels {command} {platform.name}`" for command in ("register", "check")]
    assert [words for words in (*needed, *commands) if words not in told] == []
