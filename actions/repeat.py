"""Says it again: gives the last reply once more."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.content.store import shared_store
from bot.dialogue.replies import canned_reply


class ActionRepeat(Action):  # type: ignore[misc]  # rasa_sdk's class is untyped
    """Repeats the last reply; at the start of a conversation it offers help instead."""

    def name(self) -> str:
        return "action_repeat"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        said = [event["data"].get("custom") for event in tracker.events if event.get("event") == "bot"]
        if said and said[-1]:
            dispatcher.utter_message(json_message=said[-1])
        else:
            content = shared_store().content
            reply = canned_reply(content, content.responses["utter_help"])
            dispatcher.utter_message(json_message=reply.to_message()["custom"])
        return []
