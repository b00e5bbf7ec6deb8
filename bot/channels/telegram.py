"""Telegram: the Bot API's webhook (core.telegram.org, Bot API: ``setWebhook``, ``Update``, ``sendMessage``)."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Optional

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.capabilities import TELEGRAM
from bot.channels.delivery import Api, DeliveryError, Patience, busy_or_down
from bot.channels.formatting import Outgoing
from bot.channels.location import spoken_place
from bot.channels.platform import (
    Handler,
    Incoming,
    PlatformChannel,
    PlatformOutput,
    Shared,
    dig,
    id_at,
    json_object,
    same,
    text_at,
)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATES = ["message", "callback_query"]
"""Kinds of update that are asked for. Edited messages are not among them: what was answered stays answered."""
COMMANDS = {"start": "hello", "help": "help", "stop": "stop"}
"""Telegram's usual commands, as a visitor would say them."""
ELSEWHERE = "I am outside the United States"

_COMMAND = re.compile(r"/(\w+)(?:@(\w+))?\s*(.*)", re.DOTALL)


def judge(status: int, body: dict[str, Any]) -> Optional[float]:
    """Telegram says in the body how long to wait."""
    wait = dig(body, "parameters", "retry_after")
    if status == 429 and isinstance(wait, (int, float)):
        return float(wait)
    return busy_or_down(status, body)


class TelegramApi:
    """The calls that are used."""

    def __init__(self, token: str, host: str, patience: Optional[Patience] = None) -> None:
        """Uses a bot's token and the address of the Bot API."""
        self.calls = Api("Telegram", judge, patience)
        self.bot_id = token.split(":")[0]
        self._address = f"{host}/bot{token}/"
        self._username = ""

    async def call(self, name: str, **parameters: Any) -> Any:
        """One call of the Bot API; returns its ``result``.

        Raises:
            DeliveryError: Telegram refused, or was busy or down all the time.
        """
        body = await self.calls.call("POST", self._address + name, json=parameters)
        return body.get("result")

    async def username(self) -> str:
        """The bot's username, by which it is addressed in groups; asked for once."""
        if not self._username:
            self._username = text_at(await self.call("getMe"), "username").lower()
        return self._username


