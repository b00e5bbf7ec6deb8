"""For the launcher, which parses what is typed into a form: what steers it, and what answers and asks at once."""

from __future__ import annotations

from typing import Optional

from bot.content.forms import Form
from bot.dialogue.forms.answers import Taken
from bot.dialogue.forms.controls import control_of
from bot.dialogue.forms.facts import facts_in
from bot.dialogue.forms.questions import Apart, apart
from bot.dialogue.forms.validators import validate

ANSWER_PART = "answer_part"
"""Key of a parsed message that holds its other part, which the form takes."""


def answer_and_question(typed: str, form: Form, field: Optional[str]) -> Optional[Apart]:
    """Takes a message apart if one part fits the open step, or another, and the other part asks something.

    Args:
        typed: The message.
        form: The open form.
        field: The open step's field.

    Returns:
        The parts; None if the message is to be understood as a whole. It always is at the last step, where no
        question goes with a yes, and where a message to staff is written, which may well ask something.
    """
    if field not in form.fields:
        return None
    step = form.step(field)
    parts = apart(typed)
    if parts is None or step.answer == "consent" or step.id == "message":
        return None
    fits = isinstance(validate(parts.answer, step), Taken) or facts_in(parts.answer, form, step)
    return parts if fits else None


def steers(typed: str, form: Form, field: Optional[str]) -> bool:
    """Whether a message is about the form itself: "why?" there asks why the form wants to know.

    Args:
        typed: The message.
        form: The open form.
        field: The open step's field.
    """
    return field in form.fields and control_of(typed, form, form.step(field)) is not None
