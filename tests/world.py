"""The assistant behind a channel, over real HTTP on loopback: webhooks go in, and a fake platform gets the replies."""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Optional
from uuid import uuid4

import aiohttp
import sqlalchemy as sa
from platform_on_loopback import PAGE_TOKEN, SLACK_TOKEN, TELEGRAM_TOKEN, TWILIO_ACCOUNT, TWILIO_TOKEN, FakePlatform
from rasa.core.channels.channel import register
from sanic import Sanic
from twilio.request_validator import RequestValidator

from bot.channels import http
from bot.channels.delivery import Patience
from bot.channels.facebook import FacebookApi, FacebookChannel
from bot.channels.limits import RateLimit, SenderLimit
from bot.channels.platform import PlatformChannel, Shared
from bot.channels.slack import SlackApi, SlackChannel
from bot.channels.telegram import TelegramApi, TelegramChannel
from bot.channels.twilio import TwilioApi, TwilioChannel, list_template
from bot.runtime.agent import Assistant

PAYLOADS = Path(__file__).with_name("channels") / "payloads"
KEYS = ["k" * 32]
SECRET = TWILIO_TOKEN  # one secret for all
PUBLIC = "https://chat.example.org"
IMPATIENT = Patience(attempts=4, pause=0.01, longest=5.0, timeout=0.5)
CHANNELS = ("slack", "telegram", "twilio", "facebook")
UNLIMITED = 1_000_000
"""Messages a minute: tests write faster than any visitor."""
KINDS = ("slack", "telegram", "sms", "whatsapp", "facebook")


def channel_settings(platform: FakePlatform) -> dict[str, object]:
    """The settings of all channels of a server whose platforms are one on loopback."""
    return {
        "BOT_PLATFORM_HOSTS": platform.hosts,
        "BOT_PUBLIC_URL": PUBLIC,
        "BOT_SLACK_TOKEN": SLACK_TOKEN,
        "BOT_SLACK_SIGNING_SECRET": SECRET,
        "BOT_TELEGRAM_TOKEN": TELEGRAM_TOKEN,
        "BOT_TELEGRAM_SECRET": SECRET,
        "BOT_TWILIO_ACCOUNT": TWILIO_ACCOUNT,
        "BOT_TWILIO_TOKEN": TWILIO_TOKEN,
        "BOT_FACEBOOK_TOKEN": PAGE_TOKEN,
        "BOT_FACEBOOK_APP_SECRET": SECRET,
        "BOT_FACEBOOK_VERIFY_TOKEN": SECRET,
    }


def payload(channel: str, name: str) -> bytes:
    """A canned webhook body; ``name`` without its ending."""
    (path,) = (PAYLOADS / channel).glob(f"{name}.*")
    return path.read_bytes()


