"""The kernel model, against the same computation spelled out with scikit-learn and numpy."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.nlu.encoder import SentenceEncoder
from bot.nlu.kernel import (
    CHARACTER_SHARE,
    NEIGHBOURS,
    RIDGE,
    SHARPNESS,
    VECTOR_SHARE,
    WIDTH,
    WORD_SHARE,
    Floats,
    KernelModel,
)
from nlu.sample import Sample

PHRASINGS = {
    "greet": ["hello", "hi there", "good morning", "hey", "greetings to you"],
    "goodbye": ["bye", "see you later", "goodbye for now", "farewell", "good night and bye"],
    "faq/icc": ["what is the icc", "what does the court do", "explain the international criminal court", "icc meaning"],
    "faq/money": ["who pays for it", "how is the budget raised", "court funding", "where does the money come from"],
    "faq/seat": ["where is it"],
}
QUESTIONS = [
    "hello hello hello",
    "what is the ICC?",
    "who pays",
    "where is it",
    "zzzz qqqq",
    "",
    "the the the court of courts",
    "\u4f60\u597d \U0001f642",
]


def tiny(count: int) -> tuple[list[str], list[str]]:
    pairs = [(text, label) for label in list(PHRASINGS)[:count] for text in PHRASINGS[label]]
    return [text for text, _ in pairs], [label for _, label in pairs]


@pytest.fixture(params=[2, 5], ids=["two labels", "five labels"])
def trained(request: pytest.FixtureRequest, encoder: SentenceEncoder) -> tuple[KernelModel, list[str], list[str]]:
    texts, labels = tiny(request.param)
    return KernelModel.fit(texts, encoder.encode(texts), labels), texts, labels


def spelled_out(
    texts: list[str], vectors: Floats, labels: list[str], asked: list[str], asked_vectors: Floats
) -> Floats:
    """Kernel ridge regression as the text books have it: no folding, no shortcuts."""
    views = (
        (CHARACTER_SHARE, TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 5))),
        (WORD_SHARE, TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b")),
    )
    kernel = VECTOR_SHARE * np.exp(-2 * WIDTH * (1 - vectors @ vectors.T))
    against = VECTOR_SHARE * np.exp(-2 * WIDTH * (1 - asked_vectors @ vectors.T))
    for share, vectorizer in views:
        known = vectorizer.fit_transform(texts)
        kernel = kernel + share * (known @ known.T).toarray()
        against = against + share * (vectorizer.transform(asked) @ known.T).toarray()
    names = sorted(set(labels))
    targets = np.array([[1.0 if label == name else -1.0 for name in names] for label in labels])
    weights = np.linalg.solve(kernel + RIDGE * np.eye(len(texts)), targets)
    return softmax(SHARPNESS * (against @ weights), axis=1)


def test_labels_are_sorted_and_phrasings_belong_to_them(trained: tuple[KernelModel, list[str], list[str]]) -> None:
    model, _, labels = trained
    assert model.labels == sorted(set(labels))
    assert [model.labels[code] for code in model.arrays["codes"]] == labels


def test_a_phrasing_gets_its_own_label(
    trained: tuple[KernelModel, list[str], list[str]], encoder: SentenceEncoder
) -> None:
    model, texts, labels = trained
    prediction = model.predict(texts, encoder.encode(texts))
    assert [model.labels[column] for column in prediction.probabilities.argmax(axis=1)] == labels
    np.testing.assert_allclose(prediction.probabilities.sum(axis=1), 1.0, atol=1e-5)


def test_probabilities_are_those_of_scikit_learn(
    trained: tuple[KernelModel, list[str], list[str]], encoder: SentenceEncoder
) -> None:
    model, texts, labels = trained
    vectors = encoder.encode(QUESTIONS)
    expected = spelled_out(texts, encoder.encode(texts), labels, QUESTIONS, vectors)
    np.testing.assert_allclose(model.predict(QUESTIONS, vectors).probabilities, expected, atol=2e-4)


def test_probabilities_of_real_phrasings_are_those_of_scikit_learn(sample: Sample) -> None:
    texts, labels, vectors = sample.texts[::2], sample.labels[::2], sample.vectors[::2]
    asked, asked_vectors = sample.texts[1::2], sample.vectors[1::2]
    expected = spelled_out(texts, vectors, labels, asked, asked_vectors)
    found = KernelModel.fit(texts, vectors, labels).predict(asked, asked_vectors).probabilities
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_ngram_scores_are_those_of_scikit_learn(sample: Sample) -> None:
    # Vectors at right angles to all phrasings give every label the same score for meaning, so only n-grams decide.
    blind = np.eye(len(sample.texts) + 1, dtype=np.float32)
    model = KernelModel.fit(sample.texts, blind[:-1], sample.labels)
    vectorizers = {
        "characters": TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 5)),
        "words": TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b"),
    }
    flat = np.exp(-2 * WIDTH) * model.arrays["weights"].sum(axis=0)
    ngrams = sum(
        vectorizer.fit(sample.texts).transform(QUESTIONS) @ model.arrays[view]
        for view, vectorizer in vectorizers.items()
    )
    found = model.predict(QUESTIONS, np.repeat(blind[-1:], len(QUESTIONS), axis=0)).probabilities
    np.testing.assert_allclose(found, softmax(SHARPNESS * (flat + ngrams), axis=1), atol=1e-4)


def test_a_saved_model_predicts_the_same(
    trained: tuple[KernelModel, list[str], list[str]], encoder: SentenceEncoder, tmp_path: Path
) -> None:
    model, _, _ = trained
    model.save(tmp_path / "model.safetensors")
    loaded = KernelModel.load(tmp_path / "model.safetensors")
    vectors = encoder.encode(QUESTIONS)
    assert loaded.labels == model.labels
    for found, expected in zip(loaded.predict(QUESTIONS, vectors), model.predict(QUESTIONS, vectors)):
        np.testing.assert_array_equal(found, expected)


def test_training_twice_gives_the_same_model(sample: Sample) -> None:
    first, second = (KernelModel.fit(sample.texts, sample.vectors, sample.labels) for _ in range(2))
    for name, array in first.arrays.items():
        np.testing.assert_array_equal(array, second.arrays[name])


def test_a_prediction_does_not_depend_on_its_neighbours_in_the_batch(sample: Sample) -> None:
    model = KernelModel.fit(sample.texts, sample.vectors, sample.labels)
    together = model.predict(sample.texts, sample.vectors)
    alone = model.predict(sample.texts[7:8], sample.vectors[7:8])
    np.testing.assert_allclose(alone.probabilities[0], together.probabilities[7], atol=1e-5)


def test_nearness_is_the_mean_of_the_best_cosines(encoder: SentenceEncoder) -> None:
    texts, labels = tiny(5)
    vectors = encoder.encode(texts)
    asked = encoder.encode(QUESTIONS)
    prediction = KernelModel.fit(texts, vectors, labels).predict(QUESTIONS, asked)
    for column, name in enumerate(sorted(set(labels))):
        own = vectors[[place for place, label in enumerate(labels) if label == name]]
        best = np.sort(asked @ own.T, axis=1)[:, -NEIGHBOURS:]
        np.testing.assert_allclose(prediction.neighbours[:, column], best.mean(axis=1), atol=1e-5)
        np.testing.assert_allclose(prediction.nearest[:, column], best[:, -1], atol=1e-5)


def test_a_label_with_one_phrasing_is_judged_by_it(encoder: SentenceEncoder) -> None:
    texts, labels = tiny(5)
    model = KernelModel.fit(texts, encoder.encode(texts), labels)
    question = encoder.encode(["where is it"])
    prediction = model.predict(["where is it"], question)
    column = model.labels.index("faq/seat")
    assert prediction.probabilities[0].argmax() == column
    assert prediction.nearest[0, column] == pytest.approx(1.0, abs=1e-5)
    assert prediction.neighbours[0, column] == pytest.approx(1.0, abs=1e-5)
