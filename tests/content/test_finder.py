"""What finds papers, situations and topics in the content that is served."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.content.finder import DESCRIBED, MAYBE, NEAR, Finder
from bot.content.store import ContentStore


@pytest.fixture(scope="module")
def finder(content_store: ContentStore) -> Finder:
    return Finder(content_store.content)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Ukraine or Palestine papers", ["ukraine", "palestine"]),
        ("palestine, ukraine", ["palestine", "ukraine"]),
        ("papers on kenya and the gaza flotilla", ["kenya", "flotilla"]),
    ],
)
def test_of_several_subjects_the_best_of_each_comes_first(finder: Finder, text: str, first: list[str]) -> None:
    assert finder.papers(text)[: len(first)] == first


@pytest.mark.parametrize("text", ["papers about my cat", "", "origami paper"])
def test_nothing_near_gives_nothing(finder: Finder, text: str) -> None:
    assert finder.papers(text) == []
    assert finder.near(text) == []


@pytest.mark.parametrize(
    ("text", "words", "share", "found"),
    [
        ("shared interest in the victim", 2, 0.0, ["reparations"]),
        ("shared intrest victim", 2, 0.0, ["reparations"]),
        ("security council relationship", 3, 0.75, ["security_council"]),
        ("security council", 3, 0.75, []),
        ("victim", 2, 0.0, []),
        ("shared interest in horses", 2, 0.0, []),
        ("", 2, 0.0, []),
    ],
)
def test_a_part_of_a_title_finds_its_paper(
    finder: Finder, text: str, words: int, share: float, found: list[str]
) -> None:
    assert finder.titled(text, words, share) == found


def test_a_description_without_a_name_finds_by_its_meaning(finder: Finder) -> None:
    text = "Do you have an essay on suspects that nobody catches?"
    assert finder.papers_near(text, NEAR) == []
    assert finder.papers_described(text, MAYBE)[0] == "arrest"
    assert finder.papers_described("Do you have an essay on tulips?", MAYBE) == []


def test_a_description_that_is_clear_enough_is_an_answer(finder: Finder) -> None:
    text = "the study on arresting people without any police"
    assert finder.papers_described(text, DESCRIBED)[:1] == finder.papers(text)[:1] == ["arrest"]


def test_what_a_topics_phrasings_name_is_known(finder: Finder) -> None:
    assert "darfur" in finder.situations_named_by("security_council")
    assert "resolution 1593" in finder.names_given_by("security_council")
    assert finder.situations_named_by("no_such_topic") == frozenset()


def test_vectors_are_kept_between_starts(content_store: ContentStore, tmp_path: Path) -> None:
    first = Finder(content_store.content, tmp_path).search("drones", ("paper",), NEAR)
    assert list(tmp_path.iterdir())
    assert Finder(content_store.content, tmp_path).search("drones", ("paper",), NEAR) == first


def test_a_paper_that_was_added_is_found_without_training(content_store: ContentStore, finder: Finder) -> None:
    knowledge = content_store.content.knowledge
    update = {
        "id": "arctic",
        "title": "Crimes on the Arctic Ice",
        "label": "Arctic",
        "aliases": ["Arctic", "Svalbard"],
        "line": "Whether harm to the Arctic could be a crime.",
        "summary": "It looks at the ice. It looks at the law. It weighs both.",
        "situations": [],
    }
    added = knowledge.papers["drones"].copy(update=update)
    content = replace(content_store.content, knowledge=replace(knowledge, papers={"arctic": added, **knowledge.papers}))
    assert finder.papers("anything on svalbard?") == []
    assert Finder(content).papers("anything on svalbard?") == ["arctic"]
    assert Finder(content).papers("anything on svalbrad?") == ["arctic"]
