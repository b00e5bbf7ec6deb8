"""Telegram: what each kind of update leads to."""

import json
import re
import threading
import time
from typing import Any

import pytest
from world import World, message, payload, play

from bot.channels import telegram
from bot.channels.formatting import Button, Outgoing
from bot.channels.telegram import ELSEWHERE, body_of

MEMBER = "<b>Is the US a member?</b>"


def sends(assistant: Any, name: str) -> list[dict[str, Any]]:
    """What is sent because of one canned update."""

    async def scene(world: World) -> list[dict[str, Any]]:
        await world.deliver(name)
        return world.platform.sent

    return play("telegram", assistant, scene)


def test_a_question_is_answered_with_inline_buttons(assistant: Any) -> None:
    (body,) = sends(assistant, "text")
    assert body["chat_id"] == 5000000001
    assert body["text"].startswith(MEMBER)
    assert body["link_preview_options"] == {"is_disabled": True}
    buttons = [button for row in body["reply_markup"]["inline_keyboard"] for button in row]
    assert len(buttons) >= 2
    assert "reply_parameters" not in body


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("command_start", "Hello. I am the automated assistant of AMICC"),
        ("command_start_with_parameter", "Hello. I am the automated assistant of AMICC"),
        ("command_help", "Ask in your own words"),
        ("button_press", "<b>Why is the US not a member"),
        ("button_press_on_old_message", "<b>"),
        ("photo", "I can only read words."),
        ("voice", "I can only read words."),
        ("sticker", "I can only read words."),
        ("contact", "I can only read words."),
        ("photo_with_caption", "<b>What is the International Criminal Court?</b>"),
    ],
)
def test_each_is_answered(assistant: Any, name: str, begins: str) -> None:
    (body,) = sends(assistant, name)
    assert body["text"].startswith(begins)


@pytest.mark.parametrize(
    "name",
    [
        "edited_text",
        "group_message_to_others",
        "group_command_to_another_bot",
        "group_joined",
        "own_message",
        "blocked_by_the_visitor",
        "channel_post",
        "inline_query",
    ],
)
def test_each_is_left_alone(assistant: Any, name: str) -> None:
    assert sends(assistant, name) == []


def test_start_says_what_works_here(assistant: Any) -> None:
    (body,) = sends(assistant, "command_start")
    assert "/stop" in body["text"]
    assert "In a group I answer when you mention me" in body["text"]


