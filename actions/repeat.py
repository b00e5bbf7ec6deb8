"""Says it again: gives the last reply once more."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.content.store import shared_store
from bot.dialogue.replies import canned_reply
from bot.dialogue.reply import Reply
from bot.dialogue.say import say


class ActionRepeat(Action):
    """Repeats the last reply; at the start of a conversation it offers help instead."""

    def name(self) -> str:
        return "action_repeat"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        said = [event["data"].get("custom") for event in tracker.events if event.get("event") == "bot"]
        if said and said[-1]:
            say(dispatcher, Reply.parse_obj(said[-1]))
        else:
            content = shared_store().content
            say(dispatcher, canned_reply(content, content.responses["utter_help"]))
        return []
