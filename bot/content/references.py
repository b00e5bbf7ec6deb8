"""Names in content that must lead somewhere: related and offered topics, what papers and situations name, responses."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.content.forms import FORMS_FILE, Forms
from bot.content.knowledge import PAPERS, SITUATIONS, Knowledge
from bot.content.responses import CannedResponse
from bot.content.schema import Topic
from bot.content.text import normalized
from bot.content.yaml_lines import Step, YamlFile, line_with
from bot.errors import ContentError, Problem

NEEDED_RESPONSES = (
    "utter_unanswered",
    "utter_suggest",
    "utter_help",
    "utter_no_words",
    "utter_too_long",
    "utter_not_stored",
    "utter_failed",
    "utter_nothing_more",
    "utter_too_many",
    "utter_sms_intro",
    "utter_sms_help",
    "utter_sms_stopped",
    "utter_near",
    "utter_papers",
    "utter_papers_found",
    "utter_latest_papers",
    "utter_no_paper",
    "utter_goes_further",
    "utter_nothing_newer",
    "utter_nothing_meant",
    "utter_misread",
    "utter_no_reason",
    "utter_out_of_range",
    "utter_where_are_you",
    "utter_no_such_zip_code",
    "utter_which_place",
    "utter_place_abroad",
    "utter_alliance_near",
    "utter_no_alliance_near",
    "utter_alliance",
    "utter_only_in_private",
    "utter_confirm_deletion",
    "utter_deleted",
    "utter_withdraw_how",
    "utter_withdrawn",
)
"""Responses that code gives without a rule."""


def reference_problems(
    root: Path,
    topics: dict[str, Topic],
    responses: dict[str, CannedResponse],
    knowledge: Knowledge,
    forms: Forms,
) -> list[Problem]:
    """All names that lead nowhere in a project's content."""
    return [
        *_named_in_knowledge(root, topics, knowledge),
        *_sent_twice(root, topics, knowledge, forms),
        *(problem for topic in topics.values() for problem in _related(topic, topics)),
        *(problem for topic in topics.values() for problem in _tasks(topic, forms)),
        *_offered(root / "domain.yml", topics, responses, forms),
        *_given_by_code(root / "domain.yml", responses),
        *_given_by_rules(root, responses),
    ]


def _related(topic: Topic, topics: dict[str, Topic]) -> Iterator[Problem]:
    places: list[tuple[str, tuple[Step, ...]]] = [
        *((other, ("related", index)) for index, other in enumerate(topic.related)),
        *((other, ("follow_ups", kind)) for kind, other in topic.follow_ups.items()),
    ]
    for other, steps in places:
        if other not in topics or other == topic.id:
            what = "is the topic itself" if other == topic.id else "does not exist"
            message = f"the related topic {other!r} {what}; name another topic's file without .yml"
            yield Problem(topic.path, YamlFile(topic.path).line("nlu", 0, "metadata", *steps), message)


def _tasks(topic: Topic, forms: Forms) -> Iterator[Problem]:
    for index, task in enumerate(topic.tasks):
        if task not in forms.forms:
            message = f"the task {task!r} is no form; name one of {', '.join(forms.forms) or 'none'}"
            yield Problem(topic.path, YamlFile(topic.path).line("nlu", 0, "metadata", "tasks", index), message)


def _named_in_knowledge(root: Path, topics: dict[str, Topic], knowledge: Knowledge) -> Iterator[Problem]:
    """Themes, situations, papers and topics that an entry names and that do not exist."""
    known: dict[str, Container[str]] = {
        "themes": knowledge.themes,
        "situations": knowledge.situations,
        "shorter": knowledge.papers,
        "topics": topics,
        "topic": topics,
    }
    lists: tuple[tuple[Path, str, Iterable[Any]], ...] = (
        (root / PAPERS, "papers", knowledge.papers.values()),
        (root / PAPERS, "news", knowledge.news.values()),
        (root / SITUATIONS, "situations", knowledge.situations.values()),
    )
    for path, key, entries in lists:
        for index, entry in enumerate(entries):
            for name, existing in known.items():
                value = getattr(entry, name, None) or []
                for other in [value] if isinstance(value, str) else value:
                    if other not in existing or (other == entry.id and name == "shorter"):
                        message = f"{name}: {other!r} does not exist; name the id of one that does"
                        yield Problem(path, YamlFile(path).line(key, index, name), message)


def _sent_twice(root: Path, topics: dict[str, Topic], knowledge: Knowledge, forms: Forms) -> Iterator[Problem]:
    """Texts that two choices would send, and labels that two buttons would have."""
    sent = {normalized(topic.title): topic.intent for topic in topics.values()}
    labels = {normalized(topic.label): topic.intent for topic in topics.values()}
    lists: tuple[tuple[Path, str, str, Iterable[Any]], ...] = (
        (root / PAPERS, "papers", "title", knowledge.papers.values()),
        (root / SITUATIONS, "situations", "question", knowledge.situations.values()),
        (root / FORMS_FILE, "forms", "phrase", forms.forms.values()),
    )
    for path, key, name, entries in lists:
        for index, entry in enumerate(entries):
            for field, taken in ((name, sent), ("label", labels)):
                text = getattr(entry, field)
                other = taken.setdefault(normalized(text), entry.key)
                if other != entry.key:
                    message = f"{field}: {text!r} is also the {field} of {other}: change one"
                    yield Problem(path, YamlFile(path).line(key, index, field), message)


def _offered(
    domain: Path, topics: dict[str, Topic], responses: dict[str, CannedResponse], forms: Forms
) -> Iterator[Problem]:
    for response in responses.values():
        missing = [f"the topic {other!r}" for other in response.choices if other not in topics]
        missing += [f"the task {task!r}" for task in response.tasks if task not in forms.forms]
        for what in missing:
            message = f"{response.name} offers {what}, which does not exist"
            yield Problem(domain, line_with(domain, f"{response.name}:"), message)


def _given_by_code(domain: Path, responses: dict[str, CannedResponse]) -> Iterator[Problem]:
    for name in NEEDED_RESPONSES:
        if name not in responses:
            yield Problem(domain, 0, f"the response {name} is missing; add it under `responses:`")


def _given_by_rules(root: Path, responses: dict[str, CannedResponse]) -> Iterator[Problem]:
    for path in sorted((root / "data" / "stories").glob("*.yml")):
        try:
            file = YamlFile(path)
            rules = file.entries("rules")
        except ContentError as error:
            yield from error.problems
            continue
        for index, rule in enumerate(rules):
            for step in rule.get("steps") or []:
                if not isinstance(step, dict) or None in step.values():
                    yield Problem(
                        path, file.line("rules", index), "a step of this rule is empty: name an intent or action"
                    )
                    continue
                action = str(step.get("action", ""))
                if action.startswith("utter_") and action != "utter_faq" and action not in responses:
                    message = f"the response {action} is not in domain.yml; add it there under `responses:`"
                    yield Problem(path, file.line("rules", index), message)
