"""Finds the place that a person names: a ZIP code, city, state, abbreviation, nickname or a misspelling of one."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Optional

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot.content.gazetteer import Entry, Gazetteer, gazetteer, place_key
from bot.content.geography import Place, distance_km
from bot.content.store import shared_store
from bot.content.yaml_lines import YamlFile

DOMINANT = 5
"""A city is meant without its state if it has so many times the ZIP codes of the next city of that name."""
SAME_AREA_KM = 60.0
"""Cities of one name that are no farther apart, such as both Kansas Cities, need no question."""
MOST_CANDIDATES = 5
NOTABLE = 5
"""ZIP codes from which a city is known without its state."""
LONGEST = 6
"""Words of the longest names, with the state."""
SHORT = 2
"""Words without any that could be a place are still looked up, if they are so few: ME is a state."""

_ZIP = re.compile(r"(?<![\d-])(\d{5})(?:-\d{4})?(?![\d-])")
_INITIALS = re.compile(r"\b([A-Za-z])\.\s?([A-Za-z])\b\.?")
_PREPOSITIONS = frozenset(("in", "near", "from", "to", "around", "of", "outside", "at", "by", "within"))
_NEVER_ALONE = frozenset(("in", "me", "or", "hi", "ok", "oh", "as"))
"""Postal abbreviations that are words as well."""
_TOO_WIDE = frozenset(
    ("united states", "usa", "us", "america", "north america", "new england", "east coast", "west coast", "midwest")
)
_MOST_GUESSES = 4
"""Parts of a sentence that are compared with all names: 3 ms each."""


@dataclass(frozen=True)
class Found:
    """What a text says about where someone is.

    Attributes:
        kind: ``found``: one place; ``ambiguous``: several, ask which; ``abroad``: not in the United States;
            ``unknown``: no place that is known.
        places: The place, or the candidates, the likeliest first.
        abroad: The name of the place abroad, as typed.
    """

    kind: Literal["found", "ambiguous", "abroad", "unknown"]
    places: tuple[Place, ...] = ()
    abroad: str = ""

    @property
    def place(self) -> Optional[Place]:
        """The place, if there is no doubt."""
        return self.places[0] if self.kind == "found" else None


UNKNOWN = Found("unknown")


@cache
def _finder(root: Path) -> PlaceFinder:
    return PlaceFinder(gazetteer(root / "var" / "cache"), root / "knowledge" / "places.yml")


def shared_finder() -> PlaceFinder:
    """The one finder of this process, for the project whose content is served.

    The first call ever takes a second or two, the first of a process 30 ms.
    """
    return _finder(shared_store().root)


def find_place(text: str) -> Found:
    """The place that a text names, alone or in a sentence: ``im in denver``, ``60614``, ``LA``."""
    return shared_finder().find(text)


class PlaceFinder:
    """Finds places in what people type."""

    def __init__(self, gazetteer: Gazetteer, names: Path) -> None:
        """Reads how people name places.

        Args:
            gazetteer: All places with their coordinates.
            names: ``knowledge/places.yml``: nicknames, cities abroad, words around places.

        Raises:
            ContentError: The file cannot be read.
        """
        self._gazetteer = gazetteer
        file = YamlFile(names).mapping()
        self._nicknames = {
            _without_the(place_key(str(name))): place_key(str(place))
            for name, place in (file.get("nicknames") or {}).items()
        }
        self._abroad = {place_key(str(name)) for name in file.get("abroad") or []} | gazetteer.countries
        self._abroad -= _TOO_WIDE | set(gazetteer.state_names)
        self._around = _PREPOSITIONS | set(str(file.get("around") or "").split())
        self._states = list(gazetteer.state_names)
        self._fuzzy = [*gazetteer.names, *self._nicknames, *gazetteer.state_names, *self._abroad]

    def find(self, text: str) -> Found:
        """The place that a text names, alone or in a sentence, with slips of the hand."""
        found = self.spelled(text)
        if found.kind != "unknown":
            return found
        phrases = self._phrases(text)
        if _ZIP.search(text) or self._too_wide(phrases):
            return UNKNOWN
        guesses = [phrase for phrase in phrases if self._around.isdisjoint(phrase.split()) and phrase.count(" ") < 4]
        return self._first(self._misspelled(phrase) for phrase in guesses[:_MOST_GUESSES])

    def spelled(self, text: str) -> Found:
        """The place that a text names letter for letter, alone or in a sentence."""
        zip_code = _ZIP.search(text)
        if zip_code:
            entry = self._gazetteer.zip_code(zip_code[1])
            return self._found(entry) if entry else UNKNOWN
        phrases = self._phrases(text)
        if self._too_wide(phrases):
            return UNKNOWN
        return self._first(self._exact(phrase, phrase == phrases[0], text.strip()) for phrase in phrases)

    @staticmethod
    def is_zip_code(text: str) -> bool:
        """Whether a text is a ZIP code and nothing else, whether or not there is such a code."""
        return bool(_ZIP.fullmatch(text.strip(" .,!?")))

    def alone(self, text: str) -> Found:
        """The place that a text names if it says nothing else, as "im in denver" does.

        Without its state, a city counts from :data:`NOTABLE` ZIP codes on: there are places called Hope and Justice.
        A name that is a country's too, as Georgia, does not count.
        """
        words = place_key(_INITIALS.sub(r"\1\2", _ZIP.sub(" ", text))).split()
        if _ZIP.search(text):
            return self.spelled(text) if self._around.issuperset(words) else UNKNOWN
        for start, end in _stripped(words, self._around):
            phrase = _without_the(" ".join(words[start:end]))
            found = self._exact(phrase, len(phrase) == len(text.strip()), text.strip())
            if found and found.kind != "abroad":
                cities = self._gazetteer.named(phrase)
                small = cities and cities[0].weight < NOTABLE and phrase not in self._nicknames
                return UNKNOWN if small or phrase in self._gazetteer.countries else found
        return UNKNOWN

    def _phrases(self, text: str) -> list[str]:
        words = place_key(_INITIALS.sub(r"\1\2", text)).split()
        return list(dict.fromkeys(_phrases(words, self._around)))

    @staticmethod
    def _too_wide(phrases: list[str]) -> bool:
        return not _TOO_WIDE.isdisjoint(map(_without_the, phrases))

    @staticmethod
    def _first(tries: Iterable[Optional[Found]]) -> Found:
        return next((found for found in tries if found), UNKNOWN)

    def _exact(self, words: str, alone: bool = False, typed: str = "") -> Optional[Found]:
        """The place that a phrase names letter for letter."""
        words = _without_the(words)
        known = self._gazetteer
        if not words or words in _TOO_WIDE:
            return None
        if self._nicknames.get(words, words) != words:
            return self._exact(self._nicknames[words])
        if words == "washington":
            return self._ambiguous([*known.named(words)[:1], *filter(None, [known.state("WA")])])
        if len(words) == 2 and words.upper() in known.states:
            upper = alone and typed.isupper() and words not in ("hi", "ok", "oh")
            return self._state(words.upper()) if words not in _NEVER_ALONE or upper else None
        if words in known.state_names and words != "new york":
            return self._state(known.state_names[words])
        parted = self._with_state(words, spelled=True)
        if parted:
            return parted
        if words in self._abroad or self._ends_abroad(words):
            return Found("abroad", abroad=words)
        entries = known.named(words)
        return self._one_or_ask(entries) if entries else None

    def _with_state(self, words: str, spelled: bool) -> Optional[Found]:
        """A city with its state behind it; with slips in either, unless all is spelled right."""
        known = self._gazetteer
        tokens = words.split()
        for length in range(min(3, len(tokens) - 1), 0, -1):
            tail = " ".join(tokens[-length:])
            state = known.state_names.get(tail) or (tail.upper() if tail.upper() in known.states else None)
            if not spelled:
                state = state or self._misspelled_state(tail)
            if not state:
                continue
            city = " ".join(tokens[:-length])
            inside = [entry for entry in known.named(city) if entry.state == state]
            if inside:
                return self._found(inside[0])
            nickname = self._nicknames.get(city, "")
            if nickname.endswith(f" {state.casefold()}") and nickname != words:
                return self._exact(nickname)
            close = self._close_names(city) if self._around.isdisjoint(city.split()) else []
            inside = [entry for name in close for entry in self._gazetteer.named(name) if entry.state == state]
            if inside:
                return self._found(inside[0])
        return None

    def _ends_abroad(self, words: str) -> bool:
        """Whether a city is followed by a country."""
        tokens = words.split()
        return any(" ".join(tokens[start:]) in self._abroad for start in range(1, len(tokens)))

    def _misspelled(self, words: str) -> Optional[Found]:
        words = _without_the(words)
        parted = self._with_state(words, spelled=False)
        if parted:
            return parted
        for name in self._close_names(words):
            found = self._exact(name)
            if found:
                return found
        return None

    def _misspelled_state(self, word: str) -> Optional[str]:
        if len(word) < 5:
            return None
        close = process.extractOne(
            word,
            self._states,
            scorer=DamerauLevenshtein.normalized_similarity,
            score_cutoff=_least(word),
        )
        return self._gazetteer.state_names[close[0]] if close else None

    def _close_names(self, words: str) -> list[str]:
        """Names that a phrase may be a misspelling of, the likeliest first."""
        if len(words) < 5 or len(words.split()) > 4:
            return []
        close = process.extract(
            words,
            self._fuzzy,
            scorer=DamerauLevenshtein.normalized_similarity,
            score_cutoff=_least(words),
            limit=20,
        )
        likely = [(score + self._likelihood(name), name) for name, score, _ in close]
        return [name for score, name in sorted(likely, reverse=True) if score > 0.9]

    def _likelihood(self, name: str) -> float:
        """How much more likely than a hamlet a name is meant: 0.14 for the biggest cities and for states."""
        if name in self._gazetteer.state_names or name in self._nicknames or name in self._abroad:
            return 0.14
        weight = max((entry.weight for entry in self._gazetteer.named(name)), default=0)
        return min(0.14, 0.035 * math.log2(max(weight, 1)))

    def _one_or_ask(self, entries: list[Entry]) -> Found:
        places = [self._place(entry) for entry in entries]
        alone = len(entries) == 1 or entries[0].weight >= DOMINANT * entries[1].weight
        if alone or (distance_km(*places[:2]) < SAME_AREA_KM and (len(entries) == 2 or entries[2].weight == 1)):
            return self._found(entries[0])
        return self._ambiguous(entries)

    def _ambiguous(self, entries: list[Entry]) -> Found:
        return Found("ambiguous", tuple(self._place(entry) for entry in entries[:MOST_CANDIDATES]))

    def _state(self, abbreviation: str) -> Optional[Found]:
        if abbreviation == "DC":
            return self._found(self._gazetteer.named("washington")[0])
        entry = self._gazetteer.state(abbreviation)
        return self._found(entry) if entry else None

    def _found(self, entry: Entry) -> Found:
        return Found("found", (self._place(entry),))

    def _place(self, entry: Entry) -> Place:
        return Place(entry.city, entry.state, self._gazetteer.states[entry.state], entry.latitude, entry.longitude)


def _least(words: str) -> float:
    """Similarity from which words may be a misspelling: one slip in up to 8 letters, two in more."""
    slips = 1 if len(words) < 9 else 2
    return 1 - (slips + 0.01) / len(words)


def _without_the(words: str) -> str:
    return words[4:] if words.startswith("the ") else words


def _stripped(words: list[str], around: frozenset[str]) -> list[tuple[int, int]]:
    """First and last of a sentence's words, with more and more of those that are no place left off at its ends."""
    if around.issuperset(words):
        return [(0, 1)] if len(words) == 1 and len(words[0]) == 2 else []  # ME is a state
    first = next(place for place, word in enumerate(words) if word not in around)
    last = len(words) - next(place for place, word in enumerate(reversed(words)) if word not in around)
    spans = [(start, end) for start in range(first + 1) for end in range(last, len(words) + 1)]
    return sorted((span for span in spans if span[1] - span[0] <= LONGEST), key=lambda span: span[0] - span[1])


def _phrases(words: list[str], around: frozenset[str]) -> Iterator[str]:
    """Parts of a sentence that may be a place: what is left of it, then what follows "in" and such."""
    spans = _stripped(words, around)
    yield from (" ".join(words[start:end]) for start, end in spans)
    first = spans[-1][0] if spans else len(words)
    starts = {place + 1 for place, word in enumerate(words) if word in _PREPOSITIONS} | {first}
    for start in sorted(starts):
        for end in range(min(start + 4, len(words)), start, -1):
            yield " ".join(words[start:end])
