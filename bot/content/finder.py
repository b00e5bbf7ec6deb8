"""The names and the search index of the content that is served now, made once for each content."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Optional

from bot.content.knowledge import PAPER, SITUATION
from bot.content.names import REMEMBERED, Names
from bot.content.search import Floats, Hit, SearchIndex, described, terms
from bot.content.store import Content, shared_store
from bot.content.text import folded
from bot.nlu.encoder import shared_encoder
from bot.nlu.vectors import VectorCache

NEAR = 0.5
"""Score from which a paper is what was asked for; see :mod:`bot.content.search`."""
DESCRIBED, MAYBE = 0.3, 0.12
"""Scores from which a description that gives no name means a paper, and from which the paper is offered."""
WORTH_OFFERING = 0.8
"""Score from which something is offered where there is no answer."""


class Finder:
    """What finds papers, situations and topics in one content."""

    def __init__(self, content: Content, cache: Optional[Path] = None) -> None:
        """Prepares nothing yet: names and index are made at first use.

        Args:
            content: What can be found.
            cache: Folder of the cache of sentence vectors; None encodes everything anew.
        """
        self.content = content
        self._cache = cache
        self._making = Lock()
        self._vector = lru_cache(REMEMBERED)(_vector)
        self._given: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

    @cached_property
    def names(self) -> Names:
        """The names of papers, situations and people."""
        return Names(self.content.knowledge, shared_encoder().knows)

    @cached_property
    def index(self) -> SearchIndex:
        """The search index."""
        # A reload makes it in a thread of its own while a turn may ask for it too.
        with self._making:
            encoder = VectorCache(shared_encoder(), self._cache) if self._cache else shared_encoder()
            return SearchIndex(self.content.knowledge, self.content.topics.values(), self.names, encoder.encode)

    def situations_named_by(self, topic: str) -> frozenset[str]:
        """Ids of the situations that the phrasings of a topic name."""
        return self._given_by(topic)[1]

    def names_given_by(self, topic: str) -> frozenset[str]:
        """The names, folded, that the phrasings of a topic give."""
        return self._given_by(topic)[0]

    def _given_by(self, topic: str) -> tuple[frozenset[str], frozenset[str]]:
        if topic not in self._given:
            known = self.content.topics.get(topic)
            names: set[str] = set()
            situations: set[str] = set()
            for text in known.phrasings if known else ():
                words = folded(text).split()
                for mention in self.names.find(text):
                    names.add(" ".join(words[mention.start : mention.end]))
                    situations.update(target.situation for target in mention.targets)
            self._given[topic] = frozenset(names), frozenset(situations)
        return self._given[topic]

    def papers(self, text: str) -> list[str]:
        """Ids of the papers on what a text asks, best first; of several subjects, the best of each first."""
        best = self.papers_near(text, NEAR) or self.titled(text) or self.papers_described(text, DESCRIBED)
        groups = [
            {target.id for target in mention.targets if target.kind == PAPER} for mention in self.names.find(text)
        ]
        first = [next((identity for identity in best if identity in group), None) for group in groups]
        return list(dict.fromkeys([*(identity for identity in first if identity), *best]))

    def papers_near(self, text: str, least: float) -> list[str]:
        """Ids of the papers that score at least so much, best first."""
        return [hit.key.partition("/")[2] for hit in self.search(text, (PAPER,), least)]

    def papers_described(self, text: str, least: float) -> list[str]:
        """Ids of the papers that a description without a name may mean, best first.

        Its meaning is compared without the words by which one asks for something to read.
        """
        return [hit.key.partition("/")[2] for hit in self.search(text, (PAPER,), least, described(text))]

    def titled(self, text: str, words: int = 2, share: float = 0.0) -> list[str]:
        """Ids of the papers of whose title a text is a part, misspelled words too.

        Args:
            text: What was asked.
            words: Least number of words that can find something.
            share: Least share of the title's.
        """
        asked = set(terms(text))
        if len(asked) < words:
            return []
        asked = {self.index.known(term) for term in asked}
        return [one for one, title in self._titles.items() if asked <= title and len(asked) >= share * len(title)]

    @cached_property
    def _titles(self) -> dict[str, set[str]]:
        return {paper.id: set(terms(paper.title)) for paper in self.content.knowledge.papers.values()}

    def near(self, text: str) -> list[str]:
        """Content ids of what is worth offering when nothing answers a text, best first."""
        return [hit.key for hit in self.search(text, (PAPER, SITUATION, "faq"), WORTH_OFFERING)]

    def search(self, text: str, kinds: Sequence[str], least: float, meaning: str = "") -> list[Hit]:
        """What is near to a text, compared by meaning to all of it or to a part.

        See :meth:`bot.content.search.SearchIndex.search`.
        """
        return self.index.search(text, self._vector(meaning or text), kinds, least)


def _vector(text: str) -> Floats:
    vector: Floats = shared_encoder().encode([text])[0]
    return vector


_cache_folder: Optional[Path] = None
_current: Optional[Finder] = None


def keep_vectors_in(folder: Path) -> None:
    """Names the folder in which vectors of passages are kept between starts."""
    global _cache_folder
    _cache_folder = folder


def shared_finder() -> Finder:
    """The finder of the content that is served now."""
    global _current
    content = shared_store().content
    if _current is None or _current.content is not content:
        _current = Finder(content, _cache_folder)
    return _current
