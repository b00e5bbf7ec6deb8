"""Fills Rasa's ``utter_`` actions from the content, so that an edited answer needs no training."""

from __future__ import annotations

from typing import Any, Optional

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.channels.formatting import plain_text
from bot.content.store import ContentStore, shared_store
from bot.dialogue.replies import canned_reply, topic_reply, without_tasks
from bot.dialogue.reply import Reply

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
        reply = self.reply(utter_action, output_channel)
        if tracker.active_loop_name:
            reply = without_tasks(self._store.content, reply)
        if tracker.get_latest_input_channel() == STOCK_SHELL:
            return {"text": plain_text(reply)}
        return reply.to_message()

    def reply(self, utter_action: str, channel: str = "") -> Reply:
        """The reply for an action such as ``utter_faq/why_support`` or ``utter_greet`` on a channel."""
        content = self._store.content
        name = utter_action[len("utter_") :]
        if name.startswith("faq/"):
            topic = content.topic(name)
            return (
                topic_reply(content, topic) if topic else canned_reply(content, content.responses["utter_unanswered"])
            )
        return canned_reply(content, content.responses[utter_action], channel)
