"""Whether the best label deserves an answer: a small classifier over what speaks for that label.

It learns from phrasings held back in turn, a fifth at a time: those of topics show what right and wrong answers look
like, the examples of ``out_of_scope`` what questions without an answer look like, near ones and far ones.

Measured on ``held_out.tsv``: area under the curve of questions in scope against near misses 0.957. Leaving whole
topics out in turn, to play the questions without an answer, was tried as well: with the 800 examples of
``out_of_scope`` it added nothing (0.951).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from bot.content.text import normalized
from bot.nlu.kernel import Floats, KernelModel, Prediction

FOLDS = 5
_SEED = 7


class Vocabulary(NamedTuple):
    """Which words which label's phrasings use.

    Attributes:
        rarity: Inverse document frequency of each word, a label being the document.
        by_label: Words of each label.
        unknown: Rarity of a word that no label uses.
    """

    rarity: dict[str, float]
    by_label: dict[str, list[str]]
    unknown: float

    @classmethod
    def fit(cls, texts: Sequence[str], labels: Sequence[str]) -> Vocabulary:
        """Counts the words of phrasings by label."""
        words: dict[str, set[str]] = {}
        for text, label in zip(texts, labels):
            words.setdefault(str(label), set()).update(normalized(text).split())
        counts = Counter(word for label_words in words.values() for word in label_words)
        rarity = {word: float(np.log((1 + len(words)) / (1 + count)) + 1) for word, count in counts.items()}
        unknown = float(np.log(1 + len(words)) + 1)
        return cls(rarity, {label: sorted(label_words) for label, label_words in words.items()}, unknown)

    def known_shares(self, text: str, label: str) -> tuple[float, float]:
        """How much of a text's rarity-weighted words a label knows, and how much any label knows; 0 to 1 each."""
        words = set(normalized(text).split())
        total = sum(self.rarity.get(word, self.unknown) for word in words)
        if not total:
            return 0.0, 0.0
        own = sum(self.rarity[word] for word in words.intersection(self.by_label[label]))
        return own / total, sum(self.rarity.get(word, 0.0) for word in words) / total


def evidence(
    texts: Sequence[str], prediction: Prediction, best: NDArray[np.intp], labels: Sequence[str], vocabulary: Vocabulary
) -> Floats:
    """What speaks for each message's best label.

    Args:
        texts: The messages, ``n`` of them.
        prediction: What the model says of them.
        best: Column of the label in question, for each message.
        labels: Names of the columns.
        vocabulary: Words of the labels.

    Returns:
        Array of shape (n, 10).
    """
    rows = np.arange(len(texts))
    probabilities = prediction.probabilities
    top = probabilities[rows, best]
    others = probabilities.copy()
    others[rows, best] = 0.0
    runner_up = others.max(axis=1)
    entropy = -(probabilities * np.log(probabilities + 1e-12)).sum(axis=1)
    nearest = prediction.nearest[rows, best]
    neighbours = prediction.neighbours[rows, best]
    rival = prediction.neighbours.copy()
    rival[rows, best] = -1.0
    shares = np.array([vocabulary.known_shares(text, labels[column]) for text, column in zip(texts, best)])
    length = np.array([np.log1p(len(normalized(text).split())) for text in texts])
    return np.column_stack(
        [
            top,
            np.log(top / (runner_up + 1e-6)),
            entropy,
            nearest,
            neighbours,
            neighbours - rival.max(axis=1),
            top * nearest,
            shares.reshape(-1, 2),
            length,
        ]
    )


def best_real(prediction: Prediction, labels: Sequence[str], reject: str) -> NDArray[np.intp]:
    """Column of the best label that is not the reject class, for each message."""
    probabilities = prediction.probabilities
    if reject in labels:
        probabilities = probabilities.copy()
        probabilities[:, list(labels).index(reject)] = -1.0
    best: NDArray[np.intp] = probabilities.argmax(axis=1)
    return best


class Gate:
    """A logistic model of "the best label is right" over :func:`evidence`."""

    def __init__(self, vocabulary: Vocabulary, weights: Sequence[float], bias: float) -> None:
        """Takes what :meth:`fit` or :meth:`load` found: one weight for each column of :func:`evidence`."""
        self.vocabulary = vocabulary
        self._weights = np.asarray(weights, dtype=np.float64)
        self._bias = bias

    @classmethod
    def fit(cls, texts: Sequence[str], vectors: Floats, labels: Sequence[str], reject: str) -> Gate:
        """Trains on phrasings held back in turn.

        Args:
            texts: All phrasings.
            vectors: Their sentence vectors, shape (len(texts), dimensions).
            labels: The label of each.
            reject: Name of the class of questions that are not ours.
        """
        rows, right = _held_back(texts, vectors, np.asarray(labels), reject)
        vocabulary = Vocabulary.fit(texts, labels)
        if right.all() or not right.any():
            # Nothing to tell apart, as with very few phrasings: trust the model, or do not.
            return cls(vocabulary, [0.0] * rows.shape[1], 5.0 if right.all() else -5.0)
        scaler = StandardScaler().fit(rows)
        model = LogisticRegression(max_iter=500).fit(scaler.transform(rows), right)
        # The scaling is folded into the weights.
        weights = model.coef_[0] / scaler.scale_
        bias = float(model.intercept_[0] - (weights * scaler.mean_).sum())
        return cls(vocabulary, weights.tolist(), bias)

    def save(self, path: Path) -> None:
        """Writes the gate to one file."""
        state = {"vocabulary": self.vocabulary._asdict(), "weights": self._weights.tolist(), "bias": self._bias}
        path.write_text(json.dumps(state), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Gate:
        """Reads what :meth:`save` wrote."""
        state = json.loads(path.read_text(encoding="utf-8"))
        return cls(Vocabulary(**state["vocabulary"]), state["weights"], state["bias"])

    def confidences(
        self, texts: Sequence[str], prediction: Prediction, best: NDArray[np.intp], labels: Sequence[str]
    ) -> NDArray[np.float64]:
        """Probability that each message's best label is right, shape (n,); arguments as for :func:`evidence`."""
        rows = evidence(texts, prediction, best, labels, self.vocabulary)
        confidences: NDArray[np.float64] = expit(rows @ self._weights + self._bias)
        return confidences


def _held_back(
    texts: Sequence[str], vectors: Floats, names: NDArray[Any], reject: str
) -> tuple[Floats, NDArray[np.bool_]]:
    """Evidence for phrasings that the model has not seen, and whether its best label was right."""
    part = np.random.RandomState(_SEED).permutation(len(texts)) % FOLDS
    rows = []
    right = []
    for fold in range(FOLDS):
        asked = part == fold
        known, questions = _selected(texts, ~asked), _selected(texts, asked)
        model = KernelModel.fit(known, vectors[~asked], names[~asked])
        prediction = model.predict(questions, vectors[asked])
        best = best_real(prediction, model.labels, reject)
        rows.append(evidence(questions, prediction, best, model.labels, Vocabulary.fit(known, names[~asked])))
        right.append(np.asarray(model.labels)[best] == names[asked])
    return np.concatenate(rows), np.concatenate(right)


def _selected(texts: Sequence[str], mask: NDArray[np.bool_]) -> list[str]:
    return [text for text, wanted in zip(texts, mask) if wanted]
