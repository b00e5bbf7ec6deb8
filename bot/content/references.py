"""Names in content that must lead somewhere: related topics, offered topics, and responses that rules or code give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.content.responses import CannedResponse
from bot.content.schema import Topic
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
    "utter_sms_intro",
    "utter_sms_help",
    "utter_sms_stopped",
)
"""Responses that code gives without a rule."""


def reference_problems(root: Path, topics: dict[str, Topic], responses: dict[str, CannedResponse]) -> list[Problem]:
    """All names that lead nowhere in a project's content."""
    return [
        *(problem for topic in topics.values() for problem in _related(topic, topics)),
        *_offered(root / "domain.yml", topics, responses),
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


def _offered(domain: Path, topics: dict[str, Topic], responses: dict[str, CannedResponse]) -> Iterator[Problem]:
    for response in responses.values():
        for other in response.choices:
            if other not in topics:
                message = f"{response.name} offers the topic {other!r}, which does not exist"
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