class TelegramOutput(PlatformOutput):
    """Sends to one chat."""

    capabilities = TELEGRAM

    def __init__(
        self, api: TelegramApi, chat: str, reply_to: Optional[int] = None, thread: Optional[int] = None
    ) -> None:
        """Addresses a chat; in a group, the message that is answered and the forum topic."""
        super().__init__()
        self._api = api
        self._address: dict[str, Any] = {"chat_id": int(chat)}
        if reply_to is not None:
            self._address["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
        if thread is not None:
            self._address["message_thread_id"] = thread
        self._in_group = reply_to is not None

    async def send(self, message: Outgoing) -> None:
        """Sends one message."""
        await self._api.call("sendMessage", **self._address, **body_of(message, self._in_group))


def body_of(message: Outgoing, in_group: bool = False) -> dict[str, Any]:
    """A message as parameters of ``sendMessage``, without the address."""
    body: dict[str, Any] = {
        "text": message.text,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    if message.hint == "place" and not in_group:
        # A location can be asked for by a reply keyboard only; its other keys send their title as a message.
        keys = [[{"text": "Share my location", "request_location": True}]]
        keys += [[{"text": button.title}] for button in message.buttons]
        body["reply_markup"] = {"keyboard": keys, "one_time_keyboard": True, "resize_keyboard": True}
    elif message.buttons:
        rows = [[{"text": button.title, "callback_data": button.payload}] for button in message.buttons]
        body["reply_markup"] = {"inline_keyboard": rows}
    return body


class TelegramChannel(PlatformChannel):
    """Private chats, and groups where the bot is addressed."""

    def __init__(self, shared: Shared, telegram: TelegramApi, secret: str) -> None:
        """Wires the parts.

        Args:
            shared: What all channels use together.
            telegram: Calls.
            secret: What Telegram sends in :data:`SECRET_HEADER`.
        """
        super().__init__(shared, telegram.calls)
        self._telegram = telegram
        self._secret = secret

    @classmethod
    def name(cls) -> str:
        """Part of the address."""
        return TELEGRAM.name

    def is_genuine(self, request: Request) -> bool:
        """Whether the secret that ``setWebhook`` agreed on is there."""
        return same(request.headers.get(SECRET_HEADER), self._secret)

    async def receive(self, request: Request, handler: Handler) -> HTTPResponse:
        """Takes one update."""
        update = json_object(request.body)
        if update is None:
            return self.refuse("no update", 400)
        identity = id_at(update, "update_id")
        if identity and self.is_new(identity):
            self.start(self._update(update, f"u{identity}", handler))
        return response.empty(status=200)

    async def _update(self, update: dict[str, Any], identity: str, handler: Handler) -> None:
        query = update.get("callback_query")
        message = dig(query, "message") if query else update.get("message")
        sender, chat = id_at(query or message, "from", "id"), id_at(message, "chat", "id")
        if not sender or not _is_number(chat) or dig(query or message, "from", "is_bot") is True:
            return
        private = text_at(message, "chat", "type") == "private"
        if query:
            text: Optional[str] = text_at(query, "data")
            await self._stop_waiting(query)
        else:
            text = await self._text(message, private)
        if text is None:
            return
        reply_to, thread = dig(message, "message_id"), dig(message, "message_thread_id")
        output = TelegramOutput(
            self._telegram,
            chat,
            reply_to if not private and type(reply_to) is int else None,
            thread if not private and type(thread) is int else None,
        )
        await self.turn(Incoming(sender, identity, text, "" if private else chat), output, handler)

    async def _stop_waiting(self, query: Any) -> None:
        """Ends the spinner on a tapped button; if that fails, the answer still comes."""
        try:
            await self._telegram.call("answerCallbackQuery", callback_query_id=text_at(query, "id"))
        except DeliveryError:
            return

    async def _text(self, message: Any, private: bool) -> Optional[str]:
        """What a message says; None if it is not for the bot."""
        text = text_at(message, "text") or text_at(message, "caption")
        location = dig(message, "location")
        if location and private:
            # The first time, the table of places has to be read.
            place = await asyncio.to_thread(spoken_place, dig(location, "latitude"), dig(location, "longitude"))
            return place or ELSEWHERE
        if not private:
            addressed = await self._addressed(message, text)
            if addressed is None:
                return None
            text = addressed
        elif _is_service(message):
            return None
        command = _COMMAND.fullmatch(text)
        return COMMANDS.get(command[1].lower(), text) if command else text

    async def _addressed(self, message: Any, text: str) -> Optional[str]:
        """In a group: the text without the bot's name; None if it is not addressed."""
        username = await self._telegram.username()
        command = _COMMAND.fullmatch(text)
        if command:
            named = (command[2] or "").lower()
            mine = named == username or (not named and command[1].lower() in COMMANDS)
            return f"/{command[1]} {command[3]}".strip() if mine else None
        mention = re.compile(rf"@{re.escape(username)}\b", re.IGNORECASE)
        if username and mention.search(text):
            return mention.sub(" ", text).strip(" ,:")
        is_reply = id_at(message, "reply_to_message", "from", "id") == self._telegram.bot_id
        return text if is_reply and text else None


def _is_number(identity: str) -> bool:
    return re.fullmatch(r"-?\d{1,20}", identity) is not None


_CONTENT = {"text", "caption", "photo", "video", "audio", "voice", "video_note", "document", "sticker", "animation"}
_CONTENT |= {"contact", "location", "venue", "poll", "dice", "story"}


def _is_service(message: Any) -> bool:
    """Whether a message only reports something, such as a pinned message: nobody waits for an answer to it."""
    return not (isinstance(message, dict) and _CONTENT & message.keys())
