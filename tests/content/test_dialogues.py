"""Test dialogues that show nothing of their own are refused."""

from content.project import Project

FIRST = "shows: A greeting.\nconversation:\n- user: hello\n- bot: Hello\n"


def test_two_dialogues_that_differ_only_in_what_is_said_are_refused(project: Project) -> None:
    folder = project.root / "tests" / "dialogues"
    project.write(folder / "a.yml", FIRST)
    project.write(folder / "b.yml", FIRST.replace("hello", "hi").replace("Hello", "Hi"))
    (problem,) = project.problems()
    assert problem.path == folder / "b.yml"
    assert "differs from a.yml only in what is said" in problem.message


def test_dialogues_with_other_outcomes_are_accepted(project: Project) -> None:
    folder = project.root / "tests" / "dialogues"
    project.write(folder / "a.yml", FIRST)
    project.write(folder / "b.yml", FIRST + "  outcome: unanswered\n")
    assert project.problems() == []


def test_a_dialogue_says_what_it_shows(project: Project) -> None:
    path = project.root / "tests" / "dialogues" / "a.yml"
    project.write(path, FIRST.replace("shows: A greeting.\n", ""))
    (problem,) = project.problems()
    assert problem.path == path
    assert "shows:" in problem.message
