"""What is served as it is: bytes with a type, compressed once, with an ETag."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Optional

from sanic.request import Request
from sanic.response import HTTPResponse, raw

REVALIDATE = "no-cache"
"""The browser asks each time whether its copy is still right: an edit is seen at once, and costs 300 bytes if none."""


@dataclass(frozen=True)
class Asset:
    """Bytes that any visitor may get.

    Attributes:
        body: The bytes.
        content_type: Their type, with the character set of texts.
    """

    body: bytes
    content_type: str

    @classmethod
    def named(cls, name: str, body: bytes) -> Asset:
        """An asset whose type is told by its name."""
        kind = (
            "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0] or "application/octet-stream"
        )
        return cls(body, f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)

    @cached_property
    def gzipped(self) -> bytes:
        """The bytes compressed; the same bytes give the same ones, on any day."""
        return gzip.compress(self.body, mtime=0)

    @cached_property
    def etag(self) -> str:
        """Weak, because the compressed and the plain form share it."""
        return f'W/"{hashlib.sha256(self.body).hexdigest()[:32]}"'

    def response(
        self, request: Request, cache: str = REVALIDATE, headers: Optional[Mapping[str, str]] = None
    ) -> HTTPResponse:
        """Answers a request: 304 if the browser has it, compressed if it can read that.

        Args:
            request: The request.
            cache: ``Cache-Control``.
            headers: More headers.
        """
        shared = {"ETag": self.etag, "Cache-Control": cache, "Vary": "Accept-Encoding", **(headers or {})}
        if _matches(request.headers.get("if-none-match", ""), self.etag):
            return HTTPResponse(status=304, headers=shared)
        if _takes_gzip(request.headers.get("accept-encoding", "")):
            return raw(self.gzipped, headers={**shared, "Content-Encoding": "gzip"}, content_type=self.content_type)
        return raw(self.body, headers=shared, content_type=self.content_type)


def _matches(if_none_match: str, etag: str) -> bool:
    """Whether ``If-None-Match`` names an ETag (RFC 9110, section 13.1.2: compared weakly)."""
    return etag[2:] in [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]


def _takes_gzip(accept_encoding: str) -> bool:
    for part in accept_encoding.lower().split(","):
        name, _, quality = part.replace(" ", "").partition(";q=")
        if name == "gzip":
            return quality.strip("0.") != "" or not quality
    return False
