"""Questions are grouped by meaning, the topic nearest to each group is found, and its file can take the questions."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from content.project import Project

from bot.content.store import read_content
from bot.nlu.encoder import shared_encoder
from bot.review.groups import Group, grouped
from bot.review.phrasings import as_yaml, new_phrasings
from bot.storage.feedback import Asked

ENCODE = shared_encoder().encode


def asked(*texts: str) -> list[Asked]:
    """Questions that were not answered, the first the latest."""
    return [Asked(1000.0 - place, text, ("unanswered",), None, None) for place, text in enumerate(texts)]


def groups(turns: Sequence[Asked], project: Project) -> list[Group]:
    return grouped(turns, read_content(project.root).topics.values(), ENCODE, ENCODE)


@pytest.fixture
def project(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path / "project", tmp_path_factory.mktemp("vectors"))


def test_the_same_question_in_other_words_is_one_group(project: Project) -> None:
    texts = [
        "how much do the judges earn",
        "How much do judges earn?",
        "what is the salary of a judge",
        "football results",
    ]
    found = groups(asked(*texts, "how much do the judges earn!"), project)
    assert [group.questions for group in found] == [texts[:3], texts[3:]]
    assert [group.asked for group in found] == [4, 1]
    assert found[0].outcomes == {"unanswered": 4}
    assert found[0].last == 1000.0


def test_the_nearest_topic_comes_with_its_likeness(project: Project) -> None:
    far, near = groups(asked("chocolate cake recipe", "in which country is the seat of the icc"), project)
    assert near.nearest == "seat"
    assert near.likeness > 0.8 > 0.4 > far.likeness


def test_without_topics_nothing_is_near() -> None:
    (group,) = grouped(asked("hello"), [], ENCODE, ENCODE)
    assert (group.nearest, group.likeness) == ("", 0.0)


def test_visitors_words_are_not_given_to_the_cache(project: Project) -> None:
    cached: list[str] = []

    def encode_content(texts: Sequence[str]) -> np.ndarray:
        cached.extend(texts)
        return ENCODE(texts)

    grouped(asked("my secret"), read_content(project.root).topics.values(), ENCODE, encode_content)
    assert cached
    assert "my secret" not in cached


def test_reasons_and_answers_are_gathered(project: Project) -> None:
    turns = [
        Asked(1.0, "seat of the icc", ("unhelpful",), "faq/seat", "call 502 555 0143"),
        Asked(2.0, "seat of the icc", ("suggested", "unhelpful"), "faq/crimes", None),
        Asked(3.0, "seat of the icc", ("suggested",), "faq/seat", None),
    ]
    (group,) = groups(turns, project)
    assert group.outcomes == {"suggested": 2, "unhelpful": 2}
    assert group.given == ["faq/seat", "faq/crimes"]
    assert group.reasons == ["call (phone)"]


def test_the_check_takes_what_is_pasted(project: Project) -> None:
    topic = read_content(project.root).topics["seat"]
    taken = "court address"
    texts = [
        "where is the seat of the icc",
        "where is the seat of the icc?!",
        "where's the seat of the ICC",
        "is the icc building\nin brussels or somewhere else",
        "where is the [seat](place) of the icc",
        "where is the seat of the icc, write to ann@example.org",
        "the seat of the court, is it in {holland}",
        taken,
        "chocolate cake recipe",
    ]
    lines = as_yaml(new_phrasings(groups(asked(*texts), project), topic, {taken}, ENCODE))
    assert lines.startswith("    - where is the seat of the icc\n")
    assert "    - is the icc building in brussels or somewhere else\n" in lines
    for unwanted in ("[", "{", "e-mail", taken, "chocolate"):
        assert unwanted not in lines
    project.edit(topic.path, "    - headquarters building\n", "    - headquarters building\n" + lines)
    assert project.problems() == []
