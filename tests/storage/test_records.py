"""Records: saved once however often a turn is run, updated by a second form, withdrawn only with the right e-mail."""

import time
from collections.abc import Callable
from uuid import uuid4

import pytest
import sqlalchemy as sa
from forms import EMAIL, submission, turn
from sqlalchemy.engine import Engine

from bot.runtime.agent import Assistant
from bot.storage.conversations import ConversationStore
from bot.storage.records import MOST_WRONG_TRIES, WRONG_TRIES_LAST, RecordStore, Wanted
from bot.storage.tables import notices


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def store(database_url: str, open_engine: Callable[[str], Engine]) -> RecordStore:
    return RecordStore(open_engine(database_url), Clock())


@pytest.fixture
def visitors(assistant_on: Callable[..., Assistant], store: RecordStore, database_url: str) -> ConversationStore:
    """The same database as visitors' turns write to it."""
    return assistant_on(database_url).store


def told(store: RecordStore) -> list[tuple[str, str]]:
    """What staff are to be told, oldest first."""
    with store.engine.connect() as connection:
        rows = connection.execute(sa.select(notices).order_by(notices.c.id)).all()
    return [(row.event, row.reference) for row in rows]


def test_a_record_is_read_as_it_was_saved(store: RecordStore) -> None:
    sent = submission()
    assert store.save(sent, "a") == sent.reference
    record = store.get(sent.reference)
    assert record is not None
    assert (record.kind, record.email, record.state, record.status) == ("volunteer", EMAIL.casefold(), "KY", "new")
    assert (record.fields, record.reference) == (sent.fields, sent.reference)
    assert (record.consent_at, record.consent_version) == (sent.consent_at, sent.consent_version)
    assert record.created_at == record.updated_at
    assert store.find() == store.for_conversation("a") == [record]
    assert store.for_conversation("b") == []


def test_the_same_submission_is_saved_once(store: RecordStore) -> None:
    first = store.save(submission(), "a")
    before = store.find()
    assert store.save(submission(fields={"name": "other"}), "a") == first
    assert store.find() == before
    assert told(store) == [("new", first)]


def test_a_second_form_with_the_same_e_mail_and_kind_updates_the_first(store: RecordStore) -> None:
    first = store.save(submission(1), "a")
    store.mark(first, "handled")
    second = store.save(submission(2, email=EMAIL.upper(), fields={"name": "Z"}), "b")
    assert first != second
    (record,) = store.find()
    assert (record.fields, record.status, record.references) == ({"name": "Z"}, "new", [second, first])
    assert store.get(first) == store.get(second) == record
    assert record.created_at < record.updated_at
    assert told(store) == [("new", first), ("updated", second)]


@pytest.mark.parametrize(
    "other", [{"kind": "organization"}, {"email": "someone@else-example.org"}, {"email": None}], ids=str
)
def test_what_differs_in_kind_or_e_mail_is_another_record(store: RecordStore, other: dict) -> None:
    store.save(submission(1), "a")
    store.save(submission(2, **other), "a")
    store.save(submission(3, **{**other, "email": None}), "a")
    assert len(store.find()) == 3


def test_a_turn_saves_what_it_hands_over(store: RecordStore, visitors: ConversationStore) -> None:
    turn(visitors, "yes", slots={"submission": submission().dict()})
    turn(visitors, "yes", slots={"submission": submission().dict()})
    (record,) = store.for_conversation("a")
    assert record.reference == submission().reference


@pytest.mark.parametrize("spelling", [EMAIL, EMAIL.upper(), EMAIL.lower()])
def test_the_right_pair_withdraws_from_any_conversation(
    store: RecordStore, visitors: ConversationStore, spelling: str
) -> None:
    reference = store.save(submission(), "a")
    for conversation in ("b", "c"):
        handed = {"withdrawal": {"reference": reference, "email": spelling}, "blanking": True}
        turn(visitors, "withdraw", slots=handed, conversation=conversation)
    (record,) = store.find()
    assert record.status == "withdrawn"
    assert told(store) == [("new", reference), ("withdrawn", reference)]


