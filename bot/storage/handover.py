"""What an action hands to the conversation store with its turn.

Actions may run in another process, so they hand over by setting slots. The store acts on them in the transaction that
writes the turn, and keeps neither the slots nor the events that set them. ``docs/architecture.md`` lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from pydantic import BaseModel, ValidationError

from bot.errors import Errors, StorageError
from bot.storage.submissions import Submission, Withdrawal

SUBMISSION_SLOT = "submission"
"""A :class:`Submission` as ``dict()``: save it, or find it if it is saved."""
WITHDRAWAL_SLOT = "withdrawal"
"""A :class:`Withdrawal` as ``dict()``: mark the record withdrawn if the two belong together."""
BLANKING_SLOT = "blanking"
"""True: this turn's message holds personal data; do not keep its words, and end what was private before it."""
ERASURE_SLOT = "erasure"
"""True: delete the conversation and its records; the replies of this turn are the last."""

HANDOVER_SLOTS = frozenset((SUBMISSION_SLOT, WITHDRAWAL_SLOT, BLANKING_SLOT, ERASURE_SLOT))


class Handover(BaseModel):
    """What a turn hands over.

    Attributes:
        submission: To be saved.
        withdrawal: To be carried out.
        blanking: Whether the turn's words must not be kept.
        erasure: Whether the conversation is to be deleted.
    """

    submission: Optional[Submission] = None
    withdrawal: Optional[Withdrawal] = None
    blanking: bool = False
    erasure: bool = False

    class Config:
        frozen = True


def handed_over(slots: Mapping[str, Any]) -> Handover:
    """Reads what a turn hands over from its tracker's slot values.

    Raises:
        StorageError: An action has handed over something else. The text names the field, not the value.
    """
    try:
        return Handover(**{name: slots[name] for name in HANDOVER_SLOTS if slots.get(name) is not None})
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors())
        raise StorageError(Errors.E033.format(fields=fields)) from None
