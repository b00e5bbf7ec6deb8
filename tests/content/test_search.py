"""Search over papers, situations and topics."""

from collections.abc import Sequence

import numpy as np
import pytest

from bot.content.finder import DESCRIBED, MAYBE, NEAR, Finder
from bot.content.knowledge import Knowledge
from bot.content.names import Names
from bot.content.search import Floats, SearchIndex, described, sentences, terms
from bot.content.store import ContentStore


@pytest.fixture(scope="module")
def finder(content_store: ContentStore) -> Finder:
    return Finder(content_store.content)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What does AMICC say about drones?", ["drone"]),
        ("papers on the countries' crisis", ["country", "crisi"]),
        ("Do you have anything?", []),
        ("a shared interest in the victim", ["shared", "interest", "victim"]),
        ("how do i become a reporter", ["become", "reporter"]),
    ],
)
def test_words_by_which_one_asks_find_nothing(text: str, found: list[str]) -> None:
    assert terms(text) == found


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Is there a paper on wanted persons who hide?", "wanted persons hide"),
        ("paper", "paper"),
        ("", ""),
    ],
)
def test_a_description_is_what_is_left_without_them(text: str, left: str) -> None:
    assert described(text) == left


def test_sentences_end_at_stops_before_capitals() -> None:
    assert sentences("H.Res. 209 was brought in. It condemns.\nIt ends!") == [
        "H.Res. 209 was brought in.",
        "It condemns.",
        "It ends!",
    ]
    assert sentences("  ") == []


BY_WORDS = {
    "un security council referrals": "paper/security_council",
    "drone talking points": "paper/drones",
    "maidan protests": "paper/ukraine",
    "the office of the prosecutor's strategic plan": "paper/otp_strategy",
    "how reporters get it wrong": "paper/press",
    "kampala amendments": "paper/aggression",
    "cosponsors of the house resolution": "paper/house_resolution",
}


@pytest.mark.parametrize("text", BY_WORDS)
def test_a_paper_is_found_by_its_subject(finder: Finder, text: str) -> None:
    hits = finder.search(text, ("paper",), NEAR)
    assert hits[0].key == BY_WORDS[text]
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("text", ["papers about my cat", "bread baking", "how to fix a bicycle", "zzz", "", "!?"])
def test_what_is_not_ours_finds_no_paper(finder: Finder, text: str) -> None:
    assert finder.search(text, ("paper",), NEAR) == []


@pytest.mark.parametrize("kinds", [("paper",), ("situation",), ("faq",), ("paper", "situation"), ()])
def test_only_the_wanted_kinds_are_found(finder: Finder, kinds: Sequence[str]) -> None:
    assert {hit.key.partition("/")[0] for hit in finder.search("ukraine war crimes", kinds, 0.0)} == set(kinds)


def test_a_misspelled_word_counts_as_the_nearest_known_one(finder: Finder) -> None:
    assert finder.index.known("reparasions") == "reparation"
    assert finder.index.known("reparation") == "reparation"
    assert finder.index.known("wolfhound") == "wolfhound"
    assert finder.index.known("cats") == "cats"


def test_each_view_alone_can_be_asked(finder: Finder) -> None:
    assert finder.index.search_words("flotilla", ("paper",))[0].key == "paper/flotilla"
    assert finder.index.search_words("wolfhound", ("paper",)) == []
    vector = finder.index._passages[0]
    assert finder.index.search_meaning(vector, ("paper",))[0].score == pytest.approx(1.0, abs=1e-4)


def test_an_index_of_nothing_finds_nothing() -> None:
    def encode(texts: Sequence[str]) -> Floats:
        raise AssertionError("there is nothing to encode")

    index = SearchIndex(Knowledge(), [], Names(Knowledge()), encode)
    assert index.search("ukraine", np.zeros(384, dtype=np.float32), ("paper",)) == []


def test_thresholds_are_in_their_order() -> None:
    assert 0 < MAYBE < DESCRIBED < NEAR < 1
