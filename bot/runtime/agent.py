"""The assistant: Rasa's agent with our store, locks, answers and in-process actions."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any, Optional, Union

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.utils.endpoints import EndpointConfig

from bot import metrics
from bot.channels.generator import ContentGenerator
from bot.channels.inbound import clean_message
from bot.channels.output import ReplyChannel
from bot.content.store import ContentStore
from bot.dialogue.replies import canned_reply
from bot.dialogue.reply import Reply
from bot.errors import AssistantError, ConflictError, Errors, ModelError, StorageError
from bot.runtime import logs, speed
from bot.runtime.actions import InProcessEndpoint
from bot.runtime.processor import Processor
from bot.storage.conversations import ConversationStore
from bot.storage.locks import ConversationLocks

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
"""How often a turn is run when other processes store turns of the same conversation in between."""


class Assistant(Agent):
    """Handles whole turns: once for each message, stored before it is answered, and always with a reply."""

    def __init__(
        self, content: ContentStore, store: ConversationStore, action_endpoint: Optional[EndpointConfig] = None
    ) -> None:
        """Wires the parts; :meth:`load_model` must follow.

        Args:
            content: What is said.
            store: Where conversations are kept.
            action_endpoint: A stock action server; None runs the actions in this process.
        """
        self.content = content
        self.store = store
        super().__init__(
            generator=ContentGenerator(store=content),
            tracker_store=store,
            lock_store=ConversationLocks(),
            action_endpoint=action_endpoint or InProcessEndpoint(),
        )

    @staticmethod
    def _create_tracker_store(store: Any, domain: Any) -> Any:
        """Keeps Rasa from wrapping the store in one that answers from an empty state when the database fails."""
        store.domain = domain
        return store

    def load_model(self, model_path: Union[str, Path], fingerprint: Optional[str] = None) -> None:
        """Loads a trained model with a processor that knows the conversation's context."""
        self.processor = Processor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            generator=self.nlg,
            action_endpoint=self.action_endpoint,
        )
        self.domain = self.processor.domain
        self._set_fingerprint(fingerprint)
        self.tracker_store.domain = self.domain

    async def handle_message(self, message: UserMessage) -> Optional[list[dict[str, Any]]]:
        """Handles one message and delivers the replies.

        Args:
            message: Its ``message_id`` tells a repetition from a new message; its output channel should be a
                :class:`~bot.channels.output.ReplyChannel`.
        """
        message.text = clean_message(message.text)
        channel = message.output_channel
        if not isinstance(channel, ReplyChannel):
            return await super().handle_message(message)
        logs.bind_turn(message.sender_id, message.message_id)
        start = time.perf_counter()
        async with self.lock_store.lock(message.sender_id):
            metrics.observe("wait", start)
            await self._turn(message, channel)
        metrics.observe("whole", start)
        outcome = channel.pending[-1].outcome
        metrics.TURNS.labels(channel.name(), outcome).inc()
        logger.info("Turn on %s: %s in %.0f ms", channel.name(), outcome, 1000 * (time.perf_counter() - start))
        await channel.deliver()
        return None

    async def _turn(self, message: UserMessage, channel: ReplyChannel) -> None:
        processor = self.processor
        if processor is None:
            raise RuntimeError("load_model() comes before the first message")
        try:
            for attempt in range(1, MAX_ATTEMPTS + 1):
                stored = await self.store.stored_replies(message.sender_id, message.message_id)
                if stored is not None:
                    channel.replace(stored)
                    break
                try:
                    await processor.handle_message(message)
                    break
                except ConflictError:
                    metrics.FAILURES.labels("conflict").inc()
                    channel.replace([])
                    if attempt == MAX_ATTEMPTS:
                        raise
        except StorageError as error:
            metrics.FAILURES.labels("storage").inc()
            logger.error("%s", error)
            channel.replace([self._canned("utter_not_stored")])
            return
        if not channel.pending:
            # An action or answer failed; Rasa has logged why. Silence would leave the visitor waiting.
            metrics.FAILURES.labels("silent").inc()
            channel.replace([self._canned("utter_failed")])

    def _canned(self, name: str) -> Reply:
        content = self.content.content
        return canned_reply(content, content.responses[name])


def load_assistant(
    model: Path, content: ContentStore, store: ConversationStore, action_endpoint: Optional[str] = None
) -> Assistant:
    """Loads a trained model into an assistant.

    Args:
        model: The model's archive.
        content: What is said.
        store: Where conversations are kept.
        action_endpoint: Address of a stock action server; None runs the actions in this process.

    Raises:
        ModelError: The model belongs to another version of the code.
    """
    speed.install()
    endpoint = EndpointConfig(url=action_endpoint) if action_endpoint else None
    assistant = Assistant(content, store, endpoint)
    try:
        assistant.load_model(model)
    except AssistantError:
        raise
    except Exception as error:  # what a model of another version breaks is any library's own exception
        raise ModelError(Errors.E007.format(path=model, reason=_first_line(error))) from error
    speed.settle()
    return assistant


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
