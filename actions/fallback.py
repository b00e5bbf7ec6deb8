"""When the assistant is not sure: "did you mean", what a search finds near, or an honest "I don't know"."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.content.finder import shared_finder
from bot.content.store import shared_store
from bot.dialogue.replies import canned_reply, suggestion_reply
from bot.dialogue.say import say


class ActionFallback(Action):
    """Offers what the classifier thinks worth offering, else what a search finds near, else says that it does not know.

    A message without words or far too long is asked for again.
    """

    def name(self) -> str:
        return "action_fallback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        message = tracker.latest_message
        content = shared_store().content
        unreadable = message.get("unreadable")
        if unreadable:
            say(dispatcher, canned_reply(content, content.responses[f"utter_{unreadable}"]))
            return []
        likely = [f"faq/{identity}" for identity in message.get("suggestions") or []]
        near = shared_finder().near(message["text"])
        intro = "utter_suggest" if likely else "utter_near"
        # What the message names is worth a place beside the likeliest topics.
        say(dispatcher, suggestion_reply(content, intro, [*likely[:2], *near[:1], *likely[2:], *near[1:]]))
        return []
