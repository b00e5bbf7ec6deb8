"""Rasa's component interface, as its own runtime uses it."""

from pathlib import Path
from typing import Any, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

Component = TypeVar("Component", bound=GraphComponent)

CONTEXT = ExecutionContext(GraphSchema({}), "model", node_name="component")


def storage_in(folder: Path) -> ModelStorage:
    """An empty model storage."""
    folder.mkdir()
    return LocalModelStorage.create(folder)


def created(component: type[Component], storage: ModelStorage, **config: Any) -> Component:
    """An untrained component, with its own defaults."""
    merged = {**component.get_default_config(), **config}
    return component.create(merged, storage, Resource(component.__name__), CONTEXT)  # type: ignore[return-value]


def loaded(component: type[Component], storage: ModelStorage, **config: Any) -> Component:
    """A component as it comes out of a trained model."""
    merged = {**component.get_default_config(), **config}
    return component.load(merged, storage, Resource(component.__name__), CONTEXT)  # type: ignore[return-value]


def training_data(texts: list[str], labels: list[str]) -> TrainingData:
    """Training data with one example a text."""
    return TrainingData([Message.build(text, label) for text, label in zip(texts, labels)])


def said(text: str) -> Message:
    """A message as it reaches the pipeline."""
    return Message.build(text)
