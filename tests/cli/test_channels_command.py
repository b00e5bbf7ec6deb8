"""`python -m bot channels`, as it is typed, against platforms on loopback."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import subprocess_environment
from platform_on_loopback import OWN_NUMBER, FakePlatform
from world import PUBLIC, channel_settings

from bot.runtime.settings import ROOT

TITLES = ("Slack", "Telegram", "SMS and WhatsApp (Twilio)", "Facebook Messenger")


class Operator:
    """Types commands, with all settings or others."""

    def __init__(self, platform: FakePlatform, folder: Path) -> None:
        self.platform = platform
        self.settings: dict[str, object] = {**channel_settings(platform), "BOT_TWILIO_NUMBER": OWN_NUMBER}
        self._folder = folder

    def types(self, *arguments: str, code: int = 0, **changed: object) -> str:
        """Returns what the command printed; a setting that is changed to None is not set."""
        wanted = {**self.settings, **changed, "BOT_DATA_FOLDER": self._folder}
        environment = subprocess_environment(**{name: value for name, value in wanted.items() if value is not None})
        command = [sys.executable, "-m", "bot", "channels", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def without_settings(self, *arguments: str, code: int = 0) -> str:
        return self.types(*arguments, code=code, **dict.fromkeys(self.settings))


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    with FakePlatform().in_background() as platform:
        yield Operator(platform, tmp_path)


def test_without_settings_all_are_off_and_that_is_no_error(operator: Operator) -> None:
    listed = operator.without_settings("list")
    assert listed.count("│ off ") == 4
    assert "BOT_SLACK_SIGNING_SECRET" in listed
    checked = operator.without_settings("check")
    for title in TITLES:
        assert f"{title}: off. Not set: BOT_" in checked
    assert operator.platform.calls == []


def test_with_all_settings_all_are_on_and_the_platforms_say_so(operator: Operator) -> None:
    listed = operator.types("list")
    assert listed.count("│ on ") == 4
    for name in ("slack", "telegram", "twilio", "facebook"):
        assert f"{PUBLIC}/webhooks/{name}/webhook" in listed
    checked = operator.types("check")
    assert "Slack: The bot is in the workspace Sample." in checked
    assert "Telegram: The bot is @amicc_test_bot. Updates do not come here yet (no address is set)" in checked
    assert "SMS and WhatsApp (Twilio): The account is active. WhatsApp choices are shown as numbers" in checked
    assert "Facebook Messenger: The page is Sample page." in checked
    for secret in ("TEST", "page-token", "xoxb-test", "a-secret-of-our-own"):
        assert secret not in listed + checked


def test_a_setting_that_is_missing_is_named(operator: Operator) -> None:
    assert "incomplete" in operator.types("list", BOT_SLACK_SIGNING_SECRET=None)
    checked = operator.types("check", BOT_SLACK_SIGNING_SECRET=None, code=1)
    assert "Slack: incomplete. Not set: BOT_SLACK_SIGNING_SECRET" in checked
    assert "Facebook Messenger: The page is Sample page." in checked


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("slack", "BOT_SLACK_TOKEN"),
        ("telegram", "BOT_TELEGRAM_TOKEN"),
        ("twilio", "BOT_TWILIO_TOKEN"),
        ("facebook", "BOT_FACEBOOK_TOKEN"),
    ],
)
def test_a_wrong_token_is_told_from_a_right_one(operator: Operator, name: str, setting: str) -> None:
    told = operator.types("check", name, code=1, **{setting: "1:wrong"})
    assert "not working" in told
    assert setting in told
    assert "1:wrong" not in told


def test_a_platform_that_is_not_there_is_an_error_that_says_so(operator: Operator) -> None:
    told = operator.types("check", "slack", code=1, BOT_PLATFORM_HOSTS="slack=http://127.0.0.1:9")
    assert "not working: Slack did not take a call (no answer)" in told


def test_telegram_is_told_the_address_and_the_secret(operator: Operator) -> None:
    operator.types("register", "telegram")
    calls = dict(operator.platform.calls)
    assert calls["setWebhook"]["url"] == f"{PUBLIC}/webhooks/telegram/webhook"
    assert calls["setWebhook"]["secret_token"] == operator.settings["BOT_TELEGRAM_SECRET"]
    assert [each["command"] for each in calls["setMyCommands"]["commands"]] == ["start", "help", "stop"]
    assert f"Updates come to {PUBLIC}/webhooks/telegram/webhook" in operator.types("check", "telegram")


def test_twilio_gets_the_address_and_the_templates_once(operator: Operator) -> None:
    told = operator.types("register", "twilio")
    assert f"Twilio now sends messages to {OWN_NUMBER}" in told
    assert "10 of the templates" in told
    fields = {name: body for name, body in operator.platform.calls if name.startswith("IncomingPhoneNumbers/")}
    assert next(iter(fields.values())) == {"SmsUrl": f"{PUBLIC}/webhooks/twilio/webhook", "SmsMethod": "POST"}
    assert "0 of the templates" in operator.types("register", "twilio")
    assert "WhatsApp choices are shown as lists." in operator.types("check", "twilio")
    assert len(operator.platform.templates) == 10


def test_a_whatsapp_sender_with_the_number_gets_the_address_too(operator: Operator) -> None:
    assert f"{OWN_NUMBER} is no WhatsApp sender." in operator.types("register", "twilio")
    senders = {"XE1": "whatsapp:+15005550009", "XE2": f"whatsapp:{OWN_NUMBER}"}
    operator.platform.senders = [{"sid": sid, "sender_id": sender} for sid, sender in senders.items()]
    told = operator.types("register", "twilio")
    assert f"Twilio now sends WhatsApp messages to {OWN_NUMBER} to {PUBLIC}/webhooks/twilio/webhook." in told
    webhook = {"callback_url": f"{PUBLIC}/webhooks/twilio/webhook", "callback_method": "POST"}
    assert [call for call in operator.platform.calls if call[0].startswith("Senders")] == [
        ("Senders/XE2", {"webhook": webhook})
    ]


def test_a_number_of_somebody_else_is_refused(operator: Operator) -> None:
    told = operator.types("register", "twilio", code=1, BOT_TWILIO_NUMBER="+15005550009")
    assert "+15005550009" in told


def test_messenger_gets_the_address_the_button_and_the_subscription(operator: Operator) -> None:
    told = operator.types("register", "facebook")
    calls = dict(operator.platform.calls)
    assert calls["subscriptions"] == {
        "object": "page",
        "callback_url": f"{PUBLIC}/webhooks/facebook/webhook",
        "verify_token": operator.settings["BOT_FACEBOOK_VERIFY_TOKEN"],
        "fields": "messages,messaging_postbacks",
    }
    assert calls["/messenger_profile"] == {"get_started": {"payload": "GET_STARTED"}}
    assert calls["/subscribed_apps"] == {"subscribed_fields": "messages,messaging_postbacks"}
    assert f"Meta now sends the page's messages to {PUBLIC}/webhooks/facebook/webhook." in told
    for secret in ("facebook_app_secret", "facebook_verify_token", "facebook_token"):
        assert str(operator.settings[f"BOT_{secret.upper()}"]) not in told


def test_slack_gets_a_manifest_to_paste(operator: Operator) -> None:
    manifest = json.loads(operator.types("register", "slack", BOT_SLACK_TOKEN=None, BOT_SLACK_SIGNING_SECRET=None))
    address = f"{PUBLIC}/webhooks/slack/webhook"
    assert manifest["settings"]["event_subscriptions"]["request_url"] == address
    assert manifest["settings"]["interactivity"]["request_url"] == address
    assert manifest["features"]["slash_commands"][0]["url"] == address


def test_what_register_lacks_is_named(operator: Operator) -> None:
    for name in ("telegram", "slack"):
        assert "Not set: " in operator.without_settings("register", name, code=1)


def test_a_channel_that_does_not_exist_is_an_error(operator: Operator) -> None:
    told = operator.types("check", "pigeon", code=1)
    assert "There is no channel 'pigeon'; there are slack, telegram, twilio, facebook" in told
