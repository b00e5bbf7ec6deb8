"""A messaging platform on loopback: speaks the documented API, holds what we send against the documented limits, and
can be busy, down or silent. Limits are written here a second time, as the platforms document them: the table of
``bot.channels.capabilities`` must not be its own judge."""

import asyncio
import json
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, Optional
from urllib.parse import parse_qsl

from aiohttp import BasicAuth, web

GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)


class RefusedError(Exception):
    """A platform would refuse this."""


def expect(condition: object, what: str) -> None:
    if not condition:
        raise RefusedError(what)


# What each platform documents


def check_telegram(body: dict[str, Any]) -> None:
    """sendMessage of the Bot API."""
    expect(type(body.get("chat_id")) is int, "chat_id")
    text = body.get("text")
    visible = re.sub(r"</?b>|<a href=\"[^\"<>]*\">|</a>", "", text)
    expect(not re.search(r"[<>]", visible), "can't parse entities")
    expect(not re.search(r"&(?!amp;|lt;|gt;|quot;)", visible), "can't parse entities: &")
    expect(visible.strip() and len(visible) <= 4096, "message is too long")
    markup = body.get("reply_markup", {})
    for row in markup.get("inline_keyboard", []):
        for button in row:
            expect(set(button) == {"text", "callback_data"} and button["text"], "button")
            expect(1 <= len(button["callback_data"].encode()) <= 64, "BUTTON_DATA_INVALID")
    expect("inline_keyboard" not in markup or markup["inline_keyboard"], "empty keyboard")
    for row in markup.get("keyboard", []):
        expect(all(button["text"] for button in row), "keyboard")
    if any(button.get("request_location") for row in markup.get("keyboard", []) for button in row):
        expect(body["chat_id"] > 0, "location can be requested in private chats only")


def check_slack(body: dict[str, Any]) -> None:
    """chat.postMessage with Block Kit blocks."""
    expect(0 < len(body["text"]) <= 40_000, "msg_too_long")
    expect(0 < len(body["blocks"]) <= 50, "too many blocks")
    actions: list[str] = []

    def button(element: dict[str, Any]) -> None:
        expect(element["type"] == "button" and element["text"]["type"] == "plain_text", "button type")
        expect(1 <= len(element["text"]["text"]) <= 75, "button text")
        expect(1 <= len(element["value"]) <= 2000 and len(element["action_id"]) <= 255, "button value")
        actions.append(element["action_id"])

    for block in body["blocks"]:
        if block["type"] == "section":
            expect(block["text"]["type"] == "mrkdwn" and 1 <= len(block["text"]["text"]) <= 3000, "section text")
            # A link is the only thing in angle brackets that we send.
            left = re.sub(r"<https?://[^|<>\s]+\|[^<>]+>", "", block["text"]["text"])
            expect(not re.search(r"[<>]|&(?!amp;|lt;|gt;)", left), "text is not escaped")
            if "accessory" in block:
                button(block["accessory"])
        else:
            expect(block["type"] == "actions" and 1 <= len(block["elements"]) <= 25, "actions")
            for element in block["elements"]:
                button(element)
    expect(len(set(actions)) == len(actions), "action_id must be unique")


def check_twilio(fields: dict[str, str]) -> None:
    """Message resource."""
    for end in ("From", "To"):
        expect(re.fullmatch(r"(whatsapp:)?\+\d{8,15}", fields.get(end, "")), f"21211 {end}")
    expect(fields["From"].startswith("whatsapp:") == fields["To"].startswith("whatsapp:"), "63007 two channels")
    if "ContentSid" in fields:
        expect(fields["To"].startswith("whatsapp:"), "list on SMS")
        values = json.loads(fields["ContentVariables"])
        count = (len(values) - 1) // 2
        expect(list(values) == [str(n) for n in range(1, 2 * count + 2)] and 1 <= count <= 10, "21656 variables")
        expect(1 <= len(values["1"]) <= 1024, "body of a list")
        for n in range(1, count + 1):
            expect(1 <= len(values[str(2 * n)]) <= 24, "item of a list")
            expect(1 <= len(values[str(2 * n + 1)]) <= 200, "id of an item")
        return
    body = fields.get("Body", "")
    expect(1 <= len(body) <= 1600, "21617 body too long")
    if not fields["To"].startswith("whatsapp:"):
        expect(sms_segments(body) <= 10, "costs more than docs/channels/twilio.md says")


