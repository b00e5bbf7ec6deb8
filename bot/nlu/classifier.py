"""The intent classifier: one over task intents and FAQ topics together, with one score that gates the answer.

It takes the place of DIET and ResponseSelector. On 60 FAQs that recipe answered 68 % of off-topic questions at any
threshold, because the selector's own confidence is never looked at.
"""

# No `from __future__ import annotations`: Rasa reads the types of graph components at run time.

from typing import Any, Dict, List, Optional, Type

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.gate import Gate, best_real
from bot.nlu.kernel import KernelModel
from bot.nlu.parse import FALLBACK, FAQ, SUGGESTIONS, Ranking, set_intent, set_topic
from bot.nlu.spelling import spelled

_MODEL_FILE = "model.safetensors"
_GATE_FILE = "gate.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """Decides between answering, offering titles and saying that there is no answer.

    Settings in ``config.yml``:
        answer_threshold: Confidence from which the best label is taken.
        suggest_threshold: Confidence from which titles are offered instead.
        least_offered: Probability that a label must have for its title to be offered.
        ranking_length: How many labels are kept with a message.
        reject_intent: Intent whose examples are questions that are not ours.
    """

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """A featurizer that gives sentence vectors."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> List[str]:
        """Packages that must be installed."""
        return ["sklearn", "safetensors"]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Thresholds that fit the content this project ships with; see ``docs/decisions``."""
        return {
            "answer_threshold": 0.47,
            "suggest_threshold": 0.05,
            "least_offered": 0.005,
            "ranking_length": 8,
            "reject_intent": "out_of_scope",
        }

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Optional[KernelModel] = None,
        gate: Optional[Gate] = None,
    ) -> None:
        """Made by Rasa through :meth:`create` or :meth:`load`."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._gate = gate

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "TopicClassifier":
        """Makes an untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "TopicClassifier":
        """Loads a trained classifier."""
        with model_storage.read_from(resource) as folder:
            model, gate = KernelModel.load(folder / _MODEL_FILE), Gate.load(folder / _GATE_FILE)
        return cls(config, model_storage, resource, model, gate)

    def train(self, training_data: TrainingData) -> Resource:
        """Trains on all examples that have text and an intent."""
        examples = [
            message for message in training_data.intent_examples if message.get(TEXT) and not _set_by_code(message)
        ]
        texts = [spelled(message) for message in examples]
        labels = [message.get(INTENT_RESPONSE_KEY) or message.get(INTENT) for message in examples]
        vectors = _vectors(examples)
        self._model = KernelModel.fit(texts, vectors, labels)
        self._gate = Gate.fit(texts, vectors, labels, self._config["reject_intent"])
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder / _MODEL_FILE)
            self._gate.save(folder / _GATE_FILE)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets intent, topic and suggestions of each message."""
        if not messages or self._model is None or self._gate is None:
            return messages
        texts = [spelled(message) for message in messages]
        labels = self._model.labels
        prediction = self._model.predict(texts, _vectors(messages))
        best = best_real(prediction, labels, self._config["reject_intent"])
        confidences = self._gate.confidences(texts, prediction, best, labels)
        for message, column, confidence, row in zip(messages, best, confidences, prediction.probabilities):
            order = np.argsort(-row)[: self._config["ranking_length"]]
            ranking = [(labels[place], round(float(row[place]), 4)) for place in order]
            self._decide(message, labels[column], round(float(confidence), 4), ranking)
        return messages

    def _decide(self, message: Message, label: str, confidence: float, ranking: Ranking) -> None:
        if confidence >= self._config["answer_threshold"]:
            if label.startswith(FAQ + "/"):
                set_topic(message, label, confidence, ranking)
            else:
                set_intent(message, label, confidence, ranking)
        elif confidence >= self._config["suggest_threshold"]:
            set_intent(message, FALLBACK, confidence, ranking)
            message.set(SUGGESTIONS, self._worth_offering(ranking), add_to_output=True)
        else:
            set_intent(message, self._config["reject_intent"], confidence, ranking)

    def _worth_offering(self, ranking: Ranking) -> List[str]:
        """Ids of the topics that have a chance of being meant, best first."""
        least = self._config["least_offered"]
        return [name.split("/", 1)[1] for name, score in ranking if name.startswith(FAQ + "/") and score >= least]


def _set_by_code(message: Message) -> bool:
    """Whether the intent of an example is one that code sets: an intent must have an example, but nothing to learn."""
    metadata = (message.get("metadata") or {}).get("intent")
    return isinstance(metadata, dict) and bool(metadata.get("set_by_code"))


def _vectors(messages: List[Message]) -> NDArray[np.float32]:
    """Sentence vectors of messages, shape (len(messages), dimensions)."""
    features = [message.get_dense_features(TEXT)[1] for message in messages]
    return np.array([feature.features[0] for feature in features if feature is not None], dtype=np.float32)
