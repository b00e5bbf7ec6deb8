"""Replies about AMICC's papers: a list of cards, one paper, the themes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from bot.content.knowledge import Paper, Situation, Theme
from bot.content.schema import Source
from bot.content.store import Content
from bot.dialogue.replies import canned_reply, topic_choices
from bot.dialogue.reply import Card, Choice, Reply

PAGE = 3
"""Papers on one page of a list: what a phone shows at once."""
THEMES_PAGE = 6
MOST_CHOICES = 4
LIST_PAPERS = Choice(label="Papers by theme", text="What papers do you have?")

_Item = TypeVar("_Item")


def page_of(items: Sequence[_Item], page: int, size: int) -> tuple[Sequence[_Item], bool]:
    """The items of a page, counted from 1, and whether there are more behind it."""
    start = (max(page, 1) - 1) * size
    return items[start : start + size], start + size < len(items)


def next_page(asked: str, page: int, label: str) -> Choice:
    """The choice that asks for the page behind this one, in words that a visitor could type."""
    return Choice(label=label, text=f"{asked.rstrip(' ?!.,')}, page {max(page, 1) + 1}")


def paper_choice(paper: Paper) -> Choice:
    """The choice that leads to a paper."""
    return Choice(label=paper.label, text=paper.asked)


def situation_choice(situation: Situation) -> Choice:
    """The choice that leads to where a situation stands."""
    return Choice(label=situation.label, text=situation.question)


def theme_choice(theme: Theme) -> Choice:
    """The choice that leads to the papers of a theme."""
    return Choice(label=theme.label, text=theme.asked)


def paper_card(paper: Paper) -> Card:
    """A paper as a card: a link only if staff have documented one."""
    return Card(title=paper.title, date=paper.when, text=paper.line, url=paper.url or None, choice=paper_choice(paper))


def paper_list(intro: str, papers: Sequence[Paper], asked: str, page: int, extra: Iterable[Choice] = ()) -> Reply:
    """A page of papers.

    Args:
        intro: What is said above them.
        papers: All that there are, best first; at least one on that page.
        asked: What the visitor asked, so that the next page can be asked for.
        page: Which page, counted from 1.
        extra: Choices below the papers.
    """
    shown, more = page_of(papers, page, PAGE)
    choices = [next_page(asked, page, "More papers")] if more else []
    return Reply(
        text=intro,
        sources=_pages(shown),
        cards=[paper_card(paper) for paper in shown],
        choices=[*choices, *extra][:MOST_CHOICES],
        topic=[paper.key for paper in shown],
    )


def paper_reply(content: Content, paper: Paper) -> Reply:
    """One paper: what it says as of its date, and what has happened since."""
    situations = situations_of(content, paper)
    parts = [f"An AMICC analysis, {paper.when}. This is what it said at the time:", paper.summary]
    since: list[Source] = []
    if situations:
        first = situations[0]
        parts.append(f"Since then: {first.short}")
        since = first.sources
    elif paper.since:
        parts.append(f"Since then: {paper.since.text}")
        since = paper.since.sources
    link = f"Read it: {paper.url}" if paper.url else "I have no link to the paper itself."
    shorter = content.knowledge.papers.get(paper.shorter or "")
    choices = [
        *([paper_choice(shorter)] if shorter else []),
        *(situation_choice(situation) for situation in situations[:2]),
        *topic_choices(content, paper.topics),
    ]
    return Reply(
        title=paper.title,
        text="\n\n".join([*parts, link]),
        short_text=f"{paper.line} (AMICC, {paper.when}) {link}"[:320],
        sources=[paper.page, *since],
        choices=choices[:MOST_CHOICES],
        topic=[paper.key],
    )


def themes_reply(content: Content, asked: str, page: int) -> Reply:
    """The themes under which papers can be listed."""
    themes, more = page_of(list(content.knowledge.themes.values()), page, THEMES_PAGE)
    intro = canned_reply(content, content.responses["utter_papers"])
    choices = [theme_choice(theme) for theme in themes]
    return intro.copy(update={"choices": [*choices, *([next_page(asked, page, "More themes")] if more else [])]})


def no_paper_reply(content: Content) -> Reply:
    """Says that no paper was found, and where all of them are listed."""
    reply = canned_reply(content, content.responses["utter_no_paper"])
    return reply.copy(update={"choices": [LIST_PAPERS, *reply.choices]})


def since_reply(content: Content, paper: Paper) -> Reply:
    """What has happened since a paper was written, with the dates of what is known."""
    situations = situations_of(content, paper)
    parts = [f"{situation.title}: {situation.status}" for situation in situations[:2]]
    sources = [source for situation in situations[:2] for source in situation.sources]
    if paper.since:
        parts.insert(0, paper.since.text)
        sources[:0] = paper.since.sources
    if not parts:
        parts = [f"I have nothing on what has happened since {paper.when}."]
    return Reply(
        title=f"Since the paper: {paper.title}",
        text="\n\n".join(parts),
        short_text=situations[0].short if situations else None,
        sources=list(dict.fromkeys(sources)),
        choices=[
            *(situation_choice(situation) for situation in situations),
            *topic_choices(content, paper.topics),
        ][:MOST_CHOICES],
        topic=[paper.key, *(situation.key for situation in situations)],
    )


def situations_of(content: Content, paper: Paper) -> list[Situation]:
    """The situations of a paper."""
    found = (content.knowledge.situations.get(identity) for identity in paper.situations)
    return [situation for situation in found if situation]


def _pages(papers: Iterable[Paper]) -> list[Source]:
    """The documented pages of papers, each once."""
    return list(dict.fromkeys(paper.page for paper in papers))
