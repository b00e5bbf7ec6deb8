"""The check that compares what visitors saw with what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from bot.storage.tables import events, records, submissions, turns
from faults.load import Load
from faults.sign_ups import Volunteer
from faults.visitors import Visitor


@dataclass(frozen=True)
class Verdict:
    """What the comparison of seen and stored found; each list is empty if nothing is wrong."""

    lost: list[str]
    """Message ids that were answered and are not stored."""
    doubled: list[str]
    """Message ids that are stored more than once."""
    changed: list[str]
    """Message ids whose stored reply is not the one that was seen."""
    strange: list[str]
    """Replies to something else than was asked, and messages in a conversation of somebody else."""

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.changed or self.strange)


def compare(visitors: Sequence[Visitor], connection: Connection) -> Verdict:
    """Compares what visitors saw with what is stored, turn by turn."""
    rows = connection.execute(sa.select(turns.c.id, turns.c.conversation_id, turns.c.message_id)).all()
    said = connection.execute(
        sa.select(events.c.turn_id, events.c.type, events.c.data).where(events.c.type.in_(["user", "bot"]))
    ).all()
    places: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        places.setdefault(row.message_id, []).append((row.id, row.conversation_id))
    replies = {row.turn_id: (row.data["data"]["custom"] or {}).get("text") for row in said if row.type == "bot"}
    verdict = Verdict(lost=[], doubled=_stored_twice(rows, said), changed=[], strange=[])
    for visitor in visitors:
        verdict.strange.extend(visitor.strange)
        for message_id, text in visitor.seen.items():
            found = places.get(message_id)
            if not found:
                verdict.lost.append(message_id)
                continue
            turn_id, conversation = next((place for place in found if place[1] == visitor.conversation), found[0])
            if replies.get(turn_id) != text:
                verdict.changed.append(message_id)
            if conversation != visitor.conversation:
                verdict.strange.append(f"{message_id} is in another conversation")
    return verdict


def _stored_twice(rows: Sequence[Any], said: Sequence[Any]) -> list[str]:
    """Ids of messages with two turns, or that one turn heard twice."""
    stored = Counter(row.message_id for row in rows)
    heard = Counter((row.turn_id, row.data["message_id"]) for row in said if row.type == "user")
    twice = {message_id for message_id, count in stored.items() if count > 1}
    return sorted(twice | {message_id for (_, message_id), count in heard.items() if count > 1})


def wrong_records(volunteers: Sequence[Volunteer], connection: Connection) -> list[str]:
    """What differs between the numbers that volunteers were told and the records; empty if nothing does."""
    stored: dict[str, list[str]] = {}
    query = sa.select(records.c.email, submissions.c.reference).join_from(records, submissions, isouter=True)
    for email, reference in connection.execute(query):
        stored.setdefault(email, []).append(reference)
    told = {email: reference for volunteer in volunteers for email, reference in volunteer.told.items()}
    wrong = [
        f"told {reference}, stored {stored.get(email)}"
        for email, reference in told.items()
        if stored.get(email) != [reference]
    ]
    return wrong + [f"stored {found}" for email, found in stored.items() if email not in told and len(found) > 1]


def unhelpful(visitors: Sequence[Visitor], helpful: Collection[str]) -> set[str]:
    """What visitors were told in place of an answer, and is none of the texts that say what to do."""
    return {text for visitor in visitors for text in visitor.refusals}.difference(helpful)


def assert_nothing_wrong(load: Load, database_url: str, helpful: Collection[str]) -> None:
    """Fails if a turn or record is lost, doubled or shown to somebody else, or somebody was not told what to do."""
    engine = sa.create_engine(database_url, future=True, poolclass=NullPool)
    with engine.connect() as connection:
        verdict = compare(load.visitors, connection)
        assert verdict.clean, verdict
        assert wrong_records(load.volunteers, connection) == []
    assert [text for volunteer in load.volunteers for text in volunteer.strange] == []
    assert all(volunteer.told for volunteer in load.volunteers), "a volunteer did not get through"
    assert unhelpful(load.everybody, helpful) == set()
