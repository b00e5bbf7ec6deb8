"""Messaging channels of a served process: on with their settings, not there without."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
from conftest import subprocess_environment, wait_for
from platform_on_loopback import FakePlatform
from served import Server
from world import KINDS, SECRET, channel_settings, headers, message

from bot.channels.limits import RateLimit, SenderLimit
from bot.channels.platform import Shared
from bot.content.store import ContentStore
from bot.errors import StartError
from bot.runtime.channels import messaging_channels
from bot.runtime.serving import RELOAD_SECONDS
from bot.runtime.settings import ROOT, Settings, load_settings
from bot.storage.conversations import ConversationStore

QUESTION = "What is the ICC?"


@pytest.fixture(scope="module")
def platform() -> Iterator[FakePlatform]:
    with FakePlatform().in_background() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, model_path: Path, platform: FakePlatform) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("on"), BOT_LOG_LEVEL="DEBUG", **channel_settings(platform))
    yield running
    assert running.stop() == 0


def post(server: Server, channel: str, body: bytes, proof: bool = True) -> requests.Response:
    given = headers(channel, body) if proof else {}
    return server.request("POST", f"/webhooks/{channel}/webhook", data=body, headers=given)


def test_it_never_writes_first(server: Server, platform: FakePlatform) -> None:
    """Not when it starts, nor to somebody with an open form, nor when content or the database is tended."""
    assert platform.calls == []
    post(server, "twilio", message("sms", "I want to volunteer"))
    wait_for(lambda: platform.sent, "the first step")
    platform.calls.clear()
    server.process.send_signal(signal.SIGHUP)
    command = [sys.executable, "-m", "bot", "retention", "run"]
    subprocess.run(command, cwd=ROOT, env=subprocess_environment(BOT_DATA_FOLDER=server.data), check=True)
    assert server.get("/health").status_code == 200
    time.sleep(2 * RELOAD_SECONDS)
    assert platform.calls == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_channel_with_its_settings_answers(kind: str, server: Server, platform: FakePlatform) -> None:
    platform.sent.clear()
    channel = "twilio" if kind in ("sms", "whatsapp") else kind
    body = message(kind, QUESTION)
    assert post(server, channel, body, proof=False).status_code == 403
    assert post(server, channel, body).status_code == 200
    wait_for(lambda: platform.sent, "the reply")
    assert "What is the International Criminal Court?" in platform.texts()[0]
    assert platform.refused == []
    assert server.query("SELECT channel FROM turns ORDER BY id DESC LIMIT 1") == [(kind,)]


def test_what_is_no_webhook_is_not_found(server: Server) -> None:
    for path in ("/webhooks", "/webhooks/pigeon/webhook", "/webhooks/rest/webhook", "/webhooks/slack"):
        assert server.request("POST", path, data=b"{}").status_code == 404


@pytest.mark.parametrize(
    ("kind", "person", "identity"),
    [
        ("slack", 7654321, "U7654321"),
        ("slack", 8765432, "D8765432"),
        ("telegram", 1, "5000000001"),
        ("sms", 1, "15005551001"),
        ("whatsapp", 1, "15005551001"),
        ("facebook", 1, "2400000000000001"),
    ],
)
def test_the_log_holds_nothing_of_what_was_said_or_who_said_it(
    kind: str, person: int, identity: str, server: Server, platform: FakePlatform
) -> None:
    platform.sent.clear()
    body = message(kind, "I am Jane Sample", person)
    assert identity.encode() in body
    assert post(server, "twilio" if kind in ("sms", "whatsapp") else kind, body).status_code == 200
    wait_for(lambda: platform.sent, "the reply")
    said = server.said()
    assert "Turn on" in said, "nothing was logged: this test would see nothing"
    for private in ("Jane", QUESTION, identity, SECRET):
        assert private not in said


def test_one_channel_may_be_on_while_others_lack_settings(
    tmp_path: Path, model_path: Path, platform: FakePlatform
) -> None:
    wanted = ("BOT_PLATFORM_HOSTS", "BOT_SLACK_TOKEN", "BOT_SLACK_SIGNING_SECRET", "BOT_TWILIO_TOKEN")
    settings = {name: value for name, value in channel_settings(platform).items() if name in wanted}
    server = Server(tmp_path, **settings, BOT_TELEGRAM_TOKEN="1:x", BOT_FACEBOOK_TOKEN="x")
    for channel, kind in (("telegram", "telegram"), ("twilio", "sms"), ("facebook", "facebook")):
        assert post(server, channel, message(kind, QUESTION)).status_code == 404
        assert server.get(f"/webhooks/{channel}/webhook").status_code == 404
    said = server.said()
    assert "Telegram is off: BOT_TELEGRAM_SECRET not set" in said
    assert "SMS and WhatsApp (Twilio) is off: BOT_TWILIO_ACCOUNT, BOT_PUBLIC_URL not set" in said
    assert "Facebook Messenger is off: BOT_FACEBOOK_APP_SECRET, BOT_FACEBOOK_VERIFY_TOKEN not set" in said
    assert "Slack is off" not in said
    # A reply that is owed is sent before the server stops.
    platform.sent.clear()
    platform.retry_after = 2
    platform.faults.append("busy")
    assert post(server, "slack", message("slack", QUESTION)).status_code == 200
    wait_for(lambda: not platform.faults, "the first try")
    assert platform.sent == []
    assert server.stop() == 0
    assert len(platform.sent) == 1


def test_without_settings_there_is_no_channel() -> None:
    store = ConversationStore(sa.create_engine("sqlite://", future=True))
    assert messaging_channels(Settings(), Shared([], ContentStore(ROOT), SenderLimit(RateLimit(1)), store)) == []


@pytest.mark.parametrize(
    ("hosts", "reason"),
    [
        ("pigeon=https://example.org", "write name=address with a name of slack, telegram"),
        ("https://example.org", "write name=address"),
        ("slack=http://example.org", "must begin with https://"),
        ("slack=", "must begin with https://"),
    ],
)
def test_tokens_are_sent_to_no_odd_place(hosts: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_PLATFORM_HOSTS", hosts)
    with pytest.raises(StartError, match=f"BOT_PLATFORM_HOSTS.*{reason}"):
        load_settings()


def test_another_address_replaces_the_platforms_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_PLATFORM_HOSTS", "slack=https://slack-gov.example/api/, telegram=http://127.0.0.1:8081")
    hosts = load_settings().api_hosts
    assert hosts["slack"] == "https://slack-gov.example/api"
    assert hosts["telegram"] == "http://127.0.0.1:8081"
    assert hosts["twilio"] == "https://api.twilio.com"
