"""Who left a record on the website takes it back from any channel, and staff are told."""

from collections.abc import Callable

import pytest
from conftest import say
from world import KINDS, World, play

from bot.runtime.agent import Assistant
from bot.storage.notices import Notice, Outbox
from bot.storage.records import RecordStore
from bot.storage.submissions import Submission

EMAIL = "Ann@Example.org"


@pytest.fixture
def reference(assistant: Assistant) -> str:
    """A record that was left on the website, of which staff know."""
    engine = assistant.store.engine
    submission = Submission(
        submission_id="a" * 32, kind="volunteer", email=EMAIL, fields={}, consent_version="1", consent_at=0
    )
    number = RecordStore(engine).save(submission, "on the website")
    outbox = Outbox(engine)
    outbox.sent(outbox.claim())
    return number


def told(assistant: Assistant) -> list[tuple[str, str, str]]:
    """What staff are to be told."""
    claim: Callable[[], Notice] = Outbox(assistant.store.engine).claim
    return [(notice.event, notice.kind, notice.reference) for notice in iter(claim, None)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_withdrawal_on_a_messaging_platform_tells_staff(kind: str, assistant: Assistant, reference: str) -> None:
    # Slack makes links of addresses.
    email = f"<mailto:{EMAIL}|{EMAIL}>" if kind == "slack" else EMAIL

    async def scene(world: World) -> None:
        await world.say(f"Withdraw {reference} eve@example.org", person=2)
        replies = await world.say(f"Withdraw {reference} {email}")
        assert any("For safety I say the same in either case" in text for text in replies), replies

    play(kind, assistant, scene)
    assert told(assistant) == [("withdrawn", "volunteer", reference)]
    assert [record.status for record in RecordStore(assistant.store.engine).find()] == ["withdrawn"]


@pytest.mark.parametrize("words", ["Withdraw {}, {}", "please withdraw {} my e-mail is {}", "WITHDRAW {}\n{}"])
def test_a_withdrawal_in_other_words_tells_staff_too(words: str, assistant: Assistant, reference: str) -> None:
    say(assistant, "another device", words.format(reference.lower(), EMAIL.upper()))
    assert told(assistant) == [("withdrawn", "volunteer", reference)]
