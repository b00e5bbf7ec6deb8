"""Settings of the messaging channels. A channel without its settings is off."""

from __future__ import annotations

from typing import Optional

from pydantic import BaseSettings, Field, SecretStr, validator


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
