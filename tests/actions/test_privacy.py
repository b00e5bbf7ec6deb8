"""Taking back through whole turns: what is deleted or withdrawn is so in the database, and attempts are limited."""

from typing import Any

import sqlalchemy as sa
from conftest import say

from actions.privacy import MOST_ATTEMPTS
from bot.runtime.agent import Assistant
from bot.storage.records import RecordStore
from bot.storage.submissions import Submission
from bot.storage.tables import conversations, events, turns

ANN = {"email": "ann@example.org", "name": "Ann Lee"}


def left_by_ann(assistant: Assistant, conversation: str) -> str:
    """A record of the conversation; its reference number."""
    submission = Submission(
        submission_id="0123456789abcdef",
        kind="volunteer",
        email=ANN["email"],
        fields=ANN,
        consent_version="1",
        consent_at=0,
    )
    return RecordStore(assistant.store.engine).save(submission, conversation)


def count(assistant: Assistant, table: Any) -> int:
    with assistant.store.engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_a_confirmed_deletion_leaves_no_conversation_and_no_record(assistant: Assistant) -> None:
    say(assistant, "ann", "what is wicc")
    reference = left_by_ann(assistant, "ann")
    say(assistant, "ann", "delete my data")
    assert RecordStore(assistant.store.engine).get(reference) is not None
    (reply,) = say(assistant, "ann", "yes", "last")
    assert [count(assistant, table) for table in (conversations, turns, events)] == [0, 0, 0]
    assert RecordStore(assistant.store.engine).get(reference) is None
    assert say(assistant, "ann", "yes", "last") == [reply], "the same message sent again is harmless"
    assert count(assistant, conversations) == 0


def test_a_withdrawal_marks_the_record_from_any_conversation(assistant: Assistant) -> None:
    reference = left_by_ann(assistant, "ann")
    (wrong,) = say(assistant, "other device", f"withdraw {reference} eve@example.org")
    assert RecordStore(assistant.store.engine).find()[0].status == "new"
    (right,) = say(assistant, "other device", f"withdraw {reference} Ann@Example.org")
    assert RecordStore(assistant.store.engine).find()[0].status == "withdrawn"
    assert right == wrong


def test_withdrawals_are_limited_and_the_reply_does_not_tell(assistant: Assistant) -> None:
    reference = left_by_ann(assistant, "ann")
    for number in range(MOST_ATTEMPTS):
        (refused,) = say(assistant, "eve", f"withdraw {reference} guess{number}@example.org")
    (late,) = say(assistant, "eve", f"withdraw {reference} {ANN['email']}")
    assert late == refused
    assert RecordStore(assistant.store.engine).find()[0].status == "new"


def test_a_withdrawal_leaves_no_address_in_the_log(assistant: Assistant) -> None:
    say(assistant, "ann", "withdraw R-7K3QX-9MAB2 ann@example.org")
    with assistant.store.engine.connect() as connection:
        logged = str([tuple(row) for row in connection.execute(sa.select(events.c.data))])
    assert "ann@example.org" not in logged
    assert "9MAB2" not in logged
