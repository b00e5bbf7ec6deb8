"""Papers and situations: what is read of the project's own files, and each fault that an edit brings, with its line."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.content.knowledge import PAPERS, SITUATIONS, Knowledge, person_id, read_knowledge
from bot.content.references import reference_problems
from bot.content.store import ContentStore
from bot.errors import ContentError, Problem
from bot.runtime.settings import ROOT


class Files:
    """A copy of the two files, to be spoiled."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "knowledge").mkdir(parents=True)
        for path in (PAPERS, SITUATIONS):
            shutil.copy(ROOT / path, root / path)

    def edit(self, path: Path, old: str, new: str, after: str = "") -> int:
        """Replaces the first passage behind another, and returns the line on which it begins."""
        text = (self.root / path).read_text(encoding="utf-8")
        start = text.index(old, text.index(after))
        (self.root / path).write_text(text[:start] + new + text[start + len(old) :], encoding="utf-8")
        return text[:start].count("\n") + 1

    def problems(self) -> list[Problem]:
        with pytest.raises(ContentError) as refused:
            read_knowledge(self.root)
        return refused.value.problems


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "project")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return read_knowledge(ROOT)


def test_the_seed_pages_papers_and_news_are_there_newest_first(knowledge: Knowledge) -> None:
    assert len(knowledge.papers) == 18  # 17 analyses and the outline that goes with the Kenyan one
    assert next(iter(knowledge.papers)) == "obama"
    assert knowledge.papers["obama"].title == "The International Criminal Court: A Case on President Obama"
    assert set(knowledge.news) == {"aba_statement", "la_resolution"}


def test_the_situations_that_visitors_ask_about_are_there(knowledge: Knowledge) -> None:
    least = (
        "afghanistan colombia darfur kenya palestine flotilla ukraine libya uganda congo georgia philippines venezuela"
    )
    assert {*least.split(), "bangladesh_myanmar", "us_persons"} <= set(knowledge.situations)


def test_no_address_of_a_paper_is_invented(knowledge: Knowledge) -> None:
    assert {paper.url for paper in knowledge.papers.values()} == {""}


def test_a_paper_is_told_as_of_its_date_in_three_to_five_sentences(knowledge: Knowledge) -> None:
    for paper in knowledge.papers.values():
        assert paper.when == "about mid-2015"
        assert 3 <= paper.summary.count(". ") + 1 <= 6, paper.id  # "H.Res." and "Mr." have a stop too
        assert "\n" not in paper.line


def test_what_has_happened_since_has_a_home(knowledge: Knowledge) -> None:
    for paper in knowledge.papers.values():
        assert paper.situations or paper.since, paper.id


@pytest.mark.parametrize(
    ("key", "found"), [("paper/drones", True), ("paper/none", False), ("situation/drones", False), ("drones", False)]
)
def test_a_paper_is_found_by_its_content_id(knowledge: Knowledge, key: str, found: bool) -> None:
    assert (knowledge.paper(key) is not None) == found


@pytest.mark.parametrize(("key", "found"), [("situation/kenya", True), ("paper/kenya", False), ("situation/x", False)])
def test_a_situation_is_found_by_its_content_id(knowledge: Knowledge, key: str, found: bool) -> None:
    assert (knowledge.situation(key) is not None) == found


def test_a_person_leads_to_the_situation(knowledge: Knowledge) -> None:
    person, situation = knowledge.people[person_id("Charles Blé Goudé")]
    assert (person.name, situation.id) == ("Charles Blé Goudé", "cote_divoire")


@pytest.mark.parametrize(
    ("situation", "papers"),
    [
        ("darfur", ["bashir", "security_council", "arrest", "press"]),
        ("palestine", ["palestine", "house_resolution", "press"]),
        ("uganda", []),
        ("no_such", []),
    ],
)
def test_the_papers_on_a_situation_come_nearest_first(knowledge: Knowledge, situation: str, papers: list[str]) -> None:
    assert [paper.id for paper in knowledge.papers_on(situation)] == papers


def test_files_that_are_not_there_count_as_empty(tmp_path: Path) -> None:
    assert read_knowledge(tmp_path) == Knowledge()


DRONES, GEORGIA = "- id: drones\n  title: U.S. Drone", "- id: georgia\n"