def sms_segments(body: str) -> int:
    if set(body) <= GSM:
        length = len(body) + sum(body.count(character) for character in "^{}\\[~]|€")
        return 1 if length <= 160 else -(-length // 153)
    length = len(body.encode("utf-16-le")) // 2
    return 1 if length <= 70 else -(-length // 67)


def check_facebook(body: dict[str, Any]) -> None:
    """Send API."""
    expect(body["messaging_type"] == "RESPONSE" and body["recipient"]["id"], "recipient")
    message = body["message"]
    expect(1 <= len(message["text"]) <= 2000, "text too long")
    expect("quick_replies" not in message or 1 <= len(message["quick_replies"]) <= 13, "quick replies")
    for reply in message.get("quick_replies", []):
        if reply["content_type"] == "text":
            expect(1 <= len(reply["title"]) <= 20 and 1 <= len(reply["payload"]) <= 1000, "quick reply")
        else:
            expect(reply == {"content_type": reply["content_type"]}, "hint")
            expect(reply["content_type"] in ("user_email", "user_phone_number"), "hint type")


# The server

SLACK_TOKEN, TELEGRAM_TOKEN, PAGE_TOKEN = "xoxb-test", "7000000001:TEST", "page-token"
TWILIO_ACCOUNT, TWILIO_TOKEN = "AC" + "0" * 31 + "1", "a-secret-of-our-own"
OWN_NUMBER = "+15005550001"
APP_ID = "300000000000003"

BUSY, DOWN, SILENT = "busy", "down", "silent"


class FakePlatform:
    """One server that is all four platforms.

    Attributes:
        sent: Messages taken, in order: what was sent, as its platform got it.
        calls: Every call, refused ones too: name and body.
        refused: Messages over a limit; a test that leaves one here has found a defect.
        faults: What goes wrong with the next messages: busy (429), down (500), silent (no answer), or, for Slack and
            Twilio, the code with which the platform refuses.
        retry_after: Seconds that a busy platform asks for; where it asks in a header, a date too.
        templates: Content templates of the Twilio account.
        webhook: Where Telegram sends updates.
    """

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.calls: list[tuple[str, Any]] = []
        self.refused: list[str] = []
        self.faults: deque[str] = deque()
        self.retry_after: object = 0
        self.templates: list[dict[str, Any]] = []
        self.senders: list[dict[str, str]] = []
        self.lists_are_taken = True
        self.username = "amicc_test_bot"
        self.webhook = ""
        self.address = ""
        self._runner: Optional[web.AppRunner] = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/telegram/bot{token}/{method}", self._telegram)
        app.router.add_post("/slack/{method}", self._slack)
        app.router.add_post("/{kind:commands|actions}/{rest:.*}", self._response_url)
        app.router.add_route("*", "/twilio/2010-04-01/Accounts/{sid}/{rest:.*}", self._twilio)
        app.router.add_get("/twilio/2010-04-01/Accounts/{sid}.json", self._twilio)
        app.router.add_route("*", "/content/v1/Content", self._content)
        app.router.add_route("*", "/messaging/v2/Channels/Senders{rest:.*}", self._senders)
        app.router.add_route("*", "/graph/me{rest:.*}", self._facebook)
        app.router.add_get("/graph/app", self._app)
        app.router.add_post("/graph/{app}/subscriptions", self._subscriptions)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"

    async def stop(self) -> None:
        assert self._runner
        await self._runner.cleanup()

    @contextmanager
    def in_background(self) -> Iterator["FakePlatform"]:
        """Runs in a thread of its own, for tests whose other side is another process."""
        loop = asyncio.new_event_loop()
        thread = Thread(target=loop.run_forever)
        thread.start()
        asyncio.run_coroutine_threadsafe(self.start(), loop).result()
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self.stop(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    @property
    def hosts(self) -> str:
        """The setting that leads all APIs here."""
        places = {"slack": "slack", "telegram": "telegram", "twilio": "twilio", "facebook": "graph"}
        places |= {"twilio-content": "content", "twilio-messaging": "messaging"}
        return ",".join(f"{name}={self.address}/{path}" for name, path in places.items())

    def texts(self) -> list[str]:
        """The text of each message that was taken."""
        return [text_of(body) for body in self.sent]

    async def _fault(self) -> Optional[str]:
        fault = self.faults.popleft() if self.faults else None
        if fault == SILENT:
            await asyncio.sleep(30)
        return fault

    def _take(self, body: dict[str, Any], check: Any) -> Optional[str]:
        """Notes a message; returns why it is refused, if it is."""
        try:
            check(body)
        except (RefusedError, KeyError, TypeError) as error:
            self.refused.append(f"{type(error).__name__}: {error}: {body}")
            return str(error)
        self.sent.append(body)
        return None

    async def _telegram(self, request: web.Request) -> web.Response:
        body, method = await request.json(), request.match_info["method"]
        self.calls.append((method, body))
        if request.match_info["token"] != TELEGRAM_TOKEN:
            return web.json_response({"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401)
        if method == "getMe":
            user = {"id": 7000000001, "is_bot": True, "first_name": "AMICC", "username": self.username}
            return web.json_response({"ok": True, "result": user})
        if method == "getWebhookInfo":
            return web.json_response({"ok": True, "result": {"url": self.webhook, "pending_update_count": 0}})
        if method == "setWebhook":
            expect(re.fullmatch(r"[A-Za-z0-9_-]{1,256}", body["secret_token"]), "secret_token")
            self.webhook = body["url"]
        if method != "sendMessage":
            return web.json_response({"ok": True, "result": True})
        fault = await self._fault()
        if fault == BUSY:
            wait = {"ok": False, "error_code": 429, "description": "Too Many Requests"}
            return web.json_response({**wait, "parameters": {"retry_after": self.retry_after}}, status=429)
        if fault:
            return web.json_response({"ok": False, "error_code": 500, "description": "Internal"}, status=500)
        problem = self._take(body, check_telegram)
        if problem:
            return web.json_response({"ok": False, "error_code": 400, "description": problem}, status=400)
        return web.json_response({"ok": True, "result": {"message_id": len(self.sent)}})

    async def _slack(self, request: web.Request) -> web.Response:
        body, method = await request.json(), request.match_info["method"]
        self.calls.append((method, body))
        if request.headers.get("Authorization") != f"Bearer {SLACK_TOKEN}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if method != "chat.postMessage":
            return web.json_response({"ok": True, "user_id": "U0LAN0Z89", "team": "Sample"})
        return await self._slack_answer(body)

    async def _response_url(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.calls.append(("response_url", body))
        return await self._slack_answer(body)

    async def _slack_answer(self, body: dict[str, Any]) -> web.Response:
        fault = await self._fault()
        if fault == BUSY:
            headers = {"Retry-After": str(self.retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if fault == DOWN:
            return web.Response(status=500, text="oops")
        if fault:
            return web.json_response({"ok": False, "error": fault})
        problem = self._take(body, check_slack)
        return web.json_response({"ok": False, "error": "invalid_blocks"} if problem else {"ok": True, "ts": "1.1"})

    async def _twilio(self, request: web.Request) -> web.Response:
        fields = dict(parse_qsl(await request.text(), keep_blank_values=True))
        resource = request.match_info.get("rest", "Account")
        self.calls.append((resource, fields))
        if request.headers.get("Authorization") != BasicAuth(TWILIO_ACCOUNT, TWILIO_TOKEN).encode():
            return web.json_response({"code": 20003, "message": "Authenticate", "status": 401}, status=401)
        if resource != "Messages.json":
            numbers = [{"sid": "PN" + "0" * 32, "phone_number": OWN_NUMBER}]
            return web.json_response({"status": "active", "incoming_phone_numbers": numbers})
        fault = await self._fault()
        if fault == BUSY:
            headers = {"Retry-After": str(self.retry_after)}
            return web.json_response({"code": 20429, "status": 429}, status=429, headers=headers)
        if fault == DOWN:
            return web.json_response({"code": 20500, "status": 500}, status=500)
        if fault:
            return web.json_response({"code": int(fault), "status": 400}, status=400)
        if "ContentSid" in fields and not self.lists_are_taken:
            return web.json_response({"code": 21656, "message": "variables", "status": 400}, status=400)
        problem = self._take(fields, check_twilio)
        if problem:
            return web.json_response({"code": 21617, "message": problem, "status": 400}, status=400)
        return web.json_response({"sid": "SM" + "0" * 32, "status": "queued"}, status=201)

    async def _content(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.json_response({"contents": self.templates, "meta": {}})
        body = await request.json()
        picker = body["types"]["twilio/list-picker"]
        assert 1 <= len(picker["items"]) <= 10
        used = set(re.findall(r"{{(\d+)}}", json.dumps(picker)))
        assert used == set(body["variables"])
        assert len({item["id"] for item in picker["items"]}) == len(picker["items"])
        sid = f"HX{len(self.templates) + 1:032d}"
        self.templates.append({"sid": sid, "friendly_name": body["friendly_name"]})
        return web.json_response({"sid": sid}, status=201)

    async def _senders(self, request: web.Request) -> web.Response:
        """Senders API: the account's WhatsApp senders, and where one's messages go."""
        expect(request.headers.get("Authorization") == BasicAuth(TWILIO_ACCOUNT, TWILIO_TOKEN).encode(), "20003")
        if request.method == "GET":
            expect(request.query["Channel"] == "whatsapp", "Channel")
            return web.json_response({"senders": self.senders, "meta": {}})
        body = await request.json()
        expect(set(body["webhook"]) == {"callback_url", "callback_method"}, "webhook")
        self.calls.append((f"Senders{request.match_info['rest']}", body))
        return web.json_response({"sid": request.match_info["rest"][1:], "status": "ONLINE"}, status=202)

    async def _app(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {PAGE_TOKEN}":
            return web.json_response({"error": {"code": 190, "message": "Invalid token"}}, status=401)
        return web.json_response({"id": APP_ID, "name": "Sample app"})

    async def _subscriptions(self, request: web.Request) -> web.Response:
        """Subscriptions edge of an app: wants the app's own token."""
        if request.headers.get("Authorization") != f"Bearer {APP_ID}|{TWILIO_TOKEN}":
            return web.json_response({"error": {"code": 190, "message": "an app token is needed"}}, status=401)
        body = await request.json()
        expect(request.match_info["app"] == APP_ID and body["object"] == "page", "object")
        self.calls.append(("subscriptions", body))
        return web.json_response({"success": True})

    async def _facebook(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else {}
        self.calls.append((request.match_info["rest"], body))
        if request.headers.get("Authorization") != f"Bearer {PAGE_TOKEN}":
            return web.json_response({"error": {"code": 190, "message": "Invalid token"}}, status=401)
        if request.match_info["rest"] != "/messages":
            return web.json_response({"result": "success", "id": "100000000000001", "name": "Sample page"})
        fault = await self._fault()
        if fault == BUSY:
            headers = {"Retry-After": str(self.retry_after)}
            return web.json_response({"error": {"code": 613, "message": "limit"}}, status=400, headers=headers)
        if fault:
            return web.json_response({"error": {"code": 2, "is_transient": True}}, status=500)
        problem = self._take(body, check_facebook)
        if problem:
            return web.json_response({"error": {"code": 100, "message": problem}}, status=400)
        return web.json_response({"recipient_id": body["recipient"]["id"], "message_id": "m_out"})


def text_of(body: dict[str, Any]) -> str:
    """What a visitor reads of a message, whatever the platform."""
    if "ContentVariables" in body:
        return str(json.loads(body["ContentVariables"])["1"])
    if "Body" in body:
        return str(body["Body"])
    if "blocks" in body:
        return "\n".join(block["text"]["text"] for block in body["blocks"] if block["type"] == "section")
    return str(body["message"]["text"] if "message" in body else body["text"])


def tapped(body: dict[str, Any]) -> list[str]:
    """Titles of what can be tapped under a message, whatever the platform."""
    markup = body.get("reply_markup", {})
    rows = [*markup.get("inline_keyboard", []), *markup.get("keyboard", [])]
    titles = [button["text"] for row in rows for button in row]
    titles += [reply.get("title", reply["content_type"]) for reply in body.get("message", {}).get("quick_replies", [])]
    for block in body.get("blocks", []):
        buttons = [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]
        titles += [button["text"]["text"] for button in buttons]
    if "ContentVariables" in body:
        values = json.loads(body["ContentVariables"])
        titles += [values[key] for key in values if int(key) % 2 == 0]
    return titles
