"""The gate: what speaks for the best label, and how sure that makes it."""

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.encoder import SentenceEncoder
from bot.nlu.gate import Gate, Vocabulary, best_real, evidence
from bot.nlu.kernel import KernelModel, Prediction
from nlu.sample import REJECT, Sample

TEXTS = ["red apple", "green apple", "red brick", "old brick"]
LABELS = ["fruit", "fruit", "stone", "stone"]


def test_rarity_counts_labels_not_phrasings() -> None:
    rarity = Vocabulary.fit(TEXTS, LABELS).rarity
    assert rarity["red"] == pytest.approx(np.log(3 / 3) + 1)
    assert rarity["apple"] == rarity["old"] == pytest.approx(np.log(3 / 2) + 1)


@pytest.mark.parametrize(
    ("text", "label", "own", "any_label"),
    [
        ("green apple", "fruit", 1.0, 1.0),
        ("GREEN, Apple!", "fruit", 1.0, 1.0),
        ("old brick", "fruit", 0.0, 1.0),
        ("wooden table", "fruit", 0.0, 0.0),
        ("", "fruit", 0.0, 0.0),
        ("!?", "stone", 0.0, 0.0),
    ],
)
def test_known_shares_are_of_the_texts_words(text: str, label: str, own: float, any_label: float) -> None:
    assert Vocabulary.fit(TEXTS, LABELS).known_shares(text, label) == pytest.approx((own, any_label))


def test_a_rare_word_weighs_more() -> None:
    vocabulary = Vocabulary.fit(TEXTS, LABELS)
    rare, common = np.log(3 / 2) + 1, 1.0
    assert vocabulary.known_shares("red apple", "stone")[0] == pytest.approx(common / (common + rare))


def prediction(rows: list[list[float]]) -> Prediction:
    array = np.array(rows, dtype=np.float32)
    return Prediction(array, array, array)


@pytest.mark.parametrize(
    ("labels", "row", "best"),
    [
        (["a", "b", REJECT], [0.2, 0.1, 0.7], 0),
        ([REJECT, "a", "b"], [0.9, 0.04, 0.06], 2),
        (["a", "b", "c"], [0.2, 0.1, 0.7], 2),
    ],
)
def test_the_reject_class_is_never_the_best(labels: list[str], row: list[float], best: int) -> None:
    given = prediction([row])
    assert best_real(given, labels, REJECT).tolist() == [best]
    assert given.probabilities[0].tolist() == pytest.approx(row), "the prediction must stay as it was"


def test_evidence_has_a_row_a_message_and_no_holes(sample: Sample) -> None:
    model = KernelModel.fit(sample.texts, sample.vectors, sample.labels)
    texts = [*sample.texts[:20], ""]
    vectors = np.concatenate([sample.vectors[:20], sample.vectors[:1]])
    scored = model.predict(texts, vectors)
    best = best_real(scored, model.labels, REJECT)
    rows = evidence(texts, scored, best, model.labels, Vocabulary.fit(sample.texts, sample.labels))
    assert rows.shape == (21, 10)
    assert np.isfinite(rows).all()
    assert rows[:, 0].tolist() == scored.probabilities[np.arange(21), best].tolist()


@pytest.fixture(scope="module")
def halves(sample: Sample) -> tuple[Sample, Sample]:
    """What is learnt, and what is asked."""
    return tuple(Sample(sample.texts[start::2], sample.labels[start::2], sample.vectors[start::2]) for start in (0, 1))  # type: ignore[return-value]


def confidences(known: Sample, texts: list[str], vectors: np.ndarray) -> tuple[np.ndarray, list[str]]:
    model = KernelModel.fit(known.texts, known.vectors, known.labels)
    gate = Gate.fit(known.texts, known.vectors, known.labels, REJECT)
    scored = model.predict(texts, vectors)
    best = best_real(scored, model.labels, REJECT)
    return gate.confidences(texts, scored, best, model.labels), [model.labels[column] for column in best]


def test_confidence_is_a_probability_and_higher_for_right_answers(halves: tuple[Sample, Sample]) -> None:
    known, asked = halves
    values, best = confidences(known, asked.texts, asked.vectors)
    assert values.shape == (len(asked.texts),)
    assert ((values >= 0) & (values <= 1)).all()
    right = np.array([label == expected for label, expected in zip(best, asked.labels)])
    ours = np.array([label != REJECT for label in asked.labels])
    assert values[right].mean() > values[~ours].mean() + 0.3
    # Every pair of a right answer and a question that is not ours: the right one is surer in nine of ten.
    assert (values[right][:, None] > values[~ours][None, :]).mean() > 0.9


def test_a_saved_gate_gives_the_same_confidences(halves: tuple[Sample, Sample], tmp_path: Path) -> None:
    known, asked = halves
    model = KernelModel.fit(known.texts, known.vectors, known.labels)
    gate = Gate.fit(known.texts, known.vectors, known.labels, REJECT)
    gate.save(tmp_path / "gate.json")
    loaded = Gate.load(tmp_path / "gate.json")
    scored = model.predict(asked.texts, asked.vectors)
    best = best_real(scored, model.labels, REJECT)
    np.testing.assert_array_equal(
        loaded.confidences(asked.texts, scored, best, model.labels),
        gate.confidences(asked.texts, scored, best, model.labels),
    )


def test_the_gate_learns_the_same_twice(halves: tuple[Sample, Sample]) -> None:
    known, asked = halves
    first, second = (confidences(known, asked.texts, asked.vectors)[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_the_gate_learns_without_a_reject_class(sample: Sample, encoder: SentenceEncoder) -> None:
    places = [place for place, label in enumerate(sample.labels) if label != REJECT]
    ours = Sample(
        [sample.texts[place] for place in places], [sample.labels[place] for place in places], sample.vectors[places]
    )
    texts = ["what is the icc", "how do i bake bread"]
    values, _ = confidences(ours, texts, encoder.encode(texts))
    assert values[0] > values[1]


def test_the_gate_learns_when_every_held_back_answer_is_right(encoder: SentenceEncoder) -> None:
    numbers = ("one", "two", "three", "four", "five", "six", "seven", "eight")
    texts = [f"apple pie recipe {number}" for number in numbers] + [f"train to berlin {number}" for number in numbers]
    labels = ["pie"] * len(numbers) + ["train"] * len(numbers)
    values, best = confidences(Sample(texts, labels, encoder.encode(texts)), texts, encoder.encode(texts))
    assert best == labels
    assert (values > 0.5).all()