FAULTS: dict[str, tuple[Path, str, str, str, str]] = {
    "paper without an id": (PAPERS, "- id: drones\n  ", "- ", DRONES, "id: field required"),
    "situation without an id": (SITUATIONS, "- id: georgia\n  ", "- ", GEORGIA, "id: field required"),
    "id with a space": (PAPERS, "id: drones\n", "id: drone policy\n", DRONES, "id: string does not match regex"),
    "id of another paper": (PAPERS, "id: drones\n", "id: obama\n", DRONES, "'obama' is already taken in this file"),
    "id of another situation": (SITUATIONS, "id: georgia", "id: kenya", GEORGIA, "'kenya' is already taken"),
    "malformed date": (PAPERS, "date: c. mid-2015", "date: summer 2015", DRONES, "2015-07-17 or c. mid-2015"),
    "month that does not exist": (PAPERS, "date: c. mid-2015", "date: 2015-13", DRONES, "write the date as 2015"),
    "day that does not exist": (PAPERS, "date: c. mid-2015", "date: 2015-02-30", DRONES, "write the date as 2015"),
    "malformed as_of": (SITUATIONS, "as_of:", "as_of: May of", GEORGIA, "as_of: write the date as 2015"),
    "label too long": (PAPERS, "label: Drone policy", "label: The drone policy of the US", DRONES, "at most 20"),
    "missing title": (PAPERS, "title: U.S. Drone", "titel: U.S. Drone", DRONES, "title: field required"),
    "unknown field": (PAPERS, "line: Whether", "lines: Whether", DRONES, "lines: extra fields not permitted"),
    "no alias": (
        SITUATIONS,
        "aliases: [South Ossetia",
        "aliases: []\n  weak_aliases: [South Ossetia",
        GEORGIA,
        "at least 1",
    ),
    "address that is none": (PAPERS, 'url: ""\n', "url: www.amicc.org/drones\n", DRONES, "http:// or https://"),
    "undated status": (SITUATIONS, "As of", "In", GEORGIA, "say in the text from when this is"),
}
"""What is edited: file, old and new text, the passage it stands behind, and what is said about it."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_file_and_line(files: Files, fault: str) -> None:
    path, old, new, after, message = FAULTS[fault]
    line = files.edit(path, old, new, after)
    matching = [problem for problem in files.problems() if message in problem.message]
    assert matching, files.problems()
    problem = matching[0]
    assert problem.path == files.root / path
    # A field that is missing is blamed on its entry, and a text of several lines on the line that names it.
    assert problem.line in (line, line - 1)


BROKEN: dict[str, tuple[Callable[[str], str], str]] = {
    "tab for indentation": (lambda text: text.replace("\n  title:", "\n\ttitle:", 1), "not valid YAML"),
    "open quote": (lambda text: text.replace("label: ", 'label: "', 1), "not valid YAML"),
    "words only": (lambda text: "nothing but words", "must begin with a key"),
    "no list": (lambda text: "papers: {drones: a paper}\nsituations: {georgia: one}", "needs a list"),
    "words in the list": (lambda text: "papers: [drones]\nsituations: [georgia]", "write it like its neighbours"),
}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("path", [PAPERS, SITUATIONS])
def test_a_file_that_cannot_be_read_is_named(files: Files, path: Path, how: str) -> None:
    spoil, message = BROKEN[how]
    file = files.root / path
    file.write_text(spoil(file.read_text(encoding="utf-8")), encoding="utf-8")
    problems = files.problems()
    assert any(message in problem.message for problem in problems), problems
    assert {problem.path for problem in problems} == {file}
    assert all(problem.line >= 1 for problem in problems)


def test_faults_of_both_files_are_named_together(files: Files) -> None:
    files.edit(PAPERS, "date: c. mid-2015", "date: soon")
    files.edit(SITUATIONS, "- id: georgia", "- id: Georgia!")
    assert {problem.path.name for problem in files.problems()} == {"papers.yml", "situations.yml"}


LEADS_NOWHERE = {
    "theme": (PAPERS, "themes: [drones,", "themes: [drone_war,", DRONES, "themes: 'drone_war' does not exist"),
    "situation": (PAPERS, "situations: [us_persons,", "situations: [usa,", DRONES, "situations: 'usa' does not exist"),
    "topic": (PAPERS, "topics: [americans_jurisdiction,", "topics: [uavs,", DRONES, "topics: 'uavs' does not exist"),
    "topic of a situation": (
        SITUATIONS,
        "topics: [",
        "topics: [ossetia, ",
        GEORGIA,
        "topics: 'ossetia' does not exist",
    ),
    "shorter version": (
        PAPERS,
        "shorter: kenya_outline",
        "shorter: kenya",
        "- id: kenya\n",
        "shorter: 'kenya' does not",
    ),
    "topic of a news item": (PAPERS, "topic: news_aba", "topic: aba", "news:", "topic: 'aba' does not exist"),
    "label of another": (PAPERS, "label: Drone policy", "label: Arrest strategies", DRONES, "is also the label of"),
    "question of another": (
        SITUATIONS,
        "question: What is happening with the Georgia investigation at the ICC?",
        "question: What is happening with Kenya at the ICC?",
        GEORGIA,
        "is also the question of situation/kenya",
    ),
}


@pytest.mark.parametrize("fault", LEADS_NOWHERE)
def test_a_name_that_leads_nowhere_is_named_with_its_line(
    files: Files, fault: str, content_store: ContentStore
) -> None:
    path, old, new, after, message = LEADS_NOWHERE[fault]
    line = files.edit(path, old, new, after)
    content = content_store.content
    known = read_knowledge(files.root)
    problems = reference_problems(files.root, content.topics, {}, known, content.forms)
    matching = [problem for problem in problems if message in problem.message]
    assert [(problem.path, problem.line) for problem in matching] == [(files.root / path, line)], problems
