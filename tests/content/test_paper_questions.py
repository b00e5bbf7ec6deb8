"""The question sets about papers and situations: what they must hold to be a measure."""

import pytest

from benchmarks.questions import read_set
from bot.content.knowledge import read_knowledge
from bot.content.store import read_content
from bot.content.text import normalized
from bot.runtime.settings import ROOT

ASKED = {"papers_tune": 80, "papers_held_out": 170}
OFF_TOPIC = {"papers_off_tune": 50, "papers_off_held_out": 80}
"""Sets with their least size."""


@pytest.fixture(scope="module")
def known() -> set[str]:
    knowledge = read_knowledge(ROOT)
    entries = [*knowledge.papers.values(), *knowledge.situations.values()]
    return {entry.key for entry in entries} | {topic.intent for topic in read_content(ROOT).topics.values()}


@pytest.mark.parametrize("name", ASKED)
def test_each_question_names_what_exists(name: str, known: set[str]) -> None:
    for question in read_set(name):
        assert question.scope == "in", question.text
        assert question.expected, question.text
        assert question.expected <= known, question.text


@pytest.mark.parametrize("name", OFF_TOPIC)
def test_off_topic_questions_expect_nothing_and_half_of_them_are_not_far(name: str) -> None:
    questions = read_set(name)
    assert not any(question.expected for question in questions)
    near = sum(1 for question in questions if question.scope == "near")
    assert 0.4 <= near / len(questions) <= 0.6


@pytest.mark.parametrize(("name", "least"), [*ASKED.items(), *OFF_TOPIC.items()])
def test_a_set_is_large_enough(name: str, least: int) -> None:
    assert len(read_set(name)) >= least


def test_every_paper_and_situation_is_asked_for_in_the_held_out_set() -> None:
    knowledge = read_knowledge(ROOT)
    asked = {key for question in read_set("papers_held_out") for key in question.expected}
    entries = [*knowledge.papers.values(), *knowledge.situations.values()]
    assert {entry.key for entry in entries} - asked == set()


def test_no_question_is_the_title_or_label_of_a_paper_or_situation() -> None:
    knowledge = read_knowledge(ROOT)
    entries = [*knowledge.papers.values(), *knowledge.situations.values()]
    titles = {normalized(text) for entry in entries for text in (entry.title, entry.label)}
    asked = {normalized(question.text) for name in ASKED for question in read_set(name)}
    assert asked & titles == set()
