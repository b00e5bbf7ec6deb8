"""Hostile replies, stored history, pages and policies: no script runs, and the chat still works."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.dialogue.reply import Reply
from browser.conftest import Console
from browser.parts import (
    ANSWER,
    MEAN_CSS,
    QUESTIONS,
    STRICT,
    Answer,
    Site,
    field,
    launcher,
    open_chat,
    page_html,
    problems,
    ran_scripts,
    send,
)

NewPage = Callable[..., Page]

CODE = [
    "<script>hacked=1</script>",
    "<img src=x onerror=hacked=1>",
    "<svg/onload=hacked=1>",
    '"><iframe srcdoc="<script>parent.hacked=1</script>">',
    "<style>*{display:none}</style>",
    "{{constructor.constructor('hacked=1')()}}",
    "</textarea><script>hacked=1</script>",
    "<a href=javascript:hacked=1>x</a>",
    "[x](javascript:hacked=1) and [y](data:text/html,<script>hacked=1</script>)",
    "[x](JaVaScRiPt&#58;hacked=1) **<b onclick=hacked=1>x</b>**",
    "\u202e\u0000\u2028<scr\u0000ipt>hacked=1</scr\u0000ipt>",
    "<faq-chat></faq-chat><form action=//example.org>",
]
ADDRESSES = [
    "javascript:hacked=1",
    " java\nscript:hacked=1",
    "JAVASCRIPT:hacked=1",
    "data:text/html,<script>hacked=1</script>",
    "vbscript:hacked=1",
    "blob:https://example.org/x",
    "file:///etc/passwd",
    "//example.org/relative-to-the-scheme",
    'https://example.org/"onmouseover=hacked=1',
    "http://[broken",
    "",
]


def hostile(text: str, address: str) -> dict[str, object]:
    """A reply with something hostile in every place; built by hand, because the model would refuse most of it."""
    choice = {"label": text, "text": text}
    step = {"step": text, "total": text, "optional": True, "input_type": text, "input_mode": text, "autocomplete": text}
    return {
        "version": 1,
        "title": text,
        "text": f"{text}\n\n- {text}\n\n[{text}]({address}) {address} **{text}**",
        "sources": [{"name": text, "url": address, "as_of": text}],
        "cards": [{"title": text, "date": text, "text": text, "url": address, "choice": choice}],
        "choices": [choice],
        "form_step": {**step, "error": text},
        "outcome": text,
        "topic": [text],
    }


def as_answer(*replies: object) -> Answer:
    body = {"version": 1, "token": CODE[0], "message_id": CODE[1], "replies": replies}
    return Answer(json.dumps(body), "application/json")


ALL = [hostile(text, ADDRESSES[number % len(ADDRESSES)]) for number, text in enumerate(CODE)]
ALL += [hostile("x", address) for address in ADDRESSES]


def test_nothing_hostile_in_a_reply_comes_alive(site: Site, new_page: NewPage) -> None:
    page = new_page(site.address)
    open_chat(page)
    for start in range(0, len(ALL), 8):
        site.failure = as_answer(*ALL[start : start + 8])
        send(page, CODE[start % len(CODE)])
        page.locator("faq-chat .bot").last.wait_for()
    page.mouse.move(800, 400)
    assert ran_scripts(page) == []
    shown = page.locator("faq-chat .words").all_inner_texts()
    assert any("<script>hacked=1</script>" in text for text in shown), "it is shown as it was written"


def test_nothing_hostile_in_the_store_comes_alive(site: Site, new_page: NewPage) -> None:
    page = new_page(site.address)
    turns = [
        {"id": text, "text": text, "state": "fail", "note": text, "picked": text, "vote": text, "replies": [reply]}
        for text, reply in zip(CODE, ALL)
    ]
    memory = {"v": 1, "token": CODE[0], "unread": CODE[0], "turns": turns}
    page.evaluate("memory => localStorage.setItem('faq-chat', JSON.stringify({...memory, at: Date.now()}))", memory)
    page.reload()
    open_chat(page)
    page.locator("faq-chat .you").nth(len(CODE) - 1).wait_for()
    assert ran_scripts(page) == []


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "{",
        "null",
        "[]",
        '{"v":1}',
        '{"v":1,"at":9e99,"turns":[null,1,"x",{"replies":[null,7]}]}',
        '{"v":9,"turns":[]}',
    ],
)
def test_a_damaged_store_does_no_harm(site: Site, new_page: NewPage, stored: str) -> None:
    site.replies = [ANSWER]
    page = new_page(site.address)
    page.evaluate("stored => localStorage.setItem('faq-chat', stored)", stored)
    page.reload()
    open_chat(page)
    send(page, "hello")
    assert problems(page) == []


@pytest.mark.parametrize("body", ["", "[]", "null", '{"version":1}', '{"version":1,"replies":[]}', "<p>Proxy</p>"])
def test_an_answer_that_is_none_is_told(site: Site, new_page: NewPage, body: str) -> None:
    page = new_page(site.address, quiet=False)
    open_chat(page)
    site.failure = Answer(body)
    expect(send(page, "hello")).to_contain_text("Not sent.")
    site.failure, site.replies = None, [ANSWER]
    page.get_by_role("button", name="Try again").click()
    page.locator("faq-chat .words").nth(1).wait_for()
    assert site.requests[0]["message_id"] == site.requests[1]["message_id"]


def test_links_go_to_new_tabs_without_a_way_back(site: Site, new_page: NewPage) -> None:
    site.replies = [
        Reply(text="https://example.org/a, mailto and [mail](mailto:someone@example.org).", choices=QUESTIONS)
    ]
    page = new_page(site.address)
    open_chat(page)
    reply = send(page, "hello")
    away = reply.get_by_role("link", name="https://example.org/a (opens in a new tab)")
    expect(away).to_have_attribute("rel", "noopener noreferrer")
    expect(away).to_have_attribute("href", "https://example.org/a")
    expect(reply.get_by_role("link", name="mail", exact=True)).not_to_have_attribute("target", "_blank")


# --- pages


def test_a_page_with_hostile_styles_changes_nothing(site: Site, new_page: NewPage) -> None:
    site.replies = [ANSWER]
    page = new_page(site.address)
    open_chat(page)
    send(page, "hello")
    shape = """() => [...document.querySelector('faq-chat').shadowRoot.querySelectorAll('.panel, .words, .field, .q')]
      .map((one) => { const {width, height} = one.getBoundingClientRect(), {fontSize, color} = getComputedStyle(one);
        return [width, height, fontSize, color].join(' '); })"""
    before = page.evaluate(shape)
    page.add_style_tag(content=MEAN_CSS)
    assert page.evaluate(shape) == before
    field(page).fill("again")
    field(page).press("Enter")
    region = page.locator("faq-chat > [slot=live]")
    expect(region).to_contain_text("coalition")
    assert region.evaluate("region => getComputedStyle(region).display") == "block"


def test_it_runs_under_the_strictest_policy(site: Site, assistant_server: object, new_page: NewPage) -> None:
    bot = assistant_server.address
    head = '<link rel="stylesheet" href="/mean.css">'
    policy = {"Content-Security-Policy": STRICT.format(bot=bot)}
    tag = f'<script src="{bot}/chat.js" defer data-color="#7a1538"></script>'
    site.pages["/"] = Answer(page_html(tag, head), headers=policy)
    site.pages["/mean.css"] = Answer(MEAN_CSS, "text/css")
    page = new_page(site.address)
    open_chat(page)
    reply = send(page, "Is the US a member?")
    expect(reply).to_contain_text("Is the US a member?")
    reply.get_by_role("button", name="Helpful", exact=True).click()
    expect(reply).to_contain_text("Thank you")
    page.reload()
    expect(page.locator("faq-chat .words").nth(1)).to_contain_text("Is the US a member?")
    assert launcher(page).evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(122, 21, 56)"


def test_the_policy_would_be_heard(site: Site, new_page: NewPage) -> None:
    body = "<script>document.body.innerHTML = '<b>parsed</b>'</script>"
    policy = {"Content-Security-Policy": "script-src 'self' 'unsafe-inline'; require-trusted-types-for 'script'"}
    site.pages["/"] = Answer(page_html(body=body), headers=policy)
    page = new_page(site.address, quiet=False)
    console = Console(page)
    page.reload()
    launcher(page).wait_for()
    assert any("TrustedHTML" in line for line in console.lines)
