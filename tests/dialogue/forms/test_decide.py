"""What a message is while a form is open. The intents given are the ones that would lead astray."""

from typing import Optional

import pytest
from given import EVERY_STEP, FORMS, VOLUNTEER

from bot.dialogue.forms.answers import Refused
from bot.dialogue.forms.controls import Control
from bot.dialogue.forms.decide import Answers, Decision, Heard, Interrupts, decide
from bot.dialogue.forms.validators import validate

NAMES = [
    "Will Court",
    "will court",
    "Will Stop",
    "Hope Justice",
    "Grace Power",
    "Person",
    "No",
    "Yes Bank",
    "O'Brien",
    "Mary Ann Lopez-Ruiz",
    "José",
    "Ng",
    "Do Hyun Kim",
    "Can Ali Yilmaz",
    "Skip Law",
    "Cancel Lopez",
    "Dr. Help N. Needed III",
]
CONTROLS = {
    "cancel": ["cancel", "Stop.", "quit", "please cancel", "Never mind"],
    "back": ["go back", "back", "Previous question!"],
    "skip": ["skip", "Skip this one", "I'd rather not say"],
    "explain": ["help", "why?", "Why do you need that?"],
    "repeat": ["repeat", "what was the question?"],
    "go_on": ["continue", "go on", "resume"],
    "change": ["change an answer", "edit"],
}


def decided(typed: str, field: str, intent: str = "faq", confidence: float = 0.99) -> Decision:
    """What a message means at a step of the volunteer's form."""
    return decide(Heard(typed, intent, confidence), VOLUNTEER, VOLUNTEER.step(field))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("intent", ["faq", "cancel", "affirm", "deny", "help", "goodbye"])
def test_a_name_is_kept_as_typed_whatever_the_classifier_takes_it_for(name: str, intent: str) -> None:
    decision = decided(name, "person_name", intent)
    assert isinstance(decision, Answers)
    assert decision.taken["person_name"].value == name


@pytest.mark.parametrize("name", ["Robert'); DROP TABLE records;--", "<b>Ann</b> <script>", "=1+1 Lee"])
def test_code_in_a_name_is_text(name: str) -> None:
    decision = decided(name, "person_name", "nlu_fallback")
    assert isinstance(decision, Answers)
    assert decision.taken["person_name"].value == name


@pytest.mark.parametrize(("kind", "word"), [(kind, word) for kind, words in CONTROLS.items() for word in words])
def test_a_control_word_alone_steers_in_each_step(kind: str, word: str) -> None:
    for form, field in EVERY_STEP:
        assert decide(Heard(word, "faq", 0.9), form, form.step(field)) == Control(kind), (form.id, field)


@pytest.mark.parametrize("question", ["What is WICC?", "what is wicc", "tell me about drone strikes", "Palestine?"])
def test_a_question_interrupts_each_step(question: str) -> None:
    for form, field in EVERY_STEP:
        assert decide(Heard(question, "faq", 0.9), form, form.step(field)) == Interrupts(), (form.id, field)


@pytest.mark.parametrize(
    "wish",
    [
        "I want to write letters to my senators",
        "help organize a rally",
        "explain the court to students",
        "I can translate papers",
        "start an alliance in my town",
        "talk to people",
    ],
)
def test_what_a_volunteer_would_like_to_do_is_no_request(wish: str) -> None:
    decision = decided(wish, "interests")
    assert isinstance(decision, Answers)
    assert decision.taken["interests"].value == wish


@pytest.mark.parametrize("typed", ["please cancel my registration", "i dont want to sign up after all"])
def test_a_clear_request_to_stop_ends_a_free_text_step_if_the_classifier_is_sure(typed: str) -> None:
    assert decided(typed, "person_name", "cancel", 0.95) == Control("cancel")
    assert isinstance(decided(typed, "person_name", "cancel", 0.5), Answers)


def test_a_person_in_danger_is_heard_in_each_step() -> None:
    for form, field in EVERY_STEP:
        heard = Heard("someone is trying to kill me", "report_crime", 0.6)
        assert decide(heard, form, form.step(field)) == Interrupts(), (form.id, field)


@pytest.mark.parametrize(
    ("field", "typed"),
    [("email", "asdf"), ("email", "yes"), ("phone", "555-CALL-NOW"), ("adult", "maybe"), ("consent", "hmm")],
)
@pytest.mark.parametrize("intent", ["nlu_fallback", "out_of_scope", "affirm"])
def test_what_does_not_fit_is_refused(field: str, typed: str, intent: str) -> None:
    assert isinstance(decided(typed, field, intent), Refused)


