"""Search over papers, situations and topics: by words, by meaning and by name together.

One score between 0 and 1 comes out of three views: BM25 as a share of the most that a query could reach (words that no
text knows count, so "papers about my cat" reaches little), the largest cosine between the query's vector and those of a
text's sentences, and whether the query gives a name of it. A logistic function joins them.
"""

from __future__ import annotations

import logging
import re
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import distance, process
from scipy.special import expit
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from bot.content.knowledge import Knowledge, Paper, Situation
from bot.content.names import Names
from bot.content.schema import Topic
from bot.content.text import folded, word_set

# It uses JAX if that is installed, as beside TensorFlow: a second and 200 MB for a handful of numbers.
_jax = sys.modules.get("jax")
sys.modules["jax"] = None  # type: ignore[assignment]  # what Python itself takes for "not installed"
import bm25s  # noqa: E402

if _jax is None:
    del sys.modules["jax"]
else:
    sys.modules["jax"] = _jax
# It logs each index that is built, whatever the root logger says.
logging.getLogger("bm25s").setLevel(logging.WARNING)

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]
"""Turns ``n`` texts into an array of shape (n, d), rows of length 1."""

ASKING = frozenset(
    [
        "paper",
        "papers",
        "analysis",
        "analyses",
        "article",
        "articles",
        "document",
        "documents",
        "study",
        "studies",
        "publication",
        "publications",
        "reading",
        "text",
        "texts",
        "read",
        "list",
        "anything",
        "something",
        "nothing",
        "thing",
        "things",
        "stuff",
        "info",
        "information",
        "written",
        "wrote",
        "write",
        "say",
        "says",
        "said",
        "tell",
        "talk",
        "talks",
        "show",
        "give",
        "send",
        "want",
        "like",
        "look",
        "looking",
        "search",
        "searching",
        "got",
        "get",
        "available",
        "latest",
        "new",
        "newest",
        "recent",
        "essay",
        "essays",
        "piece",
        "pieces",
        "publications",
        "pdf",
        "amicc",
        "coalition",
        "icc",
        "court",
        "courts",
        "international",
        "criminal",
        "hague",
        "please",
        "thanks",
        "hi",
        "hello",
        "know",
        "think",
        "view",
        "views",
        "position",
        "does",
        "did",
        "do",
        "is",
        "are",
        "was",
        "were",
        "has",
        "have",
        "can",
        "could",
        "would",
        "will",
        "should",
        "who",
        "what",
        "when",
        "where",
        "why",
        "how",
        "there",
        "any",
    ]
)
"""Words by which one asks, whatever for: they find nothing."""

_STOP = ENGLISH_STOP_WORDS - word_set(
    "amount became become bill call computer cry describe detail fill find fire found interest made make mill mine "
    "move serious system"
)
"""scikit-learn's list without the words that say what a text is about (Nothman, Qin and Yurchak 2018 on such lists)."""

_ASKED = word_set("a an the of on about for i me my you your we u ur abt which that one ones asks")
"""Words that stand between these and what is asked for."""

SHORTEST, NEAREST = 5, 0.76
"""A query's unknown word of so many letters stands for the nearest known one, as in :mod:`bot.nlu.speller`."""

BIAS, WORDS, MEANING, NAME = -5.2, 4.0, 6.0, 4.0
"""Weights of the logistic function; set on ``papers_tune.tsv``."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“])")


class Hit(NamedTuple):
    """Something found.

    Attributes:
        key: Content id, such as ``paper/drones``.
        score: Between 0 and 1; what is near enough is for the asker to say.
    """

    key: str
    score: float


class _Entry(NamedTuple):
    """What is searched of one content id: texts whose words count, and passages whose meaning does."""

    key: str
    words: str
    passages: list[str]


def stem(word: str) -> str:
    """A word without the ending of its plural (the S-stemmer of Harman 1991).

    >>> [stem(word) for word in ("countries", "drones", "crisis", "class")]
    ['country', 'drone', 'crisi', 'class']
    """
    if len(word) < 4 or word.endswith(("ss", "us")):
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") else word


def terms(text: str) -> list[str]:
    """The words of a text that can find something, stemmed."""
    return [stem(word) for word in folded(text).split() if word not in ASKING and word not in _STOP]


def described(text: str) -> str:
    """What a text says without the words by which one asks: "wanted persons be caught"; if that is nothing, all."""
    return " ".join(word for word in folded(text).split() if word not in ASKING and word not in _ASKED) or text


def sentences(text: str) -> list[str]:
    """A text's sentences, roughly: for their meaning only."""
    return [part for part in _SENTENCE.split(text.replace("\n", " ").strip()) if part]


