"""Walks through each form with random answers, questions, corrections, ways back and endings.

What is saved must be exactly what the last summary showed, and what that shows exactly what was given. Many walks go
through the forms' own code; a few through whole turns of the assistant, after which nothing of a form that was not
agreed to may be found in the database or its files.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Optional
from uuid import uuid4

import pytest
from conftest import say
from given import FORMS
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.content.forms import Form
from bot.dialogue.forms.decide import Heard
from bot.dialogue.forms.engine import OpenForm, Turn
from bot.dialogue.forms.parts import answer_and_question
from bot.dialogue.forms.state import FormState
from bot.dialogue.forms.wording import record
from bot.dialogue.reply import FormStep, Reply
from bot.runtime.agent import Assistant
from bot.storage.records import RecordStore

sys.path.append(str(Path(__file__).parents[2] / "storage"))
from forms import traces

MARK = "quillfeather"
"""Stands in each answer that is typed, and nowhere else."""


class Given(NamedTuple):
    """An answer as it is typed and as the summary shows it."""

    typed: str
    shown: str


def as_typed(text: str) -> Given:
    return Given(text, text)


NAMES = st.sampled_from(["Court", "Stop", "Hope", "O'Brien", "Lopez-Ruiz", "José", "Ng", "No", "Yes Bank", "Help"])
WORDS = st.sampled_from(
    ["refugee law", "<b>flyers</b>", "'; DROP TABLE records;--", "letters to editors", "=1+1", "50 % of it"]
)
ANSWERS: dict[str, st.SearchStrategy[Given]] = {
    "adult": st.sampled_from(["yes", "I am 34", "Yes, 18 or older", "18"]).map(
        lambda typed: Given(typed, "18 or older")
    ),
    "email": st.integers(1, 9).map(lambda number: as_typed(f"{MARK}{number}@x.org")),
    "phone": st.integers(1000, 9999).map(lambda line: Given(f"(202) 555-{line}", f"+1 202-555-{line}")),
    "place": st.sampled_from([Given("Denver", "Denver, Colorado"), Given("40202", "Louisville, Kentucky 40202")])
    | st.integers(1, 9).map(lambda number: as_typed(f"{MARK.title()} {number}, Ruritania")),
    "commitment": st.sampled_from(["yes", "no", "not yet"]).map(as_typed),
    "person_name": NAMES.map(lambda name: as_typed(f"{MARK.title()} {name}")),
    "text": WORDS.map(lambda words: as_typed(f"{words} {MARK}")),
}
UNFIT = {
    "adult": ["asdf", "180"],
    "email": ["asdf", "a@b", "a@x.org, b@x.org"],
    "phone": ["555-CALL-NOW", "12"],
    "place": ["00000", "2026-11-25", "asdf"],
    "commitment": ["asdf"],
    "text": ["123", "x" * 1500],
    "consent": ["asdf", "yes but not my phone"],
}
QUESTIONS = {"what is wicc?": "faq/wicc", "What is genocide?": "faq/genocide", "anything on drones?": "paper/drones"}


class Walk(RuleBasedStateMachine):
    """A visitor, and what that visitor has told the open form."""

    def __init__(self) -> None:
        super().__init__()
        self.form: Form
        self.open = False
        self.turns = 0
        self.last: list[Reply] = []
        self.told: dict[str, str] = {}
        self.saved: list[dict[str, str]] = []

    def deliver(self, text: str) -> list[Reply]:
        """The replies to a message."""
        raise NotImplementedError

    def kept(self) -> list[str]:
        """Names of what is still kept of a form."""
        raise NotImplementedError

    @initialize(form=st.sampled_from(sorted(FORMS.forms)))
    def choose(self, form: str) -> None:
        self.form = FORMS.forms[form]
        self.begin()

    @precondition(lambda self: not self.open)
    @rule()
    def begin(self) -> None:
        self.say(self.form.phrase)
        self.open, self.told, self.turns = True, {}, 0
        assert self.field == "adult"

    @precondition(lambda self: self.open)
    @rule(data=st.data(), steps=st.integers(1, 4))
    def answer(self, data: st.DataObject, steps: int) -> None:
        """Answers the next steps; at the summary, agrees."""
        for number in range(steps):
            field = self.field
            if field == "consent":
                return None if number else self.agree()
            given = data.draw(self.answers(field), label=field)
            self.say(given.typed)
            self.told[field] = given.shown
            assert self.field == self.first_missing()
        return None

    @precondition(lambda self: self.open and self.form.step(self.field).answer in ("email", "phone"))
    @rule(data=st.data())
    def answer_and_ask(self, data: st.DataObject) -> None:
        """Answers with an address or number, and asks something in the same message."""
        field = self.field
        given = data.draw(self.answers(field), label=field)
        self.say(f"{given.typed}, and what is wicc?")
        self.told[field] = given.shown
        assert self.last[0].topic == ["faq/wicc"]
        assert self.field == self.first_missing()

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def answer_badly(self, data: st.DataObject) -> None:
        field = self.field
        self.say(data.draw(st.sampled_from(UNFIT[self.form.step(field).answer])))
        assert self.field == field
        assert self.asked.error

    @precondition(lambda self: self.open)
    @rule(question=st.sampled_from(sorted(QUESTIONS)))
    def ask(self, question: str) -> None:
        field = self.field
        self.say(question)
        assert self.last[0].topic[0] == QUESTIONS[question]
        assert self.field == field

    @precondition(lambda self: self.open)
    @rule()
    def go_back(self) -> None:
        place = self.form.fields.index(self.field)
        self.say("go back")
        assert self.field == self.form.fields[max(place - 1, 0)]

    @precondition(lambda self: self.open)
    @rule()
    def skip(self) -> None:
        field = self.field
        optional, known = self.form.step(field).optional, field in self.told
        self.say("skip")
        if optional:
            self.told[field] = ""
        assert self.field == (self.first_missing() if optional or known else field)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def change(self, data: st.DataObject) -> None:
        """Changes an answer, with the new value in the same message."""
        named = data.draw(st.sampled_from([step.id for step in self.form.steps if step.answer in ("email", "phone")]))
        given = data.draw(self.answers(named), label=named)
        self.say(f"change my {'phone' if named == 'phone' else 'e-mail'} to {given.typed}")
        self.told[named] = given.shown

    @precondition(lambda self: self.open and self.field == "consent")
    @rule(data=st.data())
    def change_at_the_end(self, data: st.DataObject) -> None:
        """Picks an answer to change, as the list of them names it."""
        self.say("change an answer")
        field = data.draw(st.sampled_from(sorted(self.told)))
        self.say(f"Change my {self.form.step(field).label.lower()}")
        assert self.field == field

    @precondition(lambda self: self.open and self.turns > 10)
    @rule(word=st.sampled_from(["cancel", "stop", "cancel the form"]))
    def cancel(self, word: str) -> None:
        self.say(word)
        self.ended()

    @precondition(lambda self: self.open and self.field == "consent")
    @rule(word=st.sampled_from(["no", "No, delete it"]))
    def refuse(self, word: str) -> None:
        self.say(word)
        self.ended()

    def agree(self) -> None:
        self.say("yes")
        self.saved.append({field: self.told[field] for field in self.form.fields if field in self.told})
        self.ended()
        assert "reference number R-" in self.last[-1].text

    @invariant()
    def the_summary_shows_what_was_told(self) -> None:
        if self.open and "hand over:" in self.last[-1].text:
            lines = [line for line in self.last[-1].text.splitlines() if line.startswith("- ")]
            known = [step for step in self.form.steps if step.id in self.told]
            assert lines == [f"- {step.label}: {self.told[step.id] or 'skipped'}" for step in known]

    # --- what the rules share

    def say(self, text: str) -> None:
        self.turns += 1
        self.last = self.deliver(text)

    def ended(self) -> None:
        assert not any(reply.form_step for reply in self.last)
        assert self.kept() == []
        self.open = False

    @property
    def asked(self) -> FormStep:
        step = self.last[-1].form_step
        assert step, self.last[-1].text
        return step

    @property
    def field(self) -> str:
        return self.asked.field

    def first_missing(self) -> str:
        return next(field for field in self.form.fields if field not in self.told)

    def answers(self, field: str) -> st.SearchStrategy[Given]:
        return ANSWERS[field if field in ANSWERS else self.form.step(field).answer]


class WalkOfForms(Walk):
    """Through the forms' own code, with the classifier's opinion given."""

    now = 0.0
    state: Optional[FormState] = None
    records: list[dict[str, str]]

    def deliver(self, text: str) -> list[Reply]:
        if self.state is None:
            self.records = getattr(self, "records", [])
            return self.take(OpenForm(self.form, FormState(id=uuid4().hex, asked_at=0), {}, None).start("Hello."))
        form = OpenForm(self.form, self.state, self.given, self.field)
        parts = answer_and_question(text, self.form, self.field)
        asks = parts.question if parts else text
        intent = "faq" if asks in QUESTIONS else "nlu_fallback"
        return self.take(form.hear(Heard(parts.answer if parts else text, intent, 0.9, asks_too=bool(parts)), 1), asks)

    def take(self, turn: Turn, asked: str = "") -> list[Reply]:
        """What a turn leads to, as the action does it."""
        self.state, self.given = turn.state, turn.answers
        if turn.end:
            if turn.end == "saved":
                self.records.append(record(self.form, turn.answers))
                assert self.records[-1] == {field: self.told[field] for field in self.records[-1]}
            reference = "reference number R-" if turn.end == "saved" else ""
            self.state = None
            return [Reply(text=f"The end. {reference}")]
        if turn.interrupts:
            again = OpenForm(self.form, turn.state, turn.answers, turn.field).again().reply
            assert again
            return [Reply(text="An answer.", topic=[QUESTIONS[asked]]), again]
        assert turn.reply
        return [turn.reply]

    def kept(self) -> list[str]:
        return [] if self.state is None else ["form_state"]

    def teardown(self) -> None:
        assert getattr(self, "records", []) == self.saved


class WalkOfTurns(Walk):
    """Through whole turns of the assistant, with the trained model and a database."""

    assistant: Assistant

    def __init__(self) -> None:
        super().__init__()
        self.conversation = uuid4().hex

    def deliver(self, text: str) -> list[Reply]:
        message_id = uuid4().hex
        replies = say(self.assistant, self.conversation, text, message_id)
        assert say(self.assistant, self.conversation, text, message_id) == replies, "a message that is sent again"
        return replies

    def kept(self) -> list[str]:
        slots = asyncio.run(self.assistant.store.retrieve(self.conversation)).current_slot_values()
        return [name for name in (*self.form.fields, "form_state") if slots[name] is not None]

    def teardown(self) -> None:
        if self.open:
            self.say("cancel")
        store = RecordStore(self.assistant.store.engine)
        found = store.for_conversation(self.conversation)
        # Forms with one address and kind are one record: the last of them.
        last = {
            saved.get("email") or saved.get("email_if_any") or number: saved for number, saved in enumerate(self.saved)
        }
        assert sorted(map(str, (record.fields for record in found))) == sorted(map(str, last.values()))
        for one in found:
            assert store.delete(one.reference)
        assert traces(store.engine, (MARK, "555-")) == []


@pytest.mark.parametrize(("walk", "walks"), [(WalkOfForms, 150), (WalkOfTurns, 6)])
def test_what_is_saved_is_what_the_summary_showed_whatever_way_led_there(
    assistant_on: Callable[..., Assistant], sqlite_url: str, walk: type[Walk], walks: int
) -> None:
    WalkOfTurns.assistant = assistant_on(sqlite_url)
    # Without shrinking, which would take minutes: a walk of thirty steps can be read as it is.
    phases = (Phase.explicit, Phase.generate)
    run_state_machine_as_test(walk, settings=settings(max_examples=walks, stateful_step_count=30, phases=phases))
