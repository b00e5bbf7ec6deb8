"""Fills Rasa's ``utter_`` actions from the content, so that an edited answer needs no training."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.channels.formatting import plain_text
from bot.content.store import ContentStore, shared_store
from bot.dialogue.replies import canned_reply, topic_reply, without_tasks
from bot.dialogue.reply import Reply
from bot.dialogue.understood import beside_topic

STOCK_SHELL = "cmdline"
"""The input channel of ``rasa shell``, which would print ``custom`` as JSON: it gets plain text instead."""


class ContentGenerator(NaturalLanguageGenerator):
    """Named in ``endpoints.yml``.

    Not a subclass of Rasa's templated generator: a loaded model would overwrite its responses.
    """

    def __init__(
        self,
        endpoint_config: Optional[EndpointConfig] = None,
        domain: Optional[Domain] = None,
        store: Optional[ContentStore] = None,
    ) -> None:
        """Made by Rasa with the first two arguments, or by the launcher with a store."""
        self._store = store or shared_store()

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> Optional[dict[str, Any]]:
        """The reply for an ``utter_`` action as a Rasa message.

        A topic that was removed since training is not answered: the visitor is told that there is no answer.
        """
        message = tracker.latest_message
        beside = beside_topic(message.parse_data or {}) if message else []
        reply = self.reply(utter_action, output_channel, beside)
        if tracker.active_loop_name:
            reply = without_tasks(self._store.content, reply)
        if tracker.get_latest_input_channel() == STOCK_SHELL:
            return {"text": plain_text(reply)}
        return reply.to_message()

    def reply(self, utter_action: str, channel: str = "", beside: Iterable[str] = ()) -> Reply:
        """The reply for an action such as ``utter_faq/why_support`` or ``utter_greet``.

        Args:
            utter_action: The action.
            channel: The output channel; some texts have words of their own for it.
            beside: Content ids of what goes with the question beside its topic.
        """
        content = self._store.content
        name = utter_action[len("utter_") :]
        if name.startswith("faq/"):
            topic = content.topic(name)
            if topic is None:
                return canned_reply(content, content.responses["utter_unanswered"])
            return topic_reply(content, topic, beside)
        return canned_reply(content, content.responses[utter_action], channel)
