"""The place step: where a visitor lives, as far as staff need to know."""

from __future__ import annotations

import re

from bot.content.forms import FormStep
from bot.dialogue.forms.answers import Refused, Taken, Verdict

_LONGEST = 100
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")


def place(typed: str, step: FormStep) -> Verdict:
    """A place as it was typed."""
    if len(typed) > _LONGEST:
        return Refused(f"That has {len(typed):,} characters; a place has {_LONGEST} at most.")
    if _DATE.search(typed):
        return Refused("That looks like a date.")
    if not any(character.isalpha() for character in typed):
        return Refused("That is not a place.")
    return Taken({"text": typed, "state": None}, typed)
