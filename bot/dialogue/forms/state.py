"""What is kept of an open form besides its answers."""

from __future__ import annotations

from typing import Optional

from pydantic import BaseModel

STATE_SLOT = "form_state"
"""Slot that holds a :class:`FormState` as ``dict()`` while a form is open."""

PAUSE = 4 * 3600.0
"""Seconds after which a visitor who comes back is told which step is open."""


class FormState(BaseModel):
    """The state of an open form; the answers are in slots named after their fields.

    Attributes:
        id: Submission id, made when the form started: the key of the record that it leads to.
        asked_at: When the open step was asked last, in seconds since 1970.
        failures: How often the open step was answered in vain.
        changing: Whether the open step has been answered before and is asked again.
        paused: Whether the visitor has come back after a pause and was asked to go on or stop.
        interrupted_by: Id of the message that interrupted; in its turn the step is asked again.
    """

    id: str
    asked_at: float
    failures: int = 0
    changing: bool = False
    paused: bool = False
    interrupted_by: Optional[str] = None

    class Config:
        extra = "forbid"
