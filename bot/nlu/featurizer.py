"""The sentence encoder as a Rasa featurizer."""

# No `from __future__ import annotations`: Rasa reads the types of graph components at run time.

from pathlib import Path
from typing import Any, Dict, List, Type, Union

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder import SentenceEncoder, shared_encoder
from bot.nlu.spelling import spelled
from bot.nlu.vectors import VectorCache


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(Featurizer[Any], GraphComponent):
    """Adds one dense sentence vector of 384 numbers to each message."""

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """None: the encoder brings its own tokenizer."""
        return []

    @staticmethod
    def required_packages() -> List[str]:
        """Packages that must be installed."""
        return ["onnxruntime", "tokenizers"]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """``cache_folder``: where vectors of phrasings are kept between trainings; none by default."""
        return {**Featurizer.get_default_config(), "cache_folder": None}

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """There is nothing to validate."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceFeaturizer":
        """Makes the component; the encoder itself is loaded at first use and shared by the process."""
        return cls(execution_context.node_name or cls.__name__, config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Adds the vector to each message."""
        self._add_vectors(messages, shared_encoder())
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the vector to each training example that has text."""
        folder = self._config["cache_folder"]
        encoder = VectorCache(shared_encoder(), Path(folder)) if folder else shared_encoder()
        self._add_vectors([example for example in training_data.training_examples if example.get(TEXT)], encoder)
        return training_data

    def _add_vectors(self, messages: List[Message], encoder: Union[SentenceEncoder, VectorCache]) -> None:
        vectors = encoder.encode([spelled(message) for message in messages])
        for message, vector in zip(messages, vectors):
            message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
