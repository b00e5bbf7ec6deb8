"""Gives what of the last answer the channel had no room for."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.content.store import shared_store
from bot.dialogue.context import Context
from bot.dialogue.replies import canned_reply
from bot.dialogue.reply import Reply
from bot.dialogue.say import say


class ActionRest(Action):
    """Goes on with an answer that was cut; says so when nothing is left.

    The choices stay: a visitor who has read the whole answer may still pick by number.
    """

    def name(self) -> str:
        return "action_rest"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        context = Context.from_slots(tracker.slots)
        if context.rest:
            say(dispatcher, Reply(text=context.rest, choices=context.options))
        else:
            content = shared_store().content
            say(dispatcher, canned_reply(content, content.responses["utter_nothing_more"]))
        return []
