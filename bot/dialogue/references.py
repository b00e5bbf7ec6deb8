"""What a visitor points at: "2", "the second one", a label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from bot.content.text import normalized
from bot.dialogue.reply import Choice

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def picked(text: str, options: Sequence[Choice]) -> Optional[Choice]:
    """The option that a message picks from the last reply's, by number or label; None if it picks none."""
    words = normalized(text)
    for number, option in enumerate(options, start=1):
        if words in (str(number), *_NUMBERS[number - 1 : number], normalized(option.label)):
            return option
    return None


_MORE = {"more", "more please", "the rest", "rest", "continue"}


def asks_for_rest(text: str, rest: str) -> bool:
    """Whether a message asks for what of the last reply did not fit; never if nothing is left."""
    return bool(rest) and normalized(text) in _MORE
