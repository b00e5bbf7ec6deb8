"""What is replaced inside Rasa changes what a turn costs, and nothing that anybody can see."""

import asyncio
import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rasa.core.processor
from conftest import say
from rasa.core.actions.action import RemoteAction
from rasa.core.policies import rule_policy
from rasa.core.processor import MessageProcessor
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.slots import AnySlot, CategoricalSlot, Slot, TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.store import ContentStore
from bot.runtime import speed
from bot.runtime.agent import Assistant, load_assistant
from bot.runtime.processor import Processor
from bot.storage.conversations import ConversationStore, StoredTracker
from bot.storage.database import open_database

DIALOGUE = (
    "hello",
    "Is the US a member?",
    "2",
    "say that again",
    "what about the price of cheese in peru",
    "icc members how many",
    "thanks",
    "\U0001f600",
    "hola, no hablo ingles",
    "my brother was shot by soldiers, who do i call",
    "bye",
)
"""Answers, actions, a pick, suggestions, refusals."""


def seen(assistant: Assistant) -> tuple[list[Any], list[Any]]:
    """Replies and stored events of a dialogue, without times and ids."""
    replies = [reply.dict() for text in DIALOGUE for reply in say(assistant, "a", text)]
    tracker = asyncio.run(assistant.store.retrieve("a"))
    assert tracker is not None
    events = [event.as_dict() for event in tracker.events]
    for event in events:
        for name in ("timestamp", "message_id", "metadata"):
            event.pop(name, None)
        event.get("parse_data", {}).pop("message_id", None)
    return replies, events


def test_a_dialogue_is_the_same_with_rasas_own_parts(
    assistant: Assistant,
    model_path: Path,
    content_store: ContentStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = seen(assistant)
    monkeypatch.setattr(speed, "install", lambda: None)
    monkeypatch.setattr(rasa.core.processor, "DaskGraphRunner", DaskGraphRunner)
    monkeypatch.setattr(rasa.core.processor, "copy", copy)
    monkeypatch.delattr(Slot, "__copy__")
    monkeypatch.setattr(StoredTracker, "copy", DialogueStateTracker.copy)
    monkeypatch.setattr(Processor, "_check_for_unseen_features", MessageProcessor._check_for_unseen_features)
    engine = open_database(f"sqlite:///{tmp_path / 'stock.sqlite3'}")
    stock = load_assistant(model_path, content_store, ConversationStore(engine))
    assert stock.processor is not None
    runner = stock.processor.graph_runner
    assert type(runner) is DaskGraphRunner
    assert any(type(node._component) is rule_policy.RulePolicy for node in runner._instantiated_nodes.values())
    theirs = seen(stock)
    engine.dispose()
    assert ours == theirs


@pytest.mark.parametrize(
    "slot",
    [
        TextSlot("a", [{}], initial_value="x"),
        AnySlot("b", [{}], initial_value={"list": [1]}, influence_conversation=False),
        CategoricalSlot("c", [{}], values=["x", "y"]),
    ],
    ids=["text", "any", "categorical"],
)
def test_a_copied_slot_is_what_python_would_make_of_it(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = speed._copied(slot)
    monkeypatch.delattr(Slot, "__copy__", raising=False)
    theirs = copy.copy(slot)
    assert type(ours) is type(theirs)
    assert ours.__dict__ == theirs.__dict__
    assert all(ours.__dict__[name] is theirs.__dict__[name] for name in ours.__dict__)
    ours.value = "y"
    assert slot.value != "y"
    assert ours.has_been_set
    assert not slot.has_been_set


@pytest.mark.parametrize(
    ("intent", "entity", "warned"),
    [("faq", "topic", None), ("greet", None, None), ("dance", None, "intent 'dance'"), ("faq", "hat", "entity 'hat'")],
)
def test_rasa_still_warns_of_what_the_domain_does_not_have(
    assistant: Assistant, intent: str, entity: str, warned: str, recwarn: pytest.WarningsRecorder
) -> None:
    parsed = {"intent": {"name": intent}, "entities": [{"entity": entity}] if entity else []}
    assert assistant.processor is not None
    assistant.processor._check_for_unseen_features(parsed)
    assert [warned in str(warning.message) for warning in recwarn] == ([True] if warned else [])


def test_results_of_actions_are_still_checked(assistant: Assistant) -> None:
    from jsonschema import ValidationError

    check: Callable[[RemoteAction, Any], bool] = RemoteAction._validate_action_result
    action = RemoteAction("action_repeat", None)
    assert check(action, {"events": [], "responses": [{"text": "a"}]})
    with pytest.raises(ValidationError):
        check(action, {"events": "none"})
