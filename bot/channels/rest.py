"""Rasa's ``rest`` channel made safe enough for this machine itself, until there is a channel for visitors.

It has no proof of who a sender is, so the launcher mounts it on the loopback interface only.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Optional
from uuid import uuid4

from pydantic import BaseModel, Field, StrictStr, ValidationError, validator
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.formatting import plain_message
from bot.channels.output import ReplyChannel

logger = logging.getLogger(__name__)

MAX_BODY = 1_000_000
"""Bytes of a request that are read as JSON."""
MAX_ID = 255
"""Characters of a sender or message id that the store can hold."""
WANTED = 'The body must be a JSON object: {"sender": "...", "message": "..."}'


class LoopbackChannel(InputChannel):
    """Speaks the JSON of Rasa's ``rest`` channel: ``{"sender", "message"}`` in, a list of messages out.

    Differences: ``input_channel`` and ``metadata`` from the client are ignored, there is no stream, a ``message_id``
    makes a repetition safe, and a request that cannot be used gets status 400 with the reason.
    """

    @classmethod
    def name(cls) -> str:
        """Part of the address: ``/webhooks/rest/webhook``."""
        return "rest"

    @classmethod
    def from_credentials(cls, credentials: Optional[dict[str, Any]]) -> InputChannel:
        """Makes the channel; there is nothing to configure."""
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Routes of the channel."""
        routes = Blueprint("loopback", __name__)

        @routes.get("/")
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            try:
                body = _read(request)
            except ValueError as error:
                return response.json({"error": str(error)}, status=400)
            channel = ReplyChannel()
            await on_new_message(
                UserMessage(body.message, channel, body.sender, input_channel=self.name(), message_id=body.message_id)
            )
            return response.json([{"recipient_id": body.sender, **plain_message(reply)} for reply in channel.pending])

        return routes


class _Body(BaseModel):
    """What a request holds; other keys, ``input_channel`` and ``metadata`` among them, are ignored."""

    sender: StrictStr = Field(min_length=1, max_length=MAX_ID)
    message: StrictStr
    message_id: StrictStr = Field(default_factory=lambda: uuid4().hex, min_length=1, max_length=MAX_ID)

    @validator("sender", "message_id")
    def _printable(cls, value: str) -> str:
        # A database refuses what cannot be printed, NUL and lone surrogates among it.
        if not value.isprintable():
            raise ValueError("only characters that can be printed")
        return value


def _read(request: Request) -> _Body:
    """Reads a request.

    Raises:
        ValueError: It cannot be used; the text says why.
    """
    if len(request.body) > MAX_BODY:
        raise ValueError(f"the request is larger than {MAX_BODY} bytes")
    try:
        body = request.json
    except SanicException as error:
        raise ValueError(WANTED) from error
    if not isinstance(body, dict):
        raise ValueError(WANTED)
    try:
        return _Body.parse_obj(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"`{first['loc'][0]}`: {first['msg']}. {WANTED}") from error
