"""Finds what a message names of the content that is served, as a Rasa component.

No spaCy: its blank pipeline alone would break the memory budget; see ``docs/decisions``.
"""

# No `from __future__ import annotations`: Rasa reads the types of graph components at run time.

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.finder import shared_finder
from bot.nlu.decision import Decision, Understood, beside_topic, decide
from bot.nlu.parse import BESIDE, FAQ, SUGGESTIONS, TOPIC_ENTITY, set_intent


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class KnowledgeMatcher(GraphComponent):
    """Adds the entities ``paper``, ``situation`` and ``person``, and the intent that they make likely.

    Stands behind the classifier. Names are those of the content that is served now: an edit needs no training.
    """

    @classmethod
    def required_components(cls) -> list[type[Any]]:
        """None."""
        return []

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that must be installed."""
        return ["rapidfuzz"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "KnowledgeMatcher":
        """Makes the component."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Decides what each message asks for."""
        for message in messages:
            text, understood, finder = message.get(TEXT) or "", _understood(message), shared_finder()
            decision = decide(text, understood, finder)
            if decision is not None:
                _apply(message, decision)
            elif understood.topic:
                message.set(BESIDE, beside_topic(text, understood, finder), add_to_output=True)
        return messages


def _understood(message: Message) -> Understood:
    intent = message.get(INTENT) or {}
    ranking = message.get(INTENT_RANKING_KEY) or []
    topics = [entity["value"] for entity in message.get(ENTITIES) or [] if entity["entity"] == TOPIC_ENTITY]
    return Understood(
        intent=intent.get("name") or "",
        topic=topics[0] if topics and intent.get("name") == FAQ else None,
        confidence=intent.get("confidence") or 0.0,
        best=ranking[0]["name"] if ranking else "",
    )


def _apply(message: Message, decision: Decision) -> None:
    """Writes a decision onto a message; the label's own confidence and ranking stay."""
    confidence = (message.get(INTENT) or {}).get("confidence") or 0.0
    ranking = [(entry["name"], entry["confidence"]) for entry in message.get(INTENT_RANKING_KEY) or []]
    set_intent(message, decision.intent, confidence, ranking)
    end = len(message.get(TEXT) or "")
    entities = [{"entity": found.kind, "value": found.id, "start": 0, "end": end} for found in decision.targets]
    message.set(ENTITIES, entities, add_to_output=True)
    if decision.topic:
        message.set(SUGGESTIONS, [decision.topic], add_to_output=True)
