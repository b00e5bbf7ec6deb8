"""Sessions of the web channel: a signed token says which conversation a visitor may continue."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Optional
from uuid import UUID

import jwt

from bot.errors import Errors, StartError

LIFETIME = 7 * 24 * 3600
"""Seconds that a token is valid after the visitor's last message: as long as an open form is kept."""

MIN_KEY = 32
"""Characters of a signing key: HMAC-SHA-256 is as strong as its key up to 32 bytes (RFC 7518, section 3.2)."""

KEY_FILE = "secret"
_ALGORITHM = "HS256"
_AUDIENCE = "web-session"
"""Keeps tokens that are signed with the same key for something else from opening a conversation."""


class SessionError(Exception):
    """The token is forged, expired or damaged."""


class Sessions:
    """Makes and reads tokens (JSON Web Tokens, RFC 7519). Nothing is stored: whoever has the keys can read them."""

    def __init__(self, keys: Sequence[str], clock: Callable[[], float] = time.time) -> None:
        """Uses signing keys.

        Args:
            keys: The first signs; all are accepted, so that a key can be replaced without ending conversations.
            clock: Seconds since 1970; tests move it.
        """
        self._keys = {_key_id(key): key for key in keys}
        self._signer = _key_id(keys[0])
        self._clock = clock

    def new_conversation(self, message_id: str = "") -> str:
        """An id for a new conversation, 128 bits that nobody guesses.

        A first message that is sent again, because its response was lost, has to find the conversation that it began.
        So an id made of enough random bits names the conversation too, by a keyed hash; whoever knows it is the client
        that made it. Clients whose ids could be guessed, such as "1", get another conversation each time.

        Args:
            message_id: The client's id of the first message.
        """
        if not _unguessable(message_id):
            return "web-" + secrets.token_urlsafe(16)
        named = hmac.new(self._keys[self._signer].encode(), f"conversation {message_id}".encode(), hashlib.sha256)
        return "web-" + base64.urlsafe_b64encode(named.digest()[:16]).decode().rstrip("=")

    def token(self, conversation: str) -> str:
        """A token that opens a conversation for :data:`LIFETIME` seconds from now."""
        claims = {"sub": conversation, "aud": _AUDIENCE, "exp": int(self._clock()) + LIFETIME}
        return jwt.encode(claims, self._keys[self._signer], algorithm=_ALGORITHM, headers={"kid": self._signer})

    def conversation(self, token: str) -> str:
        """The conversation that a token opens.

        Raises:
            SessionError: The token does not open one (any more).
        """
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            # The library would compare with its own clock; the claims must be there all the same.
            claims = jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={"require": ["sub", "aud", "exp"], "verify_exp": False},
            )
        except (jwt.InvalidTokenError, KeyError, TypeError, UnicodeError) as error:
            raise SessionError from error
        if not isinstance(claims["exp"], int) or claims["exp"] <= self._clock():
            raise SessionError
        return str(claims["sub"])


_FOUR_NUMBERS = re.compile(r"[0-9]{7,10}(-[0-9]{7,10}){3}", re.ASCII)
"""As the widget makes its ids: four random numbers of 32 bits. One id in a thousand holds a shorter number."""


def _unguessable(message_id: str) -> bool:
    """Whether an id has the form of 122 random bits or more: a UUID of version 4 (RFC 9562) or the widget's."""
    if _FOUR_NUMBERS.fullmatch(message_id):
        return True
    try:
        return UUID(message_id).version == 4
    except ValueError:
        return False


def _key_id(key: str) -> str:
    return hashlib.sha256(b"key id " + key.encode()).hexdigest()[:8]


def signing_keys(secret: Optional[str], data_folder: Path, shared: bool) -> list[str]:
    """The keys that sign sessions.

    Args:
        secret: The setting BOT_SECRET: one key or several, apart by commas; None if it is not set.
        data_folder: Where a key is kept that this machine made itself.
        shared: Whether others reach the server or use its database, so that the operator must give the key.

    Raises:
        StartError: The key is missing or too short, or its file cannot be used.
    """
    keys = [key.strip() for key in (secret or "").split(",") if key.strip()]
    if any(len(key) < MIN_KEY for key in keys):
        raise StartError(Errors.E041.format(length=MIN_KEY))
    if keys:
        return keys
    if shared:
        raise StartError(Errors.E040.format(length=MIN_KEY))
    return [_own_key(data_folder / KEY_FILE)]


def _own_key(path: Path) -> str:
    """The key of this machine, made at the first start; only the owner may read its file."""
    try:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            key = path.read_text(encoding="ascii").strip()
        else:
            key = secrets.token_urlsafe(MIN_KEY)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(key + "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(Errors.E042.format(path=path)) from error
    if len(key) < MIN_KEY:
        raise StartError(Errors.E042.format(path=path))
    return key
