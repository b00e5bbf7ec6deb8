"""Slack: events, buttons and a slash command on one webhook (Events API, interactivity, slash commands)."""

from __future__ import annotations

import html
import re
from typing import Any, Optional
from urllib.parse import parse_qs

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse
from slack_sdk.signature import SignatureVerifier

from bot.channels.capabilities import SLACK
from bot.channels.delivery import Api, DeliveryError, Patience, busy_or_down
from bot.channels.formatting import Button, Outgoing
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
    text_at,
)

FALLBACK_LENGTH = 3000
"""Characters of the text that notifications and screen readers get beside the blocks."""
TRANSIENT = {"ratelimited", "internal_error", "service_unavailable"}
"""Slack's errors that pass by themselves."""

HOOKS = ("https://hooks.slack.com/", "https://hooks.slack-gov.com/")
"""How the addresses begin through which Slack takes private answers (``response_url``)."""

_LINK = re.compile(r"<(?:(?:mailto|tel):)?([^|>@#!][^|>]*)(?:\|([^>]*))?>")
_MENTION = re.compile(r"<[@#!][^>]*>")


def judge(status: int, body: dict[str, Any]) -> Optional[float]:
    """Slack reports errors with status 200."""
    if status == 200 and body.get("ok") is False:
        return 0.0 if body.get("error") in TRANSIENT else None
    return busy_or_down(status, body)


class SlackApi:
    """The calls that are used."""

    def __init__(self, token: str, host: str, patience: Optional[Patience] = None) -> None:
        """Uses a bot token and the address of the Web API."""
        self.calls = Api("Slack", judge, patience)
        self._host = host
        self._hooks = (*HOOKS, "/".join([*host.split("/")[:3], ""]))
        self._headers = {"Authorization": f"Bearer {token}"}

    async def call(self, name: str, **parameters: Any) -> dict[str, Any]:
        """One call of the Web API.

        Raises:
            DeliveryError: Slack refused, or was busy or down all the time.
        """
        body = await self.calls.call("POST", f"{self._host}/{name}", json=parameters, headers=self._headers)
        if body.get("ok") is not True:
            raise _refused(body)
        return body

    def may_respond(self, url: str) -> bool:
        """Whether a ``response_url`` leads to Slack, or to where the Web API is.

        It stands in a body that Slack has signed. It is looked at all the same: whoever steals the signing secret could
        else have the server call any address of its own network.
        """
        return url.startswith(self._hooks)

    async def respond(self, url: str, **parameters: Any) -> None:
        """Answers through a ``response_url``; the token does not go there.

        Raises:
            DeliveryError: Slack refused, or was busy or down all the time.
        """
        body = await self.calls.call("POST", url, json=parameters)
        if body.get("ok") is False:  # what was taken may be answered without JSON
            raise _refused(body)


def _refused(body: dict[str, Any]) -> DeliveryError:
    return DeliveryError("Slack", 200, text_at(body, "error"))


class SlackOutput(PlatformOutput):
    """Posts to one channel or thread, or answers for the eyes of one person alone."""

    capabilities = SLACK

    def __init__(self, api: SlackApi, channel: str, thread: str = "", response_url: str = "") -> None:
        """Addresses a channel and thread, or by ``response_url`` who typed a command or tapped what only they see."""
        super().__init__()
        self._api = api
        self._address = {"channel": channel, **({"thread_ts": thread} if thread else {})}
        self._response_url = response_url

    async def send(self, message: Outgoing) -> None:
        """Posts one message."""
        body = body_of(message)
        if self._response_url:
            # Said both: what answers a tap would else replace the message with the button, or be public.
            await self._api.respond(self._response_url, response_type="ephemeral", replace_original=False, **body)
        else:
            await self._api.call("chat.postMessage", **self._address, **body)


