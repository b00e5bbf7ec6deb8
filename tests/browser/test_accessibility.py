"""The contract of docs/accessibility.md: axe in each state, and what axe cannot see."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.dialogue.reply import Reply
from browser.parts import (
    ANSWER,
    CARDS,
    FORM,
    UNSURE,
    Answer,
    Site,
    axe_problems,
    cut_off,
    faint_texts,
    field,
    launcher,
    open_chat,
    page_html,
    problems,
    send,
)

NewPage = Callable[..., Page]
PHONE = {"viewport": {"width": 375, "height": 720}}

STATES = {"closed": None, "open": None, "answer": ANSWER, "cards": CARDS, "form": FORM, "unsure": UNSURE}
LOOKS = {
    "desktop": {},
    "320 px": {"viewport": {"width": 320, "height": 560}},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "reduced motion": {"reduced_motion": "reduce"},
}


@pytest.mark.parametrize("look", LOOKS)
def test_every_state_is_clean(site: Site, new_page: NewPage, look: str) -> None:
    page = new_page(site.address, **LOOKS[look])
    found = {}
    for state, reply in STATES.items():
        if state == "open":
            open_chat(page)
        if reply:
            site.replies = [reply]
            send(page, state)
        found[state] = problems(page)
    page.get_by_role("button", name="Options").click()
    found["menu"] = axe_problems(page)
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


def test_the_offline_and_failed_states_are_clean(site: Site, new_page: NewPage) -> None:
    page = new_page(site.address, quiet=False)
    open_chat(page)
    site.failure = Answer('{"version": 1, "error": {"code": "bad_request", "text": "Write less."}}', status=400)
    assert "Write less." in send(page, "hello").inner_text()
    assert problems(page) == []
    page.context.set_offline(True)
    waiting = send(page, "hello again")
    expect(waiting).to_contain_text("No connection")
    expect(waiting.get_by_role("link", name="All answers as pages")).to_have_attribute("href", f"{site.address}/faq")
    assert problems(page) == []


@pytest.mark.parametrize("color", ["#15467a", "yellow", "#777", "hsl(0 90% 50%)", "black", "white", "rebeccapurple"])
def test_any_brand_colour_can_be_read(site: Site, new_page: NewPage, color: str) -> None:
    site.pages["/"] = Answer(page_html(f'<script src="/chat.js" defer data-color="{color}"></script>'))
    site.replies = [ANSWER]
    page = new_page(site.address)
    open_chat(page)
    send(page, "hello")
    assert faint_texts(page) == []
    page.emulate_media(color_scheme="dark")
    assert faint_texts(page) == []


# --- focus


def test_opening_focuses_the_field_and_escape_gives_the_focus_back(site: Site, new_page: NewPage) -> None:
    page = new_page(site.address)
    launcher(page).focus()
    page.keyboard.press("Enter")
    expect(field(page)).to_be_focused()
    expect(launcher(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(launcher(page)).to_be_focused()
    expect(page.locator("faq-chat .panel")).to_be_hidden()


def test_escape_closes_the_menu_first(site: Site, new_page: NewPage) -> None:
    page = new_page(site.address)
    open_chat(page)
    options = page.get_by_role("button", name="Options")
    options.click()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(options).to_be_focused()
    expect(options).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(launcher(page)).to_be_focused()


FOCUSED = """() => { const one = document.querySelector('faq-chat').shadowRoot.activeElement;
  return one ? one.getAttribute('role') || one.ariaLabel || one.innerText.trim() || one.tagName : 'page'; }"""


def test_the_focus_goes_in_reading_order_and_out_again(site: Site, new_page: NewPage) -> None:
    site.replies = [FORM]
    page = new_page(site.address)
    open_chat(page)
    send(page, "hello")
    page.get_by_role("link", name="A link of the page").focus()
    order = []
    for _ in range(12):
        page.keyboard.press("Tab")
        order.append(page.evaluate(FOCUSED))
    assert order == [
        "Contact a person",
        "Options",
        "Close",
        "log",
        "What is WICC?",
        "What is AMICC?",
        "INPUT",
        "Send",
        "Skip",
        "Cancel",
        "Privacy",
        "Help chat",
    ]


CONTROLS = """() => [...document.querySelector('faq-chat').shadowRoot
  .querySelectorAll('button, a, input, textarea, [tabindex="0"]')].filter((one) => one.checkVisibility()).length"""
REACHED = """() => { const one = document.querySelector('faq-chat').shadowRoot.activeElement;
  if (one) one.dataset.reached = '1'; return Boolean(one); }"""


@pytest.mark.parametrize("reply", [ANSWER, CARDS, FORM, UNSURE], ids=["answer", "cards", "form", "unsure"])
def test_every_control_is_reached_by_the_tab_key(site: Site, new_page: NewPage, reply: Reply) -> None:
    site.replies = [reply]
    page = new_page(site.address)
    open_chat(page)
    send(page, "hello")
    options = page.get_by_role("button", name="Options")
    options.focus()
    page.keyboard.press("Enter")
    expect(options).to_have_attribute("aria-expanded", "true")
    page.get_by_role("link", name="A link of the page").focus()
    page.keyboard.press("Tab")
    while page.evaluate(REACHED):
        page.keyboard.press("Tab")
    assert page.locator("faq-chat [data-reached]").count() == page.evaluate(CONTROLS) > 12
    # Every one of them works with the keys of its kind, because each is the browser's own button, link or field.
    tags = page.locator("faq-chat [data-reached]").evaluate_all("all => all.map((one) => one.tagName + one.role)")
    assert set(tags) <= {"BUTTONnull", "Anull", "INPUTnull", "TEXTAREAnull", "DIVlog"}


def test_a_reply_takes_no_focus(site: Site, new_page: NewPage) -> None:
    site.replies = [ANSWER]
    page = new_page(site.address)
    open_chat(page)
    field(page).fill("hello")
    field(page).press("Enter")
    page.get_by_role("link", name="A link of the page").focus()
    page.locator("faq-chat .bot").nth(1).wait_for()
    expect(page.get_by_role("link", name="A link of the page")).to_be_focused()


def test_a_pick_moves_the_focus_to_the_field_and_says_what_was_picked(site: Site, new_page: NewPage) -> None:
    site.replies = [ANSWER]
    page = new_page(site.address)
    open_chat(page)
    page.get_by_role("button", name="What is WICC?").click()
    page.locator("faq-chat .bot").nth(1).wait_for()
    expect(field(page)).to_be_focused()
    picked, other = page.locator("faq-chat .bot").first.locator(".picks button").all()
    expect(picked).to_have_attribute("aria-pressed", "true")
    for one in (picked, other):
        expect(one).to_have_attribute("aria-disabled", "true")
        expect(one).to_be_enabled(enabled=False)  # to assistive technology
        assert one.evaluate("one => one.disabled") is False  # a disabled button would drop the focus
    other.dispatch_event("click")
    assert [request["message"] for request in site.requests] == ["What is WICC?"]


# --- what a screen reader hears and finds


def test_the_live_region_is_filled_then_emptied(site: Site, new_page: NewPage) -> None:
    site.replies = [ANSWER]
    page = new_page(site.address)
    region = page.locator("faq-chat > [slot=live]")
    expect(region).to_have_attribute("role", "status")
    expect(region).to_be_empty()
    open_chat(page)
    field(page).fill("hello")
    field(page).press("Enter")
    expect(region).to_contain_text("It is a coalition", timeout=3000)
    assert region.evaluate("region => getComputedStyle(region).display") == "block"
    expect(region).to_be_empty(timeout=3000)
    expect(page.locator("faq-chat .log")).to_have_attribute("aria-live", "off")


def test_a_slow_answer_is_told_in_time(site: Site, new_page: NewPage) -> None:
    page = new_page(site.address)
    open_chat(page)
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # time passes only as told, however busy the machine is
    page.route("**/message", lambda _: None)  # never answered
    field(page).fill("hello")
    field(page).press("Enter")
    region = page.locator("faq-chat > [slot=live]")
    page.clock.run_for(1000)
    expect(region).to_be_empty()
    expect(page.locator("faq-chat .dots")).to_be_visible()
    page.clock.run_for(400)
    expect(region).to_have_text("The assistant is typing")
    page.clock.run_for(6700)
    expect(region).to_have_text("Still working.")


STRUCTURE = """
- complementary "Help chat":
  - region "Ask AMICC":
    - heading "Ask AMICC" [level=2]
    - paragraph:
      - text: Automatic assistant
      - button "Contact a person"
    - button "Options"
    - button "Close"
    - log "Ask AMICC":
      - list:
        - listitem:
          - text: "Assistant:"
          - paragraph: Hello. Ask me.
          - list "You can ask":
            - listitem:
              - button "What is WICC?"
            - listitem:
              - button "What is AMICC?"
    - text: Type a question
    - textbox "Type a question"
    - button "Send"
    - paragraph:
      - text: Check the sources. Write only what is needed.
      - link "Privacy"
  - button "Help chat" [expanded]
