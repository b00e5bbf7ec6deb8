"""Calls the web API of a platform: again while it is busy or down, for a bounded time, never blocking other turns."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import Any, Optional

import aiohttp

from bot.errors import AssistantError, Errors

Body = dict[str, Any]
Judge = Callable[[int, Body], Optional[float]]
"""From status and body of an answer: None if it is final, else the least seconds to wait before the next try."""


class DeliveryError(AssistantError):
    """A platform did not take a call.

    Attributes:
        status: Status of the last answer; 0 if there was none.
        code: The platform's own code for the error, if it gave one.
    """

    def __init__(self, platform: str, status: int, code: str = "") -> None:
        self.status = status
        self.code = code
        reason = f"status {status}{f', {code}' if code else ''}" if status else "no answer"
        super().__init__(Errors.E050.format(platform=platform, reason=reason))


@dataclass(frozen=True)
class Patience:
    """How long a call is tried.

    Attributes:
        attempts: Calls at most.
        pause: Seconds before the second call; doubled each time, and varied so that many do not come at once.
        longest: Seconds that one pause may take; a platform that asks for more is not waited for.
        timeout: Seconds for one answer.
    """

    attempts: int = 6
    pause: float = 0.5
    longest: float = 60.0
    timeout: float = 10.0


def busy_or_down(status: int, body: Body) -> Optional[float]:
    """The judgement that fits any HTTP API: 429 and 5xx pass, other statuses are final."""
    return 0.0 if status in (408, 429) or status >= 500 else None


class Api:
    """Calls to one platform over connections that are kept."""

    def __init__(self, platform: str, judge: Judge = busy_or_down, patience: Optional[Patience] = None) -> None:
        """Says whom to call.

        Args:
            platform: Its name, for error texts. Addresses never get there: Telegram's holds the token.
            judge: Which answers are final.
            patience: How long to try.
        """
        self._platform = platform
        self._judge = judge
        self._patience = patience or Patience()
        self._session: Optional[aiohttp.ClientSession] = None

    async def call(self, method: str, url: str, **arguments: Any) -> Body:
        """One call, tried until it is final.

        Args:
            method: Such as ``POST``.
            url: Where.
            arguments: Of aiohttp's ``request``: ``json``, ``data``, ``headers``, ``auth``, ``params``.

        Returns:
            The answer's JSON object; empty if it has none.

        Raises:
            DeliveryError: The platform refused, or was busy or down all the time.
        """
        status, code = 0, ""
        for attempt in range(self._patience.attempts):
            try:
                status, headers, body = await self._once(method, url, arguments)
            except (aiohttp.ClientError, asyncio.TimeoutError):
                status, wanted, code = 0, 0.0, ""
            else:
                judged = self._judge(status, body)
                code = _code(body)
                if judged is None:
                    if status < 400:
                        return body
                    break
                wanted = max(judged, _retry_after(headers))
            if wanted > self._patience.longest or attempt + 1 == self._patience.attempts:
                break
            usual = self._patience.pause * 2**attempt * random.uniform(0.75, 1.25)
            await asyncio.sleep(max(wanted, min(usual, self._patience.longest)))
        raise DeliveryError(self._platform, status, code)

    async def close(self) -> None:
        """Closes the connections."""
        if self._session:
            await self._session.close()
            self._session = None

    async def _once(self, method: str, url: str, arguments: Any) -> tuple[int, Mapping[str, str], Body]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._patience.timeout))
        async with self._session.request(method, url, allow_redirects=False, **arguments) as answer:
            return answer.status, answer.headers, _json_object(await answer.read())


def _json_object(content: bytes) -> Body:
    try:
        body = json.loads(content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _code(body: Body) -> str:
    """The error code: Slack says it in ``error``, Telegram ``error_code``, Twilio ``code``, Meta ``error.code``."""
    error = body.get("error")
    found = error.get("code") if isinstance(error, dict) else error or body.get("code") or body.get("error_code")
    return str(found)[:40] if isinstance(found, (str, int)) else ""


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds of the header ``Retry-After``, which holds a number or a date (RFC 9110, section 10.2.3)."""
    value = headers.get("Retry-After", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time())
    except (TypeError, ValueError):
        return 0.0
