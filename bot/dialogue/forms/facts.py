"""Several answers in one message: "I'm Ann Lee, ann@x.org, Denver"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.content.forms import Form, FormStep
from bot.content.text import normalized
from bot.dialogue.forms.answers import Taken
from bot.dialogue.forms.controls import named_field
from bot.dialogue.forms.places import spelled_place
from bot.dialogue.forms.validators import ADDRESS, INTRODUCTION, validate

_PARTS = re.compile(r"[,;\n]+\s*|\.\s+|\s+and\s+(?=(?:my|our|the|i)\b)", re.IGNORECASE)
_NAMED = re.compile(
    r"^(?:(?:actually|sorry|oh|no|and|wait)[\s,]+)*(?:my|our|the)\s+(?P<field>[\w\s\-']{2,30}?)\s*(?::|\s(?:is|=))\s*(?P<value>\S.*)$",
    re.I,
)
_LIVE = re.compile(
    "^(?:and\\s+)?(?:(?:i'm|i\u2019m|i am|i live|we are|we're|living|based)\\s+(?:in|from|near|at)|from|in)\\s+(?=\\S)",
    re.IGNORECASE,
)
_MOST_WORDS_OF_A_NAME = 6


def facts_in(typed: str, form: Form, step: FormStep) -> dict[str, Taken]:
    """Answers to more than the open step, or to another one, that a message clearly states.

    A message counts as such only if it names a field, introduces its writer, or holds an e-mail address or phone number
    that the open step does not ask for; everything else is left to the open step.

    Args:
        typed: The message.
        form: The open form.
        step: The open step.

    Returns:
        The answers by field; empty if the message states none, or only the open step's.
    """
    parts = [part.strip() for part in _PARTS.split(typed) if part.strip()]
    found: dict[str, Taken] = {}
    left: list[str] = []
    for part in parts:
        stated = dict(_stated(part, form))
        if any(field in found and found[field] != taken for field, taken in stated.items()):
            return {}  # two values for one field: which one is meant?
        found.update(stated)
        if not stated:
            left.append(part)
    others = set(found) - {step.id}
    if not others and not (len(parts) > 1 and found):
        return {}
    if step.answer == "text" and step.id != "person_name" and left:
        return {}  # a sentence that happens to hold an address is still one answer
    _from_rest(left, form, step, found)
    return found


def _stated(part: str, form: Form) -> Iterator[tuple[str, Taken]]:
    """What one part of a message states by itself."""
    named = _NAMED.match(part)
    if named:
        field = named_field(normalized(named["field"]), form)
        verdict = validate(named["value"].strip(" .!"), form.step(field)) if field else None
        if field and isinstance(verdict, Taken):
            yield field, verdict
            return
    for step in form.steps:
        if step.answer == "email" and not ADDRESS.search(part):
            continue
        if step.answer in ("email", "phone"):
            verdict = validate(part, step)
            if isinstance(verdict, Taken):
                yield step.id, verdict
                return
        if step.id == "person_name" and INTRODUCTION.match(part):
            verdict = validate(part, step)
            if isinstance(verdict, Taken) and _is_written_as_a_name(verdict.shown):
                yield step.id, verdict
                return


def _is_written_as_a_name(said: str) -> bool:
    """Whether what follows "I am" is a name: "Ann Lee", not "over 18" or "a teacher"."""
    words = said.split()
    return len(words) <= _MOST_WORDS_OF_A_NAME and all(word[0].isupper() for word in words)


def _names_an_age(part: str) -> bool:
    return any(character.isdigit() for character in part)


def _from_rest(left: list[str], form: Form, step: FormStep, found: dict[str, Taken]) -> None:
    """Takes the age, a name and a place from parts that nothing marks."""
    if step.answer == "adult":
        ages = [verdict for part in left if isinstance(verdict := validate(part, step), Taken)]
        # "No, my e-mail is ..." says nothing of the age: an age must be given to be turned away.
        if ages and (all(age.value for age in ages) or any(map(_names_an_age, left))):
            found[step.id] = min(ages, key=lambda age: bool(age.value))
        left = [part for part in left if not isinstance(validate(part, step), Taken)]
    name = next((other for other in form.steps if other.id == "person_name"), None)
    if left and name and step is name and name.id not in found and len(left[0].split()) <= _MOST_WORDS_OF_A_NAME:
        verdict = validate(left[0], name)
        if isinstance(verdict, Taken):
            found[name.id] = verdict
            left = left[1:]
    where = next((other for other in form.steps if other.answer == "place"), None)
    if left and where and where.id not in found:
        known = spelled_place(_LIVE.sub("", ", ".join(left)))
        if known:
            found[where.id] = known