@pytest.mark.parametrize("field", ["email", "adult"])
def test_small_talk_interrupts_where_it_does_not_fit(field: str) -> None:
    assert decided("hi there", field, "greet") == Interrupts()


def test_a_pick_from_an_earlier_reply_interrupts_a_name() -> None:
    heard = Heard("Ways to advocate", "faq", 1.0, offered=True)
    assert decide(heard, VOLUNTEER, VOLUNTEER.step("person_name")) == Interrupts()


def test_a_pick_from_the_question_itself_answers_it() -> None:
    step = VOLUNTEER.step("interests")
    decision = decide(Heard(step.choices[0], "faq", 1.0, offered=True), VOLUNTEER, step)
    assert decision == Answers({"interests": (step.choices[0], step.choices[0])})


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("change my email", "email"),
        ("No, change my e-mail address please", "email"),
        ("I want to correct my name", "person_name"),
        ("my phone number is wrong", "phone"),
        ("wrong city", "place"),
        ("edit what I would like to do", "interests"),
    ],
)
def test_a_field_can_be_changed_in_each_step(typed: str, field: str) -> None:
    for step in VOLUNTEER.steps:
        assert decided(typed, step.id, "change_answer") == Control("change", field), step.id


def test_a_change_may_bring_its_value() -> None:
    assert decided("change my email to b@c.org", "consent") == Control("change", "email", "b@c.org")


def test_a_field_alone_is_a_change_at_the_summary_only() -> None:
    assert decided("phone", "consent") == Control("change", "phone")
    assert isinstance(decided("phone", "person_name"), Answers)


@pytest.mark.parametrize("typed", ["yes but not my phone", "yes?", "yes except the phone", "is it safe? yes"])
def test_a_yes_with_a_condition_is_no_consent(typed: str) -> None:
    assert not isinstance(decided(typed, "consent", "affirm"), Answers)


def test_a_place_with_a_question_mark_is_a_place() -> None:
    assert isinstance(decided("Denver?", "place", "inform_place"), Answers)
    assert decided("is there an alliance in Denver?", "place", "inform_place") == Interrupts()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (
            "I'm Ann Lee, ann@x.org, Denver",
            {"person_name": "Ann Lee", "email": "ann@x.org", "place": "Denver, Colorado"},
        ),
        ("Ann Lee, 212 555 0123", {"person_name": "Ann Lee", "phone": "+1 212-555-0123"}),
        ("my name is Ann Lee and my email is ann@x.org", {"person_name": "Ann Lee", "email": "ann@x.org"}),
        ("ann@x.org", {"email": "ann@x.org"}),
        ("my phone is 212 555 0123", {"phone": "+1 212-555-0123"}),
    ],
)
def test_several_facts_in_one_message(typed: str, expected: dict[str, str]) -> None:
    decision = decided(typed, "person_name")
    assert isinstance(decision, Answers)
    assert {field: taken.shown for field, taken in decision.taken.items()} == expected


@pytest.mark.parametrize(
    ("typed", "adult"),
    [
        ("yes, I'm 34, my email is ann@x.org", True),
        ("I am 16, my email is ann@x.org", False),
        ("yes, I'm 17, ann@x.org", False),
        ("no, my email is ann@x.org", None),
    ],
)
def test_the_age_among_several_facts_is_heard(typed: str, adult: Optional[bool]) -> None:
    decision = decided(typed, "adult", "affirm")
    assert isinstance(decision, Answers)
    assert decision.taken["email"].value == "ann@x.org"
    assert (decision.taken["adult"].value if "adult" in decision.taken else None) is adult


def test_a_place_is_taken_beside_another_fact() -> None:
    decision = decided("212 555 0123, Denver, Colorado", "phone")
    assert isinstance(decision, Answers)
    assert decision.taken["place"].value == {"text": "Denver, Colorado", "state": "CO"}


def test_two_values_for_one_field_are_asked_about() -> None:
    decision = decided("ann@x.org, bob@x.org", "email")
    assert decision == Refused("I can keep one e-mail address only.", meant=True)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("call me Bob", "Bob"), ("It's Ann", "Ann"), ("Name is José", "José"), ("Call Me Maybe Jones", "Maybe Jones")],
)
def test_what_comes_before_a_name_is_left_out(typed: str, name: str) -> None:
    decision = decided(typed, "person_name")
    assert isinstance(decision, Answers)
    assert decision.taken["person_name"].value == name


