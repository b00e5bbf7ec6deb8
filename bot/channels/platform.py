"""What all messaging platforms share: proof of origin first, then one turn for each message, in order, once.

A webhook is answered at once and the turn runs as a task: Slack waits three seconds, and no platform should wait for a
reply that has to be sent several times because it was busy. The visitor's address lives in the task alone and is gone
when the reply is sent or given up; the store knows a keyed hash.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import traceback
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import metrics
from bot.channels.capabilities import Capabilities
from bot.channels.delivery import Api, DeliveryError
from bot.channels.formatting import Outgoing, format_turn
from bot.channels.limits import SenderLimit, Verdict
from bot.channels.output import ReplyChannel
from bot.channels.pseudonyms import Pseudonyms
from bot.content.store import ContentStore
from bot.dialogue.replies import canned_reply
from bot.errors import StorageError
from bot.storage.conversations import ConversationStore
from bot.storage.locks import ConversationLocks
from bot.storage.receipts import Receipts

logger = logging.getLogger(__name__)

MAX_BODY = 1_000_000
"""Bytes of a webhook's body that are read; the largest batches of Messenger are far below."""
MAX_ID = 200
"""Characters of a platform's id that are believed."""
REMEMBERED = 10_000
"""Ids of messages that a process remembers, so that those delivered twice at once do not reach the database."""
DRAIN_SECONDS = 20
"""How long a stopping server waits for replies that are still owed."""

Handler = Callable[[UserMessage], Awaitable[Any]]


@dataclass(frozen=True)
class Incoming:
    """One message of a visitor.

    Attributes:
        sender: The platform's id of the person.
        message_id: The platform's id of the message.
        text: What was typed, or what the tapped button sends; empty for what holds no words.
        place: The platform's id of the group or channel; empty in a private chat. A person's conversation in a group
            is not the one in private: what was said there stays there.
        answered: Whether the platform has answered it itself, as Twilio does with STOP, HELP and START.
    """

    sender: str
    message_id: str
    text: str
    place: str = ""
    answered: bool = False

    @property
    def private(self) -> bool:
        """Whether nobody else reads along."""
        return not self.place


@dataclass(frozen=True)
class Shared:
    """What all messaging channels of a server use together.

    Attributes:
        keys: Of BOT_SECRET, the newest first.
        content: Texts.
        limit: How many messages a person may send.
        store: Conversations.
    """

    keys: Sequence[str]
    content: ContentStore
    limit: SenderLimit
    store: ConversationStore


class PlatformOutput(ReplyChannel):
    """Sends a turn's replies, formatted for one platform, to one address."""

    capabilities: Capabilities
    intro = ""
    """A line to put before the first reply."""

    @classmethod
    def name(cls) -> str:
        """Name of the channel that the store records."""
        return cls.capabilities.name

    async def deliver(self) -> None:
        """Sends the pending replies; a platform that does not take them is logged, and the turn stays stored."""
        if not self.pending:
            return
        try:
            for message in format_turn(self.pending, self.capabilities, self.intro).messages:
                await self.send(message)
        except DeliveryError as error:
            metrics.CHANNEL_ERRORS.labels(self.name(), "not delivered").inc()
            logger.error("A reply was not delivered: %s", error)

    async def send(self, message: Outgoing) -> None:
        """Sends one message.

        Raises:
            DeliveryError: The platform did not take it.
        """
        raise NotImplementedError


