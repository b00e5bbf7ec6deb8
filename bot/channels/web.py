"""The web channel: the API that the website widget speaks, open to visitors. Described in ``docs/web-channel.md``."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional, TypeVar

from pydantic import BaseModel, ValidationError
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.clients import Network, client_address, may_ask
from bot.channels.http import API, ApiError
from bot.channels.limits import Limit, RateLimit
from bot.channels.output import ReplyChannel
from bot.channels.sessions import SessionError, Sessions
from bot.channels.web_schema import (
    FeedbackRequest,
    FeedbackResponse,
    GreetingResponse,
    MessageRequest,
    MessageResponse,
    TopicResponse,
)
from bot.content.store import ContentStore
from bot.dialogue.replies import canned_reply
from bot.dialogue.reply import Reply
from bot.errors import StorageError, where
from bot.storage.conversations import ConversationStore

logger = logging.getLogger(__name__)

MAX_BODY = 65_536
"""Bytes of a request: a message of 4,000 characters fits in, however it is escaped."""

GREETINGS = {"en": "utter_greet", "es": "utter_spanish"}
"""The first reply by language of the client's texts. The second says that answers are in English."""

CACHED = "public, max-age=60"
"""For responses that are the same for everyone. An edited text is seen by new visitors after this time."""

Handler = Callable[[UserMessage], Awaitable[Any]]
Body = TypeVar("Body", bound=BaseModel)


@dataclass
class WebLimits:
    """Who may ask, and how often.

    Attributes:
        origins: Origins of other sites whose pages may ask.
        proxies: Networks of proxies whose ``X-Forwarded-For`` is believed.
        session: Requests of a session.
        address: Requests of an address.
    """

    origins: frozenset[str] = frozenset()
    proxies: Sequence[Network] = ()
    session: Limit = field(default_factory=lambda: RateLimit(30))
    address: Limit = field(default_factory=lambda: RateLimit(300))


class WebChannel(InputChannel):
    """Messages, votes, greeting. A visitor is who holds the token of a conversation; nothing else is believed."""

    def __init__(self, sessions: Sessions, content: ContentStore, store: ConversationStore, limits: WebLimits) -> None:
        """Wires the parts."""
        self._sessions = sessions
        self._content = content
        self._store = store
        self._limits = limits

    @classmethod
    def name(cls) -> str:
        """What the conversation store records with each turn."""
        return "web"

    def url_prefix(self) -> str:
        """Where the routes begin."""
        return API

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Routes of the channel."""
        routes = Blueprint("web")

        @routes.post("/message")
        async def message(request: Request) -> HTTPResponse:
            body = await self._admit(request, MessageRequest)
            conversation = self._conversation(body.token) if body.token is not None else None
            await self._count_session(conversation)
            conversation = conversation or self._sessions.new_conversation(body.message_id)
            replies = await self._replies(on_new_message, conversation, body)
            token = self._sessions.token(conversation)
            return _json(MessageResponse(token=token, message_id=body.message_id, replies=replies))

        @routes.post("/feedback")
        async def feedback(request: Request) -> HTTPResponse:
            body = await self._admit(request, FeedbackRequest)
            conversation = self._conversation(body.token)
            await self._count_session(conversation)
            try:
                known = await self._store.vote(conversation, body.message_id, body.value, body.reason)
            except StorageError as error:
                logger.error("%s", error)
                raise ApiError("unavailable") from error
            if not known:
                raise ApiError("bad_request", "No message of this conversation has this message_id.", status=404)
            return _json(FeedbackResponse())

        @routes.get("/greeting")
        async def greeting(request: Request) -> HTTPResponse:
            name = GREETINGS.get(str(request.get_args(keep_blank_values=True).get("lang", "en")))
            if name is None:
                raise ApiError("bad_request", f"lang is one of {', '.join(GREETINGS)}.")
            return _json(GreetingResponse(replies=[self._canned(name)]), CACHED)

        @routes.get("/topic/<identity:str>")
        async def topic(_: Request, identity: str) -> HTTPResponse:
            found = self._content.content.topics.get(identity)
            if found is None:
                raise ApiError("bad_request", "There is no such topic.", status=404)
            return _json(TopicResponse(title=found.title), CACHED)

        return routes

    async def _admit(self, request: Request, kind: type[Body]) -> Body:
        """Reads a request that may be answered.

        Raises:
            ApiError: It comes from the wrong page, too often, or cannot be used.
        """
        headers = request.headers
        if not may_ask(headers.get("origin"), headers.get("host"), self._limits.origins):
            raise ApiError("origin")
        address = client_address(request.ip, headers.get("x-forwarded-for"), self._limits.proxies)
        await _count(self._limits.address, address)
        return _parsed(request.body, kind)

    async def _count_session(self, conversation: Optional[str]) -> None:
        if conversation:
            await _count(self._limits.session, conversation)

    def _conversation(self, token: str) -> str:
        try:
            return self._sessions.conversation(token)
        except SessionError as error:
            raise ApiError("session") from error

    async def _replies(self, on_new_message: Handler, conversation: str, body: MessageRequest) -> list[Reply]:
        channel = WebOutput()
        message = UserMessage(
            body.message,
            channel,
            conversation,
            input_channel=self.name(),
            message_id=body.message_id,
            metadata={"page": body.page, "lang": body.lang},
        )
        try:
            await on_new_message(message)
        except Exception as error:
            # Whatever went wrong, the visitor is told, and told in words.
            logger.error("A message could not be answered: %s", where(error))
        return channel.pending or [self._canned("utter_failed")]

    def _canned(self, name: str) -> Reply:
        content = self._content.content
        return canned_reply(content, content.responses[name])


class WebOutput(ReplyChannel):
    """Collects the replies of a turn for the response."""

    @classmethod
    def name(cls) -> str:
        """As the metrics call the channel."""
        return "web"


async def _count(limit: Limit, key: str) -> None:
    wait = await limit.wait(key)
    if wait is not None:
        raise ApiError("rate_limited", wait=wait)


def _parsed(body: bytes, kind: type[Body]) -> Body:
    if len(body) > MAX_BODY:
        raise ApiError("too_large")
    try:
        values = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ApiError("bad_request", "The body is no JSON.") from error
    if not isinstance(values, dict):
        raise ApiError("bad_request", "The body must be a JSON object.")
    try:
        return kind.parse_obj(values)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "value_error.any_str.max_length" and first["loc"] == ("message",):
            raise ApiError("too_large") from error
        raise ApiError("bad_request", f"{first['loc'][0]}: {first['msg']}.") from error


def _json(body: BaseModel, cache: str = "no-store") -> HTTPResponse:
    # `json.dumps`: Sanic's ujson refuses what it cannot encode, and escapes slashes.
    return response.json(body.dict(), headers={"Cache-Control": cache}, dumps=json.dumps)
