"""Stands for people of a platform in the store, where their phone numbers and ids have no place."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

LENGTH = 32
"""Hexadecimal digits kept: 128 bits."""


class Pseudonyms:
    """Keyed hashes (HMAC-SHA-256). Without the key nobody can try all phone numbers until one fits."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Uses the keys of BOT_SECRET: the first one makes pseudonyms, older ones still recognize them."""
        self._keys = [key.encode() for key in keys]

    def of(self, *identity: str) -> str:
        """The pseudonym of something named by its parts, such as a channel and a sender."""
        return self.all_of(*identity)[0]

    def all_of(self, *identity: str) -> list[str]:
        """Its pseudonyms under all keys, the newest first."""
        name = "\0".join(identity).encode("utf-8", "surrogatepass")
        return [hmac.new(key, name, hashlib.sha256).hexdigest()[:LENGTH] for key in self._keys]
