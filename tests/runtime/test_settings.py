"""Settings: sound defaults, and one line that names the variable when a value cannot be used."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import StartError
from bot.runtime.settings import ROOT, Settings, load_settings, prepare_data_folder


def variable(field: str) -> str:
    return f"BOT_{field.upper()}"


def test_defaults_need_no_variables() -> None:
    settings = load_settings()
    assert settings == Settings(
        data_folder=ROOT / "var",
        models=ROOT / "models",
        database_url=None,
        interface="127.0.0.1",
        port=5005,
        action_endpoint=None,
        encoder=None,
        log_level="INFO",
    )
    assert settings.store_url == f"sqlite:///{ROOT}/var/conversations.sqlite3"


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("data_folder", "/somewhere", Path("/somewhere")),
        ("models", "/somewhere", Path("/somewhere")),
        ("database_url", "postgresql://host/name", SecretStr("postgresql://host/name")),
        ("redis_url", "redis://host/1", SecretStr("redis://host/1")),
        ("interface", "localhost", "localhost"),
        ("port", "6000", 6000),
        ("action_endpoint", "http://host/webhook", "http://host/webhook"),
        ("encoder", "/somewhere", Path("/somewhere")),
        ("log_level", "ERROR", "ERROR"),
    ],
)
def test_each_setting_is_read_from_its_variable(
    monkeypatch: pytest.MonkeyPatch, field: str, value: str, read: object
) -> None:
    monkeypatch.setenv(variable(field), value)
    assert getattr(load_settings(), field) == read


def test_the_database_address_replaces_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_DATABASE_URL", "postgresql://host/name")
    assert load_settings().store_url == "postgresql://host/name"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_PORT", "five"),
        ("BOT_PORT", ""),
        ("BOT_PORT", "0"),
        ("BOT_PORT", "65536"),
        ("BOT_LOG_LEVEL", "loud"),
        ("BOT_LOG_LEVEL", "info"),
        ("BOT_REDIS_URL", "nonsense"),
        ("BOT_REDIS_URL", "http://127.0.0.1:6379/0"),
        ("BOT_REDIS_URL", "redis://127.0.0.1:port/0"),
        ("BOT_REDIS_URL", "redis://127.0.0.1/0?nonsense=1"),
        ("BOT_REDIS_URL", "redis://127.0.0.1/0?socket_timeout=long"),
    ],
)
def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(StartError) as caught:
        load_settings()
    text = str(caught.value)
    assert name in text
    assert "docs/settings.md" in text
    assert "\n" not in text


PASSWORD = "geheim"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_REDIS_URL", "redis://:geheim#1@127.0.0.1/0"),
        ("BOT_REDIS_URL", "redis://127.0.0.1/0?socket_timeout=geheim"),
    ],
)
def test_a_wrong_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A part of a password may stand where something else is expected."""
    monkeypatch.setenv(name, value)
    with pytest.raises(StartError, match=name) as caught:
        load_settings()
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize("name", ["BOT_DATABASE_URL", "BOT_REDIS_URL", "BOT_SECRET"])
def test_settings_can_be_shown_without_their_secrets(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "redis://:geheim@127.0.0.1/0")
    settings = load_settings()
    assert PASSWORD not in f"{settings!r} {settings} {settings.dict()}"


def test_the_data_folder_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    prepare_data_folder(folder)
    prepare_data_folder(folder)
    assert list(folder.iterdir()) == []


def test_replicas_that_start_at_once_share_a_data_folder(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(prepare_data_folder, [tmp_path / "data"] * 400))


def test_a_data_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    # Below a file: the one place where even root can write nothing.
    (tmp_path / "file").write_text("")
    with pytest.raises(StartError) as caught:
        prepare_data_folder(tmp_path / "file" / "data")
    assert str(tmp_path / "file" / "data") in str(caught.value)
    assert "BOT_DATA_FOLDER" in str(caught.value)


@pytest.mark.parametrize("field", Settings.__fields__)
def test_every_setting_is_documented(field: str) -> None:
    assert variable(field) in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
