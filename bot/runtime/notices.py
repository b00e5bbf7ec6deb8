"""Tells staff by e-mail what visitors left or took back: beside the turns, never within one."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any, Optional

from sanic import Sanic
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics
from bot.errors import Errors, MailError
from bot.runtime.mail import Mailer
from bot.storage.notices import Notice, Outbox

logger = logging.getLogger(__name__)

POLL_SECONDS = 5.0
"""How often the database is asked for notices: staff wait this long at most."""
FIRST_DELAY = 60.0
LONGEST_DELAY = 6 * 3600.0
MOST_ATTEMPTS = 18
"""Each delay is twice the one before, up to six hours: a mail server may be down for two and a half days."""
GRACE = 10.0
"""Seconds that a mail has to be taken when the server stops."""

_HAPPENED = {
    "new": "A visitor has left a record for you.",
    "updated": "A visitor has sent a form again: the record is changed, and unread again.",
    "withdrawn": "A visitor has taken a record back. Do not write to them; it is deleted in a week.",
    "deleted": "A visitor has deleted their data. The record is gone: do not write to them.",
}


def mail_text(notice: Notice) -> tuple[str, str]:
    """Subject and text of a notice: nothing that tells who the visitor is."""
    day = time.strftime("%Y-%m-%d", time.gmtime(notice.created_at))
    lines = [
        _HAPPENED[notice.event],
        "",
        f"Number: {notice.reference}",
        f"Kind: {notice.kind}",
        *([f"US state: {notice.state}"] if notice.state else []),
        f"Date: {day}",
        "",
    ]
    if notice.event != "deleted":
        lines += [
            "To read it, where the assistant runs:",
            f"  python -m bot records show {notice.reference}",
            "",
            "Names and addresses are never sent by e-mail.",
        ]
    return f"Assistant: {notice.event} {notice.kind} {notice.reference}", "\n".join(lines) + "\n"


def delay_after(attempts: int) -> float:
    """Seconds until the next attempt, after some that failed."""
    return min(FIRST_DELAY * 2.0 ** (attempts - 1), LONGEST_DELAY)


class NoticeSender:
    """Sends what is in the outbox, one mail at a time, from :meth:`start` to :meth:`stop`."""

    def __init__(self, outbox: Outbox, mailer: Optional[Mailer], poll_seconds: float = POLL_SECONDS) -> None:
        """Starts nothing yet.

        Args:
            outbox: What is to be sent.
            mailer: How; None only counts what waits.
            poll_seconds: How often to look.
        """
        self._outbox = outbox
        self._mailer = mailer
        self._poll_seconds = poll_seconds
        self._stopping = asyncio.Event()
        self._task: Optional[asyncio.Task[None]] = None
        self._database_failed = False

    def start(self) -> None:
        """Begins to send, in the running event loop."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Ends; a mail that is being sent has :data:`GRACE` to be taken, and is sent again later otherwise."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=GRACE)
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._round()
                self._database_failed = False
            except SQLAlchemyError as error:
                # The name alone: the text of an error may quote rows. Once: turns say the rest.
                if not self._database_failed:
                    logger.warning(Errors.E080.format(reason=type(error).__name__))
                self._database_failed = True
            except Exception:
                # Whatever it is, the next round must come; Python would drop the task without a word.
                logger.exception("Sending notices failed")
            try:
                await asyncio.wait_for(self._stopping.wait(), self._poll_seconds)
            except asyncio.TimeoutError:
                continue

    async def _round(self) -> None:
        """Sends what is due, until one mail is not taken: the next would hardly fare better at once."""
        # The database is asked in a thread: it may be locked or far away, and turns must not wait for it.
        mailer = self._mailer
        while mailer is not None and not self._stopping.is_set():
            notice = await asyncio.to_thread(self._outbox.claim)
            if notice is None or not await self._send(mailer, notice):
                break
        unsent = await asyncio.to_thread(self._outbox.unsent)
        for state, number in unsent._asdict().items():
            metrics.NOTICES.labels(state).set(number)

    async def _send(self, mailer: Mailer, notice: Notice) -> bool:
        """Sends one notice, and notes what came of it; returns whether its mail was taken."""
        subject, text = mail_text(notice)
        try:
            await mailer.send(subject, text, f"{notice.reference}.{notice.event}.{notice.id}")
        except MailError as error:
            await self._failed(notice, error)
            return False
        await asyncio.to_thread(self._outbox.sent, notice)
        logger.info("Notice %d (%s %s) is sent", notice.id, notice.event, notice.kind)
        return True

    async def _failed(self, notice: Notice, error: MailError) -> None:
        values = {"notice": notice.id, "attempts": notice.attempts, "reason": error}
        if error.permanent or notice.attempts >= MOST_ATTEMPTS:
            logger.error(Errors.E082.format(**values))
            await asyncio.to_thread(self._outbox.give_up, notice, str(error))
            return
        delay = delay_after(notice.attempts)
        logger.warning(Errors.E081.format(minutes=round(delay / 60), **values))
        await asyncio.to_thread(self._outbox.try_later, notice, str(error), delay)


def install(app: Sanic, engine: Engine, mailer: Optional[Mailer]) -> None:
    """Lets a server send notices while it runs."""

    async def start(server: Sanic, _: Any) -> None:
        server.ctx.notices = NoticeSender(Outbox(engine), mailer)
        server.ctx.notices.start()

    async def stop(server: Sanic, _: Any) -> None:
        await server.ctx.notices.stop()

    app.register_listener(start, "after_server_start")
    app.register_listener(stop, "before_server_stop")
