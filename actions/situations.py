"""Where the Court's situations stand, and who the persons in them are."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.content.knowledge import PERSON
from bot.content.store import shared_store
from bot.dialogue.answers import in_short
from bot.dialogue.replies import canned_reply
from bot.dialogue.say import say
from bot.dialogue.situations import people_reply, situation_reply, situations_reply
from bot.dialogue.understood import ids_of, named, situations_named


class ActionSituation(Action):
    """Says where the situations that a message names stand, in the order in which it names them."""

    def name(self) -> str:
        return "action_situation"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        content, message = shared_store().content, tracker.latest_message
        situations = situations_named(named(message), content.knowledge)
        if not situations:
            say(dispatcher, canned_reply(content, content.responses["utter_unanswered"]))
        elif len(situations) == 1:
            say(dispatcher, situation_reply(content, situations[0], message.get("suggestions") or []))
        else:
            say(dispatcher, situations_reply(content, situations))
        return []


class ActionWhoIs(Action):
    """Says who the persons are that a message names or points at; of a country, where its situation stands."""

    def name(self) -> str:
        return "action_who_is"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        content = shared_store().content
        keys = named(tracker.latest_message)
        known = content.knowledge.people
        people = [known[identity] for identity in ids_of(keys, PERSON) if identity in known]
        if people:
            say(dispatcher, people_reply(content, people))
        else:
            say(dispatcher, in_short(content, keys[0] if keys else ""))
        return []
