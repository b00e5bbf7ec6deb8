"""Reads the canned responses of ``domain.yml``: greetings, help, safety texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Optional

from pydantic import BaseModel, Field, ValidationError

from bot.content.schema import MAX_SHORT_ANSWER, Source
from bot.content.yaml_lines import YamlFile
from bot.errors import ContentError, Problem


class CannedResponse(BaseModel):
    """One ``utter_...`` response.

    Attributes:
        name: Such as ``utter_greet``.
        text: What is said.
        short_text: The variant for SMS, if the file has one.
        channel_texts: Variants for other channels, by name of the channel.
        choices: Ids of topics offered as choices.
        tasks: Ids of forms offered before them.
        outcome: ``answered`` unless ``metadata`` says otherwise.
        sources: Where its facts come from, if it states any.
    """

    name: str
    text: str = Field(min_length=1)
    short_text: Optional[str] = Field(None, min_length=1, max_length=MAX_SHORT_ANSWER)
    channel_texts: dict[str, str] = Field(default_factory=dict)
    choices: list[str] = Field(default_factory=list, max_items=8)
    tasks: list[str] = Field(default_factory=list, max_items=4)
    outcome: Literal["answered", "unanswered", "erased"] = "answered"
    sources: list[Source] = Field(default_factory=list)

    class Config:
        extra = "forbid"


def read_responses(path: Path) -> dict[str, CannedResponse]:
    """Reads the responses of a domain file.

    Raises:
        ContentError: With every fault found, by line.
    """
    file = YamlFile(path)
    responses = file.mapping().get("responses") or {}
    if not isinstance(responses, dict):
        raise ContentError([Problem(path, file.line("responses"), "`responses:` needs names such as `utter_greet:`")])
    found: dict[str, CannedResponse] = {}
    problems: list[Problem] = []
    for name, variants in responses.items():
        try:
            found[name] = _canned(name, variants)
        except (ValidationError, TypeError, AttributeError, StopIteration) as error:
            reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "write it like its neighbours"
            problems.append(Problem(path, file.line("responses", name), f"{name}: {reason}"))
    if problems:
        raise ContentError(problems)
    return found


def _canned(name: str, variants: list[dict[str, Any]]) -> CannedResponse:
    full = next(variant for variant in variants if "channel" not in variant)
    texts = {each["channel"]: str(each.get("text") or "").strip() for each in variants if "channel" in each}
    return CannedResponse(
        name=name,
        text=str(full.get("text") or "").strip(),
        short_text=texts.pop("twilio", None),
        channel_texts=texts,
        **full.get("metadata", {}),
    )
