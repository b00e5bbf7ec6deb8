"""Test dialogues that show nothing of their own are refused."""

from pathlib import Path

import pytest

from bot.content.dialogues import dialogue_problems
from bot.content.names import Names
from bot.content.store import ContentStore
from content.project import Project

FIRST = "shows: A greeting.\nconversation:\n- user: hello\n- bot: Hello\n"


def test_two_dialogues_that_differ_only_in_what_is_said_are_refused(project: Project) -> None:
    folder = project.root / "tests" / "dialogues"
    project.write(folder / "a.yml", FIRST)
    project.write(folder / "b.yml", FIRST.replace("hello", "hi").replace("Hello", "Hi"))
    (problem,) = project.problems()
    assert problem.path == folder / "b.yml"
    assert "differs from a.yml only in words and names" in problem.message


def test_dialogues_with_other_outcomes_are_accepted(project: Project) -> None:
    folder = project.root / "tests" / "dialogues"
    project.write(folder / "a.yml", FIRST)
    project.write(folder / "b.yml", FIRST + "  outcome: unanswered\n")
    assert project.problems() == []


@pytest.mark.parametrize(
    ("asked", "topic", "twins"),
    [
        ("where does the libya case stand", "situation/libya", True),
        ("where does the libya case stand", "paper/drones", False),
        ("tell me more", "situation/ukraine", False),
        ("where is putin", "situation/ukraine", False),
    ],
)
def test_another_name_makes_no_other_dialogue_but_another_kind_does(
    tmp_path: Path, content_store: ContentStore, asked: str, topic: str, twins: bool
) -> None:
    text = "shows: Where a case stands.\nconversation:\n- user: {}\n- bot: As of\n  topic: {}\n"
    folder = tmp_path / "tests" / "dialogues" / "situations"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text(text.format("where does the ukraine case stand", "situation/ukraine"), "utf-8")
    (folder / "b.yml").write_text(text.format(asked, topic), "utf-8")
    problems = dialogue_problems(tmp_path, Names(content_store.content.knowledge))
    assert [problem.path.name for problem in problems] == (["b.yml"] if twins else [])


def test_two_faq_topics_make_two_dialogues(project: Project) -> None:
    folder = project.root / "tests" / "dialogues"
    project.write(folder / "a.yml", FIRST + "  topic: faq/seat\n")
    project.write(folder / "b.yml", FIRST + "  topic: faq/crimes\n")
    assert project.problems() == []


def test_a_dialogue_says_what_it_shows(project: Project) -> None:
    path = project.root / "tests" / "dialogues" / "a.yml"
    project.write(path, FIRST.replace("shows: A greeting.\n", ""))
    (problem,) = project.problems()
    assert problem.path == path
    assert "shows:" in problem.message
