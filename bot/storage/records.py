"""What visitors left for the staff: saved within the turn that it belongs to, read and handled by the staff."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Literal, Optional, get_args

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.engine import Connection, Engine

from bot.storage.database import forget_old_pages, insert_into
from bot.storage.notices import queue
from bot.storage.submissions import Kind, Submission, Withdrawal
from bot.storage.tables import notices, records, submissions

Status = Literal["new", "read", "handled", "withdrawn"]
"""``new`` and ``withdrawn`` are set by the visitor's turn, the others by staff."""
STATUSES: tuple[str, ...] = get_args(Status)
KINDS: tuple[str, ...] = get_args(Kind)

MOST_WRONG_TRIES = 5
"""Withdrawals of one reference number with wrong e-mail addresses, from all devices together, after which ..."""
WRONG_TRIES_LAST = 24 * 3600.0
"""... none of it is carried out for so many seconds.

The limit is on the number, because only the address can be guessed: a number has 50 random bits. A limit on all numbers
together would let anybody keep everybody else from withdrawing.
"""


class Record(BaseModel):
    """A record as staff see it.

    Attributes:
        references: Reference numbers of all forms that led to it, newest first.
        kind: See :data:`~bot.storage.submissions.Kind`.
        email: Folded for comparison; ``fields`` has it as typed.
        state: Postal abbreviation of a US state.
        status: See :data:`Status`.
        fields: The answers, by name.
        consent_version: Which text was agreed to.
        consent_at: When; all times are seconds since 1970.
        created_at: When the first form came.
        updated_at: When it last changed.
    """

    references: list[str]
    kind: Kind
    email: Optional[str]
    state: Optional[str]
    status: Status
    fields: dict[str, Any]
    consent_version: str
    consent_at: float
    created_at: float
    updated_at: float

    class Config:
        frozen = True

    @property
    def reference(self) -> str:
        """The newest reference number."""
        return self.references[0]


class Wanted(BaseModel):
    """Which records to list; what is None is not asked for.

    Attributes:
        kind: Of this kind.
        status: With this status.
        state: From this US state.
        since: Created at this time or later, in seconds since 1970.
        until: Created before this time.
    """

    kind: Optional[Kind] = None
    status: Optional[Status] = None
    state: Optional[str] = None
    since: Optional[float] = None
    until: Optional[float] = None

    def conditions(self) -> list[Any]:
        """The same as SQL."""
        exact = {name: getattr(self, name) for name in ("kind", "status", "state")}
        wanted = [records.c[name] == value for name, value in exact.items() if value is not None]
        if self.since is not None:
            wanted.append(records.c.created_at >= self.since)
        if self.until is not None:
            wanted.append(records.c.created_at < self.until)
        return wanted


def save(connection: Connection, submission: Submission, conversation_id: str, now: float) -> str:
    """Saves a submission, or finds it if it is saved; one with the e-mail and kind of another updates that record.

    Args:
        connection: In the transaction of the turn.
        submission: What to save.
        conversation_id: Where it was made, so that erasing the conversation finds it.
        now: Seconds since 1970.

    Returns:
        Its reference number.
    """
    known = sa.select(submissions.c.record_id).where(submissions.c.id == submission.submission_id)
    if connection.execute(known).first() is not None:
        return submission.reference
    record_id, event = _put(connection, submission, now)
    connection.execute(
        sa.insert(submissions).values(
            id=submission.submission_id,
            reference=submission.reference,
            record_id=record_id,
            conversation_id=conversation_id,
            at=now,
        )
    )
    queue(connection, submission.kind, submission.reference, event, now)
    return submission.reference


def _put(connection: Connection, submission: Submission, now: float) -> tuple[int, str]:
    """Writes the record; returns its id and whether it is new or an update, as a notice says it."""
    answers = {
        "state": submission.state,
        "status": "new",
        "fields": submission.fields,
        "consent_version": submission.consent_version,
        "consent_at": submission.consent_at,
        "updated_at": now,
    }
    insert = insert_into(connection, records).values(
        kind=submission.kind, email=submission.email, created_at=now, **answers
    )
    if submission.email is None:
        return int(connection.execute(insert).inserted_primary_key[0]), "new"
    same = sa.select(records.c.id).where(records.c.kind == submission.kind, records.c.email == submission.email)
    event = "new" if connection.execute(same).first() is None else "updated"
    connection.execute(insert.on_conflict_do_update(index_elements=["kind", "email"], set_=answers))
    return int(connection.execute(same).scalar_one()), event


def withdraw(connection: Connection, withdrawal: Withdrawal, now: float) -> bool:
    """Marks the record of a reference number withdrawn, if the e-mail address is the one it was left with.

    Returns:
        Whether the two belong together and are not locked by wrong tries; a visitor is never told.
    """
    found = connection.execute(
        sa.select(records, submissions.c.wrong_tries, submissions.c.wrong_at)
        .join(submissions, submissions.c.record_id == records.c.id)
        .where(submissions.c.reference == withdrawal.reference)
        .with_for_update()
    ).first()
    if found is None:
        return False
    wrong_tries = found.wrong_tries if now - (found.wrong_at or 0.0) < WRONG_TRIES_LAST else 0
    if wrong_tries >= MOST_WRONG_TRIES:
        return False
    if found.email != withdrawal.email:
        counted = {"wrong_tries": wrong_tries + 1, "wrong_at": now}
        of_number = submissions.c.reference == withdrawal.reference
        connection.execute(sa.update(submissions).where(of_number).values(counted))
        return False
    if found.status != "withdrawn":
        _set_status(connection, found.id, "withdrawn", now)
        queue(connection, found.kind, withdrawal.reference, "withdrawn", now)
    return True


