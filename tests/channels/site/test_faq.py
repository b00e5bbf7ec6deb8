"""The plain pages of all questions and answers."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.channels.site.faq import THEMES, blocks, by_theme, export_html, index_page, pieces, topic_page
from bot.content.schema import Topic, spoken_date
from bot.content.store import Content, ContentStore
from bot.errors import StartError
from bot.runtime.settings import ROOT

HOSTILE = '</script><script>alert("1")</script> <img src=x onerror=alert(2)> & "quoted"'


@pytest.fixture(scope="module")
def content(content_store: ContentStore) -> Content:
    return content_store.content


class Page(HTMLParser):
    """What a page holds: its text, elements and links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags, self.links = "", [], []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: "list[tuple[str, str | None]]") -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_data(self, data: str) -> None:
        self.text += data


def structured(html: str) -> dict:
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, flags=re.DOTALL)
    return json.loads(data)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_every_topic_has_its_title_answer_sources_date_and_data(content: Content) -> None:
    for topic in content.topics.values():
        html = topic_page(content, topic)
        page = Page(html)
        assert f"<h1>{topic.title}</h1>" in html.replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")
        for word in topic.answer.replace("- ", "").split():
            assert word in page.text, topic.id
        for source in topic.sources:
            assert source.name in page.text
            assert spoken_date(source.as_of) in page.text
            assert not source.url or source.url in page.links
        assert spoken_date(topic.reviewed.isoformat()) in page.text
        (question,) = structured(html)["mainEntity"]
        assert question["name"] == topic.title
        assert question["acceptedAnswer"]["text"] == topic.answer


def test_the_index_leads_to_every_topic(content: Content) -> None:
    links = Page(index_page(content)).links
    assert {f"faq/{identity}" for identity in content.topics} <= set(links)


def test_every_folder_of_topics_has_a_heading(content: Content) -> None:
    assert {path.name for path in (ROOT / "data" / "nlu" / "faq").iterdir()} == set(THEMES)
    assert list(by_theme(content)) == list(THEMES.values())


def test_a_folder_without_a_heading_is_shown_last(content: Content) -> None:
    topic = next(iter(content.topics.values()))
    moved = topic.copy(update={"path": Path("faq/new_ideas/x.yml")})
    assert list(by_theme(Content({"x": moved}, {}))) == ["New ideas"]


def hostile(topic: Topic) -> Topic:
    source = topic.sources[0].copy(update={"name": HOSTILE})
    texts = dict.fromkeys(("title", "answer", "short_answer"), HOSTILE)
    return topic.copy(update={**texts, "sources": [source], "related": []})


def test_no_text_becomes_markup(content: Content) -> None:
    topic = hostile(content.topics["us_member"])
    html = topic_page(content, topic, chat="/chat")
    page = Page(html)
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert "onerror" not in re.sub(r"&lt;img.*?&gt;", "", html.replace("\\u003c", "&lt;").replace("\\u003e", "&gt;"))
    assert structured(html)["mainEntity"][0]["name"] == HOSTILE
    assert "img" not in Page(index_page(Content({"x": topic}, {}))).tags


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("One.\nStill one.\n\nTwo.", [(["One. Still one."], False), (["Two."], False)]),
        ("It has:\n- a\n- b\nThen more.", [(["It has:"], False), (["a", "b"], True), (["Then more."], False)]),
        ("- only", [(["only"], True)]),
        ("a - b", [(["a - b"], False)]),
    ],
)
def test_paragraphs_and_lists_are_told_apart(text: str, shapes: list) -> None:
    assert [(block.items, block.is_list) for block in blocks(text)] == shapes


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("See https://www.icc-cpi.int/a?b=c#d, or call.", ["https://www.icc-cpi.int/a?b=c#d"]),
        ("(http://amicc.org/)", ["http://amicc.org/"]),
        ("javascript:alert(1) ftp://x", []),
    ],
)
def test_web_addresses_become_links(text: str, addresses: list[str]) -> None:
    assert [piece for piece, is_address in pieces(text) if is_address] == addresses
    assert "".join(piece for piece, _ in pieces(text)) == text


def test_exported_pages_lead_to_each_other_without_a_server(content: Content, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    assert export_html(content, folder) == len(list(folder.iterdir())) == len(content.topics) + 2
    for path in folder.glob("*.html"):
        for link in Page(path.read_text(encoding="utf-8")).links:
            assert link.startswith("http") or (folder / link).is_file(), f"{path.name} -> {link}"


def test_a_folder_that_cannot_be_written_is_named(content: Content, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartError, match="--output"):
        export_html(content, tmp_path / "file")
