"""Tokens of sessions, and the keys that sign them."""

import base64
import json
import stat
from pathlib import Path

import jwt
import pytest

from bot.channels.sessions import LIFETIME, SessionError, Sessions, signing_keys
from bot.errors import StartError

OLD, NEW = "o" * 64, "n" * 64


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_token_opens_the_conversation_it_was_made_for() -> None:
    sessions = Sessions([NEW])
    conversation = sessions.new_conversation()
    assert sessions.conversation(sessions.token(conversation)) == conversation


@pytest.mark.parametrize(
    "message_id",
    [
        "0b5f2f0a-7a35-4c3f-9d5e-0f6d6d0a4c11",
        "0b5f2f0a7a354c3f9d5e0f6d6d0a4c11",
        "3735928559-2147483647-1000000-4294967295",
    ],
)
def test_a_random_id_names_the_conversation_that_it_begins_for_who_has_the_key(message_id: str) -> None:
    first, again = (Sessions([NEW]).new_conversation(message_id) for _ in range(2))
    assert first == again
    assert message_id not in first
    assert first not in (
        Sessions([NEW]).new_conversation(message_id[:-1] + "0"),
        Sessions([OLD]).new_conversation(message_id),
    )


@pytest.mark.parametrize(
    "message_id",
    ["", "1", "visitor-0000000000000000000000000001", "1-2-3-4", "00000000-0000-1000-8000-000000000001", "m" * 36],
)
def test_an_id_that_could_be_guessed_leads_to_nobody_elses_conversation(message_id: str) -> None:
    sessions = Sessions([NEW])
    assert len({sessions.new_conversation(message_id) for _ in range(3)}) == 3


def test_it_ends_after_its_lifetime() -> None:
    clock = Clock()
    sessions = Sessions([NEW], clock)
    token = sessions.token("web-a")
    clock.now += LIFETIME - 1
    assert sessions.conversation(token) == "web-a"
    clock.now += 1
    with pytest.raises(SessionError):
        sessions.conversation(token)


def test_the_first_key_signs_and_all_are_read() -> None:
    before, between, after = Sessions([OLD]), Sessions([NEW, OLD]), Sessions([NEW])
    assert between.conversation(before.token("web-a")) == "web-a"
    assert after.conversation(between.token("web-a")) == "web-a"
    with pytest.raises(SessionError):
        after.conversation(before.token("web-a"))


def signed(claims: dict, key: str = NEW, algorithm: str = "HS256", **header: str) -> str:
    kid = jwt.get_unverified_header(Sessions([NEW]).token("web-a"))["kid"]
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid, **header})


GOOD = {"sub": "web-a", "aud": "web-session", "exp": 2_000_000_000}


def test_what_the_next_test_breaks_is_right() -> None:
    assert Sessions([NEW], Clock()).conversation(signed(GOOD)) == "web-a"


@pytest.mark.parametrize("missing", ["sub", "aud", "exp"])
def test_a_claim_that_is_missing_makes_it_void(missing: str) -> None:
    claims = {name: value for name, value in GOOD.items() if name != missing}
    with pytest.raises(SessionError):
        Sessions([NEW], Clock()).conversation(signed(claims))


@pytest.mark.parametrize(
    "token",
    [
        signed({**GOOD, "aud": "something else"}),
        signed({**GOOD, "exp": "tomorrow"}),
        signed(GOOD, key=OLD),
        signed(GOOD, algorithm="HS512"),
        signed(GOOD, kid="unknown"),
        jwt.encode(GOOD, NEW, algorithm="HS256"),
        jwt.encode(GOOD, None, algorithm="none"),
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ([], {}, "")),
        "a.b.c",
        "",
        "\ud800",
    ],
    ids=ascii,
)
def test_what_was_not_signed_here_is_refused(token: str) -> None:
    with pytest.raises(SessionError):
        Sessions([NEW], Clock()).conversation(token)


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    (key,) = signing_keys(None, tmp_path, shared=False)
    assert len(key) >= 32
    assert signing_keys(None, tmp_path, shared=False) == [key]
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_the_setting_goes_first_and_may_hold_several(tmp_path: Path) -> None:
    assert signing_keys(f" {NEW} ,{OLD},", tmp_path, shared=True) == [NEW, OLD]
    assert not (tmp_path / "secret").exists()


@pytest.mark.parametrize(
    ("secret", "shared"), [(None, True), ("", True), (" , ", True), ("short", False), (f"{NEW},short", True)]
)
def test_a_secret_that_is_missing_or_short_is_named(tmp_path: Path, secret: "str | None", shared: bool) -> None:
    with pytest.raises(StartError, match="BOT_SECRET") as caught:
        signing_keys(secret, tmp_path, shared)
    assert "openssl rand -hex 32" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 40])
def test_a_damaged_key_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(StartError, match="secret"):
        signing_keys(None, tmp_path, shared=False)
