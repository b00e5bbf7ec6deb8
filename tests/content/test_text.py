"""When two texts are the same text to a visitor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.schema import spoken_date
from bot.content.text import has_words, normalized


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("What is the ICC?", "what is the icc"),
        ("  What   is the\tICC !?", "What is the ICC"),
        ("U.S. cooperation", "u s cooperation"),
        ("Straße", "STRASSE"),
        ("caf\u00e9", "cafe\u0301"),
        ("\uff29\uff23\uff23", "icc"),
        ("«ICC» — “ICC”…", "ICC ICC"),
    ],
)
def test_case_punctuation_and_spacing_do_not_matter(first: str, second: str) -> None:
    assert normalized(first) == normalized(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [("resume", "résumé"), ("ICC", "ICJ"), ("war crimes", "warcrimes"), ("1998", "1999"), ("你好", "您好")],
)
def test_letters_and_word_limits_matter(first: str, second: str) -> None:
    assert normalized(first) != normalized(second)


@given(st.text())
def test_a_normalized_text_has_single_inner_spaces(text: str) -> None:
    assert normalized(text) == " ".join(normalized(text).split())


@pytest.mark.parametrize("text", ["a", "7", "¿qué?", "什么", "ما", "?!x", "½"])
def test_letters_and_digits_of_any_script_are_words(text: str) -> None:
    assert has_words(text)


@pytest.mark.parametrize("text", ["", "  ", "?!", "👍", "👩\u200d⚖️", "—…", "_"])
def test_signs_alone_are_no_words(text: str) -> None:
    assert not has_words(text)


@pytest.mark.parametrize(
    ("written", "spoken"), [("2015", "2015"), ("2015-07", "July 2015"), ("2015-12-01", "1 December 2015")]
)
def test_dates_are_spoken_as_a_person_would(written: str, spoken: str) -> None:
    assert spoken_date(written) == spoken
