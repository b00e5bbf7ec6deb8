"""What a form says."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Optional

from bot.content.forms import Form, Forms
from bot.content.forms import FormStep as Step
from bot.content.store import Content
from bot.dialogue.replies import topic_choices
from bot.dialogue.reply import Choice, FormStep, Reply

REPLY_PROMISE = "BOT_REPLY_PROMISE"
"""Environment variable with what the operator promises of replies. Read here because actions may run elsewhere."""

SKIPPED = ""
"""Value of a step that was skipped."""

End = Literal["saved", "refused", "cancelled", "minor"]

_WITHOUT_SIGNING_UP = ("how_to_advocate", "contact_congress", "awareness_days", "campus")
"""Topics offered to those who are too young to sign up."""
_INPUTS: dict[str, Literal["email", "tel"]] = {"email": "email", "phone": "tel"}


def promise(forms: Forms) -> str:
    """The sentence about replies: the operator's, or that none can be promised."""
    return os.environ.get(REPLY_PROMISE) or forms.no_promise


def ask(
    form: Form,
    step: Step,
    answers: Mapping[str, Any],
    before: Sequence[str] = (),
    error: Optional[str] = None,
    with_choices: bool = True,
    question: Optional[str] = None,
) -> Reply:
    """The reply that asks a step.

    Args:
        form: The form.
        step: Its step.
        answers: What was answered so far, by field; the last step shows it.
        before: Paragraphs that come first.
        error: What was wrong with the answer before.
        with_choices: Whether the step's choices are offered; not after another reply whose choices are still open.
        question: What is asked instead of the step's question.
    """
    paragraphs = [*before, *([error] if error else [])]
    if step.answer == "consent" and not question:
        paragraphs.append("\n".join(["This is what I would hand over:", *summary(form, answers)]))
    paragraphs.append(question or form.question(step))
    return Reply(
        text="\n\n".join(paragraphs),
        choices=_choices(step) if with_choices else [],
        form_step=FormStep(
            form=form.id,
            field=step.id,
            step=form.fields.index(step.id) + 1,
            total=len(form.steps),
            answer=step.answer,
            optional=step.optional,
            input_type=_INPUTS.get(step.answer, "text"),
            input_mode=_INPUTS.get(step.answer, "text"),
            autocomplete=step.autocomplete,
            error=error,
        ),
    )


def _choices(step: Step) -> list[Choice]:
    labels = [*step.choices, *(["Skip"] if step.optional else [])]
    return [Choice(label=label, text=label) for label in labels]


def shown(value: Any) -> str:
    """An answer as the visitor reads it and the record keeps it."""
    if value is True:
        return "18 or older"
    if isinstance(value, Mapping):
        return str(value["text"])
    return str(value)


def summary(form: Form, answers: Mapping[str, Any]) -> list[str]:
    """One line for each answer, as it would be handed over."""
    return [f"- {form.step(field).label}: {value or 'skipped'}" for field, value in record(form, answers).items()]


def record(form: Form, answers: Mapping[str, Any]) -> dict[str, str]:
    """The answers as the summary shows them and the record keeps them, by field."""
    return {step.id: shown(answers[step.id]) for step in form.steps[:-1] if answers.get(step.id) is not None}


def noted(form: Form, fields: Sequence[str], answers: Mapping[str, Any]) -> str:
    """Tells what was taken of a message that answered more than the question."""
    parts = [f"{form.step(field).label}: {shown(answers[field])}" for field in fields]
    return "Noted. " + "; ".join(parts) + "."


def how_to(step: Step, leaving: bool = True) -> str:
    """Explains a step: what a valid answer looks like, why it is asked, how to skip it or leave."""
    # Not "cancel" alone: by SMS, carriers take that word for STOP.
    ways = 'You can say "skip", "go back" or "cancel the form".'
    ways = ways if step.optional else ways.replace('"skip", ', "")
    return " ".join([step.why, step.example, *([ways] if leaving else [])])


def ended(content: Content, end: End, reference: str, with_email: bool) -> Reply:
    """The reply that ends a form; it repeats nothing that was given.

    Args:
        content: For the topics that it offers.
        end: How the form ended.
        reference: Reference number of the record, if one was saved.
        with_email: Whether an e-mail address was given, without which a record cannot be withdrawn from elsewhere.
    """
    if end == "saved":
        elsewhere = (
            f'at any time and from any device, write "Withdraw {reference}" and the e-mail address that you gave'
        )
        way_back = elsewhere if with_email else 'write "Delete my data" in this conversation'
        return Reply(
            text=(
                f"Thank you. What you left is saved for AMICC's staff, under the reference number {reference}.\n\n"
                f"To take it back, {way_back}. {promise(content.forms)}"
            )
        )
    if end == "minor":
        return Reply(
            text=(
                "Thank you for saying so. I take details of adults only, so I have kept nothing. You can help without "
                "signing up: here are some ways."
            ),
            choices=topic_choices(content, _WITHOUT_SIGNING_UP),
        )
    done = "All right, I have handed over nothing" if end == "refused" else "Cancelled"
    return Reply(text=f"{done}. What you told me in this form is deleted. You can start again at any time.")