@pytest.mark.parametrize("pair", [("R-00000-00000", EMAIL), (None, "someone@else-example.org")], ids=str)
def test_a_wrong_pair_changes_nothing(store: RecordStore, visitors: ConversationStore, pair: tuple) -> None:
    reference = store.save(submission(), "a")
    handed = {"withdrawal": {"reference": pair[0] or reference, "email": pair[1]}}
    turn(visitors, "withdraw", slots=handed, conversation="b")
    assert [record.status for record in store.find()] == ["new"]
    assert told(store) == [("new", reference)]


def withdraw(visitors: ConversationStore, reference: str, email: str) -> None:
    """A withdrawal from a device of its own."""
    turn(visitors, "withdraw", slots={"withdrawal": {"reference": reference, "email": email}}, conversation=uuid4().hex)


def test_wrong_addresses_lock_a_number_for_a_day_whatever_device_they_come_from(
    store: RecordStore, visitors: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, free = store.save(submission(1), "a"), store.save(submission(2, kind="alliance"), "a")
    for number in range(MOST_WRONG_TRIES):
        withdraw(visitors, locked, f"guess{number}@else-example.org")
    withdraw(visitors, locked, EMAIL)
    withdraw(visitors, free, EMAIL)
    assert [record.status for record in store.find()] == ["withdrawn", "new"]
    monkeypatch.setattr(visitors, "_clock", lambda: time.time() + WRONG_TRIES_LAST + 60)
    withdraw(visitors, locked, EMAIL)
    assert [record.status for record in store.find()] == ["withdrawn", "withdrawn"]


def test_wrong_tries_are_forgotten_after_a_day(
    store: RecordStore, visitors: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = store.save(submission(), "a")
    for day in range(2):
        monkeypatch.setattr(visitors, "_clock", lambda day=day: time.time() + day * (WRONG_TRIES_LAST + 60))
        for _ in range(MOST_WRONG_TRIES - 1):
            withdraw(visitors, reference, "guess@else-example.org")
    withdraw(visitors, reference, EMAIL)
    assert [record.status for record in store.find()] == ["withdrawn"]


def test_who_signs_up_after_withdrawing_is_new_again(store: RecordStore, visitors: ConversationStore) -> None:
    reference = store.save(submission(1), "a")
    turn(visitors, "withdraw", slots={"withdrawal": {"reference": reference, "email": EMAIL}})
    store.save(submission(2), "a")
    assert [record.status for record in store.find()] == ["new"]


def test_records_are_found_by_kind_status_state_and_date(store: RecordStore) -> None:
    first = store.save(submission(1), "a")
    second = store.save(submission(2, kind="alliance", state="IL"), "a")
    store.mark(first, "read")
    later = store.get(second).created_at

    def found(**wanted: object) -> list[str]:
        return [record.reference for record in store.find(Wanted(**wanted))]

    assert found() == [second, first]
    assert found(kind="alliance") == found(status="new") == found(state="IL") == found(since=later) == [second]
    assert found(status="read") == found(until=later) == [first]
    assert found(kind="alliance", status="read") == []


def test_marking_and_deleting_what_is_not_there_says_so(store: RecordStore) -> None:
    assert not store.mark("R-00000-00000", "read")
    assert not store.delete("R-00000-00000")
    assert store.get("R-00000-00000") is None


def test_a_deleted_record_is_gone_with_its_notices(store: RecordStore) -> None:
    reference = store.save(submission(), "a")
    assert store.delete(reference)
    assert (store.find(), told(store)) == ([], [])


def test_the_oldest_unread_record_is_known(store: RecordStore) -> None:
    assert store.oldest_new() is None
    first, second = store.save(submission(1), "a"), store.save(submission(2, kind="contact"), "a")
    assert store.oldest_new() == store.get(first).created_at
    store.mark(first, "read")
    assert store.oldest_new() == store.get(second).created_at
