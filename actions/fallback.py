"""When the assistant is not sure: "did you mean", or an honest "I don't know"."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.content.store import shared_store
from bot.dialogue.replies import suggestion_reply
from bot.dialogue.say import say


class ActionFallback(Action):
    """Offers the titles that the classifier thinks worth offering; with none, says that it does not know."""

    def name(self) -> str:
        return "action_fallback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        suggestions = tracker.latest_message.get("suggestions") or []
        say(dispatcher, suggestion_reply(shared_store().content, suggestions))
        return []
