"""One browser, one assistant and one site for all browser tests."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import free_port, is_up, subprocess_environment, wait_for
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from benchmarks.browser import launch
from bot.runtime.settings import ROOT
from browser.parts import Site


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The machine's Chromium, or Playwright's. Without one the tests fail in CI, and are skipped elsewhere."""
    with sync_playwright() as playwright:
        try:
            running = launch(playwright)
        except Error as error:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(f"no browser; run: make test ({error.message.splitlines()[0]})")
        yield running
        running.close()


class Assistant:
    """The assistant as it is served."""

    def __init__(self, folder: Path, origins: str) -> None:
        self.port, self.folder, self.log = free_port(), folder, folder / "stderr.txt"
        self.address = f"http://127.0.0.1:{self.port}"
        self._environment = subprocess_environment(
            BOT_PORT=self.port,
            BOT_DATA_FOLDER=folder / "data",
            BOT_ORIGINS=origins,
            BOT_RATE_SESSION=10_000,
            BOT_RATE_ADDRESS=10_000,
        )
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                cwd=ROOT,
                env=self._environment,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        wait_for(lambda: is_up(f"{self.address}/ready", self.process, self.log), "the assistant")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


@pytest.fixture(scope="package")
def _site() -> Iterator[Site]:
    site = Site()
    yield site
    site.stop()


@pytest.fixture
def site(_site: Site) -> Site:
    """Another website, with nothing on it but a page with the chat."""
    _site.reset()
    return _site


@pytest.fixture(scope="package")
def assistant_server(_site: Site, model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The real assistant, which also answers the site's pages."""
    server = Assistant(tmp_path_factory.mktemp("assistant"), _site.address)
    yield server
    server.stop()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser profiles."""
    made: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        made.append(browser.new_context(**{"viewport": {"width": 1100, "height": 800}, **options}))
        made[-1].set_default_timeout(10_000)
        return made[-1]

    yield make
    for context in made:
        context.close()


class Console:
    """What the browser's console says, and what went wrong in scripts."""

    def __init__(self, page: Page) -> None:
        self.lines: list[str] = []
        page.on("console", lambda message: self.lines.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.lines.append(f"pageerror: {error}"))


@pytest.fixture
def new_page(new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Opens pages; at the end the console of each must be silent, unless the test takes it."""
    consoles: list[Console] = []

    def make(address: str, quiet: bool = True, **options: object) -> Page:
        page = new_context(**options).new_page()
        console = Console(page)
        if quiet:
            consoles.append(console)
        page.goto(address)
        page.locator("faq-chat .root").wait_for(state="attached")
        return page

    yield make
    assert [line for console in consoles for line in console.lines] == []
