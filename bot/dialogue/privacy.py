"""What a visitor says to take back what was given."""

from __future__ import annotations

import re
from typing import Optional

from bot.content.store import Content
from bot.content.text import normalized
from bot.dialogue.context import Context
from bot.dialogue.replies import canned_reply
from bot.dialogue.reply import Choice, Reply

CONFIRMATION = Choice(label="Yes", text="Yes, delete my data")
REFUSAL = Choice(label="No", text="No, keep my data")

_EMAIL = re.compile(r"[^\s<>(),;:]+@[^\s<>(),;:]+\.[a-z]{2,}", re.IGNORECASE)


def confirmation_reply(content: Content) -> Reply:
    """Says what would be deleted and asks whether to."""
    asked = canned_reply(content, content.responses["utter_confirm_deletion"])
    return asked.copy(update={"choices": [CONFIRMATION, REFUSAL]})


def is_confirmed(text: str, context: Context) -> bool:
    """Whether a message confirms the deletion that the reply just before asked about."""
    return CONFIRMATION in context.options and normalized(text) == normalized(CONFIRMATION.text)


def email_in(text: str) -> Optional[str]:
    """The first e-mail address in a message, as typed; None without one."""
    found = _EMAIL.search(text)
    return found[0].rstrip(".") if found else None