def headers(channel: str, body: bytes, now: Optional[float] = None, path: str = "") -> dict[str, str]:
    """The headers with which the platform sends a body, its proof of origin among them."""
    if channel == "telegram":
        return {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET}
    if channel == "facebook":
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
    if channel == "slack":
        stamp = str(int(now or time.time()))
        signature = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        kind = "application/json" if body[:1] in (b"{", b"[") else "application/x-www-form-urlencoded"
        return {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}"}
    return {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": twilio_signature(body, path)}


def twilio_signature(body: bytes, path: str = "", token: str = SECRET) -> str:
    """By hand where the body is no form, as Twilio would never send it."""
    from urllib.parse import parse_qsl

    address = f"{PUBLIC}/webhooks/twilio/webhook{path}"
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    except ValueError:
        return base64.b64encode(hmac.new(token.encode(), address.encode(), hashlib.sha1).digest()).decode()
    return RequestValidator(token).compute_signature(address, fields)


class World:
    """One channel with its platform.

    Attributes:
        kind: How visitors write: a channel's name, or ``sms`` or ``whatsapp``.
        name: The channel's name: ``twilio`` for both of these.
        now: Seconds of the clock by which messages are counted; tests move it.
    """

    def __init__(self, kind: str, assistant: Assistant, platform: FakePlatform, per_minute: int) -> None:
        self.kind = kind
        self.name = "twilio" if kind in ("sms", "whatsapp") else kind
        self.assistant = assistant
        self.platform = platform
        self.now = 1000.0
        self.channel = self._channel(per_minute)
        self.address = ""

    def _channel(self, per_minute: int) -> PlatformChannel:
        host = self.platform.address
        limit = SenderLimit(RateLimit(per_minute, lambda: self.now), lambda: self.now)
        shared = Shared(KEYS, self.assistant.content, limit, self.assistant.store)
        if self.name == "slack":
            return SlackChannel(shared, SlackApi(SLACK_TOKEN, f"{host}/slack", IMPATIENT), SECRET)
        if self.name == "telegram":
            return TelegramChannel(shared, TelegramApi(TELEGRAM_TOKEN, f"{host}/telegram", IMPATIENT), SECRET)
        if self.name == "facebook":
            return FacebookChannel(shared, FacebookApi(PAGE_TOKEN, f"{host}/graph", IMPATIENT), SECRET, "verify-me")
        twilio = TwilioApi(
            TWILIO_ACCOUNT, TWILIO_TOKEN, f"{host}/twilio", f"{host}/content", f"{host}/messaging", IMPATIENT
        )
        return TwilioChannel(shared, twilio, SECRET, PUBLIC)

    def with_lists(self) -> None:
        """Gives the Twilio account the templates for WhatsApp lists, as ``channels register`` does."""
        for count in range(1, 11):
            template = list_template(count)
            self.platform.templates.append({"sid": f"HX{count:032d}", "friendly_name": template["friendly_name"]})

    async def post(self, body: bytes, settle: bool = True, **changed: Optional[str]) -> int:
        """Delivers a body as the platform does; headers can be changed or, with None, left out."""
        given: dict[str, Any] = {**headers(self.name, body), **{k.replace("_", "-"): v for k, v in changed.items()}}
        wanted = {name: value for name, value in given.items() if value is not None}
        async with self.session.post(f"{self.address}/webhooks/{self.name}/webhook", data=body, headers=wanted) as got:
            self.answer = await got.text()
        if settle:
            await self.channel.idle()
        return got.status

    async def deliver(self, name: str) -> list[str]:
        """Delivers a canned payload; returns the texts that are sent because of it."""
        before = len(self.platform.sent)
        body = payload(self.name, name)
        body = body.replace(b"http%3A%2F%2F127.0.0.1%3APORT", self.platform.address.replace(":", "%3A").encode())
        assert await self.post(body) == 200
        assert self.platform.refused == []
        return self.platform.texts()[before:]

    async def say(self, text: str, person: int = 1) -> list[str]:
        """Sends a text message as a person in private; returns the texts of the replies."""
        before = len(self.platform.sent)
        assert await self.post(message(self.kind, text, person)) == 200
        assert self.platform.refused == []
        return self.platform.texts()[before:]


def message(channel: str, text: str, person: int = 1, number: Optional[int] = None) -> bytes:
    """The webhook body of a text message in a private chat."""
    number = number if number is not None else uuid4().int % 10**9
    if channel == "telegram":
        body = json.loads(payload("telegram", "text"))
        body["update_id"] = number
        body["message"]["from"]["id"] = body["message"]["chat"]["id"] = 5000000000 + person
        body["message"]["text"] = text
        return json.dumps(body).encode()
    if channel == "slack":
        body = json.loads(payload("slack", "direct_message"))
        body["event_id"] = f"Ev{number}"
        body["event"].update(text=text, ts=f"{number}.000100", user=f"U{person}", channel=f"D{person}")
        return json.dumps(body).encode()
    if channel == "facebook":
        body = json.loads(payload("facebook", "text"))
        event = body["entry"][0]["messaging"][0]
        event["sender"]["id"] = str(2400000000000000 + person)
        event["message"] = {"mid": f"m_{number}", "text": text}
        return json.dumps(body).encode()
    from urllib.parse import parse_qsl, urlencode

    name = "whatsapp_text" if channel == "whatsapp" else "sms_text"
    fields = dict(parse_qsl(payload("twilio", name).decode(), keep_blank_values=True))
    prefix = "whatsapp:" if channel == "whatsapp" else ""
    fields.update(Body=text, MessageSid=f"SM{number:032x}", From=f"{prefix}+1500555{1000 + person}")
    return urlencode(fields).encode()


def stored(assistant: Any) -> dict[str, list[Any]]:
    """Every row of every table that has any."""
    with assistant.store.engine.connect() as connection:
        tables = {
            name: connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()
            for name in sa.inspect(connection).get_table_names()
        }
    return {name: rows for name, rows in tables.items() if rows and name != "alembic_version"}


def play(name: str, assistant: Assistant, scene: Callable[[World], Awaitable[Any]], per_minute: int = UNLIMITED) -> Any:
    """Runs a scene with a channel that is served, and everything closed at its end."""

    async def whole() -> Any:
        platform = FakePlatform()
        await platform.start()
        world = World(name, assistant, platform, per_minute)
        Sanic.test_mode = True  # more than one application in a process
        app = Sanic(f"test-{uuid4().hex}", configure_logging=False)
        app.ctx.agent = assistant
        http.install(app, frozenset())
        register([world.channel], app, route="/webhooks/")
        listener = socket.create_server(("127.0.0.1", 0))
        world.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = await app.create_server(
            sock=listener, return_asyncio_server=True, asyncio_server_kwargs={"start_serving": False}
        )
        await server.startup()
        await server.start_serving()
        async with aiohttp.ClientSession() as world.session:
            try:
                return await scene(world)
            finally:
                await world.channel.close()
                server.close()
                await server.wait_closed()
                await platform.stop()

    # Sanic sets uvloop as the policy; a second loop of it in one thread hangs when it is closed.
    loop = asyncio.SelectorEventLoop()
    try:
        return loop.run_until_complete(whole())
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
