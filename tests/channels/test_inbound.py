"""What a visitor sends is made safe to understand and to store, and kept as it was typed otherwise."""

import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.channels.inbound import MAX_STORED, clean_message

SPACES = "".join(sign for sign in map(chr, range(sys.maxunicode + 1)) if sign.isspace())


@pytest.mark.parametrize(
    "text",
    [
        "Why should the US support the ICC?",
        "My name is José Núñez-O'Brien",
        "Ng",
        "O\u2019Brien",
        "Müller, Łukasz & Søren",
        "Nguyễn Thị Minh Khai",
        "ما هي المحكمة الجنائية الدولية؟",
        "می\u200cخواهم بدانم",  # noqa: RUF001 - Persian, with the zero-width non-joiner that it needs
        "国际刑事法院是什么?",
        "अंतर्राष्ट्रीय न्यायालय क्या है",
        "\U0001f642 \u2764\ufe0f \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1fa\U0001f1f8 \U0001f44d\U0001f3fd",
        "and/or",
        "see https://www.icc-cpi.int/about?x=1&y=2#z",
        "5 < 6 > 4; DROP TABLE events; --",
        "50 % of 'them' \"here\" {now} [x] $1",
        "cafe\u0301",
        "-/greet",
    ],
)
def test_what_people_type_is_kept(text: str) -> None:
    assert clean_message(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("", ""),
        ("   ", ""),
        ("  hello  ", "hello"),
        ("/greet", "greet"),
        ("//greet", "greet"),
        (" / / greet", "greet"),
        ("\\/greet", "greet"),
        ('/faq{"topic": "icc"}', 'faq{"topic": "icc"}'),
        ("\t\n/restart\n", "restart"),
        ("\u200b/greet", "greet"),
        ("\ufeff/greet", "greet"),
        ("\u202e/greet", "greet"),
        ("\x00/greet", "greet"),
        ("\u3000/greet", "greet"),
        ("\u00a0/greet", "greet"),
        ("/\u2003/greet", "greet"),
        ("\u2028/greet", "greet"),
        ("/", ""),
        ("hello\x00world", "hello world"),
        ("hello\x1b[31mred", "hello [31mred"),
        ("two\nlines", "two lines"),
        ("right\u202eto left", "right to left"),
        ("half\ud83da pair", "half a pair"),
        ("own\ue000use", "own use"),
    ],
)
def test_what_is_harmful_is_taken_out(text: str, cleaned: str) -> None:
    assert clean_message(text) == cleaned


@pytest.mark.parametrize("space", SPACES, ids=lambda sign: f"U+{ord(sign):04X}")
def test_no_space_hides_a_command(space: str) -> None:
    assert clean_message(f"{space}/greet") == "greet"
    assert clean_message(f"/{space}/greet") == "greet"


@pytest.mark.parametrize("value", [None, 5, 1.5, True, ["hello"], {"text": "hello"}, b"hello"])
def test_what_is_no_text_counts_as_empty(value: object) -> None:
    assert clean_message(value) == ""


@pytest.mark.parametrize("length", [MAX_STORED - 1, MAX_STORED, MAX_STORED + 1, 10 * MAX_STORED, 5_000_000])
def test_a_long_message_is_cut(length: int) -> None:
    assert clean_message("x" * length) == "x" * min(length, MAX_STORED)


def test_what_is_removed_leaves_room() -> None:
    assert clean_message("/" * MAX_STORED + "x" * MAX_STORED) == "x" * MAX_STORED


# Slashes and spaces, control signs and ordinary text, in any order.
TRICKY = st.text(
    alphabet=st.sampled_from("/\\ \t\n\x00\u200b\u200d\u00a0\u2003\u2028\u3000\ufeffab\U0001f642"), max_size=12
)
ANY = st.one_of(TRICKY, st.text(), st.builds(str.__add__, TRICKY, st.text()))


@settings(max_examples=400, deadline=None)
@given(ANY)
@example("a" * (MAX_STORED - 1) + " b")
@example(" " * MAX_STORED + "/greet")
@example("/" * MAX_STORED * 3)
@example("\u00a0/greet")
def test_a_cleaned_message_is_safe(text: str) -> None:
    cleaned = clean_message(text)
    assert not cleaned.lstrip().startswith("/")
    assert len(cleaned) <= MAX_STORED
    assert not [sign for sign in cleaned if unicodedata.category(sign) in ("Cc", "Cs", "Co")]
    assert cleaned == cleaned.strip()
    cleaned.encode("utf-8")


@settings(max_examples=400, deadline=None)
@given(ANY)
@example("a" * (MAX_STORED - 1) + " b")
@example("\u00a0/greet")
@example("/" * (2 * MAX_STORED) + "x")
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean_message(clean_message(text)) == clean_message(text)


@given(st.text(alphabet=st.characters(whitelist_categories=["L", "N", "S", "Mn"]), max_size=100))
def test_letters_digits_and_signs_are_kept(text: str) -> None:
    assert clean_message("a" + text) == "a" + text
