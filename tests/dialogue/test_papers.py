"""Replies about papers."""

import pytest

from bot.content.store import Content, ContentStore
from bot.dialogue.answers import both_answers, in_short, more_about
from bot.dialogue.papers import (
    LIST_PAPERS,
    MOST_CHOICES,
    PAGE,
    THEMES_PAGE,
    no_paper_reply,
    page_of,
    paper_list,
    paper_reply,
    since_reply,
    themes_reply,
)
from bot.dialogue.references import split_page


@pytest.fixture(scope="module")
def content(content_store: ContentStore) -> Content:
    return content_store.content


@pytest.mark.parametrize(
    ("page", "items", "more"),
    [(1, [1, 2, 3], True), (2, [4, 5, 6], True), (3, [7], False), (4, [], False), (0, [1, 2, 3], True)],
)
def test_pages(page: int, items: list[int], more: bool) -> None:
    assert page_of([1, 2, 3, 4, 5, 6, 7], page, 3) == (items, more)


def test_a_list_shows_three_papers_with_title_date_and_line_and_no_invented_link(content: Content) -> None:
    papers = list(content.knowledge.papers.values())
    reply = paper_list("Here.", papers, "Latest papers?", 1, [LIST_PAPERS])
    assert [card.title for card in reply.cards] == [paper.title for paper in papers[:PAGE]]
    assert [card.date for card in reply.cards] == ["about mid-2015"] * PAGE
    assert [card.text for card in reply.cards] == [paper.line for paper in papers[:PAGE]]
    assert {card.url for card in reply.cards} == {None}
    assert reply.topic == [paper.key for paper in papers[:PAGE]]
    assert [choice.text for choice in reply.choices] == ["Latest papers, page 2", LIST_PAPERS.text]
    assert reply.sources == [papers[0].page]


def test_every_paper_is_on_one_of_the_pages(content: Content) -> None:
    papers, shown, asked = list(content.knowledge.papers.values()), [], "papers"
    page = 1
    while asked:
        reply = paper_list("Here.", papers, split_page(asked)[0], page)
        shown += [card.title for card in reply.cards]
        asked = next((choice.text for choice in reply.choices), "")
        page = split_page(asked)[1]
    assert shown == [paper.title for paper in papers]


def test_a_list_that_fits_has_no_next_page(content: Content) -> None:
    reply = paper_list("Here.", list(content.knowledge.papers.values())[:PAGE], "papers", 1)
    assert reply.choices == []


def test_a_paper_with_an_address_links_to_it(content: Content) -> None:
    paper = content.knowledge.papers["drones"].copy(update={"url": "https://example.org/drones.pdf"})
    assert paper_list("Here.", [paper], "drones", 1).cards[0].url == "https://example.org/drones.pdf"
    assert "Read it: https://example.org/drones.pdf" in paper_reply(content, paper).text


def test_each_paper_is_told_as_of_its_date_with_what_has_happened_since(content: Content) -> None:
    for paper in content.knowledge.papers.values():
        reply = paper_reply(content, paper)
        assert reply.title == paper.title
        assert reply.text.startswith("An AMICC analysis, about mid-2015")
        assert "Since then: " in reply.text
        assert reply.text.endswith("I have no link to the paper itself.")
        assert reply.sources[0] == paper.page
        assert len(reply.sources) > 1
        assert reply.short_text is not None
        assert len(reply.short_text) <= 320
        assert len(reply.choices) <= MOST_CHOICES
        assert reply.topic == [paper.key]


def test_a_shorter_version_is_the_first_choice(content: Content) -> None:
    reply = paper_reply(content, content.knowledge.papers["kenya"])
    assert reply.choices[0].text == content.knowledge.papers["kenya_outline"].asked


@pytest.mark.parametrize(
    ("paper", "telling"),
    [
        ("bashir", "Darfur"),
        ("house_resolution", "H.Res. 209 was sent"),
        ("otp_strategy", "was adopted in November 2015"),
    ],
)
def test_what_has_happened_since_comes_from_the_situation_or_the_papers_own_line(
    content: Content, paper: str, telling: str
) -> None:
    reply = since_reply(content, content.knowledge.papers[paper])
    assert telling in reply.text
    assert reply.sources
    assert reply.topic[0] == f"paper/{paper}"


def test_nothing_newer_is_said_to_be_nothing(content: Content) -> None:
    paper = content.knowledge.papers["otp_strategy"].copy(update={"since": None})
    assert since_reply(content, paper).text == "I have nothing on what has happened since about mid-2015."


def test_themes_come_in_pages_and_each_leads_to_papers(content: Content) -> None:
    first, second = (
        themes_reply(content, "What papers do you have?", 1),
        themes_reply(content, "What papers do you have?", 2),
    )
    assert len(first.choices) == THEMES_PAGE + 1
    assert first.choices[-1].text == "What papers do you have, page 2"
    themes = {choice.label for choice in [*first.choices[:-1], *second.choices]}
    assert themes == {theme.label for theme in content.knowledge.themes.values()}
    for theme in content.knowledge.themes.values():
        assert any(theme.id in paper.themes for paper in content.knowledge.papers.values()), theme.id


def test_no_paper_is_said_and_the_list_offered(content: Content) -> None:
    reply = no_paper_reply(content)
    assert reply.outcome == "unanswered"
    assert reply.choices[0] == LIST_PAPERS
    assert reply.topic == []


def test_in_short_a_paper_is_its_line(content: Content) -> None:
    assert in_short(content, "paper/drones").text == content.knowledge.papers["drones"].line
    assert in_short(content, "situation/kenya").text == content.knowledge.situations["kenya"].short


@pytest.mark.parametrize("key", ["paper/no_such", "", "faq/no_such", "situation/no_such"])
def test_what_is_gone_is_not_told(content: Content, key: str) -> None:
    assert in_short(content, key).topic == []
    assert more_about(content, key).cards == []


def test_of_two_long_answers_the_second_is_a_choice(content: Content) -> None:
    reply = both_answers(content, ["faq/us_member", "paper/drones"])
    assert reply.choices[0].text == content.knowledge.papers["drones"].asked
    assert reply.text == content.topics["us_member"].answer
    assert reply.topic == ["faq/us_member", "paper/drones"]
