"""All topics as plain HTML: for search engines, for visitors without JavaScript, and for when the assistant is down."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, Optional

from mako.lookup import TemplateLookup

from bot.content.schema import Topic, spoken_date
from bot.content.store import Content
from bot.errors import Errors, StartError

TEMPLATES = Path(__file__).with_name("templates")
STYLE = "faq.css"

THEMES = {
    "court": "The International Criminal Court",
    "us": "The United States and the Court",
    "why": "Reasons for US support",
    "objections": "Common objections",
    "involved": "How to help",
    "about": "AMICC and this assistant",
    "news": "News of 2015",
}
"""Headings of the folders under ``data/nlu/faq/``, in the order in which they are shown. Another folder comes last."""

_ADDRESS = re.compile(r"(https?://[^\s<>\"]*[^\s<>\"'.,;:!?)\]])")


class Block(NamedTuple):
    """A paragraph or a list of an answer.

    Attributes:
        items: One text for a paragraph, one an item for a list.
        is_list: Which of the two it is.
    """

    items: list[str]
    is_list: bool


def blocks(text: str) -> Iterator[Block]:
    """Splits an answer: paragraphs are apart by a blank line, lines that begin with ``- `` are a list."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines: list[str] = []
        is_list = False
        for line in paragraph.splitlines():
            item = line.startswith("- ")
            if lines and item != is_list:
                yield Block(lines if is_list else [" ".join(lines)], is_list)
                lines = []
            is_list = item
            lines.append(line[2:].strip() if item else line.strip())
        yield Block(lines if is_list else [" ".join(lines)], is_list)


def pieces(text: str) -> list[tuple[str, bool]]:
    """Splits a text at its web addresses.

    >>> pieces("See https://www.icc-cpi.int.")
    [('See ', False), ('https://www.icc-cpi.int', True), ('.', False)]
    """
    return [(part, number % 2 == 1) for number, part in enumerate(_ADDRESS.split(text)) if part]


def by_theme(content: Content) -> dict[str, list[Topic]]:
    """Topics under the heading of their folder, by title."""
    found: dict[str, list[Topic]] = {folder: [] for folder in THEMES}
    for topic in sorted(content.topics.values(), key=lambda topic: topic.title):
        found.setdefault(topic.path.parent.name, []).append(topic)
    return {
        THEMES.get(folder, folder.replace("_", " ").capitalize()): topics for folder, topics in found.items() if topics
    }


def structured_data(topic: Topic) -> str:
    """A topic as schema.org's FAQPage, in JSON that no text can break out of its ``script`` element."""
    data = {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": "en",
        "dateModified": topic.reviewed.isoformat(),
        "mainEntity": [
            {
                "@type": "Question",
                "name": topic.title,
                "acceptedAnswer": {"@type": "Answer", "text": topic.answer},
            }
        ],
    }
    return json.dumps(data).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def _templates() -> TemplateLookup:
    # Everything is escaped unless a template says otherwise.
    return TemplateLookup(
        directories=[str(TEMPLATES)], default_filters=["h"], strict_undefined=True, input_encoding="utf-8"
    )


def index_page(content: Content, suffix: str = "", folder: str = "faq/", chat: Optional[str] = None) -> str:
    """The page that lists all questions.

    Args:
        content: What is said.
        suffix: What follows an id in links, such as ``.html``.
        folder: Where the topics' pages are, seen from this one.
        chat: Address of the chat; None leaves the link out.
    """
    template = _templates().get_template("index.html")
    page: str = template.render(
        themes=by_theme(content), suffix=suffix, folder=folder, chat=chat, style=STYLE, home=None, data=None
    )
    return page


def topic_page(
    content: Content,
    topic: Topic,
    suffix: str = "",
    home: str = "../faq",
    style: str = f"../{STYLE}",
    chat: Optional[str] = None,
) -> str:
    """The page of a topic.

    Args:
        content: What is said.
        topic: The topic.
        suffix: What follows an id in links, such as ``.html``.
        home: The list of questions, seen from this page.
        style: The style sheet, seen from this page.
        chat: Address of the chat; None leaves the link out.
    """
    template = _templates().get_template("topic.html")
    page: str = template.render(
        topic=topic,
        blocks=list(blocks(topic.answer)),
        pieces=pieces,
        spoken_date=spoken_date,
        related=[content.topics[identity] for identity in topic.related if identity in content.topics],
        suffix=suffix,
        home=home,
        style=style,
        chat=f"{chat}#faq-chat={topic.id}" if chat else None,
        data=structured_data(topic),
    )
    return page


def style_sheet() -> bytes:
    """The style of these pages."""
    return (TEMPLATES / STYLE).read_bytes()


def export_html(content: Content, folder: Path) -> int:
    """Writes all pages as files that need no server: ``index.html`` and one a topic.

    Args:
        content: What is said.
        folder: Where to; made if missing. Files of the same name are replaced, others stay.

    Returns:
        Number of files written.

    Raises:
        StartError: The folder cannot be written.
    """
    files = {
        STYLE: style_sheet(),
        "index.html": index_page(content, suffix=".html", folder="").encode(),
        **{
            f"{topic.id}.html": topic_page(content, topic, suffix=".html", home="index.html", style=STYLE).encode()
            for topic in content.topics.values()
        },
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in files.items():
            (folder / name).write_bytes(body)
    except OSError as error:
        raise StartError(Errors.E044.format(folder=folder, reason=error.strerror or error)) from error
    return len(files)
