"""Papers and situations edited while a server runs: seen without training; a broken edit leaves the old content."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import PATIENCE, subprocess_environment, wait_for
from served import Server, Visitor, project_copy

from bot.content.knowledge import PAPERS, SITUATIONS

ADDED = """\
papers:
- id: arctic
  title: Crimes on the Arctic Ice
  label: Arctic ice
  date: 2026-11
  line: Whether harm to the Arctic could be a crime before the Court.
  summary: It looks at the ice. It looks at the law. It weighs both.
  themes: [aggression]
  aliases: [Arctic, Svalbard]
  topics: [crimes]
  page: {name: A page for this test, url: "", as_of: 2026-11}
  url: "https://example.org/arctic"
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, model_path: Path) -> Iterator[tuple[Server, Path]]:
    """A server on a copy of the project."""
    folder = tmp_path_factory.mktemp("reload")
    project = project_copy(folder, model_path)
    server = Server(folder, project)
    yield server, project
    server.stop()


def edit(path: Path, old: str, new: str) -> str:
    """Replaces a passage that stands once; returns the text as it was."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text


def refusals(server: Server) -> list[str]:
    return [line for line in server.said().splitlines() if "refused" in line]


def test_a_paper_that_is_added_is_found_and_told(running: tuple[Server, Path]) -> None:
    server, project = running
    visitor = Visitor(server)
    assert "arctic" not in str(visitor.answer("anything on svalbard?")).casefold()
    edit(project / PAPERS, "papers:\n", ADDED)
    (card,) = wait_for(lambda: visitor.answer("papers on svalbard")["cards"], "the new paper")
    assert (card["title"], card["url"]) == ("Crimes on the Arctic Ice", "https://example.org/arctic")
    assert visitor.answer("Paper: Crimes on the Arctic Ice")["topic"] == ["paper/arctic"]
    assert visitor.answer("latest analysis")["topic"][0] == "paper/arctic"
    assert refusals(server) == []


def test_a_status_that_is_edited_is_told_and_a_new_alias_is_understood(running: tuple[Server, Path]) -> None:
    server, project = running
    visitor = Visitor(server)
    question = "What is happening with Burundi at the ICC?"
    edit(project / SITUATIONS, "aliases: [Burundi, ", "aliases: [Burundi, Gitega, ")
    wait_for(lambda: visitor.answer("gitega case at the icc")["topic"] == ["situation/burundi"], "the new alias")
    path = project / SITUATIONS
    line = next(
        line for line in path.read_text(encoding="utf-8").splitlines() if "two days before Burundi left the" in line
    )
    edit(path, line, "    As of November 2026 this line was edited by a test.")
    wait_for(lambda: "edited by a test" in visitor.answer(question)["text"], "the new status")
    assert refusals(server) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "line_of", "reason"),
    [
        (PAPERS, "label: Drone policy", "label: A label that is far too long", "A label that", "at most 20 characters"),
        (PAPERS, "title: U.S. Drone Policy", "title: 'U.S. Drone Policy", "", "not valid YAML"),
        (SITUATIONS, "- id: burundi", "- id: kenya", "", "already taken"),
    ],
    ids=["too long", "broken YAML", "duplicate id"],
)
def test_a_broken_edit_leaves_the_old_content_and_is_logged(
    running: tuple[Server, Path], path: Path, old: str, new: str, line_of: str, reason: str
) -> None:
    server, project = running
    visitor = Visitor(server)
    before = len(refusals(server))
    original = edit(project / path, old, new)
    wait_for(lambda: len(refusals(server)) > before, "the refusal")
    (said,) = refusals(server)[before:]
    assert reason in said
    assert path.name in said
    if line_of:
        text = (project / path).read_text(encoding="utf-8").splitlines()
        number = next(number for number, line in enumerate(text, start=1) if line_of in line)
        assert f"{path.name}:{number}" in said
    assert visitor.answer("drones paper")["topic"][0] == "paper/drones"
    assert visitor.answer("What is happening with Burundi at the ICC?")["topic"][0] == "situation/burundi"
    (project / path).write_text(original, encoding="utf-8")


def test_each_run_of_ask_reads_the_files_anew_and_refuses_broken_ones(tmp_path: Path, model_path: Path) -> None:
    project = project_copy(tmp_path, model_path)

    def ask(text: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", "ask"],
            input=text,
            capture_output=True,
            text=True,
            cwd=project,
            env=subprocess_environment(BOT_DATA_FOLDER=tmp_path / "var"),
            timeout=PATIENCE,
        )

    edit(project / PAPERS, "papers:\n", ADDED)
    told = ask("papers on svalbard\n")
    assert "Crimes on the Arctic Ice" in told.stdout, told.stderr
    edit(project / PAPERS, "date: 2026-11\n", "date: in November\n")
    refused = ask("papers on svalbard\n")
    assert refused.returncode == 1
    assert f"papers.yml:{ADDED.splitlines().index('  date: 2026-11') + first_line(project)}" in refused.stderr
    assert "Traceback" not in refused.stderr


def first_line(project: Path) -> int:
    """Line of ``papers:``, counted from 1."""
    lines = (project / PAPERS).read_text(encoding="utf-8").splitlines()
    return lines.index("papers:") + 1
