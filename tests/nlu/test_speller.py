"""Misspelled words are mended; everything else stays as it was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.speller import OFTEN, SHORTEST, VERY_OFTEN, Speller

WORDS = ["advocate", "court", "criminal", "hague", "international", "jurisdiction", "sanctions"]
KNOWN = {"the", "course", "count", "sanction", "hauler", "what", "about", "support"}


@pytest.fixture
def speller() -> Speller:
    return Speller(WORDS, KNOWN.__contains__)


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("hauge", "hague"),
        ("jurisdicton", "jurisdiction"),
        ("internatinal criminl court", "international criminal court"),
        ("The HAUGE?!", "The hague?!"),
        ("what about santions...", "what about sanctions..."),
        ("advocat", "advocate"),
    ],
)
def test_a_slip_is_mended(speller: Speller, typed: str, mended: str) -> None:
    assert speller.correct(typed) == mended


@pytest.mark.parametrize(
    "text",
    [
        "",
        "course",  # near "court", but a word of its own
        "courses",  # the plural of one
        "curt",  # too short to tell
        "Netherlands",  # near nothing
        "JURISDICTION",  # right, however it is written
        "12345 !?",
        "\U0001f642 \u4f60\u597d",
        "jurisdicción",  # a word of another language, not a slip of the English one
        "élection",
    ],
)
def test_what_is_no_slip_is_left_alone(text: str) -> None:
    assert Speller([*WORDS, "election"], KNOWN.__contains__).correct(text) == text


@given(st.text(max_size=60))
def test_mending_twice_changes_nothing_more(text: str) -> None:
    speller = Speller(WORDS, KNOWN.__contains__)
    once = speller.correct(text)
    assert speller.correct(once) == once


@given(st.text(alphabet=st.characters(blacklist_categories=["Ll", "Lu"]), max_size=40))
def test_what_is_not_a_letter_stays(text: str) -> None:
    assert Speller(WORDS, KNOWN.__contains__).correct(text) == text


def test_replacements_are_words_of_many_phrasings() -> None:
    known = {"treaty"}
    texts = (
        ["sign the treaty"] * OFTEN + ["flotilla"] * VERY_OFTEN + ["comoros"] * (VERY_OFTEN - 1) + ["amnesty"] * OFTEN
    )
    assert Speller.fit(texts, known.__contains__).words == ["flotilla", "treaty"]


def test_a_word_counts_once_a_phrasing() -> None:
    assert Speller.fit(["treaty treaty treaty"] * (OFTEN - 1), {"treaty"}.__contains__).words == []


def test_short_words_are_no_replacements() -> None:
    texts = ["war crime"] * VERY_OFTEN
    assert Speller.fit(texts, lambda word: True).words == ["crime"]
    assert len("war") < SHORTEST


def test_a_misspelling_in_the_phrasings_corrects_no_other() -> None:
    texts = ["jurisdiction of the court"] * OFTEN + ["jurisdicton of the court"] * (VERY_OFTEN - 1)
    known = {"jurisdiction", "court"}
    assert Speller.fit(texts, known.__contains__).correct("jurisdictn") == "jurisdiction"
