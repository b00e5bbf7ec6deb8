"""Breaks the chat on purpose, once for each kind of defect: the checks must see it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from browser.parts import (
    ANSWER,
    Answer,
    Site,
    axe_problems,
    faint_edges,
    faint_texts,
    open_chat,
    page_html,
    problems,
    ran_scripts,
    send,
    small_targets,
)

TAG = '<script src="/chat.js" defer data-avatar="/face.svg"></script>'
HOSTILE = ANSWER.copy(update={"title": "<img src=x onerror=hacked=1>", "text": "[x](javascript:hacked=1)"})

MUTATIONS: dict[str, tuple[str, str, Callable[[Page], list[str]]]] = {
    "no label": ('for:"field"},', "},", axe_problems),
    "no name": ('title,"aria-label":title', '"data-title":title', axe_problems),
    "no alternative text": (',alt:""', "", axe_problems),
    "no landmark": ('role:"complementary"', 'role:"none"', axe_problems),
    "faint text": ("--dim:light-dark(#456", "--dim:light-dark(#aab", faint_texts),
    "faint edges": ("--line:light-dark(#678", "--line:light-dark(#dde", faint_edges),
    "small target": ("min-height:46px;min-width:46px", "min-height:20px", small_targets),
    "parsed HTML": (
        "element.append(part)",
        """(part.nodeType?element.append(part):element.insertAdjacentHTML("beforeend",part))""",
        ran_scripts,
    ),
    "any address": ("return schemes.test(url.protocol)&&url.href", "return value", ran_scripts),
}


def shown(site: Site, new_page: Callable[..., Page], script: str) -> Page:
    site.pages["/"] = Answer(page_html(TAG))
    site.pages["/face.svg"] = Answer('<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml")
    site.pages["/chat.js"] = Answer(script, "text/javascript")
    site.replies = [HOSTILE]
    page = new_page(site.address, quiet=False)
    open_chat(page)
    send(page, "hello")
    return page


@pytest.mark.parametrize("defect", MUTATIONS)
def test_a_defect_is_seen(site: Site, new_page: Callable[..., Page], defect: str) -> None:
    right, wrong, check = MUTATIONS[defect]
    assert right in site.script, "the script has changed: change the mutation too"
    # A placeholder would name a field without a label.
    page = shown(site, new_page, site.script.replace(right, wrong).replace('placeholder:say("field"),', ""))
    assert check(page) != []


def test_without_a_defect_nothing_is_seen(site: Site, new_page: Callable[..., Page]) -> None:
    page = shown(site, new_page, site.script)
    assert problems(page) == []
    assert ran_scripts(page) == []
