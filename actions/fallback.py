"""When the assistant is not sure: "did you mean", or an honest "I don't know"."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.content.store import shared_store
from bot.dialogue.replies import canned_reply, suggestion_reply
from bot.dialogue.say import say


class ActionFallback(Action):
    """Offers the titles that the classifier thinks worth offering; with none, says that it does not know.

    A message without words or far too long is asked for again.
    """

    def name(self) -> str:
        return "action_fallback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        content = shared_store().content
        unreadable = tracker.latest_message.get("unreadable")
        if unreadable:
            say(dispatcher, canned_reply(content, content.responses[f"utter_{unreadable}"]))
        else:
            say(dispatcher, suggestion_reply(content, tracker.latest_message.get("suggestions") or []))
        return []
