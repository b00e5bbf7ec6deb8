"""What staff and operators should know before anything else: said when the server starts, and on top of the list."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timezone

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import Errors, StorageError
from bot.runtime.settings import Settings
from bot.storage.notices import Outbox, Trouble
from bot.storage.records import RecordStore

UNREAD_DAYS = 14
"""Days after which an unread record is a warning: somebody waits for an answer."""
_MOST_NAMED = 5


def staff_warnings(settings: Settings, engine: Engine) -> list[str]:
    """Why a visitor may be waiting in vain; one sentence or two each.

    Raises:
        StorageError: The database failed.
    """
    try:
        oldest = RecordStore(engine).oldest_new()
        troubles = Outbox(engine).troubles()
    except SQLAlchemyError as error:
        raise StorageError(Errors.E032.format(reason=type(error).__name__)) from error
    found = []
    if settings.notice_address is None:
        found.append(
            "nobody is told of new records by e-mail. Set BOT_NOTICE_ADDRESS and BOT_SMTP_HOST (docs/records.md), "
            "or look regularly: python -m bot records list"
        )
    if oldest is not None and time.time() - oldest > UNREAD_DAYS * 24 * 3600:
        day = datetime.fromtimestamp(oldest, timezone.utc).strftime("%Y-%m-%d")
        found.append(f"the oldest unread record is from {day}. Somebody may be waiting for an answer")
    given_up = [trouble for trouble in troubles if trouble.given_up]
    if given_up:
        found.append(
            f"given up, no e-mail was sent: {_named(given_up)}. When the mail server works again, run: "
            "python -m bot notices retry"
        )
    waiting = [trouble for trouble in troubles if not trouble.given_up]
    if waiting:
        found.append(f"no e-mail could be sent yet, it is tried again: {_named(waiting)}")
    return found


def _named(troubles: Iterable[Trouble]) -> str:
    """Reference numbers, a few of them, and what went wrong with the last."""
    listed = list(troubles)
    numbers = ", ".join(trouble.reference for trouble in listed[-_MOST_NAMED:])
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return f"{numbers}{more} ({listed[-1].reason})"
