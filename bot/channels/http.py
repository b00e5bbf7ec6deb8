"""What all HTTP responses have in common: security headers, who may read them, and errors in one shape."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Collection
from typing import Optional

from sanic import Sanic, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse

from bot.channels.clients import may_ask
from bot.channels.web_schema import ErrorBody, ErrorCode, ErrorResponse
from bot.errors import WEB_ERRORS, where

logger = logging.getLogger(__name__)

API = "/chat/v1"
"""Where the routes for browsers of other sites begin."""

_STATUS: dict[ErrorCode, int] = {
    "bad_request": 400,
    "session": 401,
    "origin": 403,
    "too_large": 413,
    "rate_limited": 429,
    "unavailable": 503,
}
UNAVAILABLE_WAIT = 5.0
"""Seconds after which a client may try again when a part is down."""


class ApiError(Exception):
    """A request is refused.

    Attributes:
        code: Why, for programs.
        text: What to do, for people.
        status: HTTP status.
        wait: Seconds after which the request may be sent again; None if that does not depend on time.
    """

    def __init__(
        self, code: ErrorCode, detail: str = "", status: Optional[int] = None, wait: Optional[float] = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status or _STATUS[code]
        self.text = f"{WEB_ERRORS[code]} {detail}".rstrip()
        self.wait = UNAVAILABLE_WAIT if wait is None and code == "unavailable" else wait


def error_response(error: ApiError) -> HTTPResponse:
    """An error as the API gives it."""
    body = ErrorResponse(error=ErrorBody(code=error.code, text=error.text))
    headers = {"Retry-After": str(max(1, math.ceil(error.wait)))} if error.wait is not None else {}
    return response.json(body.dict(), status=error.status, headers=headers, dumps=json.dumps)


def install(app: Sanic, origins: Collection[str]) -> None:
    """Gives every response of an application its headers, and every error the API's shape.

    Args:
        app: The application.
        origins: Origins of other sites whose pages may read the API.
    """

    def refused(_: Request, error: ApiError) -> HTTPResponse:
        return error_response(error)

    def failed(_: Request, error: Exception) -> HTTPResponse:
        # Sanic's own errors: no such route, wrong method, too large, a slow client, and what nobody foresaw.
        status = error.status_code if isinstance(error, SanicException) else 500
        if status >= 500:
            logger.error("A request failed: %s", where(error))
        code: ErrorCode = "too_large" if status == 413 else "bad_request" if status < 500 else "unavailable"
        answer = error_response(ApiError(code, status=status))
        answer.headers.update(getattr(error, "headers", {}) or {})
        return answer

    def finish(request: Request, answer: BaseHTTPResponse) -> None:
        headers = answer.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith(API):
            return
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        headers.setdefault("Cache-Control", "no-store")
        headers["Vary"] = "Origin"
        origin = request.headers.get("origin")
        # A page that may not ask may still read that it may not, or its webmaster would see a network error only.
        if origin and (answer.status == 403 or may_ask(origin, request.headers.get("host"), origins)):
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = "Retry-After"

    app.error_handler.add(ApiError, refused)
    app.error_handler.add(Exception, failed)
    app.register_middleware(finish, "response")
