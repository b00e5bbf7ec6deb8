"""Whole conversations through the trained model, with actions executed; an editor can read and write the YAML files.

Each step of a conversation is one of these:

``user``: what the visitor types. ``times: 5000`` repeats it so often; ``{reference}`` is the last number given.
``bot``: words of the reply, with ``topic``, ``field`` (the step of a form that it asks), ``outcome`` (``answered``
unless it says otherwise) and ``without`` (words that must not be in it).
``later``: so many days pass.
``device``: what follows is typed on another one, as another visitor.
``saved``: what is in the one record that staff see, by field; or ``nothing``.
"""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Union
from uuid import uuid4

import pytest
import yaml
from conftest import say

from actions import onboarding
from bot.channels.formatting import plain_text
from bot.dialogue.reply import Reply
from bot.runtime.agent import Assistant
from bot.storage.records import RecordStore

FILES = sorted(Path(__file__).parent.rglob("*.yml"))
DAY = 24 * 3600.0
REFERENCE = re.compile(r"under the reference number (R-\w{5}-\w{5})")


class Play:
    """A dialogue as it is played."""

    def __init__(self, make: Callable[..., Assistant], url: str, patch: pytest.MonkeyPatch) -> None:
        self.days = 0.0
        self.assistant = make(url, clock=self.clock)
        patch.setattr(onboarding, "clock", self.clock)
        self.prefix = uuid4().hex
        self.device = ""
        self.reference = "R-00000-00000"
        self.replies: list[Reply] = []

    def clock(self) -> float:
        return time.time() + self.days * DAY

    def user(self, step: dict[str, Any], where: str) -> None:
        assert not self.replies, f"{where}: the reply before it was not expected"
        text = str(step["user"]).replace("{reference}", self.reference) * step.get("times", 1)
        self.replies = list(say(self.assistant, self.prefix + self.device, text))
        numbers = [number for reply in self.replies for number in REFERENCE.findall(reply.text)]
        self.reference = numbers[-1] if numbers else self.reference

    def bot(self, step: dict[str, Any], where: str) -> None:
        assert self.replies, f"{where}: no reply"
        reply = self.replies.pop(0)
        text = plain_text(reply)
        assert step["bot"] in text, f"{where}: {step['bot']!r} is not in the reply:\n{text}"
        assert reply.outcome in str(step.get("outcome", "answered")).split(" or "), where
        if "field" in step:
            assert reply.form_step, f"{where}: the reply asks no step of a form:\n{text}"
            assert reply.form_step.field == step["field"], where
        if "topic" in step:
            assert reply.topic[:1] == [step["topic"]], where
        for unwanted in step.get("without", []):
            assert unwanted not in text, f"{where}: {unwanted!r} is in the reply"

    def saved(self, expected: Union[str, dict[str, Any]], where: str) -> None:
        found = RecordStore(self.assistant.store.engine).find()
        if expected == "nothing":
            assert found == [], where
            return
        (record,) = found
        known = {**record.dict(), **record.fields}
        assert {name: known.get(name) for name in expected} == expected, where


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_dialogue_goes_as_written(
    path: Path, assistant_on: Callable[..., Assistant], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = Play(assistant_on, sqlite_url, monkeypatch)
    for number, step in enumerate(yaml.safe_load(path.read_text(encoding="utf-8"))["conversation"], start=1):
        where = f"{path.name}, step {number}"
        if "user" in step:
            play.user(step, where)
        elif "bot" in step:
            play.bot(step, where)
        elif "saved" in step:
            play.saved(step["saved"], where)
        else:
            play.days += step.get("later", 0)
            play.device = str(step.get("device", play.device))
    assert not play.replies, f"{path.name}: a reply at the end was not expected"
