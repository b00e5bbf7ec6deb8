"""Moves a form on by one message. Pure: Rasa, the clock and the database are elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from bot.content.forms import Form, FormStep
from bot.dialogue.forms.answers import Refused, Taken
from bot.dialogue.forms.controls import Control, yes_or_no
from bot.dialogue.forms.decide import Answers, Heard, Interrupts, decide
from bot.dialogue.forms.state import PAUSE, FormState
from bot.dialogue.forms.validators import validate
from bot.dialogue.forms.wording import SKIPPED, End, ask, how_to, noted
from bot.dialogue.reply import Choice, Reply


class Turn(NamedTuple):
    """What a message does to a form.

    Attributes:
        state: The state after it.
        answers: All answers after it, by field.
        field: The field that the next message answers; None if the form has ended.
        reply: What to say; None if the message interrupts, or the form has ended.
        end: How the form ended, if it has.
        interrupts: Whether the message is, also, for another part of the assistant.
    """

    state: FormState
    answers: dict[str, Any]
    field: Optional[str]
    reply: Optional[Reply] = None
    end: Optional[End] = None
    interrupts: bool = False


class OpenForm:
    """An open form: its definition, its state and what was answered so far."""

    def __init__(self, form: Form, state: FormState, answers: Mapping[str, Any], field: Optional[str]) -> None:
        """Takes up a form where it was left.

        Args:
            form: What it asks.
            state: Its state.
            answers: What was answered, by field; None is no answer.
            field: The open step's field; None for the first.
        """
        self.form = form
        self.state = state
        self.answers = {name: value for name, value in answers.items() if value is not None}
        self.step = form.step(field) if field in form.fields else form.steps[0]

    def start(self, intro: str) -> Turn:
        """Asks the first question, with what is asked, why, and what happens with it."""
        return self._ask(self.form.steps[0], before=[intro])

    def again(self) -> Turn:
        """Asks the open step again, after something else was answered."""
        question = self._go_on_or_stop() if self.state.paused else None
        reply = ask(self.form, self.step, self.answers, with_choices=False, question=question)
        return self._turn(reply, keep_failures=True)

    def hear(self, heard: Heard, now: float) -> Turn:
        """Moves the form on by one message.

        Args:
            heard: The message.
            now: Seconds since 1970.
        """
        returns = now - self.state.asked_at > PAUSE
        was_paused, self.state.paused = self.state.paused, False
        self.state.asked_at = now
        goes_on = yes_or_no(heard.text) if was_paused else None
        if goes_on is not None:  # the question was whether to go on: a yes is no consent
            return self._ask(self.step) if goes_on else self._end("cancelled")
        decision = decide(heard, self.form, self.step)
        if isinstance(decision, Control) and not (returns and decision.kind == "go_on"):
            return self._steer(decision)
        if isinstance(decision, Interrupts) and heard.starts_form:
            still_open = f'This form is still open: {self.form.title}. To leave it, say "cancel the form".'
            return self._ask(self.step, [still_open])
        if isinstance(decision, Interrupts) and not (returns and heard.intent == "greet"):
            self.state.paused = returns
            return self._interrupted()
        if returns and not self._unmistakable(decision):
            self.state.paused = True
            reply = ask(self.form, self.step, self.answers, question=self._go_on_or_stop())
            reply.choices = [Choice(label="Go on", text="Go on"), Choice(label="Stop", text="Cancel the form")]
            return self._turn(reply)
        if isinstance(decision, Answers):
            return self._take(decision)
        return self._refuse(decision) if isinstance(decision, Refused) else self._ask(self.step)

    def _unmistakable(self, decision: object) -> bool:
        """Whether a message after a pause can only be meant for the open step."""
        return isinstance(decision, Answers) and self.step.answer in ("email", "phone")

    def _go_on_or_stop(self) -> str:
        number = self.form.fields.index(self.step.id) + 1
        return (
            f"You have begun this form: {self.form.title}. Step {number} of {len(self.form.steps)} is open "
            f'({self.step.label.lower()}). Would you like to go on or to stop? Say "go on", or "cancel the form": '
            "then I delete what you told me in it."
        )

    def _take(self, decision: Answers) -> Turn:
        values = {field: taken.value for field, taken in decision.taken.items()}
        if values.get("adult") is False:
            return self._end("minor")
        consent = self.form.steps[-1]
        if consent.id in values:
            return self._end("saved" if values[consent.id] else "refused")
        self.answers.update(values)
        also = [field for field in self.form.fields if field in values and (field != self.step.id or len(values) > 1)]
        before = [noted(self.form, also, self.answers)] if also else []
        following = self._following() if self.step.id in values else self.step
        if decision.interrupts:
            self._open(following)
            return self._interrupted()
        return self._ask(following, before)

    def _following(self) -> FormStep:
        """The first step without an answer; the last has none."""
        return next(step for step in self.form.steps if self.answers.get(step.id) is None)

    def _refuse(self, refused: Refused) -> Turn:
        self.state.failures += 1
        example = "" if refused.choices else self.step.example
        error = " ".join(part for part in (refused.reason, example) if part)
        if self.state.failures > 1:
            error = " ".join(part for part in (refused.reason, how_to(self.step)) if part)
        reply = ask(self.form, self.step, self.answers, error=error)
        if refused.choices:
            reply.choices = [Choice(label=label, text=label) for label in refused.choices]
        return self._turn(reply, keep_failures=True)

    def _steer(self, control: Control) -> Turn:
        if control.kind == "cancel":
            return self._end("cancelled")
        if control.kind == "skip":
            return self._skip()
        if control.kind == "back":
            return self._back()
        if control.kind == "change":
            return self._change(control)
        if control.kind == "explain":
            return self._ask(self.step, [how_to(self.step)])
        return self._ask(self.step)

    def _skip(self) -> Turn:
        if self.state.changing and not self.step.optional:
            return self._ask(self._following(), ["I have left it as it was."])
        if not self.step.optional:
            error = f"This one is needed. {how_to(self.step)}"
            return self._turn(ask(self.form, self.step, self.answers, error=error), keep_failures=True)
        self.answers[self.step.id] = SKIPPED
        return self._ask(self._following())

    def _back(self) -> Turn:
        place = self.form.fields.index(self.step.id)
        if place == 0:
            return self._ask(self.step, ["This is the first question."])
        return self._ask(self.form.steps[place - 1])

    def _change(self, control: Control) -> Turn:
        if control.field is None:
            labels = [step.label for step in self.form.steps[:-1] if self.answers.get(step.id) is not None]
            if not labels:
                return self._ask(self.step, ["There is no answer to change yet."])
            reply = ask(self.form, self.step, self.answers, question="Which answer would you like to change?")
            reply.choices = [Choice(label=label, text=f"Change my {label.lower()}") for label in labels]
            return self._turn(reply)
        step = self.form.step(control.field)
        verdict = validate(control.value, step) if control.value else None
        if isinstance(verdict, Taken):
            return self._take(Answers({step.id: verdict}))
        return self._ask(step, [verdict.reason] if isinstance(verdict, Refused) and verdict.reason else [])

    def _open(self, step: FormStep) -> None:
        self.state.failures = 0
        self.state.changing = self.answers.get(step.id) is not None
        self.step = step

    def _ask(self, step: FormStep, before: Optional[list[str]] = None) -> Turn:
        self._open(step)
        return self._turn(ask(self.form, step, self.answers, before or []))

    def _turn(self, reply: Reply, keep_failures: bool = False) -> Turn:
        if not keep_failures:
            self.state.failures = 0
        return Turn(self.state, self.answers, self.step.id, reply)

    def _interrupted(self) -> Turn:
        return Turn(self.state, self.answers, self.step.id, interrupts=True)

    def _end(self, end: End) -> Turn:
        return Turn(self.state, self.answers, None, end=end)
