"""Slack: what each event, button and command leads to."""

import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from conftest import counted
from slack_sdk.signature import SignatureVerifier
from world import SECRET, World, headers, payload, play

from bot.channels.formatting import Button, CardBlock, Outgoing
from bot.channels.slack import body_of, typed


def sends(assistant: Any, *names: str) -> list[dict[str, Any]]:
    async def scene(world: World) -> list[dict[str, Any]]:
        for name in names:
            await world.deliver(name)
        return world.platform.sent

    return play("slack", assistant, scene)


def test_a_direct_message_is_answered_with_blocks(assistant: Any) -> None:
    (body,) = sends(assistant, "direct_message")
    assert body["channel"] == "D0PNCRP9N"
    assert "thread_ts" not in body
    assert body["blocks"][0]["text"]["text"].startswith("*Is the US a member?*")
    assert body["blocks"][-1]["type"] == "actions"
    assert not body["unfurl_links"]


@pytest.mark.parametrize(
    ("name", "thread"),
    [
        ("direct_message_in_thread", "1795600001.000100"),
        ("app_mention", "1795600004.000100"),
        ("app_mention_in_thread", "1795600004.000100"),
        ("button_press", None),
        ("button_press_in_channel", "1795600004.000100"),
        ("file", None),
        ("direct_message_with_address", None),
    ],
)
def test_each_is_answered_where_it_was_written(assistant: Any, name: str, thread: Any) -> None:
    (body,) = sends(assistant, name)
    assert body.get("thread_ts") == thread
    assert body["channel"] == ("C0LAN2Q65" if "mention" in name or "channel" in name else "D0PNCRP9N")


@pytest.mark.parametrize(
    "name",
    [
        "channel_message_to_others",
        "edited",
        "deleted",
        "own_message",
        "bot_message",
        "reaction_added",
        "app_home_opened",
        "member_joined",
        "global_shortcut",
        "url_verification",
        "app_uninstalled",
        "tokens_revoked",
    ],
)
def test_each_is_left_alone(assistant: Any, name: str) -> None:
    assert sends(assistant, name) == []


def test_the_address_is_verified(assistant: Any) -> None:
    async def scene(world: World) -> None:
        assert await world.post(payload("slack", "url_verification")) == 200
        assert world.answer == "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
        assert await world.post(payload("slack", "url_verification"), X_Slack_Signature="v0=" + "0" * 64) == 403

    play("slack", assistant, scene)


def test_a_retry_is_answered_once(assistant: Any) -> None:
    async def scene(world: World) -> None:
        for number in range(4):
            more = {"X_Slack_Retry_Num": str(number), "X_Slack_Retry_Reason": "http_timeout"} if number else {}
            assert await world.post(payload("slack", "retry"), settle=False, **more) == 200
        await world.channel.idle()
        assert len(world.platform.sent) == 1

    play("slack", assistant, scene)


def test_the_webhook_does_not_wait_for_the_turn(assistant: Any) -> None:
    async def scene(world: World) -> None:
        world.platform.faults.extend(["busy"])
        world.platform.retry_after = 1
        assert await world.post(payload("slack", "direct_message"), settle=False) == 200
        assert world.platform.sent == []
        await world.channel.idle()
        assert len(world.platform.sent) == 1

    play("slack", assistant, scene)


def test_a_slash_command_is_answered_to_its_sender_alone(assistant: Any) -> None:
    (body,) = sends(assistant, "slash_command")
    assert body["response_type"] == "ephemeral"
    assert body["blocks"][0]["text"]["text"].startswith("*Is the US a member?*")


def test_a_slash_command_without_words_shows_help(assistant: Any) -> None:
    (body,) = sends(assistant, "slash_command_without_text")
    assert body["text"].startswith("Ask in your own words")


def test_a_button_under_a_private_answer_is_answered_to_its_sender_alone(assistant: Any) -> None:
    async def scene(world: World) -> None:
        await world.deliver("slash_command")
        await world.deliver("button_press_on_ephemeral")
        assert [name for name, _ in world.platform.calls] == ["response_url", "response_url"]
        for body in world.platform.sent:
            assert (body["response_type"], body["replace_original"]) == ("ephemeral", False)
        assert world.platform.texts()[1].startswith("*Why is the US not a member")

    play("slack", assistant, scene)


