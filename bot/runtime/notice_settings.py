"""Settings of the e-mail notices to staff. Without them none are sent."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

from email_validator import EmailNotValidError, validate_email
from pydantic import BaseSettings, Field, SecretStr, validator


class NoticeSettings(BaseSettings):
    """The part of the settings that belongs to notices; ``bot.runtime.mail`` says which need each other."""

    notice_address: Optional[str] = Field(
        default=None, description="Where staff are told of new records by e-mail; unset: nowhere."
    )
    smtp_host: Optional[str] = Field(
        default=None, regex=r"^[\w.:-]+$", description="Mail server that takes the notices, such as smtp.example.org."
    )
    smtp_port: Optional[int] = Field(
        default=None, ge=1, le=65535, description="Port of the mail server; unset: the usual one of BOT_SMTP_SECURITY."
    )
    smtp_security: str = Field(
        default="starttls",
        regex="^(starttls|tls|none)$",
        description="starttls (port 587), tls from the first byte (465), or none (25).",
    )
    smtp_user: Optional[str] = Field(default=None, min_length=1, description="Name to log in with; unset: no login.")
    smtp_password: Optional[SecretStr] = Field(default=None, description="Password to log in with.")
    smtp_password_file: Optional[Path] = Field(
        default=None, description="File with the password, instead of BOT_SMTP_PASSWORD."
    )
    smtp_sender: Optional[str] = Field(
        default=None, description="Address that the notices come from; unset: BOT_NOTICE_ADDRESS."
    )

    @validator("notice_address", "smtp_sender")
    def _an_address(cls, value: Optional[str]) -> Optional[str]:
        if value is None:
            return None
        try:
            # In ASCII: not every mail server takes other addresses.
            ascii_address = validate_email(value, check_deliverability=False).ascii_email
        except EmailNotValidError:
            ascii_address = None
        if ascii_address is None:
            raise ValueError("write one e-mail address, as office@example.org")
        return ascii_address