class PlatformChannel(InputChannel):
    """A platform's webhook. Subclasses add routes, and read the platform's JSON."""

    def __init__(self, shared: Shared, api: Api) -> None:
        """Wires the parts.

        Args:
            shared: What all channels use together.
            api: Calls to the platform.
        """
        self.pseudonyms = Pseudonyms(shared.keys)
        self.api = api
        self._content = shared.content
        self._limit = shared.limit
        self._receipts = Receipts(shared.store.transactions)
        self._order = ConversationLocks()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Routes of the channel: ``POST /webhooks/<name>/webhook``."""
        routes = Blueprint(f"{self.name()}_webhook", __name__)

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            if len(request.body) > MAX_BODY:
                return self.refuse("too large", 413)
            if not self.is_genuine(request):
                return self.refuse("not genuine", 403)
            return await self.receive(request, on_new_message)

        async def stop(*_: Any) -> None:
            await self.close()

        routes.listener(stop, "before_server_stop")
        return routes

    def is_genuine(self, request: Request) -> bool:
        """Whether the platform proves that it sent the request; compares in constant time."""
        raise NotImplementedError

    async def receive(self, request: Request, handler: Handler) -> HTTPResponse:
        """Answers a genuine request; turns run as tasks."""
        raise NotImplementedError

    def refuse(self, reason: str, status: int) -> HTTPResponse:
        """Refuses a request without a word about its content."""
        metrics.CHANNEL_ERRORS.labels(self.name(), reason).inc()
        logger.warning("%s: a request was refused: %s", self.name(), reason)
        return response.text(reason, status=status)

    # Turns

    def conversation(self, incoming: Incoming) -> str:
        """Id of the sender's conversation in the store."""
        return f"{self.name()}-{self.pseudonyms.of(self.name(), incoming.sender, incoming.place)}"

    def is_new(self, key: str) -> bool:
        """Whether something with this id comes for the first time to this process; the receipts know of the others.

        What is remembered is a hash: an id may name a person, and is of no use once the reply is sent.
        """
        key = self.pseudonyms.of(self.name(), "seen", key)
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs work after the webhook is answered."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def verdict(self, sender: str) -> Verdict:
        """Counts a message of a person, wherever it was written."""
        found = await self._limit.judge(self.pseudonyms.of(self.name(), sender))
        if found != "pass":
            metrics.CHANNEL_ERRORS.labels(self.name(), "too many").inc()
        return found

    async def admits(self, sender: str, output: PlatformOutput) -> bool:
        """Whether a person's message is read; says once that there are too many, then nothing."""
        verdict = await self.verdict(sender)
        if verdict == "tell":
            await self.give(output, "utter_too_many")
        return verdict == "pass"

    async def give(self, output: PlatformOutput, name: str) -> None:
        """Sends a canned response without a turn."""
        content = self._content.content
        output.replace([canned_reply(content, content.responses[name])])
        await output.deliver()

    async def turn(self, incoming: Incoming, output: PlatformOutput, handler: Handler) -> None:
        """Takes a message if it comes for the first time; messages of a conversation wait for each other."""
        async with self._order.lock(self.conversation(incoming)):
            if await self._comes_first(incoming):
                await self.respond(incoming, output, handler)

    async def respond(self, incoming: Incoming, output: PlatformOutput, handler: Handler) -> None:
        """Responds to a message: with a turn and its delivery, if the sender may write now."""
        if not await self.admits(incoming.sender, output):
            return
        try:
            await handler(self._message(incoming, output))
        except Exception:
            # Silence would leave the visitor waiting; who runs the turns logs what it was.
            await self.give(output, "utter_failed")
            raise

    async def _comes_first(self, incoming: Incoming) -> bool:
        """Whether no replica has taken the message; a recorded request is genuine for ever, but does nothing again."""
        parts = (self.name(), "receipt", incoming.sender, incoming.place, incoming.message_id)
        try:
            first = await self._receipts.first(self.pseudonyms.all_of(*parts))
        except StorageError:
            return True  # the turn will fail of the same, and say so
        if not first:
            metrics.CHANNEL_ERRORS.labels(self.name(), "repeated").inc()
        return first

    def _message(self, incoming: Incoming, output: PlatformOutput) -> UserMessage:
        message = UserMessage(
            "",
            output,
            self.conversation(incoming),
            input_channel=output.name(),
            message_id=self.pseudonyms.of(self.name(), "message", incoming.message_id),
            metadata={"private": incoming.private},
        )
        message.text = incoming.text
        return message

    async def close(self) -> None:
        """Waits a little for the replies that are owed, then closes the connections."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN_SECONDS)
        for task in list(self._tasks):
            task.cancel()
        await self.api.close()

    async def idle(self) -> None:
        """Waits until no turn runs."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """An unexpected failure is logged by kind and place: its text may hold what a visitor wrote."""
        try:
            await work
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            metrics.CHANNEL_ERRORS.labels(self.name(), "failed").inc()
            place = f"{Path(frame.filename).name}:{frame.lineno}"
            logger.error("%s: a turn failed: %s at %s", self.name(), type(error).__name__, place)


# Reading what platforms send, without believing its shape


def json_object(body: bytes) -> Optional[dict[str, Any]]:
    """A body's JSON object; None if it is something else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def dig(value: Any, *path: str) -> Any:
    """What stands under nested keys; None where the shape is another."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text_at(value: Any, *path: str) -> str:
    """The string under nested keys; empty if there is none."""
    found = dig(value, *path)
    return found if isinstance(found, str) else ""


def id_at(value: Any, *path: str) -> str:
    """The id under nested keys, a string or a whole number; empty if there is none that can be believed."""
    found = dig(value, *path)
    if isinstance(found, bool) or not isinstance(found, (str, int)):
        return ""
    return str(found) if len(str(found)) <= MAX_ID else ""


def list_at(value: Any, *path: str) -> list[Any]:
    """The list under nested keys; empty if there is none."""
    found = dig(value, *path)
    return found if isinstance(found, list) else []


def same(given: Optional[str], expected: str) -> bool:
    """Compares secrets in constant time; None and what is not ASCII are wrong, not an error."""
    return hmac.compare_digest((given or "").encode("utf-8", "surrogatepass"), expected.encode())


def echo(challenge: str) -> HTTPResponse:
    """Repeats the random text by which a platform makes sure that a webhook is ours."""
    return response.text(challenge[:MAX_ID].encode("ascii", "ignore").decode())