class SearchIndex:
    """Everything that can be found, in memory."""

    def __init__(self, knowledge: Knowledge, topics: Iterable[Topic], names: Names, encode: Encode) -> None:
        """Builds the index.

        Args:
            knowledge: Papers and situations.
            topics: FAQ topics.
            names: The names in ``knowledge``.
            encode: The sentence encoder, best through a cache of vectors.
        """
        entries = [
            *(_paper_entry(paper, knowledge) for paper in knowledge.papers.values()),
            *(_situation_entry(situation) for situation in knowledge.situations.values()),
            *(_topic_entry(topic) for topic in topics),
        ]
        self._names = names
        self._keys = [entry.key for entry in entries]
        self._rows = {key: row for row, key in enumerate(self._keys)}
        corpus = [terms(entry.words) or ["-"] for entry in entries] or [["-"]]
        self._bm25 = bm25s.BM25(method="lucene")
        self._bm25.index(corpus, show_progress=False)
        often = Counter(term for words in corpus for term in set(words))
        self._rarity = {term: _rarity(len(corpus), count) for term, count in often.items()}
        self._rarest = _rarity(len(corpus), 1)
        self._vocabulary = [term for term in often if len(term) >= SHORTEST]
        passages = [passage for entry in entries for passage in entry.passages]
        self._passages = encode(passages) if passages else np.empty((0, 0), dtype=np.float32)
        self._starts = np.cumsum([0, *(len(entry.passages) for entry in entries)])[:-1]

    def search(self, text: str, vector: Floats, kinds: Collection[str], least: float = 0.0) -> list[Hit]:
        """What is nearest to a text, best first.

        Args:
            text: As a visitor typed it.
            vector: Its sentence vector, shape (d,).
            kinds: Which kinds of content ids are wanted, such as ``paper``.
            least: Least score of a hit.
        """
        if not self._keys:
            return []
        scores = expit(
            BIAS + WORDS * self._by_words(text) + MEANING * self._by_meaning(vector) + NAME * self._by_name(text)
        )
        return self._hits(scores, kinds, least)

    def search_words(self, text: str, kinds: Collection[str]) -> list[Hit]:
        """What BM25 alone finds, best first: for comparison."""
        return self._hits(self._by_words(text), kinds, 1e-6)

    def search_meaning(self, vector: Floats, kinds: Collection[str]) -> list[Hit]:
        """What the encoder alone finds, best first: for comparison."""
        return self._hits(self._by_meaning(vector), kinds, 1e-6)

    def _hits(self, scores: NDArray[np.float64], kinds: Collection[str], least: float) -> list[Hit]:
        order = np.argsort(-scores, kind="stable")
        hits = (Hit(self._keys[row], float(scores[row])) for row in order if scores[row] >= least)
        return [hit for hit in hits if hit.key.partition("/")[0] in kinds]

    def _by_words(self, text: str) -> NDArray[np.float64]:
        """BM25 of each entry as a share of what the query could reach at most, between 0 and 1."""
        query = [self.known(term) for term in dict.fromkeys(terms(text))]
        known = [term for term in query if term in self._rarity]
        if not known:
            return np.zeros(len(self._keys))
        most = sum(self._rarity.get(term, self._rarest) for term in query)
        scores: NDArray[np.float64] = self._bm25.get_scores(known) / most
        return scores

    def known(self, term: str) -> str:
        """The term, or the nearest known one if it may be misspelled."""
        if term in self._rarity or len(term) < SHORTEST:
            return term
        near = process.extractOne(
            term, self._vocabulary, scorer=distance.OSA.normalized_similarity, score_cutoff=NEAREST
        )
        return near[0] if near and near[0][0] == term[0] else term

    def _by_meaning(self, vector: Floats) -> NDArray[np.float64]:
        cosines: NDArray[np.float64] = np.maximum.reduceat(self._passages @ vector, self._starts)
        return cosines

    def _by_name(self, text: str) -> NDArray[np.float64]:
        """1 for entries of which the text gives a name, a half for those it names indirectly."""
        scores = np.zeros(len(self._keys))
        for mention in self._names.find(text):
            for target in mention.targets:
                key = f"{target.kind}/{target.id}" if target.kind == "paper" else f"situation/{target.situation}"
                row = self._rows.get(key)
                if row is not None:
                    scores[row] = max(scores[row], 1.0 if target.strong else 0.5)
        return scores


def _rarity(texts: int, containing: int) -> float:
    """Inverse document frequency as Lucene's BM25 has it."""
    return float(np.log(1 + (texts - containing + 0.5) / (containing + 0.5)))


def _paper_entry(paper: Paper, knowledge: Knowledge) -> _Entry:
    since = [situation.status for identity in paper.situations[:1] if (situation := knowledge.situations.get(identity))]
    if paper.since:
        since.append(paper.since.text)
    themes = [theme.title for identity in paper.themes if (theme := knowledge.themes.get(identity))]
    passages = [paper.title, paper.label, paper.line, *paper.aliases, *sentences(paper.summary)]
    # Names and title count more than what the text merely mentions.
    words = [paper.title, paper.label, paper.line, *paper.aliases] * 2 + [paper.summary, *themes, *since]
    return _Entry(paper.key, " ".join(words), passages)


def _situation_entry(situation: Situation) -> _Entry:
    people = [text for person in situation.people for text in (person.name, *person.aliases, person.line)]
    words = [situation.title, situation.question, *situation.aliases] * 2 + [situation.status, *people]
    passages = [situation.question, *sentences(situation.status), *(person.line for person in situation.people)]
    return _Entry(situation.key, " ".join(words), passages)


def _topic_entry(topic: Topic) -> _Entry:
    words = [topic.title, topic.label] * 2 + [topic.answer, *topic.phrasings]
    return _Entry(topic.intent, " ".join(words), [topic.title, *sentences(topic.short_answer)])
