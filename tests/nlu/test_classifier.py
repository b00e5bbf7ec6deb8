"""The classifier and the featurizer through Rasa's component interface."""

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.core.actions.action import ActionRetrieveResponse
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.channels.generator import ContentGenerator
from bot.content.store import ContentStore
from bot.nlu.classifier import TopicClassifier
from bot.nlu.encoder import SentenceEncoder
from bot.nlu.featurizer import SentenceFeaturizer
from bot.nlu.parse import FALLBACK, SUGGESTIONS
from bot.nlu.spelling import SPELLED
from bot.runtime.settings import ROOT
from nlu.parts import created, loaded, said, storage_in, training_data
from nlu.sample import REJECT, TOPICS, Sample

QUESTIONS = {
    "why ought america to support the international criminal court": "faq/why_support",
    "is the united states a member of it": "faq/us_member",
    "how many judges does it have": "faq/judges",
    "hello": "greet",
    "thanks a lot": "thanks",
}
OFF_TOPIC = "what is the weather in paris tomorrow"

ALWAYS = {"answer_threshold": 0.0, "suggest_threshold": 0.0}
SUGGEST = {"answer_threshold": 1.1, "suggest_threshold": 0.0}
NEVER = {"answer_threshold": 1.1, "suggest_threshold": 1.1}


