"""Which messaging channels are on, and how they are made from the settings."""

from __future__ import annotations

import logging
from typing import NamedTuple, Optional, Union

from bot.channels import registration
from bot.channels.delivery import Patience
from bot.channels.facebook import FacebookApi, FacebookChannel
from bot.channels.platform import PlatformChannel, Shared
from bot.channels.slack import SlackApi, SlackChannel
from bot.channels.telegram import TelegramApi, TelegramChannel
from bot.channels.twilio import TwilioApi, TwilioChannel
from bot.errors import AssistantError, Errors
from bot.runtime.settings import Settings

QUICK = Patience(attempts=2)
"""Somebody waits at the keyboard."""

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


def messaging_channels(settings: Settings, shared: Shared) -> list[PlatformChannel]:
    """The channels that have all their settings; says which have some only."""
    channels = []
    for platform in PLATFORMS:
        lacking = missing(settings, platform)
        if not lacking:
            channels.append(_channel(settings, platform.name, shared))
        elif begun(settings, platform):
            logger.warning("%s is off: %s not set", platform.title, ", ".join(lacking))
    return channels


def _channel(settings: Settings, name: str, shared: Shared) -> PlatformChannel:
    api = _api(settings, name, None)

    def given(field: str) -> str:
        return value(settings, field)

    if isinstance(api, SlackApi):
        return SlackChannel(shared, api, given("slack_signing_secret"))
    if isinstance(api, TelegramApi):
        return TelegramChannel(shared, api, given("telegram_secret"))
    if isinstance(api, TwilioApi):
        return TwilioChannel(shared, api, given("twilio_token"), given("public_url"))
    return FacebookChannel(shared, api, given("facebook_app_secret"), given("facebook_verify_token"))


async def check(settings: Settings, platform: Platform) -> list[str]:
    """Asks a platform that has its settings whether they are right; returns what it says, a line each.

    Raises:
        AssistantError: They are not, or the platform does not answer.
    """
    address = f"{settings.public_url or ''}{platform.path}"
    api = _api(settings, platform.name, QUICK)
    try:
        if isinstance(api, SlackApi):
            return await registration.check_slack(api)
        if isinstance(api, TelegramApi):
            return await registration.check_telegram(api, address)
        if isinstance(api, TwilioApi):
            return await registration.check_twilio(api)
        return await registration.check_facebook(api)
    finally:
        await api.calls.close()


async def register(settings: Settings, platform: Platform) -> list[str]:
    """Tells a platform where the assistant is; returns what was done, a line each.

    Raises:
        AssistantError: A setting is missing, or the platform refuses or does not answer.
    """
    lacking = missing(settings, platform) if platform.name != "slack" else []
    if not settings.public_url:
        lacking = [*dict.fromkeys([*lacking, "BOT_PUBLIC_URL"])]
    if lacking:
        raise AssistantError(Errors.E053.format(names=", ".join(lacking)))
    address = f"{settings.public_url}{platform.path}"
    api = _api(settings, platform.name, QUICK)
    try:
        if isinstance(api, TelegramApi):
            return await registration.register_telegram(api, address, value(settings, "telegram_secret"))
        if isinstance(api, TwilioApi):
            return await registration.register_twilio(api, address, value(settings, "twilio_number"))
        if isinstance(api, FacebookApi):
            secrets = value(settings, "facebook_app_secret"), value(settings, "facebook_verify_token")
            return await registration.register_facebook(api, address, *secrets)
        return registration.slack_manifest(address).splitlines()
    finally:
        await api.calls.close()


def _api(
    settings: Settings, name: str, patience: Optional[Patience]
) -> Union[SlackApi, TelegramApi, TwilioApi, FacebookApi]:
    def given(field: str) -> str:
        return value(settings, field)

    hosts = settings.api_hosts
    if name == "slack":
        return SlackApi(given("slack_token"), hosts[name], patience)
    if name == "telegram":
        return TelegramApi(given("telegram_token"), hosts[name], patience)
    if name == "twilio":
        account, token = given("twilio_account"), given("twilio_token")
        return TwilioApi(account, token, hosts[name], hosts["twilio-content"], hosts["twilio-messaging"], patience)
    return FacebookApi(given("facebook_token"), hosts[name], patience)
