"""Whole conversations through the trained model, with actions executed; an editor can read and write the YAML files."""

from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from conftest import say

from bot.channels.formatting import plain_text

FILES = sorted(Path(__file__).parent.rglob("*.yml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_dialogue_goes_as_written(path: Path, assistant) -> None:
    steps = yaml.safe_load(path.read_text(encoding="utf-8"))["conversation"]
    conversation = uuid4().hex
    replies: list = []
    for number, step in enumerate(steps, start=1):
        where = f"{path.name}, step {number}"
        if "user" in step:
            assert not replies, f"{where}: the reply before it was not expected"
            replies = list(say(assistant, conversation, step["user"]))
            continue
        assert replies, f"{where}: no reply"
        reply = replies.pop(0)
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
    assert not replies, f"{path.name}: a reply at the end was not expected"