def delete_of_conversation(connection: Connection, conversation_id: str, now: float) -> None:
    """Deletes the records that were made or updated in a conversation, and tells staff that they are gone."""
    of_conversation = sa.select(submissions.c.record_id).where(submissions.c.conversation_id == conversation_id)
    _delete(connection, connection.execute(of_conversation).scalars().all(), now)


def _delete(connection: Connection, ids: Iterable[int], now: Optional[float] = None) -> None:
    """Deletes records with all that belongs to them; with a time, staff are told."""
    for record_id in sorted(set(ids)):
        references = _references(connection, record_id)
        kind = connection.execute(sa.select(records.c.kind).where(records.c.id == record_id)).scalar_one()
        connection.execute(sa.delete(notices).where(notices.c.reference.in_(references)))
        connection.execute(sa.delete(submissions).where(submissions.c.record_id == record_id))
        connection.execute(sa.delete(records).where(records.c.id == record_id))
        if now is not None:
            queue(connection, kind, references[0], "deleted", now)


def delete_withdrawn(connection: Connection, before: float) -> int:
    """Deletes the records that were withdrawn before a time; returns how many."""
    old = sa.select(records.c.id).where(records.c.status == "withdrawn", records.c.updated_at < before)
    ids = connection.execute(old).scalars().all()
    _delete(connection, ids)
    return len(ids)


def _references(connection: Connection, record_id: int) -> list[str]:
    found = (
        sa.select(submissions.c.reference)
        .where(submissions.c.record_id == record_id)
        .order_by(submissions.c.at.desc(), submissions.c.id)
    )
    return list(connection.execute(found).scalars())


def _set_status(connection: Connection, record_id: int, status: str, now: float) -> None:
    connection.execute(sa.update(records).where(records.c.id == record_id).values(status=status, updated_at=now))


class RecordStore:
    """The records as staff work with them. Visitors' turns write through the conversation store."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        """Uses an engine from :func:`bot.storage.database.open_database`.

        Args:
            engine: Where the tables are.
            clock: Seconds since 1970; tests move it.
        """
        self.engine = engine
        self._clock = clock

    def save(self, submission: Submission, conversation_id: str) -> str:
        """Saves a submission outside of a turn: see :func:`save`."""
        with self.engine.begin() as connection:
            return save(connection, submission, conversation_id, self._clock())

    def find(self, wanted: Optional[Wanted] = None) -> list[Record]:
        """The records that are wanted, all by default, newest first."""
        conditions = wanted.conditions() if wanted else []
        with self.engine.connect() as connection:
            return _records(connection, *conditions)

    def for_conversation(self, conversation_id: str) -> list[Record]:
        """The records that were made or updated in a conversation, newest first."""
        ids = sa.select(submissions.c.record_id).where(submissions.c.conversation_id == conversation_id)
        with self.engine.connect() as connection:
            return _records(connection, records.c.id.in_(ids))

    def get(self, reference: str) -> Optional[Record]:
        """The record that a reference number leads to; None if there is none."""
        with self.engine.connect() as connection:
            found = _records(connection, records.c.id.in_(_ids_of(reference)))
        return found[0] if found else None

    def mark(self, reference: str, status: Status) -> bool:
        """Sets the status of a record; returns whether there is one."""
        with self.engine.begin() as connection:
            record_id = connection.execute(_ids_of(reference)).scalar()
            if record_id is not None:
                _set_status(connection, record_id, status, self._clock())
        return record_id is not None

    def delete(self, reference: str) -> bool:
        """Deletes a record for good; returns whether there was one."""
        with self.engine.begin() as connection:
            ids = connection.execute(_ids_of(reference)).scalars().all()
            _delete(connection, ids)
        if ids:
            forget_old_pages(self.engine)
        return bool(ids)

    def oldest_new(self) -> Optional[float]:
        """When the oldest record that nobody has read was left, in seconds since 1970; None if all are read."""
        with self.engine.connect() as connection:
            query = sa.select(sa.func.min(records.c.updated_at)).where(records.c.status == "new")
            found: Optional[float] = connection.execute(query).scalar()
            return found


def _ids_of(reference: str) -> Any:
    return sa.select(submissions.c.record_id).where(submissions.c.reference == reference)


def _records(connection: Connection, *conditions: Any) -> list[Record]:
    """The records that meet all conditions, newest first."""
    query = sa.select(records).where(*conditions).order_by(records.c.created_at.desc(), records.c.id.desc())
    return [
        Record(references=_references(connection, row["id"]), **row)
        for row in connection.execute(query).mappings().all()
    ]
