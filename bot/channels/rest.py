"""Rasa's ``rest`` channel made safe enough for this machine itself, until there is a channel for visitors.

It has no proof of who a sender is, so the launcher mounts it on the loopback interface only.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Optional
from uuid import uuid4

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


class LoopbackChannel(InputChannel):  # type: ignore[misc]  # Rasa's class is untyped
    """Speaks the JSON of Rasa's ``rest`` channel: ``{"sender", "message"}`` in, a list of messages out.

    Differences: ``input_channel`` and ``metadata`` from the client are ignored, there is no stream, ``message_id`` makes
    a repetition safe, and a request that cannot be used gets status 400 with the reason.
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
                sender, text, message_id = _read(request)
            except ValueError as error:
                return response.json({"error": str(error)}, status=400)
            channel = ReplyChannel()
            await on_new_message(UserMessage(text, channel, sender, input_channel=self.name(), message_id=message_id))
            return response.json([{"recipient_id": sender, **plain_message(reply)} for reply in channel.pending])

        return routes


def _read(request: Request) -> tuple[str, str, str]:
    """Sender, text and message id of a request.

    Raises:
        ValueError: It cannot be used; the text says why.
    """
    if len(request.body) > MAX_BODY:
        raise ValueError(f"the request is larger than {MAX_BODY} bytes")
    try:
        body = request.json
    except SanicException as error:
        raise ValueError('the body must be JSON: {"sender": "...", "message": "..."}') from error
    if not isinstance(body, dict):
        raise ValueError('the body must be a JSON object: {"sender": "...", "message": "..."}')
    sender = body.get("sender")
    message_id = body.get("message_id", uuid4().hex)
    for name, value in (("sender", sender), ("message_id", message_id)):
        if not isinstance(value, str) or not 0 < len(value) <= MAX_ID:
            raise ValueError(f"`{name}` must be a text of 1 to {MAX_ID} characters")
    text = body.get("message")
    if not isinstance(text, str):
        raise ValueError("`message` must be a text")
    return sender, text, message_id
