"""Messenger: what each event leads to."""

from typing import Any

import pytest
from world import World, play

from bot.channels.facebook import body_of
from bot.channels.formatting import Button, Outgoing


def sends(assistant: Any, *names: str) -> list[dict[str, Any]]:
    async def scene(world: World) -> list[dict[str, Any]]:
        for name in names:
            await world.deliver(name)
        return world.platform.sent

    return play("facebook", assistant, scene)


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("text", "Is the US a member?"),
        ("quick_reply", "Why is the US not a member"),
        ("get_started", "Hello. I am the automated assistant of AMICC"),
        ("postback", ""),
        ("postback_without_id", ""),
        ("picture", "I can only read words."),
        ("like", "I can only read words."),
        ("location", "I can only read words."),
        ("stop", ""),
    ],
)
def test_each_is_answered(assistant: Any, name: str, begins: str) -> None:
    (body,) = sends(assistant, name)
    assert body["recipient"] == {"id": "2400000000000001"}
    assert body["messaging_type"] == "RESPONSE"
    assert body["message"]["text"].startswith(begins)


@pytest.mark.parametrize(
    "name",
    ["own_message", "delivered", "read", "reaction", "edited", "referral", "standby", "instagram", "page_feed"],
)
def test_each_is_left_alone(assistant: Any, name: str) -> None:
    assert sends(assistant, name) == []


def test_all_messages_of_a_batch_are_answered_in_order(assistant: Any) -> None:
    sent = sends(assistant, "batch")
    by_person = {
        person: [body["message"]["text"].splitlines()[0] for body in sent if body["recipient"]["id"] == person]
        for person in ("2400000000000001", "2400000000000002")
    }
    assert by_person["2400000000000001"][0] == "What is the International Criminal Court?"
    assert len(by_person["2400000000000001"]) == 2
    assert by_person["2400000000000002"] == ["Is the US a member?"]


def test_a_retry_is_answered_once(assistant: Any) -> None:
    assert len(sends(assistant, "text", "retry", "retry")) == 1


def test_choices_are_quick_replies(assistant: Any) -> None:
    (body,) = sends(assistant, "text")
    assert all(reply["content_type"] == "text" for reply in body["message"]["quick_replies"])


@pytest.mark.parametrize(("hint", "kind"), [("email", "user_email"), ("tel", "user_phone_number")])
def test_a_form_step_can_offer_the_own_address(hint: Any, kind: str) -> None:
    body = body_of(Outgoing("Your address?", hint=hint, buttons=(Button("Skip", "skip"),)))
    assert body["quick_replies"][0] == {"content_type": kind}
    assert body["quick_replies"][1]["payload"] == "skip"


@pytest.mark.parametrize(
    ("query", "status", "answer"),
    [
        ("hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=1158201444", 200, "1158201444"),
        ("hub.mode=subscribe&hub.verify_token=verify-mf&hub.challenge=1158201444", 403, "wrong verify token"),
        ("hub.mode=subscribe&hub.challenge=1158201444", 403, "wrong verify token"),
        ("hub.mode=unsubscribe&hub.verify_token=verify-me&hub.challenge=1", 403, "wrong verify token"),
        ("hub.verify_token=verify-m%C3%A9", 403, "wrong verify token"),
        ("", 403, "wrong verify token"),
    ],
)
def test_set_up_is_verified(assistant: Any, query: str, status: int, answer: str) -> None:
    async def scene(world: World) -> None:
        async with world.session.get(f"{world.address}/webhooks/facebook/webhook?{query}") as got:
            assert (got.status, await got.text()) == (status, answer)

    play("facebook", assistant, scene)


def test_the_page_token_is_in_no_address(assistant: Any) -> None:
    async def scene(world: World) -> None:
        await world.deliver("text")
        assert [name for name, _ in world.platform.calls] == ["/messages"]

    play("facebook", assistant, scene)
