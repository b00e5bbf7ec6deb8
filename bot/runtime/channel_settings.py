"""Settings of the messaging channels. A channel without its settings is off."""

from __future__ import annotations

from typing import Optional

from pydantic import BaseSettings, Field, SecretStr, validator

API_HOSTS = {
    "slack": "https://slack.com/api",
    "telegram": "https://api.telegram.org",
    "twilio": "https://api.twilio.com",
    "twilio-content": "https://content.twilio.com",
    "twilio-messaging": "https://messaging.twilio.com",
    "facebook": "https://graph.facebook.com/v24.0",
}
"""The platforms' APIs. Elsewhere are GovSlack, Twilio's regions, a Telegram server of one's own, and tests."""


def _hosts(text: str) -> dict[str, str]:
    """``name=address`` pairs, apart by commas."""
    pairs = (part.partition("=") for part in text.split(",") if part.strip())
    return {name.strip(): address.strip().rstrip("/") for name, _, address in pairs}


class ChannelSettings(BaseSettings):
    """The part of the settings that belongs to messaging platforms; what each needs is in ``bot.runtime.channels``."""

    public_url: Optional[str] = Field(
        default=None, description="How the internet sees the server, such as https://chat.example.org."
    )
    slack_token: Optional[SecretStr] = Field(default=None, description="Slack: bot token, begins with xoxb-.")
    slack_signing_secret: Optional[SecretStr] = Field(default=None, description="Slack: signing secret of the app.")
    telegram_token: Optional[SecretStr] = Field(default=None, description="Telegram: token from BotFather.")
    telegram_secret: Optional[SecretStr] = Field(
        default=None, description="Telegram: a secret of your own that proves that updates come from Telegram."
    )
    twilio_account: Optional[str] = Field(default=None, description="Twilio: account SID, begins with AC.")
    twilio_token: Optional[SecretStr] = Field(default=None, description="Twilio: auth token.")
    twilio_number: Optional[str] = Field(
        default=None, description="Twilio: the number that channels register sets up, such as +15005550006."
    )
    facebook_token: Optional[SecretStr] = Field(default=None, description="Messenger: access token of the page.")
    facebook_app_secret: Optional[SecretStr] = Field(default=None, description="Messenger: secret of the Meta app.")
    facebook_verify_token: Optional[SecretStr] = Field(
        default=None, description="Messenger: a secret of your own that Meta repeats at set-up."
    )

    platform_hosts: str = Field(
        default="", description="Other addresses of the platforms' APIs, such as slack=https://..., apart by commas."
    )

    @validator("platform_hosts")
    def _known_platforms(cls, value: str) -> str:
        for name, address in _hosts(value).items():
            if name not in API_HOSTS:
                raise ValueError(f"write name=address with a name of {', '.join(API_HOSTS)}, not {name!r}")
            # Tokens go there.
            if not address.startswith(("https://", "http://127.0.0.1:")):
                raise ValueError(f"the address for {name} must begin with https://")
        return value

    @property
    def api_hosts(self) -> dict[str, str]:
        """Where each platform's API is, by name."""
        return {**API_HOSTS, **_hosts(self.platform_hosts)}

    @validator("public_url")
    def _an_address(cls, value: Optional[str]) -> Optional[str]:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("write the whole address, as https://chat.example.org")
        return value.rstrip("/") if value else None

    @validator("telegram_secret")
    def _allowed_characters(cls, value: Optional[SecretStr]) -> Optional[SecretStr]:
        secret = value.get_secret_value() if value else ""
        # Bot API, setWebhook: 1-256 characters, A-Z, a-z, 0-9, _ and -.
        if len(secret) > 256 or not all(each.isascii() and (each.isalnum() or each in "_-") for each in secret):
            raise ValueError("use letters, digits, _ and - only, at most 256, such as those of: openssl rand -hex 32")
        return value
