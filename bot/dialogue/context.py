"""What a conversation is about just now: the last reply's subject and what it offered.

It lives in two slots, written once a turn by the launcher's processor from the replies of that turn, whichever action
or answer made them; so every channel, answer and action sees the same context and none of them has to keep it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from bot.dialogue.reply import Choice, Reply

SUBJECT_SLOT = "subject"
"""Content ids, such as ``paper/drones``, of the last reply that was about any."""
OPTIONS_SLOT = "options"
"""What the last reply offered, in the order in which it was numbered."""


REST_SLOT = "rest"
"""What of the last reply the channel had no room for. The visitor gets it by sending MORE."""


class Context(BaseModel):
    """The context as the slots hold it.

    Attributes:
        subject: Content ids that the conversation is about, the main one first.
        options: What the last reply offered.
        rest: What of it the channel has not shown.
    """

    subject: list[str] = Field(default_factory=list)
    options: list[Choice] = Field(default_factory=list)
    rest: str = ""

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> Context:
        """Reads the context from a tracker's slot values."""
        return cls(
            subject=slots.get(SUBJECT_SLOT) or [],
            options=slots.get(OPTIONS_SLOT) or [],
            rest=slots.get(REST_SLOT) or "",
        )


def slots_after(context: Context, replies: Sequence[Reply], rest: str = "") -> dict[str, Any]:
    """The slots that a turn's replies change, with their new values.

    Args:
        context: The context before the turn.
        replies: What the turn said.
        rest: What of it the channel has no room for.

    A reply that is about nothing ("you are welcome") leaves the subject; one that offers nothing ends the options, so
    that "2" never picks from a list that is no longer the last thing on the screen.
    """
    subject = next((reply.topic for reply in reversed(replies) if reply.topic), context.subject)
    options = [option for reply in replies for option in reply.options]
    changed: dict[str, Any] = {}
    if subject != context.subject:
        changed[SUBJECT_SLOT] = subject
    if options != context.options:
        changed[OPTIONS_SLOT] = [option.dict() for option in options] or None
    if rest != context.rest:
        changed[REST_SLOT] = rest or None
    return changed