"""


def test_the_accessibility_tree(site: Site, new_page: NewPage) -> None:
    page = new_page(site.address)
    open_chat(page)
    expect(page.locator("faq-chat")).to_match_aria_snapshot(STRUCTURE)


def test_on_a_phone_it_is_a_modal_dialog(site: Site, new_page: NewPage) -> None:
    page = new_page(site.address, **PHONE)
    open_chat(page)
    dialog = page.get_by_role("dialog", name="Ask AMICC")
    expect(dialog).to_have_attribute("aria-modal", "true")
    expect(page.locator("main")).to_have_js_property("inert", True)
    page.keyboard.press("Escape")
    expect(page.locator("main")).to_have_js_property("inert", False)
    expect(launcher(page)).to_be_focused()


def test_a_form_step_is_an_input_of_its_kind(site: Site, new_page: NewPage) -> None:
    site.replies = [FORM]
    page = new_page(site.address)
    open_chat(page)
    send(page, "volunteer")
    box = page.get_by_role("textbox", name="Your answer: step 2 of 5")
    for name in ("type", "inputmode", "autocomplete"):
        expect(box).to_have_attribute(name, "email")
    expect(box).to_have_accessible_description("There is no @ in it.")
    expect(box).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_function("() => document.querySelector('faq-chat').shadowRoot.querySelectorAll('.bot').length == 4")
    assert [request["message"] for request in site.requests] == ["volunteer", "skip", "cancel"]
    site.replies = [ANSWER]
    send(page, "hello")
    expect(field(page)).to_have_js_property("tagName", "TEXTAREA")


def test_an_error_is_shown_once_and_announced_once(site: Site, new_page: NewPage) -> None:
    error = FORM.form_step.error
    site.replies = [FORM]
    page = new_page(site.address)
    open_chat(page)
    expect(send(page, "volunteer")).to_contain_text(error)
    assert page.locator("faq-chat > [slot=live]").inner_text().count(error) == 1
    expect(page.locator("faq-chat #error")).to_have_css("width", "1px")
    expect(field(page)).to_have_accessible_description(error)


# --- size of text and window


@pytest.mark.parametrize("size", [(320, 256), (320, 640), (1280, 1024)])
def test_nothing_is_cut_off_in_a_small_window_or_at_twice_the_size(
    site: Site, new_page: NewPage, size: tuple[int, int]
) -> None:
    twice = "<style>html{font-size:200%}</style>" if size[0] > 1000 else ""
    site.pages["/"] = Answer(page_html(head=twice))
    site.replies = [ANSWER, CARDS, FORM]
    page = new_page(site.address, viewport={"width": size[0], "height": size[1]})
    open_chat(page)
    send(page, "a_word_of_quite_unusual_length_that_nobody_would_type_but_somebody_might_paste_into_it")
    assert cut_off(page) == []
    assert page.locator("faq-chat .log").bounding_box()["height"] >= 100
    if twice:
        assert field(page).evaluate("one => getComputedStyle(one).fontSize") == "32px"


def test_spacing_of_text_may_grow(site: Site, new_page: NewPage) -> None:
    # WCAG 1.4.12: a visitor's own style sheet sets these on the host, and they are inherited.
    site.replies = [ANSWER]
    page = new_page(site.address)
    page.evaluate("""() => { const sheet = new CSSStyleSheet();
      sheet.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}');
      document.querySelector('faq-chat').shadowRoot.adoptedStyleSheets.push(sheet); }""")
    open_chat(page)
    send(page, "hello")
    assert cut_off(page) == []


def test_nothing_moves_where_motion_is_unwanted(site: Site, new_page: NewPage) -> None:
    page = new_page(site.address, reduced_motion="reduce")
    open_chat(page)
    page.route("**/message", lambda _: None)
    field(page).fill("hello")
    field(page).press("Enter")
    page.locator("faq-chat .dots").wait_for()
    moving = "() => document.querySelector('faq-chat').shadowRoot.getAnimations().length"
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) == 3


def test_the_page_is_not_hidden_behind_the_launcher(site: Site, new_page: NewPage) -> None:
    page = new_page(site.address)
    assert page.evaluate("() => getComputedStyle(document.documentElement).scrollPaddingBottom") == "80px"
    open_chat(page)
    page.get_by_role("button", name="Options").click()
    page.get_by_role("button", name="Hide the chat button").click()
    expect(launcher(page)).to_be_hidden()
    page.reload()
    expect(launcher(page)).to_be_hidden()
    page.evaluate("() => document.querySelector('faq-chat').open()")
    expect(field(page)).to_be_focused()


def test_on_a_page_from_right_to_left_it_is_at_the_other_side(site: Site, new_page: NewPage) -> None:
    site.pages["/"] = Answer(page_html().replace('lang="en"', 'lang="ar" dir="rtl"'))
    page = new_page(site.address)
    assert launcher(page).bounding_box()["x"] < 100
    open_chat(page)
    assert page.locator("faq-chat .panel").bounding_box()["x"] < 100
    assert problems(page) == []
