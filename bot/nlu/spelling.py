"""The spelling corrector as a Rasa component."""

# No `from __future__ import annotations`: Rasa reads the types of graph components at run time.

import json
from typing import Any, Dict, List, Optional, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.finder import shared_finder
from bot.nlu.encoder import shared_encoder
from bot.nlu.masking import masked
from bot.nlu.speller import Speller

SPELLED = "spelled_text"
"""Key of the mended text on a message; the classifier and the featurizer read it through :func:`spelled`."""


def spelled(message: Message) -> str:
    """The text of a message, mended if the pipeline has a corrector."""
    text: str = message.get(SPELLED) or message.get(TEXT) or ""
    return text


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SpellingCorrector(GraphComponent):
    """Puts the mended text, with stand-ins for names, beside the original. Stands first in the pipeline."""

    _FILE = "words.json"

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """None."""
        return []

    @staticmethod
    def required_packages() -> List[str]:
        """Packages that must be installed."""
        return ["rapidfuzz"]

    def __init__(self, model_storage: ModelStorage, resource: Resource, speller: Optional[Speller] = None) -> None:
        """Made by Rasa through :meth:`create` or :meth:`load`."""
        self._model_storage = model_storage
        self._resource = resource
        self._speller = speller

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SpellingCorrector":
        """Makes an untrained corrector."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SpellingCorrector":
        """Loads the replacements."""
        with model_storage.read_from(resource) as folder:
            words = json.loads((folder / cls._FILE).read_text(encoding="utf-8"))
        return cls(model_storage, resource, Speller(words, shared_encoder().knows))

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the replacements from all phrasings."""
        texts = [example.get(TEXT) for example in training_data.intent_examples if example.get(TEXT)]
        self._speller = Speller.fit(texts, shared_encoder().knows)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / self._FILE).write_text(json.dumps(self._speller.words), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Mends the phrasings: what is learnt must look like what is asked later."""
        self.process([example for example in training_data.training_examples if example.get(TEXT)])
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Mends messages."""
        if self._speller is not None:
            for message in messages:
                # Names are found first: the corrector does not know them and might mend them away.
                text = masked(message.get(TEXT) or "", shared_finder().names)
                message.set(SPELLED, self._speller.correct(text))
        return messages
