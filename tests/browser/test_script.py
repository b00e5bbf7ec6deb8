"""The script as it is served: small, alone, and without a way to parse text as HTML."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page

from bot.channels.site.script import widget_script
from bot.runtime.settings import ROOT
from browser.conftest import Assistant
from browser.parts import ANSWER, Site, launcher, open_chat, send

MOST_BYTES = 12_000
"""Of the script with gzip."""

MOST_LINES = 400
PARTS = sorted((ROOT / "widget" / "src").glob("*.js"))
PAGES = [*(ROOT / "widget").glob("*.html"), *(ROOT / "widget" / "assets").glob("*.js")]

SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc|setHTML|DOMParser"
    r"|createContextualFragment|set(?:Timeout|Interval)\(\s*[\"'`]|javascript:"
)
"""Ways from text to code."""


@pytest.mark.parametrize("path", [*PARTS, *PAGES], ids=lambda path: path.name)
def test_no_part_turns_text_into_code(path: Path) -> None:
    assert SINKS.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line", ["a.innerHTML = b", "document.write(b)", "eval(b)", 'setTimeout("b")', "new Function(b)"]
)
def test_the_pattern_finds_them(line: str) -> None:
    assert SINKS.search(line)


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.name)
def test_a_part_is_small_enough_to_read_and_is_checked_for_types(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MOST_LINES
    assert lines[0] == "// @ts-check"


def test_the_script_names_no_other_host() -> None:
    script = widget_script(ROOT / "widget").decode()
    assert set(re.findall(r"https?://[\w.]+", script)) == {"http://www.w3.org"}  # the name of SVG, never asked


def test_every_language_has_every_text() -> None:
    text = (ROOT / "widget" / "src" / "10-texts.js").read_text(encoding="utf-8")
    rows = re.findall(r"^(?:for \(const line of `)?(\w+)\|([^|\n]*)\|([^|\n`]*)", text, flags=re.MULTILINE)
    assert len(rows) > 40
    for name, english, spanish in rows:
        assert english, name
        assert spanish or name == "personAsk", name  # a question to the assistant, who speaks English
        assert re.findall(r"\{\d\}", english) == re.findall(r"\{\d\}", spanish), name


def test_it_is_small_as_it_is_served(assistant_server: Assistant) -> None:
    response = requests.get(f"{assistant_server.address}/chat.js", headers={"Accept-Encoding": "gzip"}, timeout=10)
    assert response.headers["Content-Encoding"] == "gzip"
    assert int(response.headers["Content-Length"]) <= MOST_BYTES
    assert len(gzip.compress(response.content, mtime=0)) == int(response.headers["Content-Length"])


# --- what it asks and keeps


def _kept(page: Page) -> dict[str, object]:
    return {
        "local": page.evaluate("() => Object.keys(localStorage)"),
        "session": page.evaluate("() => Object.keys(sessionStorage)"),
        "cookies": page.context.cookies(),
    }


def test_a_page_costs_one_request_and_nothing_is_kept_before_the_visitor_says_something(
    site: Site, new_page: Callable[..., Page]
) -> None:
    site.replies = [ANSWER]
    asked: list[str] = []
    page = new_page(site.address)
    page.on("request", lambda request: asked.append(request.url.removeprefix(site.address)))
    page.reload()
    launcher(page).wait_for()
    assert asked == ["/", "/chat.js"]
    assert _kept(page) == {"local": [], "session": [], "cookies": []}
    open_chat(page)
    assert asked[2:] == ["/chat/v1/greeting?lang=en"]
    assert _kept(page)["local"] == []
    send(page, "hello")
    assert asked[3:] == ["/chat/v1/message"]
    assert _kept(page) == {"local": ["faq-chat"], "session": ["faq-chat-open"], "cookies": []}
