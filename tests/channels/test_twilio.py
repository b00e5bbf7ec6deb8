"""SMS and WhatsApp: what each kind of message leads to, and STOP, START and HELP."""

import json
import threading
from typing import Any
from urllib.parse import parse_qsl

import pytest
import sqlalchemy as sa
from platform_on_loopback import sms_segments
from rasa.shared.core.events import ActiveLoop, SlotSet
from world import KEYS, World, headers, message, payload, play

from bot.channels import twilio
from bot.channels.pseudonyms import Pseudonyms
from bot.channels.stop import abandon_form, keyword

INTRO = "AMICC's automated assistant. HELP for help, STOP to end."
STOPPED = "AMICC's automated assistant: you have been unsubscribed"


def sends(assistant: Any, *names: str) -> list[dict[str, Any]]:
    async def scene(world: World) -> list[dict[str, Any]]:
        for name in names:
            await world.deliver(name)
        return world.platform.sent

    return play("twilio", assistant, scene)


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("sms_text", f"{INTRO}\nIs the US a member?\n"),
        ("sms_number", f"{INTRO}\n"),
        ("sms_more", f"{INTRO}\n"),
        ("sms_start", f"{INTRO}\nHello. I am AMICC's automated assistant."),
        ("sms_help", "AMICC's automated assistant: general information"),
        ("mms_picture", f"{INTRO}\nI can only read words."),
        ("mms_two_pictures", f"{INTRO}\nI can only read words."),
        ("mms_picture_with_text", f"{INTRO}\nWhat is the International Criminal Court?\n"),
        ("sms_emoji", f"{INTRO}\nI can only read words."),
        ("sms_accents", f"{INTRO}\nMis respuestas"),
        ("sms_stop", STOPPED),
        ("sms_unsubscribe", STOPPED),
        ("whatsapp_text", f"{INTRO}\n\n*Is the US a member?*\n"),
        ("whatsapp_list_choice", f"{INTRO}\n\n*Why is the US not a member"),
        ("whatsapp_button", f"{INTRO}\n\n*"),
        ("whatsapp_location", INTRO),
        ("whatsapp_voice", f"{INTRO}\n\nI can only read words."),
        ("whatsapp_sticker", f"{INTRO}\n\nI can only read words."),
        ("whatsapp_stop", STOPPED),
        ("whatsapp_picture_with_text", f"{INTRO}\n\n*What is the International Criminal Court?*\n"),
        ("whatsapp_document", f"{INTRO}\n\nI can only read words."),
        ("whatsapp_contact", f"{INTRO}\n\nI can only read words."),
        ("whatsapp_start", f"{INTRO}\n\nHello. I am the automated assistant"),
        ("whatsapp_help", "AMICC's automated assistant: general information"),
        ("whatsapp_number", f"{INTRO}\n\n"),
        ("whatsapp_reply", f"{INTRO}\n\n*Who are the ICC's judges"),
    ],
)
def test_each_is_answered_once_from_the_number_written_to(assistant: Any, name: str, begins: str) -> None:
    (body,) = sends(assistant, name)
    got = dict(parse_qsl(payload("twilio", name).decode()))
    assert (body["From"], body["To"]) == (got["To"], got["From"])
    assert body["Body"].startswith(begins)


@pytest.mark.parametrize(
    "name",
    [
        "status_callback",
        "sms_stop_kept_by_twilio",
        "sms_help_kept_by_twilio",
        "whatsapp_read",
        "whatsapp_undelivered",
    ],
)
def test_each_is_left_alone(assistant: Any, name: str) -> None:
    assert sends(assistant, name) == []


def test_the_webhook_is_answered_with_empty_twiml(assistant: Any) -> None:
    async def scene(world: World) -> None:
        await world.deliver("sms_text")
        assert world.answer == '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'

    play("twilio", assistant, scene)


def test_only_the_first_reply_says_who_is_writing(assistant: Any) -> None:
    first, second = sends(assistant, "sms_text", "sms_number")
    assert first["Body"].startswith(INTRO)
    assert INTRO not in second["Body"]


