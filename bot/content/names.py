"""Finds the names of papers, situations and people in a text: longest first, tolerant of slips of the hand.

Built from the content at load and at each reload, never stored in a model, so a new name works at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from rapidfuzz import distance, process

from bot.content.knowledge import PAPER, PERSON, SITUATION, Knowledge, person_id
from bot.content.text import folded

SHORTEST = 5
"""Letters from which a name is recognized in spite of a slip: among shorter ones too many words are near."""
NEAREST = 0.78
"""Least normalized similarity of a misspelled name (optimal string alignment): one slip in five letters, two in ten."""
LONGEST_NEAR = 2
"""Words of a name that is recognized in spite of a slip; each more costs every message."""
REMEMBERED = 4
"""Texts whose names are remembered: the steps of one turn ask for those of the same text."""


class Target(NamedTuple):
    """What a name stands for.

    Attributes:
        kind: ``paper``, ``situation`` or ``person``.
        id: Id of the paper or situation; of a person, :func:`bot.content.knowledge.person_id`.
        situation: The situation that a person or situation belongs to; empty for papers.
        strong: Whether naming it is asking about it; "Russia" alone occurs in other questions too.
    """

    kind: str
    id: str
    situation: str
    strong: bool


class Mention(NamedTuple):
    """A name found in a text.

    Attributes:
        start: Place of its first word, counted from 0.
        end: Place behind its last word.
        targets: All that it stands for.
    """

    start: int
    end: int
    targets: tuple[Target, ...]


class Names:
    """All names of a content."""

    def __init__(self, knowledge: Knowledge, is_word: Callable[[str], bool] = lambda word: False) -> None:
        """Collects the names.

        Args:
            knowledge: Papers and situations.
            is_word: Whether a folded word is spelled right, so that it is no misspelled name.
        """
        self.is_word = is_word
        targets: dict[str, dict[tuple[str, str], Target]] = defaultdict(dict)
        for name, target in _named(knowledge):
            for spelling in _spellings(folded(name)):
                targets[spelling].setdefault((target.kind, target.id), target)
        targets.pop("", None)
        self._targets = {name: tuple(found.values()) for name, found in targets.items()}
        self._longest = max((len(name.split()) for name in self._targets), default=0)
        self._remembered = lru_cache(REMEMBERED)(self._find)

    @cached_property
    def _long_names(self) -> list[str]:
        return [name for name in self._targets if len(name) >= SHORTEST]

    def __contains__(self, name: str) -> bool:
        """Whether a folded text is a name, spelled right."""
        return name in self._targets

    def find(self, text: str) -> tuple[Mention, ...]:
        """The names in a text, in their order; places are those of the words of ``folded(text)``."""
        return self._remembered(text)

    def _find(self, text: str) -> tuple[Mention, ...]:
        words = folded(text).split()
        # What is spelled right is no misspelled name.
        doubtful = [len(word) >= SHORTEST and not self.is_word(word) for word in words]
        mended = [self._mended(word) if wrong else word for word, wrong in zip(words, doubtful)]
        taken = [False] * len(words)
        found: list[Mention] = []
        for lookup, longest, wanted, spelled in (
            (self._exact, self._longest, [True] * len(words), words),
            (self._exact, self._longest if mended != words else 0, doubtful, mended),
            (self._near, LONGEST_NEAR, doubtful, words),
        ):
            for start, end in _windows(len(words), longest):
                if any(taken[start:end]) or not any(wanted[start:end]):
                    continue
                targets = lookup(spelled[start:end])
                if targets:
                    found.append(Mention(start, end, targets))
                    taken[start:end] = [True] * (end - start)
        return tuple(sorted(found))

    @cached_property
    def _words_of_longer(self) -> dict[str, list[str]]:
        """The words of the names that are too long for :meth:`_near`, by their first letter."""
        longer = (name.split() for name in self._targets if name.count(" ") >= LONGEST_NEAR)
        found: dict[str, list[str]] = defaultdict(list)
        for word in dict.fromkeys(word for words in longer for word in words if len(word) >= SHORTEST):
            found[word[0]].append(word)
        return found

    def _mended(self, word: str) -> str:
        """A misspelled word as it stands in a long name: "resistence" in "Lord's Resistance Army"."""
        words = self._words_of_longer.get(word[0], ())
        near = process.extractOne(word, words, scorer=distance.OSA.normalized_similarity, score_cutoff=NEAREST)
        return near[0] if near else word

    def _exact(self, words: list[str]) -> tuple[Target, ...]:
        name = " ".join(words)
        if name in self._targets or len(name) < SHORTEST:
            return self._targets.get(name, ())
        # "Kenya's" is folded to two words, "kenyas" is not; one American is one of the Americans.
        return self._targets.get(name[:-1].rstrip() if name.endswith("s") else name + "s", ())

    def _near(self, words: list[str]) -> tuple[Target, ...]:
        name = " ".join(words)
        near = process.extractOne(
            name, self._long_names, scorer=distance.OSA.normalized_similarity, score_cutoff=NEAREST
        )
        # The first letter is seldom wrong, and rhymes are many.
        return self._targets[near[0]] if near and near[0][0] == name[0] else ()


def _spellings(name: str) -> set[str]:
    """A name as it is looked up: without its article, and a number written together with what it belongs to."""
    plain = name[4:] if name.startswith("the ") else name
    return {plain, plain.replace(" ", "")} if any(map(str.isdecimal, plain)) else {plain}


def _windows(words: int, longest: int) -> Iterator[tuple[int, int]]:
    """All runs of at most so many words, longest first."""
    for length in range(min(longest, words), 0, -1):
        for start in range(words - length + 1):
            yield start, start + length


def _named(knowledge: Knowledge) -> Iterator[tuple[str, Target]]:
    """Each name with what it stands for; strong ones first."""
    for situation in knowledge.situations.values():
        strong = Target(SITUATION, situation.id, situation.id, True)
        weak = {folded(name) for name in situation.weak_aliases}
        names = [name for name in (situation.title, situation.label) if folded(name) not in weak]
        yield from _each([*situation.aliases, *names], strong)
        for person in situation.people:
            yield from _each([person.name, *person.aliases], Target(PERSON, person_id(person.name), situation.id, True))
    for situation in knowledge.situations.values():
        yield from _each(situation.weak_aliases, Target(SITUATION, situation.id, situation.id, False))
    for paper in knowledge.papers.values():
        yield from _each([*paper.aliases, paper.title, paper.label], Target(PAPER, paper.id, "", True))


def _each(names: Iterable[str], target: Target) -> Iterator[tuple[str, Target]]:
    return ((name, target) for name in names)
