"""What is said about the reply before: more, fewer words, what came later; and two questions at once."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.content.store import shared_store
from bot.dialogue.answers import answer, both_answers, in_short, more_about
from bot.dialogue.context import Context
from bot.dialogue.papers import since_reply
from bot.dialogue.replies import canned_reply
from bot.dialogue.reply import Reply
from bot.dialogue.say import say
from bot.dialogue.understood import named


def _first(tracker: Tracker) -> str:
    """The content id that the message is about; empty if none."""
    return next(iter(named(tracker.latest_message)), "")


class ActionTellMore(Action):
    """Goes on from the last reply."""

    def name(self) -> str:
        return "action_tell_more"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        say(dispatcher, more_about(shared_store().content, _first(tracker)))
        return []


class ActionShorter(Action):
    """Says it in fewer words."""

    def name(self) -> str:
        return "action_shorter"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        say(dispatcher, in_short(shared_store().content, _first(tracker)))
        return []


class ActionWhatsSince(Action):
    """Says what has happened since a paper was written; of others, the answer is dated already."""

    def name(self) -> str:
        return "action_whats_since"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        content, key = shared_store().content, _first(tracker)
        paper = content.knowledge.paper(key)
        reply = since_reply(content, paper) if paper else _as_far_as_known(key)
        say(dispatcher, reply or canned_reply(content, content.responses["utter_nothing_meant"]))
        return []


def _as_far_as_known(key: str) -> Reply | None:
    """The answer once more, with the word that nothing newer is known."""
    content = shared_store().content
    reply = answer(content, key)
    if reply is None:
        return None
    return reply.copy(update={"text": f"{content.responses['utter_nothing_newer'].text}\n\n{reply.text}"})


class ActionTwoQuestions(Action):
    """Answers two questions of one message."""

    def name(self) -> str:
        return "action_two_questions"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        say(dispatcher, both_answers(shared_store().content, named(tracker.latest_message)))
        return []


class ActionUnresolved(Action):
    """Says that it is not clear what a reference points at; what was offered stays on offer."""

    def name(self) -> str:
        return "action_unresolved"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        content = shared_store().content
        problem = tracker.latest_message.get("problem") or "nothing_meant"
        reply = canned_reply(content, content.responses[f"utter_{problem}"])
        options = Context.from_slots(tracker.slots).options
        say(dispatcher, reply.copy(update={"choices": options or reply.choices}))
        return []
