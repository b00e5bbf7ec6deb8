"""What ``python -m bot check`` refuses beyond a file's own shape, and that the project's own content passes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.questions import read_set
from bot.content.check import MOST_PHRASINGS, Report, check_project
from bot.content.references import NEEDED_RESPONSES
from bot.content.store import Content, read_content
from bot.content.text import normalized
from bot.errors import Problem
from bot.runtime.settings import ROOT
from content.project import TOPICS, Project, topic_text

EXTRA = [f"what about the {word}" for word in ("oak", "river", "moon", "cheese", "bicycle", "music", "winter", "dog")]
EXTRA += [
    f"{word}?"
    for word in ("cloud", "honey", "glass", "drum", "star", "lemon", "piano", "salt", "iron", "paper", "soup")
]
HEADER = "question\tscope\texpected\torigin\n"


def only(problems: list[Problem]) -> Problem:
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def test_a_sound_project_passes(project: Project) -> None:
    report = check_project(project.root, project.root / "cache")
    assert report == Report(topics=3, phrasings=36, questions=0)
    assert "3 topics, 36 phrasings" in str(report)


def _without(count: int) -> Callable[[str], str]:
    phrasings = TOPICS["seat"]["phrasings"][-count:]
    return lambda text: "".join(line for line in text.splitlines(True) if line.strip()[2:] not in phrasings)


def _with(count: int) -> Callable[[str], str]:
    added = "".join(f"    - {phrasing}\n" for phrasing in EXTRA[-count:])
    return lambda text: text.replace("  examples: |\n", "  examples: |\n" + added)


def _longer(text: str) -> str:
    return text.replace("- court address", "- the address of the court in full, please")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_without(1), "11 phrasings; write 12 to 30"),
        (_with(MOST_PHRASINGS + 1 - 12), "31 phrasings; write 12 to 30"),
        (
            lambda text: _longer(text).replace("- which city hosts it", "- which one of the two cities hosts it"),
            "3 of 12",
        ),
        (lambda text: text.replace("  examples: |\n", "  notes: |\n"), "0 phrasings; write 12 to 30"),
    ],
    ids=["too few", "too many", "too few short ones", "none"],
)
def test_a_wrong_number_of_phrasings_is_named(project: Project, change: Callable[[str], str], message: str) -> None:
    path = project.topic("seat")
    project.write(path, change(topic_text("seat")))
    problem = only(project.problems())
    assert message in problem.message
    assert problem.path == path
    if "examples:" in path.read_text(encoding="utf-8"):
        assert problem.line == project.line(path, "examples:")


@pytest.mark.parametrize(
    "change", [_with(MOST_PHRASINGS - 12), _longer], ids=["as many as allowed", "just a third are short"]
)
def test_phrasings_that_just_suffice_are_accepted(project: Project, change: Callable[[str], str]) -> None:
    project.write(project.topic("seat"), change(topic_text("seat")))
    assert project.problems() == []


def test_a_phrasing_of_two_topics_is_named_where_it_comes_second(project: Project) -> None:
    project.edit(project.topic("write"), "- letter template please", "- Court address?!")
    problem = only(project.problems())
    path = project.topic("write")
    assert (problem.path, problem.line) == (path, project.line(path, "- Court address?!"))
    assert "'Court address?!' is already a phrasing of faq/seat" in problem.message
    assert "keep it in one place" in problem.message


def test_a_phrasing_that_a_task_intent_has_is_named(project: Project) -> None:
    other = project.root / "data" / "nlu" / "smalltalk.yml"
    project.write(other, "nlu:\n- intent: greet\n  examples: |\n    - hello\n    - court address\n")
    problem = only(project.problems())
    assert (problem.path, problem.line) == (other, 5)
    assert "faq/seat" in problem.message


def test_the_line_of_a_repeated_phrasing_counts_empty_lines(project: Project) -> None:
    other = project.root / "data" / "nlu" / "smalltalk.yml"
    project.write(other, "nlu:\n- intent: greet\n  examples: |\n    - hello\n\n    - court address\n")
    assert only(project.problems()).line == 6


def test_two_phrasings_that_mean_the_same_are_named(project: Project) -> None:
    path = project.topic("crimes")
    project.edit(
        path,
        "- would piracy at sea come before these judges at all",
        "- is drug trafficking something that the prosecutor can pursue",
    )
    problem = only(project.problems())
    assert (problem.path, problem.line) == (path, project.line(path, "prosecutor can pursue"))
    assert "'is drug trafficking something that the prosecutor may pursue'" in problem.message
    assert "drop one" in problem.message


def test_an_answer_that_repeats_its_title_is_named(project: Project) -> None:
    path = project.topic("seat")
    project.edit(path, "      In The Hague, in", "      Where does the court sit: in The Hague, in")
    problem = only(project.problems())
    assert (problem.path, problem.line) == (path, project.line(path, "- text: |-"))
    assert "the answer repeats the title" in problem.message


@pytest.mark.parametrize(
    ("rows", "line", "message"),
    [
        ("is it far\tin\tfaq/seat\tme\nCourt Address.\tin\tfaq/seat\tme\n", 3, "training phrasing of faq/seat"),
        ('say "hi"\tfar\t\tme\nis it far\tin\tfaq/seat\tme\nIs it far?\tfar\t\tme\n', 4, "already in tune.tsv"),
    ],
    ids=["a phrasing", "twice"],
)
def test_a_test_question_that_is_known_already_is_named(project: Project, rows: str, line: int, message: str) -> None:
    path = project.root / "tests" / "questions" / "tune.tsv"
    project.write(path, HEADER + rows)
    problem = only(project.problems())
    assert (problem.path, problem.line) == (path, line)
    assert message in problem.message


def test_a_question_of_both_sets_is_named(project: Project) -> None:
    folder = project.root / "tests" / "questions"
    for name in ("held_out", "tune"):
        project.write(folder / f"{name}.tsv", HEADER + "is it far\tin\tfaq/seat\tme\n")
    problem = only(project.problems())
    assert problem.path == folder / "tune.tsv"
    assert "already in held_out.tsv" in problem.message


@pytest.mark.parametrize("name", NEEDED_RESPONSES)
def test_a_response_that_code_gives_must_exist(project: Project, name: str) -> None:
    project.edit(project.domain, f"  {name}:", f"  {name}_old:")
    problem = next(problem for problem in project.problems() if problem.path == project.domain)
    assert name in problem.message
    assert "add it under `responses:`" in problem.message


def test_a_response_that_a_rule_gives_must_exist(project: Project) -> None:
    project.edit(project.domain, "  utter_thanks:", "  utter_thank:")
    problem = only(project.problems())
    assert (problem.path, problem.line) == (project.rules, project.line(project.rules, "- rule: Answer thanks"))
    assert "utter_thanks is not in domain.yml; add it there under `responses:`" in problem.message


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("data/nlu/smalltalk.yml", "nlu:\n- hello\n"),
        ("data/nlu/smalltalk.yml", "- hello\n"),
        ("data/stories/more.yml", "rules:\n- rule: Wave\n  steps:\n  - intent: greet\n  - action:\n"),
        ("data/stories/more.yml", "- hello\n"),
        ("tests/questions/tune.tsv", "text\tscope\texpected\torigin\nis it far\tin\tfaq/seat\tme\n"),
    ],
    ids=["entry without intent", "list of words", "empty action", "stories as a list", "set without questions"],
)
def test_a_file_of_another_shape_is_named(project: Project, file: str, text: str) -> None:
    project.write(project.root / file, text)
    assert project.root / file in {problem.path for problem in project.problems()}


@pytest.fixture
def with_forms(project: Project) -> Project:
    """The small project with the forms of the large one."""
    for name in ("knowledge/forms.yml", "data/nlu/onboarding.yml"):
        project.write(project.root / name, (ROOT / name).read_text("utf-8"))
    return project


def test_a_topic_may_offer_a_form(with_forms: Project) -> None:
    with_forms.edit(with_forms.topic("write"), "    related: [seat]\n", "    related: [seat]\n    tasks: [volunteer]\n")
    assert with_forms.problems() == []


@pytest.mark.parametrize(
    ("tasks", "message"),
    [("[volunteer, joiner]", "'joiner' is no form"), ("[volunteer, alliance, contact]", "at most 2 items")],
)
def test_a_task_that_is_no_form_or_too_much_is_named(with_forms: Project, tasks: str, message: str) -> None:
    path = with_forms.topic("write")
    with_forms.edit(path, "    related: [seat]\n", f"    related: [seat]\n    tasks: {tasks}\n")
    problem = only(with_forms.problems())
    assert message in problem.message
    assert (problem.path, problem.line) == (path, with_forms.line(path, "tasks:"))


def test_a_response_that_offers_no_form_is_named(with_forms: Project) -> None:
    with_forms.edit(
        with_forms.domain, "  utter_no_form:\n", "  utter_no_form:\n  - metadata: {tasks: [joiner]}\n    text: Hi\n"
    )
    problem = only(with_forms.problems())
    assert "utter_no_form offers the task 'joiner'" in problem.message


def test_a_button_that_sends_words_nobody_taught_is_named(with_forms: Project) -> None:
    path = with_forms.root / "knowledge" / "forms.yml"
    with_forms.edit(path, "phrase: I want to volunteer", "phrase: I would love to pitch in")
    problem = only(with_forms.problems())
    assert "no phrasing of the intent sign_up_volunteer" in problem.message
    assert (problem.path, problem.line) == (path, with_forms.line(path, "pitch in"))


def test_a_button_like_that_of_a_topic_is_named(with_forms: Project) -> None:
    path = with_forms.root / "knowledge" / "forms.yml"
    with_forms.edit(path, "label: Volunteer sign-up", "label: The crimes")
    problem = only(with_forms.problems())
    assert "is also the label of faq/crimes" in problem.message
    assert (problem.path, problem.line) == (path, with_forms.line(path, "label: The crimes"))


# --- the project's own content


@pytest.fixture(scope="module")
def content() -> Content:
    return read_content(ROOT)


def test_the_projects_own_content_passes(content: Content, tmp_path: Path) -> None:
    report = check_project(ROOT, tmp_path)
    assert report.topics == len(content.topics)
    assert report.questions > 0


def test_titles_and_labels_are_unique(content: Content) -> None:
    names = [(normalized(name), topic.id) for topic in content.topics.values() for name in {topic.title, topic.label}]
    # A label may be its own topic's title.
    assert len({name for name, _ in names}) == len(set(names))


# What AMICC's page asks for (shared design, section 1), by theme: at least these must be there.
THEMES = {
    "why": {
        "why_support",
        "reason_legacy",
        "reason_voice",
        "reason_servicemembers",
        "reason_benefits",
        "reason_security",
    },
    "involved": {"how_to_advocate", "local_alliance", "find_alliance", "start_alliance", "org_membership", "volunteer"},
    "about": {"amicc", "advocacy_levels", "wicc"},
    "news": {"news_aba", "news_los_angeles"},
    "us": {"us_member", "us_laws", "us_sanctions"},
    "court": {"icc", "crimes", "jurisdiction", "complementarity"},
    "objections": {"objection_sovereignty", "objection_troops"},
}


@pytest.mark.parametrize("theme", THEMES)
def test_the_topics_of_each_theme_exist(content: Content, theme: str) -> None:
    found = {identity for identity, topic in content.topics.items() if topic.path.parent.name == theme}
    assert THEMES[theme] <= found


def test_every_theme_folder_is_listed_here(content: Content) -> None:
    assert {topic.path.parent.name for topic in content.topics.values()} == set(THEMES)


def test_every_topic_is_asked_for_in_the_held_out_set(content: Content) -> None:
    asked = {label for question in read_set("held_out") for label in question.expected}
    assert {topic.intent for topic in content.topics.values()} - asked == set()
