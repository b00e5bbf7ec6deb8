"""The spelling corrector through Rasa's component interface."""

from pathlib import Path

import pytest
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT

from bot.nlu.spelling import SpellingCorrector, spelled
from nlu.parts import created, loaded, said, storage_in, training_data

TEXTS = [f"{start} the jurisdiction of the hague" for start in ("explain", "tell me about", "what is", "who has")] + [
    "hello there",
    "a misspelt jurisdicton",
]
LABELS = ["faq/jurisdiction"] * 4 + ["greet", "faq/jurisdiction"]


@pytest.fixture
def storage(tmp_path: Path) -> ModelStorage:
    storage = storage_in(tmp_path / "storage")
    created(SpellingCorrector, storage).train(training_data(TEXTS, LABELS))
    return storage


def test_a_message_is_mended_beside_its_text(storage: ModelStorage) -> None:
    (message,) = loaded(SpellingCorrector, storage).process([said("which jurisdicton has the Hauge?")])
    assert spelled(message) == "which jurisdiction has the hague?"
    assert message.get(TEXT) == "which jurisdicton has the Hauge?"


def test_a_loaded_corrector_mends_as_the_trained_one(tmp_path: Path) -> None:
    storage = storage_in(tmp_path / "storage")
    trained = created(SpellingCorrector, storage)
    trained.train(training_data(TEXTS, LABELS))
    again = loaded(SpellingCorrector, storage)
    for text in ("jurisdicton", "hauge", "helo there", "the court", ""):
        assert spelled(trained.process([said(text)])[0]) == spelled(again.process([said(text)])[0])


def test_phrasings_are_mended_like_messages(tmp_path: Path) -> None:
    corrector = created(SpellingCorrector, storage_in(tmp_path / "storage"))
    data = training_data(TEXTS, LABELS)
    corrector.train(data)
    mended = [spelled(example) for example in corrector.process_training_data(data).training_examples]
    assert mended == [*TEXTS[:-1], "a misspelt jurisdiction"]


@pytest.mark.parametrize("text", ["", "\U0001f642", "国际刑事法院", "jurisdicton " * 1000])
def test_any_message_can_be_mended(storage: ModelStorage, text: str) -> None:
    (message,) = loaded(SpellingCorrector, storage).process([said(text)])
    assert spelled(message) == text.replace("jurisdicton", "jurisdiction")


def test_without_a_corrector_the_text_itself_is_read() -> None:
    assert spelled(said("jurisdicton")) == "jurisdicton"


def test_training_data_without_text_is_accepted(tmp_path: Path) -> None:
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    corrector = created(SpellingCorrector, storage_in(tmp_path / "storage"))
    # Rules give such examples: an intent, or an action, without a text.
    data = TrainingData([Message({"intent": "greet"}), Message({"action_name": "utter_greet"})])
    corrector.train(data)
    assert len(corrector.process_training_data(data).training_examples) == 2
