"""What the browser tests share: a site on another port, canned replies, and checks of what axe cannot see."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Optional

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from bot.channels.site.script import widget_script
from bot.dialogue.reply import Card, Choice, FormStep, Reply
from bot.runtime.settings import ROOT

OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"frame-tested": {"enabled": False}},  # a frame's page is tested as a page of its own
}
_AXE = Axe()

STRICT = "; ".join(
    [
        "default-src 'none'",
        "script-src {bot}",
        "connect-src {bot}",
        "style-src 'self'",
        "img-src data:",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
)
"""A policy that names nothing but the assistant's origin; pictures are for the icon of the page."""

MEAN_CSS = """
* { font-size: 9px !important; letter-spacing: 1em !important; color: #eee !important }
* { box-sizing: content-box !important }
div, section, aside, ol, li, p { display: none !important; position: absolute !important; float: right !important }
button, input, textarea, a { all: unset !important; pointer-events: none !important; width: 3px !important }
faq-chat { display: none !important; opacity: .1 !important; transform: scale(.1) !important }
html { font-size: 50% }
"""


class Answer(NamedTuple):
    """What the site answers with."""

    body: str
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed


def page_html(
    tag: str = '<script src="/chat.js" defer></script>', head: str = "", body: str = "", lang: str = "en"
) -> str:
    """A page with landmarks and a heading, so that what axe finds is the chat's."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"{head}</head><body><main><h1>A page</h1>"
        f'<p><a href="#elsewhere">A link of the page</a></p>{body}</main>{tag}</body></html>'
    )


class Site:
    """A website on a port of its own. It can play the assistant too, with canned replies in the real schema."""

    def __init__(self) -> None:
        self.script = widget_script(ROOT / "widget").decode()
        self.reset()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                self._send(site.pages.get(path) or Answer("no such page", status=404))

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                site.requests.append(body)
                self._send(site.answer(self.path, body))

            def _send(self, answer: Answer) -> None:
                content = answer.body.encode()
                self.send_response(answer.status)
                for name, value in {"Content-Type": answer.kind, **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reset(self) -> None:
        """A page with the chat, its script and a greeting; nothing else."""
        self.requests: list[dict[str, Any]] = []
        self.replies: list[Reply] = []
        self.failure: Optional[Answer] = None
        self.pages = {
            "/": Answer(page_html()),
            "/chat.js": Answer(self.script, "text/javascript; charset=utf-8"),
            "/chat/v1/greeting": self.spoken(GREETING),
        }

    def answer(self, path: str, body: dict[str, Any]) -> Answer:
        if self.failure:
            return self.failure
        if path.endswith("/feedback"):
            return Answer('{"version": 1}', "application/json")
        return self.spoken(*self.replies, message_id=body["message_id"])

    @staticmethod
    def spoken(*replies: Reply, message_id: str = "") -> Answer:
        """Replies as the web channel sends them."""
        body = {
            "version": 1,
            "token": "token",
            "message_id": message_id,
            "replies": [reply.dict() for reply in replies],
        }
        return Answer(json.dumps(body), "application/json")


# --- replies in every form

QUESTIONS = [Choice(label="What is WICC?", text="What is WICC?"), Choice(label="What is AMICC?", text="What is AMICC?")]
GREETING = Reply(text="Hello. Ask me.", choices=QUESTIONS)
ANSWER = Reply(
    title="What is WICC?",
    text="It is a **coalition**, see https://example.org/wicc.\n\n- one\n- two\n\nThat is [all](https://example.org/all).",
    sources=[
        {"name": "A page", "url": "https://example.org/a", "as_of": "2015-07"},
        {"name": "A book", "url": "", "as_of": "2015-07-17"},
    ],
    choices=QUESTIONS,
    topic=["faq/wicc"],
)
CARDS = Reply(
    text="Two papers.",
    cards=[
        Card(
            title="A paper", date="July 2015", text="On drones.", choice=Choice(label="Drones", text="the drones paper")
        ),
        Card(
            title="Another paper",
            text="On Kenya.",
            url="https://example.org/kenya.pdf",
            choice=Choice(label="Kenya", text="the Kenya paper"),
        ),
    ],
    topic=["paper/drones", "paper/kenya"],
)
FORM = Reply(
    text="There is no @ in it.\n\nWhat is your e-mail address?",
    form_step=FormStep(
        form="volunteer",
        field="email",
        step=2,
        total=5,
        optional=True,
        input_type="email",
        input_mode="email",
        autocomplete="email",
        error="There is no @ in it.",
    ),
)
UNSURE = Reply(text="I do not know that.", outcome="unanswered")


# --- what a visitor does


def launcher(page: Page) -> Locator:
    return page.locator("faq-chat .launch")


def field(page: Page) -> Locator:
    return page.locator("faq-chat .field")


def open_chat(page: Page) -> None:
    launcher(page).click()
    page.locator("faq-chat .bot").first.wait_for()


def send(page: Page, text: str) -> Locator:
    """Says something; returns the reply, or what tells why there is none."""
    items = page.locator("faq-chat .bot, faq-chat .state")
    before = items.count()
    field(page).fill(text)
    field(page).press("Enter")
    items.nth(before).wait_for()
    return items.nth(before)


# --- checks; each gives what is wrong


def axe_problems(page: Page) -> list[str]:
    """What axe finds, or cannot decide, as ``rule: target``.

    It cannot decide on the contrast of what is scrolled half out of view; :func:`faint_texts` decides on all.
    """
    result = _AXE.run(page, options=OPTIONS).response
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for kind in ("violations", "incomplete")
        for rule in result[kind]
        for node in rule["nodes"]
        if not (kind == "incomplete" and rule["id"] == "color-contrast")
    ]


_SEEN = """
const root = document.querySelector('faq-chat').shadowRoot;
const seen = (selector) => [...root.querySelectorAll(selector)].filter((one) => one.checkVisibility()
  && one.getBoundingClientRect().width > 1);
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
const rgba = (color) => {
  canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const behind = (one) => {
  for (let at = one; at && at.parentElement; at = at.parentElement) {
    const color = rgba(getComputedStyle(at).backgroundColor);
    if (color[3] == 255) return color;
  }
  return [255, 255, 255, 255];
};
const light = (color) => color.slice(0, 3).map((part) => part / 255)
  .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
  .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
const contrast = (one, two) => {
  const [low, high] = [light(one), light(two)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
const named = (one) => `${one.tagName} ${one.className} ${(one.ariaLabel || one.textContent).trim().slice(0, 30)}`;
"""


def _found(page: Page, body: str) -> list[str]:
    return page.evaluate(f"() => {{ {_SEEN} {body} }}")


def small_targets(page: Page) -> list[str]:
    """Controls smaller than 44 pixels, and links not within a line of text smaller than 24 (WCAG 2.5.8)."""
    return _found(
        page,
        """
        const size = (one) => { const {width, height} = one.getBoundingClientRect(); return Math.min(width, height); };
        return [...seen('button:not(.way), textarea, input').filter((one) => size(one) < 44),
                ...seen('.way, .foot a, .state a').filter((one) => size(one) < 24)].map(named);
        """,
    )


def faint_edges(page: Page) -> list[str]:
    """Controls that neither an edge, a ground nor a drawing of contrast 3 tells from the ground (WCAG 1.4.11)."""
    return _found(
        page,
        """
        return seen('button:not(.way):not(.menu *):not(.launch), textarea, input').filter((one) => {
          const style = getComputedStyle(one), ground = behind(one.parentElement);
          const edge = rgba(style.borderTopColor), own = rgba(style.backgroundColor);
          const drawn = one.querySelector('svg') && contrast(rgba(style.color), behind(one)) >= 3;
          return !(edge[3] && contrast(edge, ground) >= 3) && !(own[3] && contrast(own, ground) >= 3) && !drawn;
        }).map(named);
        """,
    )


def faint_texts(page: Page) -> list[str]:
    """Texts with less contrast than 4.5, computed here because axe gives up on some colours (WCAG 1.4.3)."""
    return _found(
        page,
        """
        return seen('*').filter((one) => [...one.childNodes].some((node) => node.nodeType == 3 && node.data.trim()))
          .filter((one) => contrast(rgba(getComputedStyle(one).color), behind(one)) < 4.5)
          .map((one) => named(one) + ' ' + getComputedStyle(one).color);
        """,
    )


def cut_off(page: Page) -> list[str]:
    """What is wider than its box or outside the window (WCAG 1.4.4, 1.4.10)."""
    return _found(
        page,
        """
        const wide = seen('.panel, .head, .head div, .log, .words, .card, .form, .foot, button')
          .filter((one) => one.scrollWidth > one.clientWidth + 2);
        const out = seen('.panel, .head button, .field, .send').filter((one) => {
          const {left, right, top, bottom} = one.getBoundingClientRect();
          const below = one.matches('.panel, .field') && (top < -1 || bottom > innerHeight + 1);
          return left < -1 || right > innerWidth + 1 || below;
        });
        const page = document.documentElement.scrollWidth > innerWidth ? [document.documentElement] : [];
        return [...wide, ...out, ...page].map(named);
        """,
    )


def ran_scripts(page: Page) -> list[str]:
    """What hostile texts have brought about: a script that ran, an element or an address that must not be there."""
    return _found(
        page,
        """
        const never = 'script, iframe, object, embed, base, form:not(.form), style, .log img, [onerror], [onclick]';
        const alive = [...root.querySelectorAll(never)];
        const links = [...root.querySelectorAll('a')].filter((one) => !/^(https?|mailto|tel):/.test(one.href));
        return [...(window.hacked ? ['a script ran'] : []), ...alive.map(named), ...links.map((one) => one.href)];
        """,
    )


CHECKS: list[Callable[[Page], list[str]]] = [axe_problems, small_targets, faint_edges, faint_texts]


def problems(page: Page) -> list[str]:
    """All that the accessibility checks find."""
    return [f"{check.__name__}: {found}" for check in CHECKS for found in check(page)]