@pytest.mark.parametrize("also", [{"container": {}}, {"container": None}, {"message": {}}, {"message": {"ts": "1.1"}}])
def test_a_tap_is_answered_to_its_sender_alone_unless_all_have_seen_the_button(
    also: dict[str, Any], assistant: Any
) -> None:
    async def scene(world: World) -> None:
        assert await world.post(tap(world, **also)) == 200
        assert [body["response_type"] for body in world.platform.sent] == ["ephemeral"]

    play("slack", assistant, scene)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://hooks.slack.com/actions/T1/1/x",
        "https://hooks.slack.com.example.org/",
        "https://hooks.slack.com@example.org/",
        "https://hooks.slack.com:8443/",
        "https://hooks.slack.com",
        "//hooks.slack.com/",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/actions/x",
        "file:///etc/passwd",
        None,
        5,
    ],
)
def test_no_other_address_is_called_though_slack_has_signed_it(
    address: Any, assistant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []

    async def call(method: str, url: str, **arguments: Any) -> dict[str, Any]:
        called.append(url)
        return {}

    async def scene(world: World) -> None:
        monkeypatch.setattr(world.channel.api, "call", call)
        assert await world.post(tap(world, response_url=address)) == 403
        command = dict(parse_qsl(payload("slack", "slash_command").decode()))
        assert await world.post(urlencode({**command, "response_url": address or ""}).encode()) == 403

    play("slack", assistant, scene)
    assert called == []


def tap(world: World, **changed: Any) -> bytes:
    """The body of a tap on a button that only one person sees, with something changed."""
    pressed = json.loads(dict(parse_qsl(payload("slack", "button_press_on_ephemeral").decode()))["payload"])
    pressed["response_url"] = f"{world.platform.address}/actions/T061EG9R6/1/def"
    return urlencode({"payload": json.dumps({**pressed, **changed})}).encode()


@pytest.mark.parametrize("name", ["app_mention", "slash_command"])
def test_a_reply_that_slack_refuses_is_logged_and_counted(
    name: str, assistant: Any, caplog: pytest.LogCaptureFixture
) -> None:
    labels = {"channel": "slack", "reason": "not delivered"}
    before = counted("amicc_channel_errors_total", **labels)

    async def scene(world: World) -> None:
        world.platform.faults.append("not_in_channel")  # with status 200, as Slack reports every refusal
        assert await world.deliver(name) == []

    play("slack", assistant, scene)
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert errors == ["A reply was not delivered: Slack did not take a call (status 200, not_in_channel)"]
    assert counted("amicc_channel_errors_total", **labels) == before + 1


def test_what_was_written_in_a_channel_is_marked_as_public(assistant: Any) -> None:
    sends(assistant, "direct_message", "app_mention", "slash_command", "button_press_in_channel")
    with assistant.store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT data FROM events WHERE type = 'user'").scalars().all()
    assert sorted(json.loads(row)["metadata"]["private"] for row in rows) == [False, False, False, True]


def test_papers_have_their_own_buttons() -> None:
    card = CardBlock("1. *A paper*", Button("A paper", "Tell me about it"))
    body = body_of(Outgoing("Two fit.", (card,), "Source: a list", (Button("More", "more"),)))
    assert body["blocks"][1]["accessory"]["value"] == "Tell me about it"
    assert body["blocks"][2]["text"]["text"] == "Source: a list"
    assert body["blocks"][3]["elements"][0]["value"] == "more"
    assert body["text"] == "Two fit.\n1. *A paper*\nSource: a list", "screen readers get the text alone"


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("<@U0LAN0Z89> is it?", "is it?"),
        ("a &lt; b &amp; c &gt; d", "a < b & c > d"),
        ("<mailto:sample@example.org|sample@example.org>", "sample@example.org"),
        ("<tel:+15005550006|+1 500 555 0006>", "+1 500 555 0006"),
        ("<https://example.org/x>", "https://example.org/x"),
        ("<http://example.org|example.org>", "example.org"),
        ("<!here> <#C1|general> hello", "hello"),
        ("", ""),
    ],
)
def test_text_is_read_as_it_was_typed(raw: str, plain: str) -> None:
    assert typed(raw) == plain


def test_a_signature_older_than_five_minutes_is_a_replay(assistant: Any) -> None:
    async def scene(world: World) -> None:
        body = payload("slack", "direct_message")
        for age in [-301, *range(301, 301 + 99)]:
            old = headers("slack", body, now=time.time() - age)
            assert await world.post(body, **{name.replace("-", "_"): value for name, value in old.items()}) == 403
        assert world.platform.sent == []

    play("slack", assistant, scene)


@pytest.mark.parametrize("stamp", [None, "", " ", "soon", "1e9", "-1", "1795600000.0", "inf", 301, -301])
def test_a_signature_without_a_time_of_now_is_no_proof(stamp: Any, assistant: Any) -> None:
    async def scene(world: World) -> None:
        body = payload("slack", "direct_message")
        text = str(int(time.time()) + stamp) if isinstance(stamp, int) else stamp or ""
        signature = SignatureVerifier(SECRET).generate_signature(timestamp=text, body=body)
        given = {"X_Slack_Request_Timestamp": None if stamp is None else text, "X_Slack_Signature": signature}
        assert await world.post(body, **given) == 403
        assert world.platform.calls == []

    play("slack", assistant, scene)
