"""Which messaging channels are on, and how they are made from the settings."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

from bot.channels.facebook import FacebookApi, FacebookChannel
from bot.channels.platform import PlatformChannel
from bot.channels.slack import SlackApi, SlackChannel
from bot.channels.telegram import TelegramApi, TelegramChannel
from bot.channels.twilio import TwilioApi, TwilioChannel
from bot.content.store import ContentStore
from bot.runtime.settings import Settings
from bot.storage.conversations import ConversationStore

logger = logging.getLogger(__name__)


class Platform(NamedTuple):
    """A messaging platform.

    Attributes:
        name: Name of its channel.
        title: How people call it.
        needed: Fields of the settings without which it is off.
    """

    name: str
    title: str
    needed: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where its webhook is."""
        return f"/webhooks/{self.name}/webhook"


PLATFORMS = (
    Platform("slack", "Slack", ("slack_token", "slack_signing_secret")),
    Platform("telegram", "Telegram", ("telegram_token", "telegram_secret")),
    Platform("twilio", "SMS and WhatsApp (Twilio)", ("twilio_account", "twilio_token", "public_url")),
    Platform("facebook", "Facebook Messenger", ("facebook_token", "facebook_app_secret", "facebook_verify_token")),
)


def value(settings: Settings, field: str) -> str:
    """A setting as text; empty if it is not set."""
    found = getattr(settings, field)
    return found.get_secret_value() if hasattr(found, "get_secret_value") else found or ""


def missing(settings: Settings, platform: Platform) -> list[str]:
    """Environment variables that a platform still needs."""
    return [f"BOT_{field.upper()}" for field in platform.needed if not value(settings, field)]


def begun(settings: Settings, platform: Platform) -> bool:
    """Whether any setting of the platform's own is there: somebody wants it on."""
    return any(value(settings, field) for field in platform.needed if field != "public_url")


def messaging_channels(
    settings: Settings, content: ContentStore, store: ConversationStore, keys: Sequence[str]
) -> list[PlatformChannel]:
    """The channels that have all their settings; says which have some only."""
    channels = []
    for platform in PLATFORMS:
        lacking = missing(settings, platform)
        if not lacking:
            channels.append(_channel(platform.name, settings, content, store, keys))
        elif begun(settings, platform):
            logger.warning("%s is off: %s not set", platform.title, ", ".join(lacking))
    return channels


def _channel(
    name: str, settings: Settings, content: ContentStore, store: ConversationStore, keys: Sequence[str]
) -> PlatformChannel:
    def given(field: str) -> str:
        return value(settings, field)

    if name == "slack":
        return SlackChannel(keys, SlackApi(given("slack_token")), given("slack_signing_secret"))
    if name == "telegram":
        return TelegramChannel(keys, TelegramApi(given("telegram_token")), given("telegram_secret"))
    if name == "twilio":
        twilio = TwilioApi(given("twilio_account"), given("twilio_token"))
        return TwilioChannel(keys, twilio, given("twilio_token"), given("public_url"), content, store)
    facebook = FacebookApi(given("facebook_token"))
    return FacebookChannel(keys, facebook, given("facebook_app_secret"), given("facebook_verify_token"))
