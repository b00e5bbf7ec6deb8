"""What holds for every platform: nobody else gets in, nothing is answered twice, nothing is lost or logged."""

import asyncio
import pkgutil
import random
import string
import time
from typing import Any

import pytest
from platform_on_loopback import FakePlatform
from world import CHANNELS, KINDS, PAYLOADS, World, headers, message, payload, play

from bot.channels.delivery import Api, DeliveryError, Patience

PROOF = {
    "slack": "X_Slack_Signature",
    "telegram": "X_Telegram_Bot_Api_Secret_Token",
    "twilio": "X_Twilio_Signature",
    "facebook": "X_Hub_Signature_256",
}
QUESTION = "What is the ICC?"
each_channel = pytest.mark.parametrize("name", CHANNELS)
each_kind = pytest.mark.parametrize("name", KINDS)


DOCUMENTED = {
    # What a platform has no webhook for is not named: a location on Slack, several messages at once but for Messenger,
    # edits by SMS, groups on phone numbers and on pages.
    "slack": {
        "text": "direct_message",
        "button press": "button_press",
        "media": "file",
        "edited": "edited",
        "retry": "retry",
        "unsubscribe": "app_uninstalled",
        "group": "app_mention",
        "slash command": "slash_command",
        "button under a private answer": "button_press_on_ephemeral",
    },
    "telegram": {
        "text": "text",
        "button press": "button_press",
        "media": "photo",
        "edited": "edited_text",
        "retry": "retry",
        "location": "location",
        "unsubscribe": "blocked_by_the_visitor",
        "group": "group_mention",
        "slash command": "command_help",
    },
    "sms": {
        "text": "sms_text",
        "media": "mms_picture",
        "several media": "mms_two_pictures",
        "retry": "retry",
        "unsubscribe": "sms_stop",
        "report": "status_callback",
    },
    "whatsapp": {
        "text": "whatsapp_text",
        "button press": "whatsapp_button",
        "list choice": "whatsapp_list_choice",
        "media": "whatsapp_voice",
        "media with text": "whatsapp_picture_with_text",
        "document": "whatsapp_document",
        "contact": "whatsapp_contact",
        "location": "whatsapp_location",
        "unsubscribe": "whatsapp_stop",
        "subscribe": "whatsapp_start",
        "report": "whatsapp_read",
    },
    "facebook": {
        "text": "text",
        "button press": "postback",
        "quick reply": "quick_reply",
        "media": "picture",
        "edited": "edited",
        "retry": "retry",
        "batch": "batch",
        "location": "location",
        "unsubscribe": "stop",
    },
}


@each_kind
def test_there_are_payloads_of_the_documented_kinds(name: str) -> None:
    by_phone = name in ("sms", "whatsapp")
    names = {path.stem for path in (PAYLOADS / ("twilio" if by_phone else name)).iterdir()}
    if by_phone:
        names = {each for each in names if each.startswith("whatsapp_") == (name == "whatsapp")}
    assert len(names) >= 12
    assert set(DOCUMENTED[name].values()) <= names


# Proof of origin


def forgeries(name: str) -> list[Any]:
    """100 proofs that are none: missing, of a wrong length, made up, of another body or key."""
    random.seed(7)
    genuine = headers(name, message(name, QUESTION))[PROOF[name].replace("_", "-")]
    of_another_body = headers(name, message(name, "Another question"))[PROOF[name].replace("_", "-")]
    found: list[Any] = [
        None,
        "",
        " ",
        "0",
        "sha256=",
        "v0=",
        "é",
        "\x7f",
        genuine + "0",
        "x" + genuine,
        genuine.upper(),
    ]
    found += [genuine[:cut] for cut in range(0, len(genuine), 2)]
    found += [of_another_body] if name != "telegram" else []
    while len(found) < 100:
        place = random.randrange(len(genuine))
        other = random.choice(string.ascii_letters + string.digits)
        found.append(genuine[:place] + other + genuine[place + 1 :])
    return [proof for proof in found if proof != genuine][:100]


