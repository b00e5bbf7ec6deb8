"""Where others read along: answers only to who addresses the assistant, no form, nothing personal."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from world import World, payload, play

PRIVATE = "Please write to me in a private conversation for that."
FORMS = (
    "I want to volunteer",
    "I want to start or join a local alliance",
    "I want to sign up my organization",
    "I want to talk to a human",
)
WAYS = ("telegram mention", "telegram reply", "slack mention", "slack command", "slack button", "slack private button")


def in_group(way: str, text: str, number: int) -> bytes:
    """The webhook body of a text that a person addresses to the assistant in a group or channel."""
    if way.startswith("telegram"):
        update = json.loads(payload("telegram", "group_mention" if "mention" in way else "group_reply_to_the_bot"))
        update["update_id"] = 900000000 + number
        update["message"]["text"] = f"@amicc_test_bot {text}" if "mention" in way else text
        return json.dumps(update).encode()
    if way == "slack mention":
        event = json.loads(payload("slack", "app_mention"))
        event["event_id"] = f"EvX{number}"
        event["event"].update(text=f"<@U0LAN0Z89> {text}", ts=f"17956{number:05}.000100")
        return json.dumps(event).encode()
    if "button" in way:
        name = "button_press_on_ephemeral" if "private" in way else "button_press_in_channel"
        fields = dict(parse_qsl(payload("slack", name).decode()))
        pressed = json.loads(fields["payload"])
        pressed["actions"][0].update(value=text, action_ts=f"17957{number:05}.000100")
        return urlencode({"payload": json.dumps(pressed)}).encode()
    fields = dict(parse_qsl(payload("slack", "slash_command").decode(), keep_blank_values=True))
    return urlencode({**fields, "text": text, "trigger_id": f"T{number}"}).encode()


def in_private(channel: str, text: str, number: int) -> bytes:
    """The webhook body of a text that the same person writes in private."""
    if channel == "telegram":
        update = json.loads(payload("telegram", "text"))
        update["update_id"] = 910000000 + number
        update["message"]["text"] = text
        return json.dumps(update).encode()
    event = json.loads(payload("slack", "direct_message"))
    event["event_id"] = f"EvY{number}"
    event["event"].update(text=text, ts=f"17958{number:05}.000100")
    return json.dumps(event).encode()


async def ask(world: World, way: str, text: str, number: int) -> str:
    """The reply to a text in a group, where it was written."""
    before = len(world.platform.sent)
    body = in_group(way, text, number)
    body = body.replace(b"http%3A%2F%2F127.0.0.1%3APORT", world.platform.address.replace(":", "%3A").encode())
    assert await world.post(body) == 200
    assert world.platform.refused == []
    (reply,) = world.platform.texts()[before:]
    return reply


@pytest.mark.parametrize("way", WAYS)
def test_no_form_starts_and_nothing_personal_is_taken_or_told(way: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        for number, text in enumerate(FORMS):
            assert (await ask(world, way, text, number)).startswith(PRIVATE)
        assert (await ask(world, way, "delete my data", 10)).startswith(PRIVATE)
        for number, text in enumerate(("yes", "ann.lee@example.org", "what did I tell you?", "repeat that"), start=20):
            assert "ann.lee" not in await ask(world, way, text, number)

    play(way.split()[0], assistant, scene)
    with assistant.store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM submissions").scalar() == 0
        assert "_form" not in str(connection.exec_driver_sql("SELECT * FROM conversations").all())


@pytest.mark.parametrize("way", WAYS)
def test_a_form_that_is_open_in_private_is_not_told_of_in_a_group(way: str, assistant: Any) -> None:
    channel = way.split()[0]

    async def privately(world: World, text: str, number: int) -> str:
        before = len(world.platform.sent)
        assert await world.post(in_private(channel, text, number)) == 200
        return world.platform.texts()[before]

    async def scene(world: World) -> None:
        for number, text in enumerate(("I want to volunteer", "yes", "Ann Lee", "ann.lee@example.org")):
            await privately(world, text, number)
        for number, text in enumerate(("where were we?", "go back", "What is the ICC?", "skip")):
            reply = await ask(world, way, text, number)
            assert "Step" not in reply
            assert "Ann" not in reply
        assert "Step 5 of 7" in await privately(world, "skip", 9), "the form goes on where it was"

    play(channel, assistant, scene)
