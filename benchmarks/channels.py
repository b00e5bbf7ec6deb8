"""What a messaging channel adds to a turn: proof of origin, reading, pseudonym, formatting, the platform's JSON.

The replies are those of real turns, made before the clock runs. The turn itself and the network are left out.
Formatting is done twice, as in a turn: once to know what MORE has to give, once to send.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, cycle
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import numpy as np

from benchmarks.report import BenchmarkError, Figure, Report, Say
from bot.runtime import logs, tensorflow_free
from bot.runtime.settings import ROOT, Settings, load_settings

if TYPE_CHECKING:
    from sanic.request import Request

    from bot.channels.platform import PlatformChannel
    from bot.dialogue.reply import Reply
    from bot.runtime.agent import Assistant

MESSAGES = 1000
"""Messages that are timed on each channel."""
MOST_MS = 2.0
SECRET = "a-secret-for-measuring"
PUBLIC = "https://chat.example.org"
PAYLOADS = ROOT / "tests" / "channels" / "payloads"
CONVERSATIONS = (
    ("hello", "Is the US a member?", "more", "Which papers do you have on drones?", "2", "tell me more"),
    ("Why should the US support the ICC?", "I want to volunteer", "yes", "What is WICC?", "cancel the form"),
    ("Is there a local alliance in Denver?", "What is the weather?", "show me the latest papers", "who is he?"),
)
"""Answers, lists, forms and what has no answer."""
KINDS = {"slack": "slack", "telegram": "telegram", "sms": "twilio", "whatsapp": "twilio", "facebook": "facebook"}
"""The channel of each way to write."""
_CANNED = {
    "slack": "slack/direct_message.json",
    "telegram": "telegram/text.json",
    "sms": "twilio/sms_text.txt",
    "whatsapp": "twilio/whatsapp_text.txt",
    "facebook": "facebook/text.json",
}


def body_of(kind: str, number: int) -> bytes:
    """A canned message of a platform with an id of its own."""
    canned = (PAYLOADS / _CANNED[kind]).read_bytes()
    if KINDS[kind] == "twilio":
        fields = dict(parse_qsl(canned.decode(), keep_blank_values=True))
        return urlencode({**fields, "MessageSid": f"SM{number:032x}"}).encode()
    body = json.loads(canned)
    if kind == "slack":
        body["event_id"] = f"Ev{number}"
        body["event"]["ts"] = f"1795600001.{number:06}"
    elif kind == "telegram":
        body["update_id"] = number
    else:
        body["entry"][0]["messaging"][0]["message"]["mid"] = f"m_{number}"
    return json.dumps(body).encode()


def proof(kind: str, body: bytes) -> dict[str, str]:
    """The headers that prove where a body comes from."""
    from twilio.request_validator import RequestValidator

    if kind == "telegram":
        return {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    if kind == "facebook":
        return {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}
    if kind == "slack":
        stamp = str(int(time.time()))
        signed = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signed}"}
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    address = f"{PUBLIC}/webhooks/twilio/webhook"
    return {"X-Twilio-Signature": RequestValidator(SECRET).compute_signature(address, fields)}


def _request(kind: str, number: int, app: Any) -> Request:
    from sanic.compat import Header
    from sanic.request import Request

    transport: Any = None  # nothing is sent back
    body = body_of(kind, number)
    request = Request(
        f"/webhooks/{KINDS[kind]}/webhook".encode(), Header(proof(kind, body)), "1.1", "POST", transport, app
    )
    request.body = body
    return request


def _settings() -> Settings:
    """All channels, with secrets of no use anywhere."""
    from bot.runtime.channels import PLATFORMS

    fields = [field for platform in PLATFORMS for field in platform.needed]
    return Settings.parse_obj({**dict.fromkeys(fields, SECRET), "public_url": PUBLIC})


class _Unsent:
    """Plays the network: writes the platform's JSON or form, and says that all is well."""

    def __init__(self) -> None:
        self.sent = 0

    async def call(self, method: str, url: str, **arguments: Any) -> dict[str, Any]:
        """Takes a call; a GET asks for the templates of WhatsApp lists."""
        from bot.channels.twilio import list_template

        if method == "GET":
            return {"contents": [{**list_template(size), "sid": f"HX{size:032d}"} for size in range(1, 11)]}
        body = urlencode(arguments["data"]) if "data" in arguments else json.dumps(arguments.get("json"))
        self.sent += bool(body)
        return {"ok": True}


