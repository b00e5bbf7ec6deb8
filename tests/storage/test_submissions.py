"""Reference numbers and e-mail addresses as people write them."""

import contextlib
import re

import pytest
from forms import submission
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.storage.submissions import email_key, find_reference, new_submission_id, reference_of

IDS = st.uuids(version=4).map(lambda value: value.hex)


@given(IDS)
def test_a_reference_follows_from_the_submission(identity: str) -> None:
    assert re.fullmatch(r"R-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", reference_of(identity))
    assert reference_of(identity) == reference_of(identity)


def test_references_differ() -> None:
    assert len({reference_of(new_submission_id()) for _ in range(2000)}) == 2000


@given(IDS, st.sampled_from(["{}", "withdraw {}", "please withdraw {}, a@b-example.org", "number {} thanks", "({})"]))
def test_a_reference_is_found_however_it_is_typed(identity: str, sentence: str) -> None:
    reference = reference_of(identity)
    bare = reference.replace("-", "")
    for typed in (
        reference,
        reference.lower(),
        bare,
        bare.lower(),
        reference.replace("-", " "),
        reference.replace("0", "O").replace("1", "l"),
        f"R- {bare[1:]}",
    ):
        found = find_reference(sentence.format(typed))
        # Without a dash and without a digit it looks like a word.
        if "-" in typed or any(digit.isdigit() for digit in typed):
            assert found == reference


@given(st.text())
def test_any_text_can_be_searched_for_a_reference(text: str) -> None:
    find_reference(text)


@pytest.mark.parametrize(
    "text", ["", "withdraw", "R-12345", "are you responsible", "R-00000-000000", "representatives"]
)
def test_no_reference_is_read_into_other_words(text: str) -> None:
    assert find_reference(text) is None


@pytest.mark.parametrize("address", ["Jo@X-Example.ORG", "jo@x-example.org", "JO@x-example.org"])
def test_one_address_has_one_key(address: str) -> None:
    assert email_key(address) == "jo@x-example.org"


@given(st.from_regex(r"[A-Za-z0-9.+]{1,10}@[A-Za-z0-9-]{1,10}\.[A-Za-z]{2,4}", fullmatch=True))
def test_a_key_is_its_own_key(text: str) -> None:
    with contextlib.suppress(ValueError):
        key = email_key(text)
        assert email_key(key) == key


@given(st.text(min_size=1).map(lambda text: text.replace("@", "") + "@"))
def test_what_is_no_address_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a valid e-mail address$"):
        email_key(text)


@pytest.mark.parametrize(
    "change",
    [{"email": "asdf"}, {"kind": "press"}, {"state": "Kentucky"}, {"submission_id": "1"}, {"extra": 1}],
    ids=str,
)
def test_a_submission_that_cannot_be_stored_is_refused(change: dict) -> None:
    with pytest.raises(ValidationError):
        submission(**change)
