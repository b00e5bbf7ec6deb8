"""The place step: where a visitor lives, as far as staff need to know."""

from __future__ import annotations

import re
from typing import Optional

from bot.content.forms import FormStep
from bot.content.places import Found, PlaceFinder, find_place, shared_finder
from bot.content.schema import MAX_LABEL
from bot.dialogue.forms.answers import Refused, Taken, Verdict

_LONGEST = 100
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|"
    rf"\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b|\b\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}",
    re.IGNORECASE,
)
_ZIP = re.compile(r"\b\d{5}\b")


def place(typed: str, step: FormStep) -> Verdict:
    """A place in the United States as it is called, with its state; one abroad as it was typed.

    One that the finder does not know is taken as typed if it names what it lies in, after a comma: no list is whole.
    """
    if len(typed) > _LONGEST:
        return Refused(f"That is too long for a place: I can keep {_LONGEST} characters at most.", meant=True)
    if _DATE.search(typed):
        return Refused("That looks like a date.", meant=True)
    found = find_place(typed)
    taken = _taken(found, typed)
    if taken:
        return taken
    if found.kind == "ambiguous":
        short = [f"{candidate.city}, {candidate.state}" for candidate in found.places]
        fitting = tuple(label for label in short if len(label) <= MAX_LABEL)
        return Refused("There is more than one place of that name. In which state is it?", fitting)
    if PlaceFinder.is_zip_code(typed):
        return Refused("I know no such ZIP code.", meant=True)
    named_in_full = typed.count(",") == 1 and all(any(map(str.isalpha, part)) for part in typed.split(","))
    if named_in_full:
        return _as_typed(typed)
    return Refused("I do not know that place. Please add its state, or its country.")


def spelled_place(typed: str) -> Optional[Taken]:
    """A place that is named letter for letter in a part of a message; None if there is a doubt."""
    return _taken(shared_finder().spelled(typed), typed)


def _taken(found: Found, typed: str) -> Optional[Taken]:
    if found.kind == "abroad":
        return _as_typed(typed)
    if found.place is None:
        return None
    zip_code = _ZIP.search(typed)
    text = f"{found.place.name} {zip_code[0]}" if zip_code else found.place.name
    return Taken({"text": text, "state": found.place.state}, text)


def _as_typed(typed: str) -> Taken:
    return Taken({"text": typed, "state": None}, typed)
