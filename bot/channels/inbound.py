"""Cleans what a visitor sends before Rasa sees it."""

from __future__ import annotations

import re
import unicodedata

MAX_STORED = 4000
"""Characters of a message that are kept; the rest is cut off. Nobody types more, and stores must not be flooded."""

# Control, invisible formatting, private use, lone surrogates: none can be typed, and PostgreSQL refuses NUL.
_INVISIBLE = {"Cc", "Cf", "Co", "Cs"}
_LEADING = re.compile(r"^[\s/\\]+")
"""Slashes and every kind of space before the first word: a space that hides a slash must not save it."""
_JOINERS = {"\u200c", "\u200d"}
"""Zero-width (non-)joiner: invisible, but Persian, Hindi and emoji need them."""


def clean_message(text: object) -> str:
    """Makes a visitor's message safe to understand and to store.

    Invisible characters become spaces, the text is cut to :data:`MAX_STORED` characters, and leading slashes go: Rasa
    takes a message that begins with ``/`` for a command that fires any intent and fills any slot.

    Args:
        text: What the channel received; anything but a string counts as empty.

    Returns:
        The cleaned text, possibly empty.
    """
    if not isinstance(text, str):
        return ""
    # Cut first: a huge message must not cost a huge loop. Twice the length leaves room for what is removed.
    visible = "".join(
        character if character in _JOINERS or unicodedata.category(character) not in _INVISIBLE else " "
        for character in text[: 2 * MAX_STORED]
    )
    return _LEADING.sub("", visible)[:MAX_STORED].rstrip()
