"""Checks all content and training data, without training: what ``python -m bot check`` prints."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bot.content.dialogues import dialogue_problems
from bot.content.forms import FORMS_FILE
from bot.content.names import Names
from bot.content.schema import Topic
from bot.content.store import Content, read_content
from bot.content.text import normalized
from bot.content.topics import numbered_examples
from bot.content.yaml_lines import YamlFile, line_with
from bot.errors import ContentError, Problem
from bot.nlu.encoder import shared_encoder
from bot.nlu.vectors import VectorCache

FEWEST_PHRASINGS = 12
MOST_PHRASINGS = 30
SHORT_WORDS = 5
"""Phrasings of at most so many words are short; a third of a topic's must be, as visitors type so."""
SAME_MEANING = 0.97
"""Cosine from which two phrasings of a topic teach the classifier nothing that one would not."""

QUESTION_SETS = Path("tests") / "questions"


class Report(NamedTuple):
    """What was checked."""

    topics: int
    phrasings: int
    questions: int

    def __str__(self) -> str:
        sets = f", {self.questions} test questions" if self.questions else ""
        return f"The content is in order: {self.topics} topics, {self.phrasings} phrasings{sets}."


def check_project(root: Path, cache: Path) -> Report:
    """Checks the content of a project.

    Args:
        root: Folder with ``data/`` and ``domain.yml``.
        cache: Folder for the cache of sentence vectors.

    Raises:
        ContentError: With every problem found.
        EncoderError: The encoder is missing or damaged.
    """
    content = read_content(root)
    problems = []
    for topic in content.topics.values():
        problems += _phrasing_problems(topic)
    phrasings, repeated = all_phrasings(root)
    questions = questions_of_sets(root)
    problems += repeated
    problems += _question_problems(questions, phrasings)
    problems += _phrase_problems(root, content, phrasings)
    problems += dialogue_problems(root, Names(content.knowledge, shared_encoder().knows))
    problems += _same_meaning(content, cache)
    if problems:
        raise ContentError(problems)
    return Report(len(content.topics), len(phrasings), len(questions))


def _phrasing_problems(topic: Topic) -> list[Problem]:
    count = len(topic.phrasings)
    problems = []
    if not FEWEST_PHRASINGS <= count <= MOST_PHRASINGS:
        message = f"{count} phrasings; write {FEWEST_PHRASINGS} to {MOST_PHRASINGS}"
        problems.append(Problem(topic.path, line_with(topic.path, "examples:"), message))
    short = sum(1 for phrasing in topic.phrasings if len(phrasing.split()) <= SHORT_WORDS)
    if short * 3 < count:
        message = f"{short} of {count} phrasings have under six words; at least a third must, as on a phone"
        problems.append(Problem(topic.path, line_with(topic.path, "examples:"), message))
    if normalized(topic.answer).startswith(normalized(topic.title)):
        message = "the answer repeats the title; it is shown above the answer anyway"
        problems.append(Problem(topic.path, line_with(topic.path, "- text:"), message))
    return problems


def all_phrasings(root: Path) -> tuple[dict[str, str], list[Problem]]:
    """All phrasings of all intents of a project, normalized, with their intent; and those that occur twice."""
    found: dict[str, str] = {}
    problems = []
    for path in sorted((root / "data" / "nlu").rglob("*.yml")):
        try:
            file = YamlFile(path)
            entries = file.entries("nlu")
        except ContentError as error:
            problems += error.problems
            continue
        for index, entry in enumerate(entries):
            intent = str(entry.get("intent"))
            start = file.line("nlu", index, "examples")
            for offset, phrasing in numbered_examples(entry.get("examples")):
                key = normalized(phrasing)
                if key in found:
                    message = f"{phrasing!r} is already a phrasing of {found[key]}: keep it in one place"
                    problems.append(Problem(path, start + offset, message))
                found[key] = intent
    return found, problems


def _phrase_problems(root: Path, content: Content, phrasings: dict[str, str]) -> list[Problem]:
    """Forms whose button sends words that the classifier is not taught to understand."""
    path = root / FORMS_FILE
    return [
        Problem(
            path,
            line_with(path, form.phrase),
            f"phrase: {form.phrase!r} is no phrasing of the intent {form.intent}; add it there",
        )
        for form in content.forms.forms.values()
        if phrasings.get(normalized(form.phrase)) != form.intent
    ]


def questions_of_sets(root: Path) -> list[tuple[Path, int, str]]:
    """The questions of a project's test sets, with file and line."""
    questions = []
    for path in sorted((root / QUESTION_SETS).glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if "question" not in (rows.fieldnames or []):
                raise ContentError([Problem(path, 1, "the first line must name the columns, `question` among them")])
            for line, row in enumerate(rows, start=2):
                questions.append((path, line, row["question"]))
    return questions


def _question_problems(questions: list[tuple[Path, int, str]], phrasings: dict[str, str]) -> list[Problem]:
    problems = []
    seen: dict[str, Path] = {}
    for path, line, question in questions:
        key = normalized(question)
        if key in phrasings:
            message = f"{question!r} is a training phrasing of {phrasings[key]}: a test must not know the answer"
            problems.append(Problem(path, line, message))
        if key in seen:
            problems.append(Problem(path, line, f"{question!r} is already in {seen[key].name}"))
        seen[key] = path
    return problems


def _same_meaning(content: Content, cache: Path) -> list[Problem]:
    """Pairs of phrasings of one topic that the encoder can hardly tell apart."""
    vectors = VectorCache(shared_encoder(), cache)
    everything = [phrasing for topic in content.topics.values() for phrasing in topic.phrasings]
    if everything:
        vectors.encode(everything)
    problems = []
    for topic in content.topics.values():
        if not topic.phrasings:
            continue
        matrix = vectors.encode(topic.phrasings)
        for first, second in np.argwhere(np.triu(matrix @ matrix.T, k=1) > SAME_MEANING):
            message = (
                f"{topic.phrasings[first]!r} and {topic.phrasings[second]!r} mean the same to the encoder: drop one"
            )
            problems.append(Problem(topic.path, line_with(topic.path, topic.phrasings[second]), message))
    return problems
