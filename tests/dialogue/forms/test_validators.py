"""Every validator, on what Hypothesis makes up: none fails on any text, and each keeps what fits as it was given."""

import phonenumbers
import pytest
from email_validator import validate_email
from given import FORMS
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.content.forms import FormStep
from bot.content.gazetteer import gazetteer
from bot.content.text import normalized
from bot.dialogue.forms.answers import Refused, Taken
from bot.dialogue.forms.places import spelled_place
from bot.dialogue.forms.validators import VALIDATORS, validate

STEPS = {step.id: step for form in FORMS.forms.values() for step in form.steps}
BY_ANSWER: dict[str, FormStep] = {step.answer: step for step in STEPS.values()}
WORDS = st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs")), min_size=1, max_size=120)
LETTERS = st.text(st.characters(categories=("L",)), min_size=1, max_size=30)


def test_every_type_of_answer_has_a_validator_and_a_step() -> None:
    assert set(VALIDATORS) == set(BY_ANSWER)


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
@given(typed=st.text(max_size=300))
def test_any_text_is_taken_or_refused_in_each_step(step: FormStep, typed: str) -> None:
    verdict = validate(typed, step)
    if isinstance(verdict, Taken):
        assert verdict.shown.strip()
        assert validate(typed, step) == verdict
    else:
        assert isinstance(verdict, Refused)
        assert typed.strip() not in verdict.reason or len(typed.strip()) < 5, "a refusal repeats nothing"


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_each_choice_of_a_step_is_taken_however_it_is_spelled(step: FormStep) -> None:
    for choice in step.choices:
        if step.answer == "consent" and choice == "Change an answer":
            continue
        for spelled in (choice, choice.upper(), f" {choice.lower()}. "):
            assert isinstance(validate(spelled, step), Taken), spelled


@given(WORDS, LETTERS)
def test_a_text_with_a_letter_is_kept_as_it_was_typed(words: str, letters: str) -> None:
    typed = f"{words}{letters}".strip()
    assert validate(typed, STEPS["role"]) == Taken(typed, typed)


@given(st.integers(min_value=1, max_value=5000))
def test_a_text_is_taken_up_to_its_longest_and_no_further(length: int) -> None:
    verdict = validate("x" * length, STEPS["person_name"])
    assert isinstance(verdict, Taken) == (length <= STEPS["person_name"].longest)


@given(st.text(st.characters(exclude_categories=("L", "C")), max_size=80))
def test_a_text_without_a_letter_is_none(typed: str) -> None:
    assert isinstance(validate(typed, STEPS["message"]), Refused)


@given(
    st.from_regex(r"[a-z0-9]([a-z0-9._+]{0,20}[a-z0-9])?", fullmatch=True).filter(lambda local: ".." not in local),
    st.from_regex(r"[a-z]{1,12}(-[a-z]{1,8})?\.(org|com|edu|net|us)", fullmatch=True),
    st.sampled_from(["{}", "my e-mail is {}", "{} please", "<{}>", "it's {}.", "write to {}, thanks"]),
)
def test_an_address_is_found_alone_or_in_a_sentence(local: str, domain: str, sentence: str) -> None:
    address = f"{local}@{domain}"
    verdict = validate(sentence.format(address), STEPS["email"])
    assert isinstance(verdict, Taken)
    assert verdict.value == validate_email(address, check_deliverability=False).normalized


@given(st.text(st.characters(exclude_characters="@"), max_size=100))
def test_what_has_no_at_sign_is_no_address(typed: str) -> None:
    assert isinstance(validate(typed, STEPS["email"]), Refused)


AREA = st.sampled_from(["212", "312", "502", "415", "202", "907"])
SHAPES = [
    "{} {} {}",
    "({}) {}-{}",
    "{}.{}.{}",
    "{}{}{}",
    "+1 {} {} {}",
    "1-{}-{}-{}",
    "my cell is {} {} {}",
    "call {}-{}-{}",
]


@given(AREA, st.integers(200, 999), st.integers(0, 9999), st.sampled_from(SHAPES))
def test_a_us_number_is_the_same_number_however_it_is_written(area: str, exchange: int, line: int, shape: str) -> None:
    verdict = validate(shape.format(area, exchange, f"{line:04}"), STEPS["phone"])
    assert verdict == Taken(*2 * (f"+1 {area}-{exchange}-{line:04}",))


@given(st.text(st.characters(categories=("L", "P", "S", "Zs", "Nd")), max_size=60))
def test_a_number_that_is_taken_can_be_called(typed: str) -> None:
    verdict = validate(typed, STEPS["phone"])
    if isinstance(verdict, Taken):
        assert phonenumbers.is_possible_number(phonenumbers.parse(verdict.value, None))


@given(LETTERS)
def test_letters_in_a_number_are_refused(word: str) -> None:
    assume(normalized(word) not in ("x", "ext", "extension"))
    assert isinstance(validate(f"212 {word} 0123", STEPS["phone"]), Refused)