@contextmanager
def _server(folder: str) -> Iterator[tuple[Assistant, dict[str, PlatformChannel]]]:
    """The assistant with all channels, whose calls go nowhere."""
    from bot.channels.limits import RateLimit, SenderLimit
    from bot.channels.platform import Shared
    from bot.runtime.channels import messaging_channels
    from bot.runtime.serving import build_assistant

    assistant = build_assistant(load_settings(), f"sqlite:///{Path(folder) / 'channels.sqlite3'}")
    shared = Shared([SECRET], assistant.content, SenderLimit(RateLimit(100 * MESSAGES)), assistant.store)
    channels = {each.name(): each for each in messaging_channels(_settings(), shared)}
    try:
        yield assistant, channels
    finally:
        assistant.store.engine.dispose()


class _Turns:
    """Plays the assistant: gives replies that real turns gave, and formats them as the processor does."""

    def __init__(self, kind: str, replies: list[list[Reply]]) -> None:
        self._kind = kind
        self._replies = cycle(replies)

    async def handle(self, message: Any) -> None:
        """One turn."""
        from bot.channels.capabilities import CAPABILITIES
        from bot.channels.formatting import format_turn

        replies = next(self._replies)
        format_turn(replies, CAPABILITIES[self._kind])
        message.output_channel.replace(replies)
        await message.output_channel.deliver()


async def _replies(assistant: Assistant, kind: str, conversation: str) -> list[list[Reply]]:
    """The replies of real turns, the last ones of a conversation that the channel will find in the store."""
    from rasa.core.channels.channel import UserMessage

    from bot.channels.output import ReplyChannel

    found = []
    for lines in CONVERSATIONS:
        for text in lines:
            output = ReplyChannel()
            await assistant.handle_message(UserMessage(text, output, conversation, input_channel=kind))
            found.append(output.pending)
    return found


async def _conversation(channel: PlatformChannel, request: Request) -> str:
    """The id under which a channel keeps the sender of a request."""
    seen: list[str] = []

    async def note(message: Any) -> None:
        seen.append(message.sender_id)

    await channel.receive(request, note)
    await channel.idle()
    return seen[0]


async def _times(channel: PlatformChannel, requests: list[Request], turns: _Turns) -> list[float]:
    """Milliseconds of each message, from the request to the last call of the platform."""
    times = []
    for request in requests:
        started = time.perf_counter()
        if not channel.is_genuine(request):
            raise BenchmarkError(f"{channel.name()}: the message made for measuring is not genuine")
        await channel.receive(request, turns.handle)
        await channel.idle()
        times.append((time.perf_counter() - started) * 1000)
    return times


async def _measure(say: Say) -> dict[str, list[float]]:
    from sanic import Sanic

    app = Sanic("measured", configure_logging=False)
    numbers, found = count(), {}
    with tempfile.TemporaryDirectory() as folder, _server(folder) as (assistant, channels):
        for kind, name in KINDS.items():
            say(f"channels: {MESSAGES:,} messages by {kind}")
            channel = channels[name]
            unsent = _Unsent()
            channel.api.call = unsent.call  # type: ignore[method-assign]  # the network is not measured
            first, *requests = [_request(kind, next(numbers), app) for _ in range(MESSAGES + 1)]
            replies = await _replies(assistant, kind, await _conversation(channel, first))
            found[kind] = await _times(channel, requests, _Turns(kind, replies))
            if unsent.sent < MESSAGES:
                raise BenchmarkError(f"{kind}: {MESSAGES - unsent.sent} messages were not answered")
    return found


def measure(_: bool, say: Say) -> Report:
    """Runs the benchmark.

    Raises:
        ModelError: There is no trained model.
        BenchmarkError: A channel took or sent nothing.
    """
    say("channels: loading")
    logs.configure("ERROR")
    tensorflow_free.install()
    found = asyncio.run(_measure(say))
    figures = []
    for kind, times in found.items():
        figures += [
            Figure(f"{kind}: adapter and formatting, median", median(times), "ms", at_most=MOST_MS),
            Figure(f"{kind}: 99th percentile", float(np.percentile(times, 99)), "ms"),
        ]
    details = {kind: [round(each, 3) for each in times] for kind, times in found.items()}
    return Report("channels", "What a messaging channel adds to a turn", figures, details)
