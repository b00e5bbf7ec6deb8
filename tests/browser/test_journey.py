"""A visitor's way through the real assistant, by keyboard alone, over pages, tabs, reloads and a lost network."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from bot.channels.site.pages import PAGES
from browser.conftest import Assistant
from browser.parts import axe_problems, field, launcher, open_chat, problems, send

NewPage = Callable[..., Page]
MEMBER = "Is the US a member?"
PATHS = [path for path in PAGES if path != "/preview"]


def says(page: Page, number: int) -> str:
    """The reply of that number; the greeting is 0."""
    return page.locator("faq-chat .words").nth(number).inner_text()


def test_a_question_by_keyboard_alone(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address)
    keys = page.keyboard
    launcher(page).focus()
    keys.press("Enter")
    page.locator("faq-chat .bot").first.wait_for()
    keys.type("is the us a member")
    keys.press("Shift+Enter")
    keys.type("of the court?")
    keys.press("Enter")
    page.locator("faq-chat .bot").nth(1).wait_for()
    assert MEMBER in says(page, 1)
    assert page.locator("faq-chat .you").inner_text().endswith("member\nof the court?")
    # A related topic: back from the field past the thumbs to the questions under the answer.
    for _ in range(3):
        keys.press("Shift+Tab")
    keys.press("Enter")
    page.locator("faq-chat .bot").nth(2).wait_for()
    asked = page.locator("faq-chat .you").nth(1)
    assert asked.inner_text().endswith("?")
    expect(field(page)).to_be_focused()
    # The log scrolls by keyboard.
    page.locator("faq-chat .log").focus()
    keys.press("Home")
    page.wait_for_function("() => document.querySelector('faq-chat').shadowRoot.querySelector('.log').scrollTop == 0")
    keys.press("Escape")
    expect(launcher(page)).to_be_focused()


FOCUSED = """() => { const one = document.querySelector('faq-chat').shadowRoot.activeElement;
  return one ? one.getAttribute('aria-label') || one.textContent.trim() : ''; }"""


def press(page: Page, name: str, key: str = "Shift+Tab") -> None:
    """Goes to a control with the Tab key and presses it."""
    for _ in range(60):
        page.keyboard.press(key)
        if page.evaluate(FOCUSED) == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name!r} is not reached by {key}")


def test_vote_menu_cards_and_forms_by_keyboard_alone(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address)
    keys, bots = page.keyboard, page.locator("faq-chat .bot")

    def type_in(text: str, replies: int) -> None:
        keys.type(text)
        keys.press("Enter")
        expect(bots).to_have_count(replies)

    launcher(page).focus()
    keys.press("Enter")
    bots.first.wait_for()
    type_in(MEMBER, 2)
    press(page, "Helpful")
    expect(bots.nth(1).get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    field(page).focus()
    type_in("anything on drones?", 3)
    press(page, "Drone policy")
    expect(bots).to_have_count(4)
    press(page, "Options")
    press(page, "Delete my data", "Tab")
    expect(bots).to_have_count(5)
    press(page, "No")
    expect(bots).to_have_count(6)
    type_in("I want to volunteer", 7)
    press(page, "Yes, 18 or older")
    expect(bots).to_have_count(8)
    type_in("Ann Lee", 9)
    press(page, "Cancel", "Tab")
    expect(bots).to_have_count(10)
    expect(bots.last).to_contain_text("Cancelled")
    keys.press("Escape")
    expect(launcher(page)).to_be_focused()


def test_a_paper_is_found_and_picked(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address)
    page.get_by_role("button", name="Find a paper").click()
    page.locator("faq-chat .words").nth(1).wait_for()
    page.locator("faq-chat .bot").nth(1).get_by_role("button", name="Drones").click()
    found = page.locator("faq-chat .bot").nth(2)
    card = found.locator(".card", has_text="U.S. Drone Policy and the International Criminal Court")
    expect(card).to_be_visible()
    assert problems(page) == []
    card.get_by_role("button", name="Drone policy").focus()
    page.keyboard.press("Enter")
    page.locator("faq-chat .words").nth(3).wait_for()
    assert "U.S. Drone Policy and the International Criminal Court" in says(page, 3)
    expect(card.get_by_role("button", name="Drone policy")).to_have_attribute("aria-pressed", "true")


def test_half_composed_letters_are_not_sent(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address)
    open_chat(page)
    field(page).fill("nihon")
    field(page).dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    expect(page.locator("faq-chat .you")).to_have_count(0)


def test_the_conversation_follows_over_pages_tabs_and_reloads(
    assistant_server: Assistant, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    first, second = context.new_page(), context.new_page()
    first.goto(assistant_server.address)
    open_chat(first)
    send(first, MEMBER)
    second.goto(f"{assistant_server.address}/chat")
    second.locator("faq-chat .words").nth(1).wait_for()
    send(second, "What is WICC?")
    first.locator("faq-chat .words").nth(2).wait_for()
    assert says(first, 2) == says(second, 2)
    first.reload()
    first.locator("faq-chat .words").nth(2).wait_for()
    assert first.evaluate("() => document.activeElement == document.body"), "an open panel takes no focus"
    # Back to a page that the browser has kept as it was left.
    send(second, "hello")
    first.evaluate("() => dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    first.locator("faq-chat .words").nth(3).wait_for()
    send(second, "What is WICC?")
    # One conversation: "say that again" knows what another tab asked.
    assert "WICC" in send(first, "say that again").inner_text()


def test_a_shared_device_keeps_it_for_the_tab_only(
    assistant_server: Assistant, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    page = context.new_page()
    page.goto(assistant_server.address)
    open_chat(page)
    send(page, MEMBER)
    page.get_by_role("button", name="Options").click()
    shared = page.get_by_role("button", name="Shared device")
    shared.click()
    expect(shared).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("() => localStorage.getItem('faq-chat')") is None
    page.reload()
    page.locator("faq-chat .words").nth(1).wait_for()
    other = context.new_page()
    other.goto(assistant_server.address)
    open_chat(other)
    expect(other.locator("faq-chat .you")).to_have_count(0)


def test_a_lost_network_loses_nothing(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address, quiet=False)
    open_chat(page)
    page.context.set_offline(True)
    expect(send(page, MEMBER)).to_contain_text("No connection")
    assert axe_problems(page) == []
    field(page).fill("What is WICC?")
    field(page).press("Enter")
    page.context.set_offline(False)
    page.locator("faq-chat .words").nth(2).wait_for()
    assert MEMBER in says(page, 1)
    assert "WICC" in says(page, 2)
    expect(page.locator("faq-chat .state")).to_have_count(0)


def test_a_message_whose_answer_was_lost_is_answered_once(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address, quiet=False)
    open_chat(page)
    send(page, MEMBER)
    sent = []

    def lose(route: Route) -> None:
        sent.append(json.loads(route.request.post_data)["message_id"])
        if len(sent) == 1:
            route.fetch()  # it reaches the assistant, and the answer gets lost
            route.abort()
        else:
            route.continue_()

    page.route("**/message", lose)
    field(page).fill("What is WICC?")
    field(page).press("Enter")
    page.locator("faq-chat .words").nth(2).wait_for()
    assert len(sent) == 2
    assert len(set(sent)) == 1
    with closing(sqlite3.connect(assistant_server.folder / "data" / "conversations.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM turns WHERE message_id = ?", sent[:1]).fetchone() == (1,)


def test_a_reload_in_the_middle_of_sending_loses_nothing(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address, quiet=False)
    open_chat(page)
    send(page, "hello")
    page.route("**/message", lambda _: None)
    field(page).fill(MEMBER)
    field(page).press("Enter")
    page.unroute_all(behavior="ignoreErrors")
    page.reload()
    page.locator("faq-chat .words").nth(2).wait_for()
    assert MEMBER in says(page, 2)


def test_an_ended_session_begins_anew_and_says_so(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address, quiet=False)
    open_chat(page)
    send(page, "hello")
    page.evaluate("""() => { const memory = JSON.parse(localStorage.getItem('faq-chat')); memory.token = 'x.y.z';
      localStorage.setItem('faq-chat', JSON.stringify(memory)); }""")
    page.reload()
    field(page).fill(MEMBER)
    field(page).press("Enter")
    page.locator("faq-chat .words").nth(2).wait_for()
    assert MEMBER in says(page, 2)
    expect(page.get_by_text("The earlier conversation has ended.").first).to_be_visible()


def test_a_thumb_and_its_reason_reach_the_assistant(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address)
    open_chat(page)
    reply = send(page, MEMBER)
    reply.get_by_role("button", name="Not helpful").click()
    expect(reply.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    expect(reply.get_by_role("button", name="Not helpful")).to_be_focused()
    assert problems(page) == []
    with page.expect_response("**/feedback") as answer:
        reply.get_by_role("textbox", name="What was missing or wrong?").fill("No date.")
        page.keyboard.press("Enter")
    assert answer.value.ok
    assert json.loads(answer.value.request.post_data)["reason"] == "No date."
    expect(reply).to_contain_text("Thank you.")
    expect(field(page)).to_be_focused()
    page.reload()
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")


def test_a_thumb_that_got_lost_is_told(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address, quiet=False)
    open_chat(page)
    reply = send(page, MEMBER)
    page.context.set_offline(True)
    reply.get_by_role("button", name="Helpful", exact=True).click()
    expect(reply.locator(".vote")).to_contain_text("Not sent.")


def test_the_conversation_can_be_copied_saved_and_printed(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address, permissions=["clipboard-read", "clipboard-write"])
    open_chat(page)
    send(page, MEMBER)
    page.get_by_role("button", name="Options").click()
    page.get_by_role("button", name="Copy conversation").click()
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert f"You: {MEMBER}\n\nAssistant: {MEMBER}\n" in copied
    assert "\nSource: " in copied
    with page.expect_download() as download:
        page.get_by_role("button", name="Download conversation").click()
    assert download.value.path().read_text(encoding="utf-8") == copied
    page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("printed") is True
    page.emulate_media(media="print")
    expect(page.locator("main")).to_be_hidden()
    expect(page.locator("faq-chat .words").nth(1)).to_be_visible()
    assert page.locator("faq-chat .panel").bounding_box()["width"] > 1000
    expect(field(page)).to_be_hidden()
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    expect(page.locator("main")).to_be_visible()
    page.evaluate("() => document.querySelector('faq-chat').close()")
    expect(page.locator("faq-chat .panel")).to_be_hidden()  # a closed chat is not on the page's own print


@pytest.mark.parametrize("sure", [True, False])
def test_starting_again_asks_first(assistant_server: Assistant, new_page: NewPage, sure: bool) -> None:
    page = new_page(assistant_server.address)
    open_chat(page)
    send(page, MEMBER)
    page.on("dialog", lambda dialog: dialog.accept() if sure else dialog.dismiss())
    page.get_by_role("button", name="Options").click()
    page.get_by_role("button", name="Start again").click()
    expect(page.locator("faq-chat .you")).to_have_count(0 if sure else 1)
    assert (page.evaluate("() => localStorage.getItem('faq-chat')") is None) is sure


def test_deleted_data_leave_this_browser_too(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address)
    open_chat(page)
    send(page, MEMBER)
    page.get_by_role("button", name="Options").click()
    page.get_by_role("button", name="Delete my data").click()
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.locator("faq-chat .bot").last).to_contain_text("is deleted")
    expect(page.locator("faq-chat .you")).to_have_count(1)
    assert MEMBER not in page.evaluate("() => localStorage.getItem('faq-chat')")
    page.reload()
    expect(page.locator("faq-chat .you")).to_have_count(1)
    send(page, MEMBER)
    expect(page.locator("faq-chat .you")).to_have_count(2)


def test_an_answer_that_comes_while_it_is_closed_is_counted(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address)
    open_chat(page)
    held: list[Route] = []
    page.route("**/message", lambda route: held.append(route))
    with page.expect_request("**/message"):
        field(page).fill(MEMBER)
        field(page).press("Enter")
    page.keyboard.press("Escape")
    held[0].continue_()
    expect(page.get_by_role("button", name="Help chat 1 new")).to_be_visible()
    assert problems(page) == []
    launcher(page).click()
    expect(launcher(page)).to_have_accessible_name("Help chat")


def test_spanish_buttons_around_english_answers(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address, locale="es-MX")
    page.evaluate("() => { document.documentElement.lang = ''; }")
    page.goto(f"{assistant_server.address}/preview?lang=es")
    page.get_by_role("button", name="Chat de ayuda").click()
    expect(page.locator("faq-chat .words")).to_contain_text("solo en inglés")
    reply = send(page, MEMBER)
    expect(reply.locator(".words")).to_have_attribute("lang", "en")
    expect(reply.get_by_role("button", name="Útil", exact=True)).to_be_visible()
    assert problems(page) == []


def test_a_question_it_cannot_answer_shows_the_way_to_a_person(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address)
    open_chat(page)
    reply = send(page, "How do I bake bread?")
    reply.get_by_role("button", name="Contact a person").click()
    page.locator("faq-chat .words").nth(2).wait_for()
    assert "How do I contact AMICC?" in says(page, 2)


# --- our own pages


@pytest.mark.parametrize("size", [(1280, 900), (320, 640)])
@pytest.mark.parametrize("path", PATHS)
def test_our_pages_are_clean(
    assistant_server: Assistant, new_page: NewPage, new_context: Callable[..., BrowserContext], path: str, size: tuple
) -> None:
    for scheme in ("light", "dark"):
        page = new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme).new_page()
        said: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.goto(assistant_server.address + path)
        page.wait_for_load_state("networkidle")
        assert axe_problems(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert said == []


def test_the_demonstration_asks(assistant_server: Assistant, new_page: NewPage) -> None:
    page = new_page(assistant_server.address)
    page.get_by_role("button", name="Is the US a member?").click()
    page.locator("faq-chat .words").nth(1).wait_for()
    page.goto(f"{assistant_server.address}/#faq-chat=complementarity")
    page.locator("faq-chat .words").nth(2).wait_for()
    assert "complementarity" in page.locator("faq-chat .you").nth(1).inner_text()


def test_the_integration_page_makes_the_tag_and_shows_it(
    assistant_server: Assistant, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto(f"{assistant_server.address}/integrate")
    page.get_by_label("Title").fill('A "good" title')
    page.get_by_label("Theme").select_option("dark")
    page.get_by_role("button", name="Copy the tag").click()
    tag = page.evaluate("() => navigator.clipboard.readText()")
    assert tag == (
        f'<script src="{assistant_server.address}/chat.js" defer\n'
        '        data-title="A &quot;good&quot; title"\n        data-theme="dark"></script>\n'
        f'<noscript><a href="{assistant_server.address}/faq">Questions and answers</a></noscript>'
    )
    preview = page.frame_locator("#preview")
    preview.locator("faq-chat .launch").dispatch_event("click")
    expect(preview.get_by_role("heading", name='A "good" title')).to_be_attached()
    expect(page.locator("pre [data-origin]").first).to_have_text(assistant_server.address)