@given(st.integers(0, 999), st.sampled_from(["{}", "I'm {}", "I am {} years old", "yes, {}", "im {}"]))
def test_an_age_decides_and_one_that_nobody_has_is_asked_again(age: int, sentence: str) -> None:
    verdict = validate(sentence.format(age), STEPS["adult"])
    if age > 125:
        assert isinstance(verdict, Refused)
    else:
        assert isinstance(verdict, Taken)
        assert verdict.value is (age >= 18)
        assert str(age) not in verdict.shown.replace("18", "") or age in (1, 8, 18)


YES = ("yes", "yep", "yeah", "yup", "y", "sure", "ok", "okay", "i", "agreed", "of", "certainly")


@given(st.sampled_from(["yes", "Yes.", "sure", "OK", "I agree", "yes please"]), WORDS)
def test_consent_is_a_short_yes_and_nothing_else(yes: str, words: str) -> None:
    consent = STEPS["consent"]
    assert validate(yes, consent) == Taken(True, "yes")
    verdict = validate(words, consent)
    if isinstance(verdict, Taken) and verdict.value:
        assert normalized(words).split()[0] in YES
    for condition in ("but", "except", "unless", "not", "however"):
        assert isinstance(validate(f"{yes} {condition} my phone", consent), Refused)


@given(st.sampled_from(["no", "No!", "nope", "I do not agree", "delete it"]))
def test_a_no_to_consent_or_commitment_is_heard(no: str) -> None:
    assert validate(no, STEPS["consent"]) == Taken(False, "no")
    if no not in ("I do not agree", "delete it"):
        assert validate(no, STEPS["commitment"]) == Taken("no", "no")


CITIES = ["Denver", "Boise", "Ann Arbor", "Louisville", "Anchorage", "San Juan", "Honolulu"]
IN_STATE = dict(zip(CITIES, ["CO", "ID", "MI", "KY", "AK", "PR", "HI"]))


@given(
    st.sampled_from(CITIES),
    st.sampled_from(["{}, {}", "I live in {}, {}", "{} {}"]),
    st.sampled_from([str, str.lower, str.upper]),
)
def test_a_city_brings_its_state_whatever_its_case(city: str, shape: str, case: type) -> None:
    verdict = validate(case(shape.format(city, IN_STATE[city])), STEPS["place"])
    assert isinstance(verdict, Taken)
    assert verdict.value["state"] == IN_STATE[city]
    assert verdict.value["text"] == verdict.shown


@given(st.integers(0, 99999).map("{:05}".format))
def test_a_zip_code_is_taken_exactly_if_it_exists(code: str) -> None:
    verdict = validate(code, STEPS["place"])
    exists = gazetteer().zip_code(code) is not None
    assert isinstance(verdict, Taken) == exists
    assert not exists or code in verdict.shown


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%m/%d/%Y", "%d.%m.%y", "%B %d, %Y", "%d %b %Y"]))
def test_a_date_is_no_place(day: object, written: str) -> None:
    assert isinstance(validate(day.strftime(written), STEPS["place"]), Refused)


@given(st.text(max_size=120))
def test_a_place_beside_other_facts_is_only_one_that_is_spelled_out(typed: str) -> None:
    found = spelled_place(typed)
    assert found is None or found == validate(typed, STEPS["place"])


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("maria . lopez @ gmail .com", "maria.lopez@gmail.com"),
        ("john at greenriver dot org", "john@greenriver.org"),
        ("ann.lee [at] example [dot] org", "ann.lee@example.org"),
    ],
)
def test_an_address_that_is_spelled_out_is_joined(typed: str, address: str) -> None:
    assert validate(typed, STEPS["email"]) == Taken(address, address)


@pytest.mark.parametrize(
    "typed", ["meet me at the door", "i work at example.org", "ann at x", "she is at home @ noon . ok"]
)
def test_other_words_are_not_joined_to_an_address(typed: str) -> None:
    assert isinstance(validate(typed, STEPS["email"]), Refused)


@pytest.mark.parametrize("typed", ["ok how", "yes but what for", "sure why"])
def test_a_yes_that_asks_says_nothing_of_the_age(typed: str) -> None:
    assert isinstance(validate(typed, STEPS["adult"]), Refused)


@pytest.mark.parametrize(
    ("typed", "adult"),
    [("yea im 23", True), ("lol im 16", False), ("24 yrs old", True), ("im 40 yes", True), ("ya", True)],
)
def test_an_age_is_read_as_it_is_typed_on_a_phone(typed: str, adult: bool) -> None:
    verdict = validate(typed, STEPS["adult"])
    assert isinstance(verdict, Taken)
    assert verdict.value is adult


@pytest.mark.parametrize("typed", ["send nothing", "submit a complaint", "send me a copy", "hand it back"])
def test_a_wish_that_is_no_agreement_is_no_consent(typed: str) -> None:
    assert isinstance(validate(typed, STEPS["consent"]), Refused)
