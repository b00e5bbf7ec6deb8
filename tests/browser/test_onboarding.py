"""A volunteer signs up in the chat: with a mistake, a reload, a lost network and a question in the middle."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from browser.conftest import Assistant
from browser.parts import field, open_chat, problems, send

STEPS = 7


def asked(page: Page, step: int) -> Locator:
    """The field of a step, which has the focus."""
    box = page.get_by_role("textbox", name=f"Your answer: step {step} of")
    expect(box).to_be_visible()
    return box


def test_a_volunteer_signs_up(assistant_server: Assistant, new_page: Callable[..., Page]) -> None:
    page = new_page(assistant_server.address, quiet=False)
    open_chat(page)
    send(page, "I want to volunteer")
    asked(page, 1)
    assert problems(page) == []
    page.get_by_role("button", name="Yes, 18 or older").click()
    expect(asked(page, 2)).to_have_attribute("autocomplete", "name")
    expect(field(page)).to_be_focused()
    send(page, "Ann Lee")
    expect(asked(page, 3)).to_have_attribute("type", "email")

    page.reload()
    expect(asked(page, 3)).to_have_attribute("autocomplete", "email")
    send(page, "ann lee at nowhere")
    expect(asked(page, 3)).to_have_attribute("aria-invalid", "true")
    expect(asked(page, 3)).to_have_accessible_description(re.compile("not an e-mail address"))
    assert problems(page) == []

    page.context.set_offline(True)
    expect(send(page, "ann@example.org")).to_contain_text("No connection")
    page.context.set_offline(False)
    expect(asked(page, 4)).to_have_attribute("type", "tel")
    page.get_by_role("button", name="Skip").click()
    asked(page, 5)
    send(page, "Is the US a member?")
    asked(page, 5)
    send(page, "Denver, Colorado")
    asked(page, 6)
    send(page, "write to newspapers")
    asked(page, STEPS)
    expect(page.locator("faq-chat .bot").last).to_contain_text("Ann Lee")
    assert problems(page) == []
    send(page, "yes")
    expect(page.locator("faq-chat .bot").last).to_contain_text("R-")
    expect(field(page)).to_have_js_property("tagName", "TEXTAREA")


def test_a_form_can_be_left(assistant_server: Assistant, new_page: Callable[..., Page]) -> None:
    page = new_page(assistant_server.address)
    open_chat(page)
    send(page, "I want to volunteer")
    asked(page, 1)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("faq-chat .bot").nth(2)).to_contain_text("Cancelled")
    expect(field(page)).to_have_js_property("tagName", "TEXTAREA")
