"""Writes what was understood onto a Rasa message, in the shapes that Rasa's intent classifiers and selectors use."""

from collections.abc import Sequence

from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

FAQ = "faq"
FALLBACK = "nlu_fallback"
TOPIC_ENTITY = "topic"
SUGGESTIONS = "suggestions"
"""Key of the topic ids that are worth offering when no answer is sure."""
BESIDE = "beside"
"""Key of the content ids of what goes with a question beside its topic: a paper, a situation."""
UNREADABLE = "unreadable"
"""Key of why a message could not be read: ``no_words`` or ``too_long``."""

Ranking = Sequence[tuple[str, float]]
"""Labels such as ``greet`` or ``faq/why_support`` with their confidences, best first."""


def set_intent(message: Message, name: str, confidence: float, ranking: Ranking = ()) -> None:
    """Sets a task intent; any topic set before is taken back."""
    _set(message, name, confidence, ranking)
    message.set(ENTITIES, [], add_to_output=True)


def set_named(message: Message, key: str, confidence: float) -> None:
    """Sets the intent and the entity of a paper or situation.

    Args:
        message: The message.
        key: Content id, such as ``paper/drones``: its kind is the intent and the entity.
        confidence: Between 0 and 1.
    """
    kind, identity = key.split("/", 1)
    set_intent(message, kind, confidence)
    entity = {"entity": kind, "value": identity, "start": 0, "end": len(message.get(TEXT) or "")}
    message.set(ENTITIES, [entity], add_to_output=True)


def set_topic(message: Message, label: str, confidence: float, ranking: Ranking = ()) -> None:
    """Sets the intent ``faq`` with a topic, as Rasa's ResponseSelector would, and the entity ``topic``.

    Args:
        message: The message.
        label: Full retrieval intent, such as ``faq/why_support``.
        confidence: Between 0 and 1.
        ranking: The best labels, of which the topics are kept.
    """
    _set(message, FAQ, confidence, ranking)
    topics = [(name, score) for name, score in ranking if name.startswith(FAQ + "/")] or [(label, confidence)]
    message.set(
        "response_selector",
        {
            "all_retrieval_intents": [FAQ],
            FAQ: {
                "response": {
                    "intent_response_key": label,
                    "utter_action": f"utter_{label}",
                    "confidence": confidence,
                    "responses": [],
                },
                "ranking": [{"intent_response_key": name, "confidence": score} for name, score in topics],
            },
        },
        add_to_output=True,
    )
    text = message.get(TEXT) or ""
    entity = {"entity": TOPIC_ENTITY, "value": label.split("/", 1)[1], "start": 0, "end": len(text)}
    message.set(ENTITIES, [entity], add_to_output=True)


def _set(message: Message, name: str, confidence: float, ranking: Ranking) -> None:
    message.set(INTENT, {"name": name, "confidence": confidence}, add_to_output=True)
    message.set(
        INTENT_RANKING_KEY,
        [{"name": label, "confidence": score} for label, score in ranking]
        or [{"name": name, "confidence": confidence}],
        add_to_output=True,
    )
