"""How well papers and situations are found by what a visitor gets: a floor under the figures of the held-out sets."""

import asyncio
from pathlib import Path

import pytest

from benchmarks.papers import FIRST, IN_THREE, OFF_TOPIC, by_pipeline, shares
from benchmarks.questions import read_set


@pytest.fixture(scope="module")
def figures(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    questions = [*read_set("papers_held_out"), *read_set("papers_off_held_out")]
    url = f"sqlite:///{tmp_path_factory.mktemp('papers') / 'papers.sqlite3'}"
    return shares(asyncio.run(by_pipeline(questions, url)))


def test_the_right_paper_or_situation_comes_first_or_soon(figures: dict[str, float]) -> None:
    assert figures["first"] >= FIRST
    assert figures["in_three"] >= IN_THREE


def test_hardly_any_other_question_is_given_one(figures: dict[str, float]) -> None:
    assert figures["off_topic"] <= OFF_TOPIC
