"""What a webmaster sets, and gets wrong: one clear line in the console, and no broken page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from browser.conftest import Console
from browser.parts import ANSWER, Answer, Site, field, launcher, open_chat, page_html, problems, send

NewPage = Callable[..., Page]
TAG = '<script src="/chat.js" defer {}></script>'


def visit(site: Site, new_context: Callable[..., BrowserContext], html: str) -> tuple[Page, list[str]]:
    """A page, and what its console says."""
    site.pages["/"] = Answer(html)
    page = new_context().new_page()
    console = Console(page)
    page.goto(site.address)
    page.wait_for_load_state("networkidle")
    return page, console.lines


@pytest.mark.parametrize(
    "attributes",
    [
        'data-colour="red"',
        'data-color="nocolour"',
        'data-theme="drak"',
        'data-ttl-hours="soon"',
        'data-endpoint="javascript:alert(1)"',
        'data-inline="[["',
        'data-inline="#nowhere"',
        'data-contact="javascript:alert(1)"',
        'data-colour="red" data-side="top" data-avatar="data:,"',
    ],
)
def test_a_wrong_attribute_is_told_in_one_line(
    site: Site, new_context: Callable[..., BrowserContext], attributes: str
) -> None:
    page, said = visit(site, new_context, page_html(TAG.format(attributes)))
    (line,) = said
    assert line.startswith("warning: faq-chat: cannot use ")
    assert all(attribute in line for attribute in attributes.split())
    open_chat(page)
    assert problems(page) == []


def test_a_wrong_endpoint_is_told_in_one_line(site: Site, new_context: Callable[..., BrowserContext]) -> None:
    page, said = visit(site, new_context, page_html(TAG.format(f'data-endpoint="{site.address}/nowhere"')))
    assert said == []
    open_chat(page)
    expect(send(page, "hello")).to_contain_text("Not sent.")
    own = [line for line in said if "faq-chat" in line]
    assert own == [
        f"warning: faq-chat: no assistant at {site.address}/nowhere/: check data-endpoint, connect-src, BOT_ORIGINS"
    ]
    assert "/faq" in page.get_by_role("link", name="All answers as pages").get_attribute("href")


def test_the_script_twice_makes_one_chat(site: Site, new_context: Callable[..., BrowserContext]) -> None:
    page, said = visit(site, new_context, page_html(TAG.format("") * 2))
    assert said == ["warning: faq-chat: there is a chat on this page already"]
    expect(page.locator("faq-chat")).to_have_count(1)
    site.replies = [ANSWER]
    open_chat(page)
    send(page, "hello")
    assert len(site.requests) == 1


def test_a_page_with_an_element_of_that_name_keeps_it(site: Site, new_context: Callable[..., BrowserContext]) -> None:
    own = "<script>customElements.define('faq-chat', class extends HTMLElement {})</script><faq-chat>mine</faq-chat>"
    page, said = visit(site, new_context, page_html(own + TAG.format("")))
    assert said == ["warning: faq-chat: this page has a <faq-chat> of its own"]
    expect(page.locator("faq-chat")).to_have_text("mine")


def test_a_second_element_stays_empty(site: Site, new_context: Callable[..., BrowserContext]) -> None:
    _, said = visit(site, new_context, page_html("<faq-chat></faq-chat><faq-chat></faq-chat>" + TAG.format("")))
    assert said == ["warning: faq-chat: there is a chat on this page already"]


def test_an_origin_that_is_not_allowed_is_told(
    site: Site, new_context: Callable[..., BrowserContext], assistant_server: object
) -> None:
    elsewhere = site.address.replace("127.0.0.1", "localhost")
    site.pages["/"] = Answer(page_html(f'<script src="{assistant_server.address}/chat.js" defer></script>'))
    page = new_context().new_page()
    console = Console(page)
    page.goto(elsewhere)
    open_chat(page)
    send_ = field(page)
    send_.fill("hello")
    send_.press("Enter")
    page.locator("faq-chat .state").wait_for()
    own = [line for line in console.lines if "faq-chat:" in line]
    assert len(own) == 1
    assert "BOT_ORIGINS" in own[0]


# --- what can be set


def test_every_attribute_does_what_it_says(site: Site, new_page: NewPage) -> None:
    attributes = (
        'data-title="Fragen" data-label="Chat" data-greeting="Welcome." data-note="Be brief." data-color="#7a1538" '
        'data-theme="dark" data-side="start" data-lang="es" data-avatar="/face.svg" '
        'data-contact="mailto:a@example.org" data-privacy-url="/privacy" '
        'data-feedback="off" data-storage="session" data-ttl-hours="1"'
    )
    site.pages["/"] = Answer(page_html(TAG.format(attributes)))
    site.pages["/face.svg"] = Answer('<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml")
    site.replies = [ANSWER]
    page = new_page(site.address)
    assert launcher(page).inner_text() == "Chat"
    assert launcher(page).bounding_box()["x"] < 100
    open_chat(page)
    expect(page.get_by_role("heading", name="Fragen")).to_be_visible()
    expect(page.locator("faq-chat .words")).to_contain_text("Welcome.")
    expect(page.locator("faq-chat .foot")).to_have_text("Be brief. Privacidad")
    expect(page.get_by_role("link", name="Privacidad")).to_have_attribute("href", f"{site.address}/privacy")
    expect(page.get_by_role("link", name="Contactar a una persona")).to_have_attribute("href", "mailto:a@example.org")
    expect(page.locator("faq-chat img")).to_have_attribute("alt", "")
    assert page.locator("faq-chat .panel").evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(17, 34, 51)"
    reply = send(page, "hello")
    expect(reply.locator(".words")).to_have_attribute("lang", "en")
    expect(reply).to_contain_text("Puede preguntar")
    expect(reply.locator(".vote")).to_have_count(0)
    assert page.evaluate("() => [localStorage.length, !!sessionStorage.getItem('faq-chat')]") == [0, True]
    assert problems(page) == []


@pytest.mark.parametrize(("hours", "kept"), [(0.9, True), (1.1, False)])
def test_a_conversation_is_kept_as_long_as_the_site_wants(
    site: Site, new_page: NewPage, hours: float, kept: bool
) -> None:
    site.pages["/"] = Answer(page_html(TAG.format('data-ttl-hours="1"')))
    site.replies = [ANSWER]
    page = new_page(site.address)
    open_chat(page)
    send(page, "hello")
    page.evaluate(
        "hours => { const memory = JSON.parse(localStorage.getItem('faq-chat')); memory.at -= hours * 36e5;"
        " localStorage.setItem('faq-chat', JSON.stringify(memory)); }",
        hours,
    )
    page.reload()
    page.locator("faq-chat .bot").first.wait_for()
    expect(page.locator("faq-chat .you")).to_have_count(1 if kept else 0)
    site.requests.clear()
    send(page, "again")
    assert site.requests[0]["token"] == ("token" if kept else None)


def test_a_site_can_forbid_to_keep_anything(site: Site, new_page: NewPage) -> None:
    site.pages["/"] = Answer(page_html(TAG.format('data-storage="none"')))
    site.replies = [ANSWER]
    page = new_page(site.address)
    open_chat(page)
    send(page, "hello")
    send(page, "again")
    assert site.requests[1]["token"] == "token"
    assert page.evaluate("() => localStorage.length") == 0
    assert page.evaluate("() => sessionStorage.getItem('faq-chat')") is None
    expect(page.get_by_role("button", name="Shared device")).to_have_count(0)


def test_variables_and_parts_style_it(site: Site, new_page: NewPage) -> None:
    css = "faq-chat{--faq-chat-color:#070;--faq-chat-font:serif} faq-chat::part(launcher){letter-spacing:2px}"
    site.pages["/"] = Answer(page_html(head=f"<style>{css}</style>"))
    page = new_page(site.address)
    style = launcher(page).evaluate(
        "one => { const {backgroundColor, color, fontFamily, letterSpacing} = getComputedStyle(one);"
        " return [backgroundColor, fontFamily, letterSpacing]; }"
    )
    assert style == ["rgb(0, 119, 0)", "serif", "2px"]


def test_the_interface_of_the_element(site: Site, new_page: NewPage) -> None:
    site.replies = [ANSWER]
    page = new_page(site.address)
    page.evaluate("""() => { window.heard = []; for (const name of ['open', 'close', 'message', 'error'])
      document.addEventListener('faq-chat:' + name, (event) => heard.push([name, event.detail])); }""")
    page.evaluate("() => document.querySelector('faq-chat').send('hello')")
    page.locator("faq-chat .bot").nth(1).wait_for()
    page.evaluate("() => document.querySelector('faq-chat').close()")
    heard = page.evaluate("heard")
    assert [name for name, _ in heard] == ["open", "message", "close"]
    assert heard[1][1]["message"] == "hello"
    assert heard[1][1]["replies"][0]["title"] == "What is WICC?"
    assert page.evaluate("() => document.querySelector('faq-chat').unread") == 0


def test_links_and_buttons_of_the_page_ask(site: Site, new_page: NewPage) -> None:
    site.replies = [ANSWER]
    site.pages["/chat/v1/topic/wicc"] = Answer('{"version": 1, "title": "What is WICC?"}', "application/json")
    body = (
        '<a href="#faq-chat=wicc">By topic</a> <a href="#faq-chat">Open</a> '
        '<button data-ask="Who?"><b>Ask who</b></button> '
        "<button data-ask>Why?</button>"
    )
    site.pages["/"] = Answer(page_html(body=body))
    page = new_page(site.address)
    for _ in range(2):  # the same link again
        page.get_by_role("link", name="Open").click()
        expect(field(page)).to_be_focused()
        page.keyboard.press("Escape")
    assert site.requests == []
    page.get_by_role("link", name="By topic").click()
    page.locator("faq-chat .bot").nth(1).wait_for()
    page.get_by_text("Ask who").click()
    page.locator("faq-chat .bot").nth(2).wait_for()
    page.get_by_role("button", name="Why?").click()
    page.locator("faq-chat .bot").nth(3).wait_for()
    assert [request["message"] for request in site.requests] == ["What is WICC?", "Who?", "Why?"]
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="By topic")).to_be_focused()  # from where it was opened
    page.get_by_role("button", name="Why?").click()
    expect(field(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Why?")).to_be_focused()


def test_a_link_from_elsewhere_asks_once_and_takes_no_focus(site: Site, new_page: NewPage) -> None:
    site.replies = [ANSWER]
    site.pages["/chat/v1/topic/wicc"] = Answer('{"version": 1, "title": "What is WICC?"}', "application/json")
    page = new_page(f"{site.address}/?from=mail#faq-chat")
    page.locator("faq-chat .panel").wait_for()
    assert page.evaluate("() => document.querySelector('faq-chat').shadowRoot.activeElement") is None
    page.goto(f"{site.address}/?from=mail#faq-chat=wicc")
    page.locator("faq-chat .bot").nth(1).wait_for()
    assert page.url == f"{site.address}/?from=mail"
    page.reload()
    page.locator("faq-chat .bot").nth(1).wait_for()
    assert len(site.requests) == 1