@pytest.mark.parametrize("command", ["/stop", "/stop@amicc_test_bot", "/STOP"])
def test_the_command_to_stop_ends_a_form(command: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        for text in ("I want to volunteer", "yes"):
            (asked,) = await world.say(text)
        assert asked.startswith("Step 2 of 7")
        (ended,) = await world.say(command)
        assert ended.startswith("Cancelled. What you told me in this form is deleted.")

    play("telegram", assistant, scene)


def test_the_command_to_stop_is_answered_where_there_is_nothing_to_end(assistant: Any) -> None:
    async def scene(world: World) -> None:
        (private,) = await world.deliver("command_stop")
        update = json.loads(payload("telegram", "group_command"))
        update["message"].update(text="/stop", entities=[{"type": "bot_command", "offset": 0, "length": 5}])
        assert await world.post(json.dumps(update).encode()) == 200
        assert world.platform.texts() == [private, private]

    play("telegram", assistant, scene)


def test_a_tapped_button_stops_waiting(assistant: Any) -> None:
    async def scene(world: World) -> None:
        await world.deliver("button_press")
        assert ("answerCallbackQuery", {"callback_query_id": "4382bfdwdsb323b2d9"}) in world.platform.calls

    play("telegram", assistant, scene)


@pytest.mark.parametrize("name", ["group_mention", "group_command", "group_reply_to_the_bot"])
def test_in_a_group_it_answers_who_addresses_it(assistant: Any, name: str) -> None:
    (body,) = sends(assistant, name)
    update = json.loads(payload("telegram", name))["message"]
    assert body["chat_id"] == update["chat"]["id"]
    assert body["reply_parameters"] == {"message_id": update["message_id"], "allow_sending_without_reply": True}
    assert body.get("message_thread_id") == update.get("message_thread_id")


def test_the_name_is_not_part_of_the_question(assistant: Any) -> None:
    (body,) = sends(assistant, "group_mention")
    assert body["text"].startswith(MEMBER)


def test_a_conversation_in_a_group_is_not_the_one_in_private(assistant: Any) -> None:
    async def scene(world: World) -> None:
        await world.deliver("text")
        await world.deliver("group_mention")

    play("telegram", assistant, scene)
    with assistant.store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT data FROM events WHERE type = 'user'").scalars().all()
        assert connection.exec_driver_sql("SELECT count(*) FROM conversations").scalar() == 2
    assert [json.loads(row)["metadata"]["private"] for row in rows] == [True, False]


def test_a_location_becomes_a_place(assistant: Any) -> None:
    for name, said in (("location", r"Denver, CO \d{5}"), ("location_abroad", ELSEWHERE)):
        sends(assistant, name)
        with assistant.store.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT data FROM events WHERE type = 'user' ORDER BY id").scalars().all()
        assert re.fullmatch(said, json.loads(rows[-1])["text"])


def test_a_place_is_looked_up_without_holding_up_the_others(assistant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []

    def look_up(latitude: Any, longitude: Any) -> str:
        threads.append(threading.get_ident())
        return "Denver, CO 80202"

    monkeypatch.setattr(telegram, "spoken_place", look_up)
    sends(assistant, "location")
    assert len(threads) == 1
    assert threads[0] != threading.get_ident(), "the event loop runs in this thread"


def test_the_place_step_offers_to_share_the_location_in_private_only() -> None:
    ask = Outgoing("Where?", hint="place", buttons=(Button("Skip", "skip"),))
    keyboard = body_of(ask)["reply_markup"]["keyboard"]
    assert keyboard == [[{"text": "Share my location", "request_location": True}], [{"text": "Skip"}]]
    assert "inline_keyboard" in body_of(ask, in_group=True)["reply_markup"]


def test_the_name_is_asked_for_once(assistant: Any) -> None:
    async def scene(world: World) -> None:
        await world.deliver("group_mention")
        await world.deliver("group_message_to_others")
        assert [name for name, _ in world.platform.calls].count("getMe") == 1

    play("telegram", assistant, scene)


def test_a_busy_platform_says_in_the_body_how_long_to_wait(assistant: Any) -> None:
    async def scene(world: World) -> None:
        world.platform.faults.append("busy")
        world.platform.retry_after = 1
        started = time.monotonic()
        assert len(await world.say("What is the ICC?")) == 1
        assert time.monotonic() - started >= 1

    play("telegram", assistant, scene)


def test_the_token_is_in_no_error(assistant: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(world: World) -> None:
        world.platform.faults.extend(["down"] * 9)
        assert await world.post(message("telegram", "What is the ICC?")) == 200

    play("telegram", assistant, scene)
    assert "Telegram did not take a call" in caplog.text
    assert "TEST" not in caplog.text


def test_each_person_gets_their_own_reply(assistant: Any) -> None:
    async def scene(world: World) -> None:
        await world.say("What is the ICC?", person=1)
        await world.say("Is the US a member?", person=2)
        assert [body["chat_id"] for body in world.platform.sent] == [5000000001, 5000000002]

    play("telegram", assistant, scene)


@pytest.mark.parametrize(
    ("form", "before"),
    [
        ("I want to volunteer", ("yes", "Ann Lee", "ann.lee@example.org", "skip")),
        ("I want to sign up my organization", ("yes", "A Sample Group", "Ann Lee", "chair", "ann.lee@example.org")),
    ],
)
def test_a_shared_location_answers_the_place_step_of_any_form(form: str, before: Any, assistant: Any) -> None:
    async def scene(world: World) -> None:
        for text in (form, *before):
            await world.say(text)
        keyboard = world.platform.sent[-1]["reply_markup"]["keyboard"]
        assert keyboard[0] == [{"text": "Share my location", "request_location": True}]
        asked = world.platform.texts()[-1]
        (then,) = await world.deliver("location")
        assert then.split("\n")[0] != asked.split("\n")[0], "the form went on"
        assert "Step" in then
        state = str((await assistant.store.retrieve((await assistant.store.keys())[0])).current_slot_values())
        assert "Denver" in state

    play("telegram", assistant, scene)