@each_channel
def test_forged_missing_and_wrong_length_proofs_are_refused(name: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        body = message(name, QUESTION)
        genuine = headers(name, body)
        refused = 0
        tries = [*forgeries(name), *forgeries(name)[:5]][:100]
        for proof in tries:
            if proof is not None and genuine[PROOF[name].replace("_", "-")] == proof:
                continue
            status = await world.post(body, **{PROOF[name]: proof})
            assert status in (400, 403), (proof, status)
            refused += 1
        assert refused == 100
        assert world.platform.calls == []

    play(name, assistant, scene)
    assert asyncio.run(assistant.store.keys()) == []


@each_channel
def test_a_proof_is_no_good_for_a_changed_body(name: str, assistant: Any) -> None:
    if name == "telegram":
        pytest.skip("Telegram's proof is a secret, not a signature")

    async def scene(world: World) -> None:
        body = message(name, QUESTION)
        given = {key.replace("-", "_"): value for key, value in headers(name, body).items()}
        changed = body.replace(b"ICC", b"ICD")
        assert changed != body
        assert await world.post(changed, **given) == 403
        assert world.platform.calls == []

    play(name, assistant, scene)


@pytest.mark.parametrize(
    ("name", "compares"),
    [
        ("slack", "hmac.compare_digest"),
        ("telegram", "hmac.compare_digest"),
        ("facebook", "hmac.compare_digest"),
        ("twilio", "twilio.request_validator.compare"),
    ],
)
def test_proofs_are_compared_in_constant_time(
    name: str, compares: str, assistant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []

    async def scene(world: World) -> None:
        body = message(name, QUESTION)
        proof = headers(name, body)[PROOF[name].replace("_", "-")]
        forged = proof[:-1] + ("1" if proof[-1] == "0" else "0")
        with monkeypatch.context() as patch:
            compare = pkgutil.resolve_name(compares)
            patch.setattr(compares, lambda one, other: given.extend([_text(one), _text(other)]) or compare(one, other))
            assert await world.post(body, **{PROOF[name]: forged}) == 403
        assert {proof, forged} <= set(given)

    play(name, assistant, scene)


def _text(secret: Any) -> str:
    return secret.decode() if isinstance(secret, bytes) else secret


# Once


@each_kind
def test_a_message_delivered_again_is_answered_and_applied_once(name: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        body = message(name, QUESTION)
        for _ in range(3):
            assert await world.post(body, settle=False) == 200
        await world.channel.idle()
        assert len(world.platform.sent) == 1

    play(name, assistant, scene)
    with assistant.store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM turns").scalar() == 1


@each_kind
def test_messages_of_a_person_are_answered_in_order(name: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        world.platform.faults.append("busy")
        for text in (QUESTION, "Is the US a member?"):
            assert await world.post(message(name, text), settle=False) == 200
        await world.channel.idle()
        first, second = world.platform.texts()
        assert "What is the International Criminal Court?" in first
        assert "Is the US a member?" in second

    play(name, assistant, scene)


# Faults


@each_kind
@pytest.mark.parametrize("fault", ["busy", "down", "silent"])
def test_a_platform_that_is_busy_down_or_silent_gets_the_reply_later(name: str, fault: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        world.platform.faults.extend([fault, fault] if fault != "silent" else [fault])
        assert len(await world.say(QUESTION)) == 1

    play(name, assistant, scene)


@each_kind
def test_retry_after_is_honoured(name: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        world.platform.faults.append("busy")
        world.platform.retry_after = 1
        started = time.monotonic()
        assert len(await world.say(QUESTION)) == 1
        assert time.monotonic() - started >= 1

    play(name, assistant, scene)


@each_kind
def test_a_platform_that_stays_down_loses_the_reply_but_no_state(
    name: str, assistant: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(world: World) -> None:
        world.platform.faults.extend(["down"] * 4)
        assert await world.say("Why should the US support the ICC?") == []
        (answer,) = await world.say("2")
        assert "How does the Court serve US security interests?" in answer

    play(name, assistant, scene)
    assert "did not take a call" in caplog.text


@each_kind
def test_other_visitors_do_not_wait_for_one_whose_reply_is_tried_again(name: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        world.platform.faults.append("busy")
        world.platform.retry_after = 3
        assert await world.post(message(name, QUESTION, 1), settle=False) == 200
        await asyncio.sleep(0.2)
        started = time.monotonic()
        assert await world.post(message(name, QUESTION, 2), settle=False) == 200
        while not world.platform.sent:
            await asyncio.sleep(0.01)
        assert time.monotonic() - started < 2
        await world.channel.idle()

    play(name, assistant, scene)


def test_a_platform_that_asks_for_too_long_a_wait_is_not_waited_for() -> None:
    async def scene() -> None:
        platform = FakePlatform()
        await platform.start()
        platform.faults.append("busy")
        platform.retry_after = 3600
        api = Api("Slack", patience=Patience(longest=60))
        try:
            with pytest.raises(DeliveryError, match="Slack"):
                await api.call("POST", f"{platform.address}/commands/x", json={"text": "x", "blocks": []})
        finally:
            await api.close()
            await platform.stop()

    asyncio.run(scene())


def test_a_platform_that_does_not_exist_is_an_error_not_a_crash() -> None:
    async def scene() -> None:
        api = Api("Slack", patience=Patience(attempts=2, pause=0.01))
        try:
            with pytest.raises(DeliveryError, match="no answer"):
                await api.call("POST", "http://127.0.0.1:9/x")
        finally:
            await api.close()

    asyncio.run(scene())


# Nonsense

PERSONAL = "Jane Sample jane.sample@example.org +1 500 555 0123"


@each_channel
def test_a_body_of_another_platform_is_not_answered(name: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        for other in CHANNELS:
            if other != name:
                for path in sorted((PAYLOADS / other).iterdir()):
                    assert await world.post(path.read_bytes()) in (200, 400, 403)
        assert world.platform.sent == []

    play(name, assistant, scene)


@each_channel
@pytest.mark.parametrize(
    "body", [b"", b" ", b"{}", b"[]", b"null", b"0", b"{", b"\xff\xfe", b"payload=", b"a=b&a=c", b"[" * 9000]
)
def test_a_body_with_nothing_in_it_is_not_answered(name: str, body: bytes, assistant: Any) -> None:
    async def scene(world: World) -> None:
        assert await world.post(body) in (200, 400, 403)
        assert world.platform.calls == []

    play(name, assistant, scene)


@each_channel
def test_a_huge_body_is_refused(name: str, assistant: Any) -> None:
    async def scene(world: World) -> None:
        assert await world.post(b"x" * 1_000_001) == 413

    play(name, assistant, scene)


@each_channel
def test_a_turn_that_fails_is_said_and_is_logged_without_the_visitors_words(
    name: str, assistant: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(message: Any) -> None:
        raise ValueError(f"cannot read {message.text}")

    async def scene(world: World) -> None:
        monkeypatch.setattr(assistant, "handle_message", fails)
        assert await world.post(message(name, PERSONAL)) == 200
        (said,) = world.platform.texts()
        assert "went wrong" in said

    play(name, assistant, scene)
    assert "a turn failed: ValueError at test_platforms.py" in caplog.text
    assert "Jane" not in caplog.text


@each_channel
def test_no_id_of_a_platform_is_stored_or_kept_in_memory(name: str, assistant: Any) -> None:
    body = payload(name, "retry")

    async def scene(world: World) -> None:
        assert await world.post(body) == 200
        assert len(world.platform.sent) == 1

        kept.append(str(vars(world.channel)))

    kept: list[str] = []
    play(name, assistant, scene)
    with assistant.store.engine.connect() as connection:
        everything = "".join(
            # A row shortens long values when it is printed; a tuple does not.
            str(list(map(tuple, connection.exec_driver_sql(f'SELECT * FROM "{table}"'))))
            for table in ("conversations", "turns", "events")
        )
    ids = {
        "slack": ("U061F7AUR", "D0PNCRP9N", "Ev0PV52K21", "1795600001.000100"),
        "telegram": ("5000000001", "sample_visitor", "810000001"),
        "twilio": ("5005550006", f"{1:032x}"),
        "facebook": ("2400000000000001", "m_1"),
    }
    for each in ids[name]:
        assert each in body.decode()
        assert each not in everything
        assert each not in kept[0], "the address is not kept once the reply is sent"
