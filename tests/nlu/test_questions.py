"""How well the trained model answers: a floor under the figures of the held-out set, and what the sets are made of."""

import csv
import json
import logging
from collections import Counter

import pytest

from benchmarks.questions import FOLDER, Question, answer, read_set, summary, worst
from bot.content.store import read_content
from bot.runtime import logs
from bot.runtime.settings import ROOT

SETS = ["tune", "held_out"]


@pytest.fixture(scope="module")
def figures(model_path: object) -> tuple[dict[str, float], str]:
    """The figures of the held-out set, and its worst mistakes for whoever has to mend them."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        results = answer(read_set("held_out"))
    finally:
        # It sets logging up for a process of its own; the tests after this one share theirs.
        root.handlers[:] = handlers
        root.setLevel(level)
        logs.configure_structlog("WARNING")
    return summary(results), json.dumps(worst(results, 10), indent=1)


@pytest.mark.parametrize(("figure", "least"), [("right", 0.85), ("found", 0.95)])
def test_questions_in_scope_are_answered(figures: tuple[dict[str, float], str], figure: str, least: float) -> None:
    values, mistakes = figures
    assert values[figure] >= least, mistakes


@pytest.mark.parametrize(("figure", "most"), [("wrong", 0.04), ("far", 0.02), ("near", 0.20)])
def test_few_answers_are_wrong(figures: tuple[dict[str, float], str], figure: str, most: float) -> None:
    values, mistakes = figures
    assert values[figure] <= most, mistakes


@pytest.fixture(params=SETS)
def questions(request: pytest.FixtureRequest) -> list[Question]:
    return read_set(request.param)


def test_a_set_is_large_enough_and_half_of_what_is_not_ours_is_near(questions: list[Question]) -> None:
    scopes = Counter(question.scope for question in questions)
    assert set(scopes) == {"in", "near", "far"}
    outside = scopes["near"] + scopes["far"]
    assert scopes["in"] >= 200
    assert outside >= 200
    assert 0.4 <= scopes["near"] / outside <= 0.6


def test_questions_in_scope_name_labels_that_exist(questions: list[Question]) -> None:
    content = read_content(ROOT)
    rules = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "data" / "stories").glob("*.yml")))
    for question in questions:
        assert bool(question.expected) == (question.scope == "in"), question
        for label in question.expected:
            kind, _, identity = label.partition("/")
            named = identity in (content.knowledge.situations if kind == "situation" else content.topics)
            known = named if identity else f"- intent: {label}\n" in rules
            assert known, question


@pytest.mark.parametrize("name", SETS)
def test_each_line_is_whole_and_says_where_it_comes_from(name: str) -> None:
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
            assert len(row) == 4, f"{name}.tsv:{number}"
            assert row[0].strip() == row[0] != "", f"{name}.tsv:{number}"
            assert len(row[3].strip()) >= 5, f"{name}.tsv:{number}: no origin"


def test_the_sets_share_no_question() -> None:
    tune, held_out = ({question.text.casefold() for question in read_set(name)} for name in SETS)
    assert not tune & held_out
