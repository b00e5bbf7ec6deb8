"""The forms through the trained model: what is stored, what is blanked, what happens twice or not at all."""

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import say, turn
from rasa.core.channels.channel import UserMessage

from actions import onboarding
from bot.channels.output import ReplyChannel
from bot.content.store import ContentStore
from bot.runtime.agent import Assistant

sys.path.append(str(Path(__file__).parents[1] / "storage"))
from forms import traces
from visitor import ANSWERS, EMAIL, KNOWN, NAME, PHONE, Visitor, records


@pytest.fixture
def assistant(assistant_on: Callable[..., Assistant], database_url: str) -> Assistant:
    return assistant_on(database_url)


def days_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onboarding, "clock", lambda: time.time() + 3 * 24 * 3600)


def test_what_is_saved_is_what_the_summary_showed(assistant: Assistant) -> None:
    visitor = Visitor(assistant)
    summary = visitor.say("I want to volunteer", *ANSWERS).text
    reply = visitor.say("yes")
    (record,) = records(assistant)
    assert [line for line in summary.splitlines() if line.startswith("- ")] == [
        "- Age: 18 or older",
        f"- Name: {record.fields['person_name']}",
        f"- E-mail: {record.fields['email']}",
        f"- Phone: {record.fields['phone']}",
        f"- Place: {record.fields['place']}",
        f"- Interests: {record.fields['interests']}",
    ]
    assert record.reference in reply.text
    assert (record.kind, record.email) == ("volunteer", EMAIL)


@pytest.mark.parametrize("form", ["volunteer", "alliance", "organization", "contact"])
def test_what_a_button_sends_starts_its_form(assistant: Assistant, content_store: ContentStore, form: str) -> None:
    step = Visitor(assistant).say(content_store.content.forms.forms[form].phrase).form_step
    assert step
    assert step.form == form


def test_topics_offer_the_forms_that_belong_to_them(content_store: ContentStore) -> None:
    offered = {(task, topic.id) for topic in content_store.content.topics.values() for task in topic.tasks}
    assert offered >= {
        ("volunteer", "volunteer"),
        ("volunteer", "how_to_advocate"),
        ("alliance", "find_alliance"),
        ("alliance", "start_alliance"),
        ("organization", "org_membership"),
        ("contact", "amicc_contact"),
    }


@pytest.mark.parametrize("ending", ["no", "cancel", "stop"])
def test_without_consent_no_value_is_left_anywhere(assistant: Assistant, ending: str, caplog: Any) -> None:
    caplog.set_level("DEBUG")
    visitor = Visitor(assistant)
    visitor.say("I want to volunteer", *ANSWERS)
    assert traces(assistant.store.engine, KNOWN), "the test looks in the wrong place"
    visitor.say(ending)
    assert traces(assistant.store.engine, KNOWN) == []
    assert records(assistant) == []
    assert not set(visitor.open_slots()) - {"subject", "options", "topic"}
    assert [value for value in KNOWN if value in caplog.text] == []


def test_after_consent_the_values_are_in_the_record_only(assistant: Assistant) -> None:
    visitor = Visitor(assistant)
    visitor.say("I want to volunteer", *ANSWERS, "yes")
    assert {trace.split(":")[0] for trace in traces(assistant.store.engine, KNOWN) if "sqlite" not in trace} == {
        "records"
    }


def test_a_turn_that_is_sent_again_saves_one_record_with_one_reference(assistant: Assistant) -> None:
    visitor = Visitor(assistant)
    visitor.say("I want to volunteer", *ANSWERS)
    first, second = (say(assistant, visitor.conversation, "yes", message_id="m") for _ in range(2))
    assert first == second
    assert len(records(assistant)) == 1


