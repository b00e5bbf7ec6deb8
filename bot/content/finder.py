"""The names and the search index of the content that is served now, made once for each content."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Optional

from bot.content.knowledge import PAPER, SITUATION
from bot.content.names import Names
from bot.content.search import Floats, Hit, SearchIndex
from bot.content.store import Content, shared_store
from bot.nlu.encoder import shared_encoder
from bot.nlu.vectors import VectorCache

NEAR = 0.5
"""Score from which a paper is what was asked for; see :mod:`bot.content.search`."""
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
        self._named_by: dict[str, frozenset[str]] = {}

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
        if topic not in self._named_by:
            known = self.content.topics.get(topic)
            mentions = [mention for text in (known.phrasings if known else ()) for mention in self.names.find(text)]
            self._named_by[topic] = frozenset(target.situation for mention in mentions for target in mention.targets)
        return self._named_by[topic]

    def papers(self, text: str) -> list[str]:
        """Ids of the papers on what a text asks, best first; of several subjects, the best of each first."""
        best = [hit.key.partition("/")[2] for hit in self.search(text, (PAPER,), NEAR)]
        groups = [
            {target.id for target in mention.targets if target.kind == PAPER} for mention in self.names.find(text)
        ]
        first = [next((identity for identity in best if identity in group), None) for group in groups]
        return list(dict.fromkeys([*(identity for identity in first if identity), *best]))

    def near(self, text: str) -> list[str]:
        """Content ids of what is worth offering when nothing answers a text, best first."""
        return [hit.key for hit in self.search(text, (PAPER, SITUATION, "faq"), WORTH_OFFERING)]

    def search(self, text: str, kinds: Sequence[str], least: float) -> list[Hit]:
        """What is near to a text; see :meth:`bot.content.search.SearchIndex.search`."""
        vector: Floats = shared_encoder().encode([text])[0]
        return self.index.search(text, vector, kinds, least)


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
