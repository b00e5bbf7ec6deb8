"""Decides what a message is while a form is open: an answer, an interruption, both, or a control.

A value that fits the step wins over any intent, except a control word alone. Where any text fits, only a question or a
clear request interrupts: by the classifier's opinion alone, "Will Court" would be a question about the Court and
"Will Stop" would end the form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Optional, Union

from bot.content.forms import Form, FormStep
from bot.content.text import normalized
from bot.dialogue.forms.answers import Refused, Taken
from bot.dialogue.forms.controls import Control, control_of, control_of_intent
from bot.dialogue.forms.facts import facts_in
from bot.dialogue.forms.questions import asks, looks_like_a_name
from bot.dialogue.forms.validators import UNCLEAR, is_marked, validate

NOT_UNDERSTOOD = frozenset(("nlu_fallback", "out_of_scope"))
"""Intents that stand for no idea; they interrupt only with a message that asks something."""

_FREE = ("text", "place")
"""Types of answers that nearly any text fits."""

_NO_INTERRUPTION = frozenset(("affirm", "deny", "inform_place"))
"""Intents that answer nothing by themselves."""

_SURE = 0.8
"""Confidence from which a control is believed in a free-text step ..."""
_MUST_HEAR = {"report_crime": 0.5, "delete_data": _SURE, "withdraw_record": _SURE}
"""... and intents that interrupt it too: a person in danger, who is better heard once too often, or one who takes
something back."""
_FEWEST_WORDS = 3
"""... if the message has so many words: shorter ones are names."""


_GREETINGS = frozenset(
    ("hi", "hello", "hey", "hi there", "hello there", "hey there", "good morning", "good afternoon", "good evening",
     "thanks", "thank you", "thanks a lot", "thank you very much", "many thanks")
)  # fmt: skip
"""What nobody is called."""


class Heard(NamedTuple):
    """A message as it was understood.

    Attributes:
        text: What was typed; without its question, where that was taken apart.
        intent: Name of the intent.
        confidence: Confidence in it, 0 to 1.
        offered: Whether the message picks something that an earlier reply offered.
        asks_too: Whether a question was taken apart, which the intent belongs to.
        starts_form: Whether the intent starts a form.
    """

    text: str
    intent: str = ""
    confidence: float = 0.0
    offered: bool = False
    asks_too: bool = False
    starts_form: bool = False


class Answers(NamedTuple):
    """The message answers.

    Attributes:
        taken: Answers by field.
        interrupts: Whether it also asks something.
    """

    taken: dict[str, Taken]
    interrupts: bool = False


@dataclass(frozen=True)
class Interrupts:
    """The message is for another part of the assistant."""


Decision = Union[Answers, Interrupts, Control, Refused]


def decide(heard: Heard, form: Form, step: FormStep) -> Decision:
    """What a message means to a form.

    Args:
        heard: The message.
        form: The open form.
        step: The open step.
    """
    control = control_of(heard.text, form, step)
    if control and not heard.asks_too:
        return control
    if step.answer == "consent" and (asks(heard.text) or heard.asks_too):
        # No question is a clear yes, not even "yes?".
        return Refused(UNCLEAR) if heard.intent in _NO_INTERRUPTION else Interrupts()
    facts = {} if is_marked(heard.text, step) else facts_in(heard.text, form, step)
    if facts:
        return Answers(facts, heard.asks_too)
    if step.answer in _FREE and _interrupts_free_text(heard, step):
        return control_of_intent(heard.intent) or Interrupts()
    verdict = validate(heard.text, step)
    if isinstance(verdict, Taken):
        return Answers({step.id: verdict}, heard.asks_too)
    if isinstance(verdict, Refused) and (verdict.choices or verdict.meant) and not heard.asks_too:
        return verdict
    if heard.asks_too or heard.offered:
        return Interrupts()
    return _instead(heard) or verdict


def _interrupts_free_text(heard: Heard, step: FormStep) -> bool:
    if heard.asks_too:
        return False
    passed_on = heard.intent in NOT_UNDERSTOOD or is_marked(heard.text, step)
    if step.id == "message" and passed_on and heard.intent not in _MUST_HEAR:
        return False  # a question that only staff can answer
    if step.answer == "place" and heard.intent == "inform_place" and not asks(heard.text.rstrip("? ")):
        return False  # "Denver?"
    if step.id == "person_name" and normalized(heard.text) in _GREETINGS:
        return True
    other_pick = heard.offered and step.answer == "text" and heard.text not in step.choices
    if asks(heard.text) or other_pick:
        return True
    words = heard.text.split()
    named = looks_like_a_name(words)
    sure = _MUST_HEAR.get(heard.intent) or (_SURE if control_of_intent(heard.intent) else None)
    return sure is not None and heard.confidence >= sure and len(words) >= _FEWEST_WORDS and not named


def _instead(heard: Heard) -> Optional[Union[Control, Interrupts]]:
    """What a message is that does not fit the step."""
    if heard.intent in NOT_UNDERSTOOD:
        return Interrupts() if asks(heard.text) else None
    if heard.intent in _NO_INTERRUPTION or not heard.intent:
        return None
    return control_of_intent(heard.intent) or Interrupts()