def test_the_same_form_twice_is_one_record_with_the_newer_answers(assistant: Assistant) -> None:
    Visitor(assistant).say("I want to volunteer", *ANSWERS, "yes")
    again = Visitor(assistant).say("I want to volunteer", *ANSWERS[:-1], "write letters", "yes")
    (record,) = records(assistant)
    assert record.fields["interests"] == "write letters"
    assert len(record.references) == 2
    assert record.references[0] in again.text


def test_two_tabs_on_one_form_lose_and_double_nothing(assistant: Assistant) -> None:
    tab, other = Visitor(assistant, "one"), Visitor(assistant, "one")
    tab.say("I want to volunteer", "yes", NAME, EMAIL)
    assert "E-mail: other@x.org" in other.say("other@x.org").text  # it still shows the question for the e-mail
    tab.say(PHONE, "Louisville, Kentucky", "skip")
    tab.say("yes")
    assert "reference" not in other.say("yes").text
    (record,) = records(assistant)
    assert (record.fields["email"], record.fields["phone"]) == ("other@x.org", "+1 212-555-0143")


def test_after_days_the_open_step_is_named_and_the_form_goes_on(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor(assistant)
    visitor.say("I want to volunteer", "yes")
    days_later(monkeypatch)
    reply = visitor.say("hello again")
    assert "Step 2 of 7 is open (name)" in reply.text
    assert [choice.label for choice in reply.choices] == ["Go on", "Stop"]
    assert "What is your name?" not in reply.text
    assert visitor.say("Go on").form_step.field == "person_name"
    assert visitor.say(NAME).form_step.field == "email"


@pytest.mark.parametrize(("word", "field"), [("yes", "person_name"), ("no", None)])
def test_yes_and_no_answer_whether_to_go_on(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, word: str, field: str
) -> None:
    visitor = Visitor(assistant)
    visitor.say("I want to volunteer", "yes")
    days_later(monkeypatch)
    visitor.say("hello")
    step = visitor.say(word).form_step
    assert (step.field if step else None) == field


def test_after_days_a_yes_is_no_consent(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Visitor(assistant)
    visitor.say("I want to volunteer", *ANSWERS)
    days_later(monkeypatch)
    assert NAME not in visitor.say("yes").text, "who comes back may be somebody else"
    assert "- Name: " in visitor.say("yes").text
    assert records(assistant) == []
    assert "reference number" in visitor.say("yes").text


def test_a_question_after_days_is_answered_and_the_open_step_is_named(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor(assistant)
    visitor.say("I want to volunteer", "yes")
    days_later(monkeypatch)
    answer, question = say(assistant, visitor.conversation, "what is wicc?")
    assert answer.topic == ["faq/wicc"]
    assert "Step 2 of 7 is open" in question.text


def test_no_form_starts_where_others_read_along(assistant: Assistant) -> None:
    channel = ReplyChannel()
    message = UserMessage("I want to volunteer", channel, "group", metadata={"private": False})
    asyncio.run(assistant.handle_message(message))
    assert "private conversation" in channel.pending[-1].text
    assert not asyncio.run(turn(assistant, "group", "thanks"))[-1].form_step


def test_who_left_no_address_is_told_the_way_back_that_works(assistant: Assistant) -> None:
    reply = Visitor(assistant).say("talk to a human", "yes", "please call", "skip", "yes").text
    assert "e-mail address that you gave" not in reply
    assert '"Delete my data" in this conversation' in reply


def test_the_operators_promise_takes_the_place_of_none(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_REPLY_PROMISE", "Staff reply within a month.")
    visitor = Visitor(assistant)
    intro = visitor.say("I want to volunteer").text
    assert "Staff reply within a month." in intro
    assert "cannot promise" not in intro


def test_another_form_does_not_start_in_an_open_one(assistant: Assistant) -> None:
    visitor = Visitor(assistant)
    visitor.say("I want to volunteer", "yes", NAME)
    reply = visitor.say("I want to sign up my organization")
    assert "still open: Volunteer sign-up" in reply.text
    assert reply.form_step.field == "email"
