"""When the assistant is not sure: "did you mean", or an honest "I don't know"."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.content.store import shared_store
from bot.dialogue.replies import suggestion_reply


class ActionFallback(Action):  # type: ignore[misc]  # rasa_sdk's class is untyped
    """Offers the titles that the classifier thinks worth offering; with none, says that it does not know."""

    def name(self) -> str:
        return "action_fallback"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        suggestions = tracker.latest_message.get("suggestions") or []
        reply = suggestion_reply(shared_store().content, suggestions)
        dispatcher.utter_message(json_message=reply.to_message()["custom"])
        return []
