"""Local alliances: what is documented near where the visitor is."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.content.alliances import named_alliance
from bot.content.places import find_place, shared_finder
from bot.content.store import shared_store
from bot.dialogue.alliances import alliance_reply, one_alliance_reply
from bot.dialogue.replies import canned_reply, without_tasks
from bot.dialogue.say import say


class ActionFindAlliance(Action):
    """Says what is documented near the place that the message names, or asks for a place."""

    def name(self) -> str:
        return "action_find_alliance"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        content = shared_store().content
        text = str(tracker.latest_message.get("text") or "")
        named = named_alliance(content.alliances, text)
        if named:
            reply = one_alliance_reply(content, named)
        elif shared_finder().is_zip_code(text) and not find_place(text).place:
            reply = canned_reply(content, content.responses["utter_no_such_zip_code"])
        else:
            reply = alliance_reply(content, find_place(text))
        say(dispatcher, without_tasks(content, reply) if tracker.active_loop_name else reply)
        return []
