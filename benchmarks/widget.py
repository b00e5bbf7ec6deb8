"""How long a visitor waits for the chat: to type after opening it, and to read a first answer. In a real browser."""

from __future__ import annotations

import tempfile
from statistics import median
from typing import Any, NamedTuple

import requests
from playwright.sync_api import Browser, Error, Page, sync_playwright

from benchmarks.browser import launch
from benchmarks.processes import free_port, our_command, our_environment, serving
from benchmarks.report import BenchmarkError, BenchmarkSkippedError, Figure, Report, Say
from benchmarks.samples import FIRST_QUESTION, faq_questions
from bot.runtime.settings import load_settings
from bot.runtime.training import verified_model

VISITS = 20
"""Visitors, each with a browser profile of its own; the median counts."""
MOST_OPENING = 100.0
MOST_ANSWER = 300.0
MOST_KILOBYTES = 12.0

_OPEN = """() => new Promise((done) => {
  const {shadowRoot} = document.querySelector('faq-chat');
  const started = performance.now();
  shadowRoot.querySelector('.launch').click();
  // The frame that shows the field has been made when a task after it runs.
  requestAnimationFrame(() => setTimeout(() =>
    done(shadowRoot.activeElement.matches('.field') ? performance.now() - started : null)));
})"""

_ASK = """(question) => new Promise((done) => {
  const field = document.querySelector('faq-chat').shadowRoot.querySelector('.field');
  field.value = question;
  const started = performance.now();
  document.addEventListener('faq-chat:message', () => requestAnimationFrame(() => setTimeout(() => {
    const shown = performance.now();
    const [asked] = performance.getEntriesByType('resource').filter(({name}) => name.endsWith('/message'));
    const server = asked.responseStart - asked.requestStart;
    const network = asked.responseEnd - asked.startTime - server;
    done({answer: shown - started, network, server, paint: shown - started - network - server});
  })), {once: true});
  field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, composed: true}));
})"""


class Visit(NamedTuple):
    """What one visitor waited for, in milliseconds.

    Attributes:
        opening: From the click on the button until the field has the focus and is shown.
        answer: From sending until the answer is shown; the sum of what follows.
        network: The request and the response on their way, with the browser's part in it.
        server: Until the response began.
        paint: All that the widget does, and showing it.
    """

    opening: float
    answer: float
    network: float
    server: float
    paint: float


def _visit(browser: Browser, address: str, question: str) -> Visit:
    context = browser.new_context()
    try:
        page: Page = context.new_page()
        page.goto(address)
        page.locator("faq-chat .launch").wait_for()
        opening = page.evaluate(_OPEN)
        if opening is None:
            raise BenchmarkError("the field has no focus after opening")
        page.locator("faq-chat .bot").wait_for()
        return Visit(opening=opening, **page.evaluate(_ASK, question))
    finally:
        context.close()


def _visits(address: str, say: Say) -> list[Visit]:
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except Error as error:
            raise BenchmarkSkippedError(
                f"widget: no browser ({error.message.splitlines()[0]}). Run: make test"
            ) from error
        visits = []
        for number, question in enumerate(faq_questions(VISITS), start=1):
            say(f"widget: visitor {number} of {VISITS}")
            visits.append(_visit(browser, address, question))
        browser.close()
        return visits


def measure(_: bool, say: Say) -> Report:
    """Runs the benchmark.

    Raises:
        ModelError: There is no trained model.
        BenchmarkSkippedError: There is no browser.
        BenchmarkError: The server did not start, or the chat cannot be used.
    """
    verified_model(load_settings().models)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    say("widget: start of the server")
    command = our_command()
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(command, port, FIRST_QUESTION, our_environment(port, folder)),
    ):
        response = requests.get(f"{address}/chat.js", headers={"Accept-Encoding": "gzip"}, timeout=10)
        size = int(response.headers["Content-Length"]) / 1000
        visits = _visits(address, say)
    middle = {name: median(getattr(visit, name) for visit in visits) for name in Visit._fields}
    figures = [
        Figure("Script, with gzip", size, "kB", at_most=MOST_KILOBYTES),
        Figure("Ready to type after opening, median", middle["opening"], "ms", at_most=MOST_OPENING),
        Figure("First answer shown after sending, median", middle["answer"], "ms", at_most=MOST_ANSWER),
        *(Figure(f"- of that, {name}, median", middle[name], "ms") for name in ("network", "server", "paint")),
    ]
    details: dict[str, Any] = {"visits": [visit._asdict() for visit in visits]}
    return Report("widget", "The chat in a browser", figures, details)
