"""Reads topic files: plain Rasa training data with one retrieval intent and its response."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.content.schema import Topic, TopicMetadata
from bot.content.yaml_lines import Step, YamlFile
from bot.errors import ContentError, Problem

FAQ_FOLDER = Path("data") / "nlu" / "faq"
_ID = re.compile(r"[a-z0-9_]+")
_SHORT_CHANNEL = "twilio"

_WHERE: dict[str, tuple[Step, ...]] = {
    "phrasings": ("nlu", 0, "examples"),
    "answer": ("responses",),
    "short_answer": ("responses",),
    "id": ("nlu", 0, "intent"),
}


def topic_files(root: Path) -> list[Path]:
    """All topic files of a project, sorted by path."""
    return sorted((root / FAQ_FOLDER).glob("*/*.yml"))


def examples(block: object) -> list[str]:
    r"""Splits Rasa's ``examples`` block into phrasings.

    >>> examples("- hi\n- hello there\n")
    ['hi', 'hello there']
    """
    return [phrasing for _, phrasing in numbered_examples(block)]


def numbered_examples(block: object) -> list[tuple[int, str]]:
    """The phrasings of an ``examples`` block, each with its line within the block, counted from 1."""
    lines = enumerate(str(block or "").splitlines(), start=1)
    return [(number, line.strip()[1:].strip()) for number, line in lines if line.strip().startswith("-")]


def read_topic(path: Path) -> Topic:
    """Reads one topic file.

    Raises:
        ContentError: With every fault found in the file, by line.
    """
    file = YamlFile(path)
    try:
        fields = _fields(file)
        return Topic(**fields)
    except _MalformedError as error:
        raise ContentError([Problem(path, file.line(*error.steps), error.message)]) from error
    except ValidationError as error:
        raise ContentError([_problem(file, item) for item in error.errors()]) from error


class _MalformedError(Exception):
    def __init__(self, message: str, *steps: Step) -> None:
        self.message = message
        self.steps = steps


def _fields(file: YamlFile) -> dict[str, Any]:
    """Collects a topic's fields from Rasa's layout."""
    identity = file.path.stem
    if not _ID.fullmatch(identity):
        raise _MalformedError("rename the file: only small letters, digits and _ before .yml")
    data = file.data
    if not isinstance(data, dict) or not isinstance(data.get("nlu"), list) or len(data["nlu"]) != 1:
        raise _MalformedError("the file needs one `nlu:` list with one `- intent:` in it", "nlu")
    entry = data["nlu"][0]
    if not isinstance(entry, dict) or entry.get("intent") != f"faq/{identity}":
        raise _MalformedError(f"the intent must be `faq/{identity}`, like the file's name", "nlu", 0, "intent")
    metadata = entry.get("metadata")
    if not isinstance(metadata, dict):
        raise _MalformedError("add a `metadata:` block with title, label, sources, reviewed and related", "nlu", 0)
    for key in metadata:
        if key not in TopicMetadata.__fields__:
            raise _MalformedError(f"{key}: extra fields not permitted; remove it", "nlu", 0, "metadata", str(key))
    responses = data.get("responses")
    answers = responses.get(f"utter_faq/{identity}") if isinstance(responses, dict) else None
    if not isinstance(answers, list):
        raise _MalformedError(f"add the answer under `responses:`, `utter_faq/{identity}:`", "responses")
    texts = {
        answer.get("channel"): str(answer.get("text") or "").strip() for answer in answers if isinstance(answer, dict)
    }
    for channel, name in ((None, "the answer"), (_SHORT_CHANNEL, "the short answer with `channel: twilio`")):
        if channel not in texts:
            raise _MalformedError(f"{name} is missing: add `- text:`", "responses", f"utter_faq/{identity}")
    return {
        **metadata,
        "id": identity,
        "path": file.path,
        "phrasings": examples(entry.get("examples")),
        "answer": texts[None],
        "short_answer": texts[_SHORT_CHANNEL],
    }


def _problem(file: YamlFile, error: Any) -> Problem:
    """Turns one of pydantic's errors into a line and a sentence."""
    location: tuple[Step, ...] = error["loc"]
    steps = _WHERE.get(str(location[0]), ("nlu", 0, "metadata", *location))
    name = ".".join(str(step) for step in location)
    return Problem(file.path, file.line(*steps), f"{name}: {error['msg']}")
