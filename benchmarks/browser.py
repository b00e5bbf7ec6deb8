"""The browser in which the widget is measured and tested."""

from __future__ import annotations

import os
import shutil

from playwright.sync_api import Browser, Playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # It asks nobody but the page's server.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def launch(playwright: Playwright) -> Browser:
    """Starts the machine's Chromium without a window, otherwise Playwright's own.

    Raises:
        playwright.sync_api.Error: There is neither, or it does not start.
    """
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses root with it
    return playwright.chromium.launch(executable_path=path, args=[*_FLAGS, *sandbox])
