"""STOP in the middle of a form and "delete my data", on every channel: a clear reply, and nothing of it is left."""

from pathlib import Path
from typing import Any

import pytest
from world import KEYS, KINDS, World, play, stored

from bot.channels.pseudonyms import Pseudonyms

FORM = ("I want to volunteer", "yes", "Ann Lee", "ann.lee@example.org", "212 555 0123", "Denver, Colorado")
GIVEN = ("Ann Lee", "ann.lee", "555 0123", "5550123", "Denver")
ENDED = {
    "slack": "Cancelled. What you told me in this form is deleted.",
    "telegram": "Cancelled. What you told me in this form is deleted.",
    "facebook": "Cancelled. What you told me in this form is deleted.",
    "sms": "AMICC's automated assistant: you have been unsubscribed",
    "whatsapp": "AMICC's automated assistant: you have been unsubscribed",
}
by_phone = pytest.mark.parametrize("kind", ["sms", "whatsapp"])


@pytest.mark.parametrize("kind", KINDS)
def test_stop_in_a_form_is_answered_and_leaves_nothing_of_it(kind: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        for text in FORM:
            (asked,) = await world.say(text)
        assert "Step 6 of 7" in asked
        assert any(each in str(stored(assistant)) for each in GIVEN), "this test would see nothing"
        (ended,) = await world.say("STOP")
        assert ended.startswith(ENDED[kind])

    play(kind, assistant, scene)
    everything = str(stored(assistant))
    assert [each for each in GIVEN if each in everything] == []
    assert "volunteer_form" not in str(stored(assistant)["conversations"])
    database = assistant.store.engine.url.database
    raw = b"".join(Path(database + ending).read_bytes() for ending in ("", "-wal"))
    assert [each for each in GIVEN if each.encode() in raw] == []


@pytest.mark.parametrize("kind", KINDS)
def test_after_delete_my_data_nothing_is_left(kind: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        for text in (*FORM, "1", "Yes, hand it over"):
            await world.say(text)
        assert len(stored(assistant)["submissions"]) == 1
        (asked,) = await world.say("delete my data")
        assert "cannot be undone" in asked
        (done,) = await world.say("Yes, delete my data")
        assert "is deleted" in done

    play(kind, assistant, scene)
    left = stored(assistant)
    assert [each for each in GIVEN if each in str(left)] == []
    unlinked = {"erasures", "notices", "receipts"}
    assert set(left) <= unlinked, "a hash with a fixed text, a notice to staff without a name, hashes of messages"


@by_phone
def test_of_who_said_stop_only_the_keyed_hash_remains(kind: str, assistant: Any) -> None:
    sender = "whatsapp:+15005551001" if kind == "whatsapp" else "+15005551001"

    async def scene(world: World) -> None:
        for text in (*FORM, "1", "Yes, hand it over"):
            await world.say(text)
        (stopped,) = await world.say("STOP")
        assert '"delete my data"' in stopped
        # A STOP means that nothing is sent any more; the data goes all the same.
        assert await world.say("Delete my data!") == []

    play(kind, assistant, scene)
    left = stored(assistant)
    assert set(left) - {"erasures", "notices", "receipts"} == {"opt_outs"}
    assert [row[0] for row in left["opt_outs"]] == [Pseudonyms(KEYS).of("twilio", sender)]
    assert [each for each in (*GIVEN, "15005551001") if each in str(left)] == []


@by_phone
def test_who_said_stop_and_writes_something_else_is_not_heard(kind: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        await world.say("What is the ICC?")
        await world.say("STOP")
        before = stored(assistant)
        for text in ("Is the US a member?", "please do not delete my data", "yes, please", ""):
            assert await world.say(text) == []
        assert {**stored(assistant), "receipts": before["receipts"]} == before

    play(kind, assistant, scene)
