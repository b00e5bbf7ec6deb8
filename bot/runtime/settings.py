"""Settings: one class, filled from environment variables, described in ``docs/settings.md``."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Optional

from pydantic import Field, SecretStr, ValidationError, validator

from bot.channels.clients import ORIGIN, Network
from bot.errors import Errors, StartError
from bot.runtime.channel_settings import ChannelSettings
from bot.runtime.notice_settings import NoticeSettings

ROOT = Path(__file__).resolve().parents[2]
"""Folder of the project: where ``config.yml``, ``data/`` and ``knowledge/`` are."""


class Settings(ChannelSettings, NoticeSettings):
    """What an operator can set; each field is read from ``BOT_<FIELD NAME IN CAPITALS>``."""

    data_folder: Path = Field(
        default=ROOT / "var", description="Folder for the database file and caches; made if missing."
    )
    models: Path = Field(default=ROOT / "models", description="Folder of the trained model and its manifest.")
    database_url: Optional[SecretStr] = Field(
        default=None, description="SQLAlchemy address of the conversation store; unset: SQLite file in the data folder."
    )
    interface: str = Field(default="127.0.0.1", description="Address that the server listens on.")
    port: int = Field(default=5005, ge=1, le=65535, description="Port that the server listens on.")
    secret: Optional[SecretStr] = Field(
        default=None,
        description="Keys that sign visitors' sessions, apart by commas; the first signs, all are read.",
    )
    origins: str = Field(default="", description="Origins of other sites whose pages may ask, apart by commas.")
    redis_url: Optional[SecretStr] = Field(
        default=None, description="Redis in which replicas count rates together; unset: each counts alone."
    )
    retention_days: int = Field(
        default=30,
        ge=1,
        description="Days after its last message for which a conversation is kept.",
    )
    rate_session: int = Field(default=30, ge=1, description="Requests a minute that one session may make.")
    rate_sender: int = Field(
        default=20, ge=1, description="Messages a minute that one person may send on a messaging channel."
    )
    rate_address: int = Field(default=120, ge=1, description="Requests a minute that one address may make.")
    proxies: str = Field(
        default="", description="Addresses or networks of proxies whose X-Forwarded-For is believed, apart by commas."
    )
    action_endpoint: Optional[str] = Field(
        default=None, description="Address of a stock action server; unset: actions run in this process."
    )
    encoder: Optional[Path] = Field(
        default=None, description="Folder with another sentence encoder: model.onnx and tokenizer.json."
    )
    reply_promise: Optional[str] = Field(
        default=None,
        min_length=3,
        max_length=160,
        description="Sentence on when staff reply, said in the forms; unset: that none can be promised.",
    )
    log_level: str = Field(
        default="INFO", regex="^(DEBUG|INFO|WARNING|ERROR)$", description="Least level of log lines shown."
    )

    log_format: str = Field(
        default="text", regex="^(text|json)$", description="Log lines for people, or JSON objects for programs."
    )
    metrics_port: Optional[int] = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port for Prometheus, on loopback unless BOT_METRICS_INTERFACE is set.",
    )
    metrics_interface: str = Field(default="127.0.0.1", description="Address that the metrics are served on.")

    class Config:
        env_prefix = "BOT_"

    @validator("origins")
    def _exact_origins(cls, value: str) -> str:
        for origin in _parts(value):
            if not ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin!r} is no origin; write scheme, host and port only, as https://www.example.org"
                )
        return value

    @validator("proxies")
    def _networks(cls, value: str) -> str:
        for network in _parts(value):
            ipaddress.ip_network(network)
        return value

    @validator("redis_url")
    def _a_redis(cls, value: Optional[SecretStr]) -> Optional[SecretStr]:
        from bot.channels.shared_limits import connect  # takes long to import

        try:
            if value:
                connect(value.get_secret_value()).connection_pool.make_connection()
        except (TypeError, ValueError):
            # Without the cause: it may repeat a part of the password.
            raise ValueError(
                "write redis://host:6379/0, with a password redis://:password@host:6379/0 and %23 for a # in it"
            ) from None
        return value

    @property
    def allowed_origins(self) -> frozenset[str]:
        """``origins`` one by one."""
        return frozenset(_parts(self.origins))

    @property
    def trusted_proxies(self) -> list[Network]:
        """``proxies`` one by one."""
        return [ipaddress.ip_network(network) for network in _parts(self.proxies)]

    @property
    def open_to_others(self) -> bool:
        """Whether other machines reach the server, as far as its own address tells."""
        if self.interface == "localhost":
            return False
        try:
            return not ipaddress.ip_address(self.interface).is_loopback
        except ValueError:
            return True

    @property
    def store_url(self) -> str:
        """Address of the conversation store, with the SQLite default filled in."""
        url = self.database_url.get_secret_value() if self.database_url else ""
        return url or f"sqlite:///{self.data_folder / 'conversations.sqlite3'}"


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def load_settings() -> Settings:
    """Reads the settings from the environment.

    Raises:
        StartError: A setting has a value that cannot be used; the text names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "BOT_" + str(first["loc"][0]).upper()
        raise StartError(Errors.E023.format(name=name, reason=first["msg"])) from error


def prepare_data_folder(folder: Path) -> None:
    """Makes the data folder and proves that it can be written.

    Raises:
        StartError: It cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A name of its own each time: replicas that share the folder may start at once.
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StartError(Errors.E021.format(folder=folder, reason=error.strerror or error)) from error
