"""Messages that name a place in the United States: alone, or in a question about alliances."""

# No `from __future__ import annotations`: Rasa reads the types of graph components at run time.

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.alliances import named_alliance
from bot.content.places import shared_finder
from bot.content.store import shared_store
from bot.nlu.parse import FALLBACK, SUGGESTIONS, UNREADABLE, set_intent

FIND_ALLIANCE = "find_alliance_near"
INFORM_PLACE = "inform_place"
TOPIC = "find_alliance"
"""The topic that answers the same question without a place."""

LEAST = 0.5
"""Confidence of a question that was only suggested, once its place speaks for it: above RulePolicy's threshold."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class PlaceMatcher(GraphComponent):
    """Decides by the place that a message names what no classifier can know: all ZIP codes and 27,749 names.

    A place alone is an answer to "where?". A question that is, or may be, about finding an alliance is about one near
    the place that it names. What the classifier takes for a place and is none is not understood.
    """

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """None."""
        return []

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "PlaceMatcher":
        """Makes the component."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets the intent of each message that its place decides."""
        for message in messages:
            if not message.get(UNREADABLE):
                self._match(message, message.get(TEXT) or "")
        return messages

    def _match(self, message: Message, text: str) -> None:
        intent = message.get(INTENT) or {}
        if named_alliance(shared_store().content.alliances, text):
            set_intent(message, FIND_ALLIANCE, 1.0)
        elif intent.get("confidence") == 1.0:
            return  # a title, word for word
        elif shared_finder().is_zip_code(text) or shared_finder().alone(text).kind != "unknown":
            set_intent(message, INFORM_PLACE, 1.0)
        elif self._may_seek_alliance(message) and shared_finder().spelled(text).kind != "unknown":
            set_intent(message, FIND_ALLIANCE, max(float(intent["confidence"]), LEAST))
        elif intent.get("name") == INFORM_PLACE and shared_finder().find(text).kind == "unknown":
            set_intent(message, FALLBACK, float(intent["confidence"]))

    @staticmethod
    def _may_seek_alliance(message: Message) -> bool:
        """Whether finding an alliance is what the message was taken for, or the first thing to suggest."""
        intent = message.get(INTENT) or {}
        if intent.get("name") == FALLBACK:
            suggested: List[str] = message.get(SUGGESTIONS) or []
            return suggested[:1] == [TOPIC]
        topics = [entity.get("value") for entity in message.get("entities") or []]
        return bool(intent.get("name") == FIND_ALLIANCE) or topics == [TOPIC]