def body_of(message: Outgoing) -> dict[str, Any]:
    """A message as parameters of ``chat.postMessage``, without the address."""
    blocks: list[dict[str, Any]] = [{"type": "section", "text": _mrkdwn(message.text)}]
    for number, card in enumerate(message.cards):
        blocks.append(
            {"type": "section", "text": _mrkdwn(card.text), "accessory": _button(card.button, f"card_{number}")}
        )
    if message.closing:
        blocks.append({"type": "section", "text": _mrkdwn(message.closing)})
    if message.buttons:
        elements = [_button(button, f"choice_{number}") for number, button in enumerate(message.buttons)]
        blocks.append({"type": "actions", "elements": elements})
    fallback = "\n".join([message.text, *(card.text for card in message.cards), message.closing]).strip()
    return {"text": fallback[:FALLBACK_LENGTH], "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def _mrkdwn(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


def _button(button: Button, action: str) -> dict[str, Any]:
    title = {"type": "plain_text", "text": button.title, "emoji": False}
    return {"type": "button", "text": title, "value": button.payload, "action_id": action}


class SlackChannel(PlatformChannel):
    """Direct messages, mentions in channels and threads, buttons, a slash command."""

    def __init__(self, shared: Shared, slack: SlackApi, signing_secret: str) -> None:
        """Wires the parts.

        Args:
            shared: What all channels use together.
            slack: Calls.
            signing_secret: Of the Slack app.
        """
        super().__init__(shared, slack.calls)
        self._slack = slack
        self._verifier = SignatureVerifier(signing_secret)

    @classmethod
    def name(cls) -> str:
        """Part of the address."""
        return SLACK.name

    def is_genuine(self, request: Request) -> bool:
        """Whether the signature fits the body and is not older than five minutes."""
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not re.fullmatch(r"[0-9]{1,12}", timestamp) or not signature.isascii():
            return False
        try:
            return self._verifier.is_valid(request.body, timestamp, signature)
        except UnicodeDecodeError:
            return False

    async def receive(self, request: Request, handler: Handler) -> HTTPResponse:
        """Takes an event, a tapped button or a slash command."""
        if request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            return self._form(request.body, handler) or response.empty(status=200)
        body = json_object(request.body)
        if body is None:
            return self.refuse("no event", 400)
        if body.get("type") == "url_verification":
            return echo(text_at(body, "challenge"))
        event, identity = body.get("event"), id_at(body, "event_id")
        # Slack delivers an event again when an answer was late; it has the same id then.
        if body.get("type") == "event_callback" and identity and self.is_new(identity):
            self._event(event, handler)
        return response.empty(status=200)

    def _event(self, event: Any, handler: Handler) -> None:
        sender, channel, sent_at = (id_at(event, key) for key in ("user", "channel", "ts"))
        of_a_bot = bool(dig(event, "bot_id")) or bool(dig(event, "bot_profile"))
        plain = text_at(event, "subtype") in ("", "file_share", "thread_broadcast")
        if not (sender and channel and sent_at) or of_a_bot or not plain:
            return
        thread = id_at(event, "thread_ts")
        direct = text_at(event, "type") == "message" and text_at(event, "channel_type") == "im"
        if direct:
            incoming = Incoming(sender, sent_at, typed(text_at(event, "text")))
            self._answer(incoming, SlackOutput(self._slack, channel, thread), handler)
        elif text_at(event, "type") == "app_mention":
            incoming = Incoming(sender, sent_at, typed(text_at(event, "text")), channel)
            self._answer(incoming, SlackOutput(self._slack, channel, thread or sent_at), handler)

    def _form(self, body: bytes, handler: Handler) -> Optional[HTTPResponse]:
        """Takes a tap or a command; returns what refuses it, if anything does."""
        try:
            fields = {key: values[0] for key, values in parse_qs(body.decode(), max_num_fields=100).items()}
        except ValueError:
            return None
        if "payload" in fields:
            return self._tapped(json_object(fields["payload"].encode("utf-8", "replace")), handler)
        return self._slash_command(fields, handler) if "command" in fields else None

    def _tapped(self, payload: Any, handler: Handler) -> Optional[HTTPResponse]:
        actions = list_at(payload, "actions")
        action = actions[0] if actions else None
        sender, channel = id_at(payload, "user", "id"), id_at(payload, "channel", "id")
        tapped_at, value = id_at(action, "action_ts"), text_at(action, "value")
        if text_at(payload, "type") != "block_actions" or not (sender and channel and tapped_at and value):
            return None
        place = "" if _is_direct(channel) else channel
        incoming = Incoming(sender, tapped_at, value, place)
        # What only one person sees comes without the message. When in doubt, the answer is not for everybody either.
        if dig(payload, "container", "is_ephemeral") is True or not dig(payload, "message"):
            return self._answer_privately(incoming, channel, text_at(payload, "response_url"), handler)
        thread = id_at(payload, "message", "thread_ts")
        if place and not thread:
            thread = id_at(payload, "message", "ts")
        if self.is_new(f"{tapped_at} {channel}"):
            self._answer(incoming, SlackOutput(self._slack, channel, thread), handler)
        return None

    def _slash_command(self, fields: dict[str, str], handler: Handler) -> Optional[HTTPResponse]:
        sender, channel, trigger = (id_at(fields, key) for key in ("user_id", "channel_id", "trigger_id"))
        if not (sender and channel and trigger):
            return None
        place = "" if _is_direct(channel) else channel
        incoming = Incoming(sender, trigger, fields.get("text", "") or "help", place)
        return self._answer_privately(incoming, channel, fields.get("response_url", ""), handler)

    def _answer_privately(self, incoming: Incoming, channel: str, url: str, handler: Handler) -> Optional[HTTPResponse]:
        """Answers a slash command or a tap so that nobody else sees it."""
        if not self._slack.may_respond(url):
            return self.refuse("response_url is not Slack's", 403)
        if self.is_new(f"{incoming.message_id} {channel}"):
            self._answer(incoming, SlackOutput(self._slack, channel, response_url=url), handler)
        return None

    def _answer(self, incoming: Incoming, output: SlackOutput, handler: Handler) -> None:
        self.start(self.turn(incoming, output, handler))


def _is_direct(channel: str) -> bool:
    return channel.startswith("D")


def typed(text: str) -> str:
    """What a person typed, without Slack's marks: mentions go, links and addresses lose their brackets.

    >>> typed("<@U1> mail <mailto:a@example.org|a@example.org> &amp; see <https://example.org>")
    'mail a@example.org & see https://example.org'
    """
    plain = _LINK.sub(lambda found: found[2] or found[1], _MENTION.sub(" ", text))
    return re.sub(r" {2,}", " ", html.unescape(plain)).strip()