@pytest.mark.parametrize("typed", ["hello", "Thank you!", "hi there"])
def test_a_greeting_is_no_name(typed: str) -> None:
    assert decided(typed, "person_name", "greet") == Interrupts()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("email", "a@b"),
        ("email", "ann@x.org and bob@x.org"),
        ("phone", "123"),
        ("place", "00000"),
        ("place", "November 25, 2026"),
        ("place", "2026-11-25"),
        ("person_name", "x" * 5000),
        ("consent", "yes but not my phone"),
    ],
)
@pytest.mark.parametrize("intent", ["faq", "find_alliance_near"])
def test_a_slip_in_what_was_asked_is_explained_whatever_the_classifier_takes_it_for(
    field: str, typed: str, intent: str
) -> None:
    assert isinstance(decided(typed, field, intent), Refused)


@pytest.mark.parametrize("typed", ["12 Maryland Ave, Denver, CO", "May, Oklahoma", "June Lake, California"])
def test_a_place_with_the_name_of_a_month_is_no_date(typed: str) -> None:
    verdict = validate(typed, VOLUNTEER.step("place"))
    assert "date" not in str(verdict)


@pytest.mark.parametrize(
    ("typed", "intent", "kept"),
    [
        ("Do you still hold seminars?", "nlu_fallback", "Do you still hold seminars?"),
        ("Message: what is WICC doing? Write to a@b.org", "faq", "what is WICC doing? Write to a@b.org"),
        ("my message is: can you call me?", "talk_to_human", "can you call me?"),
    ],
)
def test_a_question_to_staff_is_a_message(typed: str, intent: str, kept: str) -> None:
    form = FORMS.forms["contact"]
    decision = decide(Heard(typed, intent, 0.9), form, form.step("message"))
    assert isinstance(decision, Answers)
    assert decision.taken["message"].value == kept


@pytest.mark.parametrize("typed", ["I am over 18", "yes, I'm an adult"])
def test_not_everything_after_i_am_is_a_name(typed: str) -> None:
    decision = decided(typed, "adult", "affirm")
    assert isinstance(decision, Answers)
    assert set(decision.taken) == {"adult"}


def test_an_address_in_a_sentence_stays_in_the_sentence() -> None:
    wish = "I can translate, ask bob@x.org about my work"
    decision = decided(wish, "interests")
    assert isinstance(decision, Answers)
    assert {field: taken.value for field, taken in decision.taken.items()} == {"interests": wish}


def test_an_answer_with_a_question_does_both() -> None:
    decision = decide(Heard("my email is a@b.org", "faq", 0.9, asks_too=True), VOLUNTEER, VOLUNTEER.step("email"))
    assert isinstance(decision, Answers)
    assert decision.interrupts


@pytest.mark.parametrize(
    ("typed", "kept", "state"),
    [
        ("60614", "Chicago, Illinois 60614", "IL"),
        ("I live in denver", "Denver, Colorado", "CO"),
        ("Springfield, IL", "Springfield, Illinois", "IL"),
        ("Kentucky", "Kentucky", "KY"),
        ("Toronto, Canada", "Toronto, Canada", None),
        ("Whoville, Nowhere County", "Whoville, Nowhere County", None),
    ],
)
@pytest.mark.parametrize("intent", ["inform_place", "find_alliance_near", "nlu_fallback"])
def test_a_place_answers_its_step_and_brings_its_state(typed: str, kept: str, state: str, intent: str) -> None:
    decision = decided(typed, "place", intent)
    assert isinstance(decision, Answers)
    assert decision.taken["place"].value == {"text": kept, "state": state}


@pytest.mark.parametrize("intent", ["inform_place", "nlu_fallback"])
def test_a_city_of_several_states_is_asked_about(intent: str) -> None:
    decision = decided("Springfield", "place", intent)
    assert isinstance(decision, Refused)
    assert "Springfield, IL" in decision.choices
    for choice in decision.choices:
        picked = decide(Heard(choice, intent, 0.9, offered=True), VOLUNTEER, VOLUNTEER.step("place"))
        assert isinstance(picked, Answers), choice


@pytest.mark.parametrize("typed", ["00000", "2026-11-25", "11/25/2026", "asdf", "x" * 300, "12"])
@pytest.mark.parametrize("intent", ["inform_place", "nlu_fallback"])
def test_what_is_no_place_is_refused(typed: str, intent: str) -> None:
    assert isinstance(decided(typed, "place", intent), Refused)


def test_a_part_that_is_no_place_is_not_taken_for_one() -> None:
    decision = decided("Ann Lee, ann@x.org, thanks, bye", "person_name")
    assert isinstance(decision, Answers)
    assert set(decision.taken) == {"person_name", "email"}