@pytest.mark.parametrize("kind", ["sms", "whatsapp"])
def test_the_first_reply_says_who_it_is_that_it_is_automated_help_and_stop(kind: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        for text in ("What is the ICC?", "", "I want to volunteer", "YES"):
            (first,) = await world.say(text, person=len(text))
            assert first.splitlines()[0] == INTRO
            for word in ("AMICC", "automated", "HELP", "STOP"):
                assert word in first.splitlines()[0]
            (second,) = await world.say("2", person=len(text))
            assert INTRO not in second
        await world.say("delete my data")
        await world.say("Yes, delete my data")
        (again,) = await world.say("hello")
        assert again.startswith(INTRO)

    play(kind, assistant, scene)


def test_two_is_the_second_choice_and_more_is_the_rest(assistant: Any) -> None:
    first, more, second = sends(assistant, "sms_text", "sms_more", "sms_number")
    assert "or MORE for the rest." in first["Body"]
    assert more["Body"].startswith("No. As of November 2026 the United States is not a member")
    assert second["Body"].startswith("What would it take for the US to join?")


def test_an_answer_costs_five_segments_at_most(assistant: Any) -> None:
    for body in sends(assistant, "sms_text", "sms_more", "sms_number", "sms_accents", "sms_help", "sms_stop"):
        assert sms_segments(body["Body"]) <= 5


# STOP, START, HELP


def test_after_stop_there_is_silence_until_start(assistant: Any) -> None:
    async def scene(world: World) -> None:
        assert len(await world.deliver("sms_text")) == 1
        assert len(await world.deliver("sms_stop")) == 1
        assert await world.deliver("sms_unsubscribe") == [], "one confirmation is all that may be sent"
        assert await world.deliver("mms_picture_with_text") == []
        assert len(await world.deliver("sms_help")) == 1
        (back,) = await world.deliver("sms_start")
        assert "Hello" in back
        assert len(await world.deliver("sms_number")) == 1

    play("twilio", assistant, scene)


def test_nothing_follows_the_confirmation_of_a_stop(assistant: Any) -> None:
    async def scene(world: World) -> None:
        world.platform.retry_after = 1
        world.platform.faults.append("busy")
        for text in ("I want to volunteer", "Is the US a member?", "STOP"):
            assert await world.post(message("sms", text), settle=False) == 200
        await world.channel.idle()
        texts = world.platform.texts()
        assert len(texts) == 3
        assert "unsubscribed" in texts[-1]

    play("sms", assistant, scene)


def test_yes_also_comes_back_but_only_after_stop(assistant: Any) -> None:
    async def scene(world: World) -> None:
        assert "Hello" not in (await world.say("yes"))[0]
        await world.say("STOP")
        assert "Hello" in (await world.say("Yes"))[0]

    play("sms", assistant, scene)


def test_a_stop_is_kept_under_a_keyed_hash_only(assistant: Any) -> None:
    sends(assistant, "sms_text", "sms_stop")
    with assistant.store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM opt_outs").all()
        everything = "".join(
            # A row shortens long values when it is printed; a tuple does not.
            str(list(map(tuple, connection.exec_driver_sql(f'SELECT * FROM "{table}"'))))
            for table in sa.inspect(connection).get_table_names()
        )
    assert [row[0] for row in rows] == [Pseudonyms(KEYS).of("twilio", "+15005550006")]
    assert "5005550006" not in everything
    assert f"SM{1:032x}" not in everything


def test_a_stop_survives_a_new_key(assistant: Any) -> None:
    sends(assistant, "sms_stop")
    new = Pseudonyms(["n" * 32, *KEYS])

    async def scene(world: World) -> None:
        world.channel.pseudonyms = new
        assert await world.deliver("sms_text") == []
        assert len(await world.deliver("sms_start")) == 1
        assert len(await world.deliver("sms_number")) == 1

    play("twilio", assistant, scene)


def test_whatsapp_and_sms_of_a_person_are_two_senders(assistant: Any) -> None:
    sent = sends(assistant, "sms_stop", "whatsapp_text")
    assert len(sent) == 2


def test_stop_closes_an_open_form_and_drops_what_it_has(assistant: Any) -> None:
    async def scene(world: World) -> None:
        await world.say("What is the ICC?")
        (conversation,) = await assistant.store.keys()
        tracker = await assistant.store.retrieve(conversation)
        tracker.update_with_events([ActiveLoop("volunteer_form"), SlotSet("subject", ["x"])], assistant.domain)
        await assistant.store.save(tracker)
        (text,) = await world.say("Stop.")
        assert text.startswith(STOPPED)
        tracker = await assistant.store.retrieve(conversation)
        assert tracker.active_loop_name is None
        assert not any(tracker.current_slot_values().values())
        assert not await abandon_form(assistant.store, conversation)

    play("sms", assistant, scene)


@pytest.mark.parametrize(
    ("text", "by_sms", "word"),
    [
        ("STOP", True, "stop"),
        (" stop! ", True, "stop"),
        ("StopAll", True, "stop"),
        ("CANCEL", True, "stop"),
        ("cancel", False, None),
        ("quit", True, "stop"),
        ("end", False, None),
        ("unsubscribe", False, "stop"),
        ("please stop", True, None),
        ("What would stop a trial?", True, None),
        ("Start", True, "start"),
        ("HELP", True, "help"),
        ("info", False, "help"),
        ("help me find an alliance", True, None),
        ("", True, None),
    ],
)
def test_a_keyword_is_the_whole_message(text: str, by_sms: bool, word: Any) -> None:
    assert keyword(text, by_sms) == word


def test_a_shared_location_answers_the_place_step_on_whatsapp(assistant: Any) -> None:
    async def scene(world: World) -> None:
        for text in ("I want to volunteer", "yes", "Ann Lee", "ann.lee@example.org", "skip"):
            (asked,) = await world.say(text)
        assert "Where do you live?" in asked
        body = payload("twilio", "whatsapp_location").replace(b"15005550006", b"15005551001")
        assert await world.post(body) == 200
        assert world.platform.texts()[-1].startswith("Step 6 of 7")

    play("whatsapp", assistant, scene)


def test_a_place_is_looked_up_without_holding_up_the_others(assistant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []

    def look_up(latitude: float, longitude: float) -> str:
        threads.append(threading.get_ident())
        return "Denver, CO 80202"

    monkeypatch.setattr(twilio, "spoken_place", look_up)
    sends(assistant, "whatsapp_location")
    assert len(threads) == 1
    assert threads[0] != threading.get_ident(), "the event loop runs in this thread"


@pytest.mark.parametrize(("code", "errors"), [("21610", 0), ("21614", 1)])
def test_that_somebody_has_opted_out_with_twilio_is_no_error(
    code: str, errors: int, assistant: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(world: World) -> None:
        world.platform.faults.append(code)
        assert await world.deliver("sms_text") == []
        assert [name for name, _ in world.platform.calls] == ["Messages.json"]

    play("twilio", assistant, scene)
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == errors


# WhatsApp lists


def test_choices_are_a_list_where_the_account_has_the_templates(assistant: Any) -> None:
    async def scene(world: World) -> None:
        world.with_lists()
        await world.say("What is the ICC?")
        (body,) = world.platform.sent
        values = json.loads(body["ContentVariables"])
        count = (len(values) - 1) // 2
        assert body["ContentSid"] == f"HX{count:032d}"
        assert "Body" not in body
        assert "Reply 1" not in values["1"]
        await world.say("Who are the judges?")
        assert [name for name, _ in world.platform.calls if name.startswith("lists")] == []

    play("whatsapp", assistant, scene)


def test_a_list_that_is_not_taken_becomes_numbers(assistant: Any) -> None:
    async def scene(world: World) -> None:
        world.with_lists()
        world.platform.lists_are_taken = False
        (text,) = await world.deliver("whatsapp_text")
        assert "\n1. " in text
        assert "Reply 1" in text

    play("whatsapp", assistant, scene)


def test_without_templates_choices_are_numbers(assistant: Any) -> None:
    (body,) = sends(assistant, "whatsapp_text")
    assert "\n1. " in body["Body"]


# The signature


def test_the_signature_covers_the_public_address_with_its_query(assistant: Any) -> None:

    async def scene(world: World) -> None:
        body = message("sms", "What is the ICC?")
        address = f"{world.address}/webhooks/twilio/webhook?a=1&b=2"
        for path, status in (("?a=1&b=2", 200), ("", 403), ("?a=1&b=3", 403)):
            given = headers("twilio", body, path=path)
            async with world.session.post(address, data=body, headers=given) as got:
                assert got.status == status
        await world.channel.idle()

    play("twilio", assistant, scene)


def test_a_blank_field_is_part_of_the_signature(assistant: Any) -> None:
    assert len(sends(assistant, "whatsapp_voice")) == 1
