"""Facebook Messenger (Meta, Messenger Platform: webhooks, Send API, quick replies, get-started button)."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Optional

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.capabilities import FACEBOOK
from bot.channels.delivery import Api, Patience, busy_or_down
from bot.channels.formatting import Outgoing
from bot.channels.platform import (
    Handler,
    Incoming,
    PlatformChannel,
    PlatformOutput,
    Shared,
    dig,
    echo,
    id_at,
    json_object,
    list_at,
    same,
    text_at,
)

GET_STARTED = "GET_STARTED"
"""Payload of the get-started button."""
_BUSY = {4, 17, 32, 613, 1200}
"""Meta's error codes for "too many calls" and "try again"."""


def judge(status: int, body: dict[str, Any]) -> Optional[float]:
    """Meta reports a busy server with status 400 or 403 and a code of its own."""
    error = body.get("error")
    if status >= 400 and (dig(error, "code") in _BUSY or dig(error, "is_transient") is True):
        return 0.0
    return busy_or_down(status, body)


class FacebookApi:
    """The calls that are used."""

    def __init__(self, page_token: str, host: str, patience: Optional[Patience] = None) -> None:
        """Uses a page's access token, which travels in a header, and the address of the Graph API with its version."""
        self.calls = Api("Messenger", judge, patience)
        self._host = host
        self._page_token = page_token

    async def call(
        self, method: str, name: str, body: Optional[dict[str, Any]] = None, token: str = ""
    ) -> dict[str, Any]:
        """One call of the Graph API.

        Args:
            method: Such as ``POST``.
            name: Of the node or edge.
            body: Parameters.
            token: Another token than the page's.

        Raises:
            DeliveryError: Meta refused, or was busy or down all the time.
        """
        headers = {"Authorization": f"Bearer {token or self._page_token}"}
        return await self.calls.call(method, f"{self._host}/{name}", json=body, headers=headers)


class FacebookOutput(PlatformOutput):
    """Sends to one person, only ever as a response."""

    capabilities = FACEBOOK

    def __init__(self, api: FacebookApi, person: str) -> None:
        """Addresses a person by page-scoped id."""
        super().__init__()
        self._api = api
        self._person = person

    async def send(self, message: Outgoing) -> None:
        """Sends one message."""
        body = {"recipient": {"id": self._person}, "messaging_type": "RESPONSE", "message": body_of(message)}
        await self._api.call("POST", "me/messages", body)


def body_of(message: Outgoing) -> dict[str, Any]:
    """A message as ``message`` of the Send API."""
    replies: list[dict[str, str]] = [
        {"content_type": "text", "title": button.title, "payload": button.payload} for button in message.buttons
    ]
    hints = {"email": "user_email", "tel": "user_phone_number"}
    if message.hint in hints and len(replies) < FACEBOOK.buttons:
        replies.insert(0, {"content_type": hints[message.hint]})
    return {"text": message.text, **({"quick_replies": replies} if replies else {})}


class FacebookChannel(PlatformChannel):
    """Messages to a page."""

    def __init__(self, shared: Shared, facebook: FacebookApi, app_secret: str, verify_token: str) -> None:
        """Wires the parts.

        Args:
            shared: What all channels use together.
            facebook: Calls.
            app_secret: Of the Meta app; it signs what Meta sends.
            verify_token: What Meta repeats when the webhook is set up.
        """
        super().__init__(shared, facebook.calls)
        self._facebook = facebook
        self._app_secret = app_secret.encode()
        self._verify_token = verify_token

    @classmethod
    def name(cls) -> str:
        """Part of the address."""
        return FACEBOOK.name

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Also a route on which Meta makes sure that the webhook is ours."""
        routes = super().blueprint(on_new_message)

        @routes.get("/webhook")
        async def verify(request: Request) -> HTTPResponse:
            asked = request.args.get("hub.mode") == "subscribe"
            if not asked or not same(request.args.get("hub.verify_token"), self._verify_token):
                return self.refuse("wrong verify token", 403)
            return echo(request.args.get("hub.challenge", ""))

        return routes

    def is_genuine(self, request: Request) -> bool:
        """Whether the SHA-256 signature fits the body; the older SHA-1 header is not read."""
        expected = hmac.new(self._app_secret, request.body, hashlib.sha256).hexdigest()
        return same(request.headers.get("X-Hub-Signature-256"), f"sha256={expected}")

    async def receive(self, request: Request, handler: Handler) -> HTTPResponse:
        """Takes all messages of a batch."""
        body = json_object(request.body)
        if body is None:
            return self.refuse("no events", 400)
        if body.get("object") == "page":
            for entry in list_at(body, "entry"):
                for event in list_at(entry, "messaging"):
                    self._event(event, handler)
        return response.text("EVENT_RECEIVED")

    def _event(self, event: Any, handler: Handler) -> None:
        sender = id_at(event, "sender", "id")
        message, postback = dig(event, "message"), dig(event, "postback")
        identity = id_at(message, "mid") or id_at(postback, "mid")
        if not identity and postback:
            identity = id_at(event, "timestamp")  # postbacks of older versions have no id
        ours_or_gone = any(dig(message, key) is True for key in ("is_echo", "is_deleted"))
        if not sender or not identity or ours_or_gone or not self.is_new(f"{identity} {sender}"):
            return
        incoming = Incoming(sender, identity, _said(message, postback))
        self.start(self.turn(incoming, FacebookOutput(self._facebook, sender), handler))


def _said(message: Any, postback: Any) -> str:
    if postback:
        payload = text_at(postback, "payload")
        return "hello" if payload == GET_STARTED else payload or text_at(postback, "title")
    return text_at(message, "quick_reply", "payload") or text_at(message, "text")