@pytest.fixture(scope="module")
def storage(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> ModelStorage:
    """A model storage with a classifier trained on the sample."""
    storage = storage_in(tmp_path_factory.mktemp("classifier") / "storage")
    data = created(SentenceFeaturizer, storage).process_training_data(training_data(sample.texts, sample.labels))
    created(TopicClassifier, storage).train(data)
    return storage


def understood(storage: ModelStorage, *texts: str, **config: Any) -> list[Message]:
    messages = created(SentenceFeaturizer, storage).process([said(text) for text in texts])
    return loaded(TopicClassifier, storage, **config).process(messages)


def output(message: Message) -> dict[str, Any]:
    return message.as_dict(only_output_properties=True)


# --- the featurizer


def test_a_message_gets_one_sentence_vector(storage: ModelStorage, encoder: SentenceEncoder) -> None:
    (message,) = created(SentenceFeaturizer, storage).process([said("what is the icc")])
    sequence, sentence = message.get_dense_features(TEXT)
    assert sequence is None
    np.testing.assert_allclose(sentence.features, encoder.encode(["what is the icc"]), atol=1e-5)


def test_the_mended_text_is_what_is_encoded(storage: ModelStorage, encoder: SentenceEncoder) -> None:
    message = said("wat is teh icc")
    message.set(SPELLED, "what is the icc")
    created(SentenceFeaturizer, storage).process([message])
    np.testing.assert_allclose(
        message.get_dense_features(TEXT)[1].features, encoder.encode(["what is the icc"]), atol=1e-5
    )


def test_vectors_of_phrasings_are_kept_in_the_cache_folder(storage: ModelStorage, tmp_path: Path) -> None:
    data = training_data(["hello", "bye"], ["greet", "goodbye"])
    data.training_examples.append(Message({"action_name": "utter_greet"}))
    created(SentenceFeaturizer, storage, cache_folder=str(tmp_path / "cache")).process_training_data(data)
    assert [len(example.features) for example in data.training_examples] == [1, 1, 0]
    assert list((tmp_path / "cache").glob("vectors-*.safetensors"))


# --- the classifier


@pytest.mark.parametrize(("text", "label"), QUESTIONS.items())
def test_the_best_label_is_taken(storage: ModelStorage, text: str, label: str) -> None:
    (message,) = understood(storage, text)
    found = output(message)
    assert found["intent"]["name"] == label.split("/")[0]
    if label.startswith("faq/"):
        assert found["response_selector"]["faq"]["response"]["intent_response_key"] == label
        assert found["entities"] == [
            {"entity": "topic", "value": label.split("/")[1], "start": 0, "end": len(text)},
        ]
    else:
        assert found["entities"] == []
        assert "response_selector" not in found


def test_a_question_that_is_not_ours_is_not_answered(storage: ModelStorage) -> None:
    (message,) = understood(storage, OFF_TOPIC)
    assert message.get("intent")["name"] in (REJECT, FALLBACK)
    assert "response_selector" not in output(message)


def test_confidence_is_what_the_thresholds_are_compared_with(storage: ModelStorage) -> None:
    text = "is the united states a member of it"
    confidence = understood(storage, text)[0].get("intent")["confidence"]
    at, above = (
        understood(storage, text, answer_threshold=threshold, suggest_threshold=0.0)[0].get("intent")["name"]
        for threshold in (confidence, confidence + 0.001)
    )
    assert (at, above) == ("faq", FALLBACK)


def test_a_sure_topic_is_answered(storage: ModelStorage) -> None:
    (message,) = understood(storage, "is the united states a member of it", **ALWAYS)
    assert message.get("intent")["name"] == "faq"
    assert message.get(SUGGESTIONS) is None


def test_an_unsure_topic_is_offered_with_its_rivals(storage: ModelStorage) -> None:
    (message,) = understood(storage, "is the united states a member of it", **SUGGEST)
    found = output(message)
    assert found["intent"]["name"] == FALLBACK
    assert found[SUGGESTIONS][0] == "us_member"
    assert set(found[SUGGESTIONS]) <= set(TOPICS)
    assert len(set(found[SUGGESTIONS])) == len(found[SUGGESTIONS])
    assert found["entities"] == []
    assert "response_selector" not in found


def test_a_hopeless_question_is_rejected(storage: ModelStorage) -> None:
    (message,) = understood(storage, "is the united states a member of it", **NEVER)
    found = output(message)
    assert found["intent"]["name"] == REJECT
    assert SUGGESTIONS not in found
    assert found["entities"] == []


def test_even_an_open_gate_never_takes_the_reject_class_as_an_answer(storage: ModelStorage) -> None:
    (message,) = understood(storage, OFF_TOPIC, **ALWAYS)
    assert message.get("intent")["name"] != REJECT


def test_the_ranking_is_sorted_and_as_long_as_set(storage: ModelStorage) -> None:
    (message,) = understood(storage, "how many judges does it have", ranking_length=3)
    ranking = message.get("intent_ranking")
    scores = [item["confidence"] for item in ranking]
    assert len(ranking) == 3
    assert scores == sorted(scores, reverse=True)
    assert ranking[0]["name"] == "faq/judges"


def test_a_batch_is_understood_as_single_messages_are(storage: ModelStorage) -> None:
    texts = [*QUESTIONS, OFF_TOPIC, "", "\U0001f642"]
    together = [output(message) for message in understood(storage, *texts)]
    alone = [output(understood(storage, text)[0]) for text in texts]
    for first, second in zip(together, alone):
        assert first["intent"]["name"] == second["intent"]["name"]
        assert first["intent"]["confidence"] == pytest.approx(second["intent"]["confidence"], abs=1e-3)


def test_no_messages_are_no_fault(storage: ModelStorage) -> None:
    assert loaded(TopicClassifier, storage).process([]) == []


def test_what_was_understood_can_be_stored_as_json(storage: ModelStorage) -> None:
    for message in understood(storage, *QUESTIONS, OFF_TOPIC):
        assert json.loads(json.dumps(output(message)))["intent"] == message.get("intent")


def test_an_untrained_classifier_leaves_messages_alone(storage: ModelStorage) -> None:
    messages = created(SentenceFeaturizer, storage).process([said("hello")])
    assert created(TopicClassifier, storage).process(messages)[0].get("intent") is None


def test_a_loaded_classifier_understands_as_the_trained_one(sample: Sample, tmp_path: Path) -> None:
    storage = storage_in(tmp_path / "storage")
    featurizer = created(SentenceFeaturizer, storage)
    data = featurizer.process_training_data(training_data(sample.texts, sample.labels))
    trained = created(TopicClassifier, storage)
    # Rules add examples without text or features; they are none of the classifier's business.
    trained.train(TrainingData([*data.training_examples, Message({"intent": "greet"})]))
    texts = [*QUESTIONS, OFF_TOPIC]
    before = trained.process(featurizer.process([said(text) for text in texts]))
    after = loaded(TopicClassifier, storage).process(featurizer.process([said(text) for text in texts]))
    assert [output(message) for message in before] == [output(message) for message in after]


def test_nothing_that_is_stored_can_hold_code(storage: ModelStorage) -> None:
    with storage.read_from(loaded(TopicClassifier, storage)._resource) as folder:
        assert {path.suffix for path in folder.iterdir()} == {".safetensors", ".json"}


# --- what Rasa makes of it


def tracker_of(message: Message) -> DialogueStateTracker:
    parsed = {**output(message), "text": message.get(TEXT)}
    event = UserUttered(message.get(TEXT), parsed["intent"], parsed["entities"], parsed)
    return DialogueStateTracker.from_events("visitor", [event])


@pytest.mark.parametrize("text", [text for text, label in QUESTIONS.items() if label.startswith("faq/")])
def test_rasas_retrieval_action_answers_from_it(storage: ModelStorage, text: str) -> None:
    store = ContentStore(ROOT)
    topic = store.content.topic(QUESTIONS[text])
    tracker = tracker_of(understood(storage, text)[0])
    action = ActionRetrieveResponse("utter_faq")
    assert action.get_full_retrieval_name(tracker) == f"utter_{QUESTIONS[text]}"
    events = asyncio.run(action.run(CollectingOutputChannel(), ContentGenerator(store=store), tracker, Domain.empty()))
    assert topic is not None
    (event,) = events
    assert event.data["custom"]["title"] == topic.title
    assert event.data["custom"]["text"] == topic.answer


def test_rasa_can_train_on_the_slot_it_sets(storage: ModelStorage) -> None:
    tracker = tracker_of(understood(storage, "is the united states a member of it")[0])
    assert list(tracker.get_latest_entity_values("topic")) == ["us_member"]
