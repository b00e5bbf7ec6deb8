"""Taking back: deleting a conversation with what was left in it, and withdrawing a record by its reference number."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.content.store import shared_store
from bot.dialogue.context import Context
from bot.dialogue.privacy import confirmation_reply, email_in, is_confirmed
from bot.dialogue.replies import canned_reply
from bot.dialogue.say import say
from bot.storage.handover import BLANKING_SLOT, ERASURE_SLOT, WITHDRAWAL_SLOT
from bot.storage.submissions import Withdrawal, find_reference

ATTEMPTS_SLOT = "withdrawal_attempts"
MOST_ATTEMPTS = 5
"""Withdrawals of one conversation that are tried; after that the reply is the same and nothing is tried.

The store limits wrong addresses for one number, from all conversations together.
"""


class ActionDeleteData(Action):
    """Asks first; once confirmed, hands the erasure to the store, which deletes everything with this turn."""

    def name(self) -> str:
        return "action_delete_data"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        content = shared_store().content
        message = tracker.latest_message
        if (message.get("metadata") or {}).get("private") is False:
            say(dispatcher, canned_reply(content, content.responses["utter_only_in_private"]))
            return []
        if not is_confirmed(str(message.get("text") or ""), Context.from_slots(tracker.slots)):
            say(dispatcher, confirmation_reply(content))
            return []
        say(dispatcher, canned_reply(content, content.responses["utter_deleted"]))
        # An open form goes with the conversation; it must not ask its question again.
        return [SlotSet(ERASURE_SLOT, True), ActiveLoop(None), FollowupAction("action_listen")]


class ActionWithdraw(Action):
    """Withdraws a record if its number and e-mail address are given; never says whether they belong together."""

    def name(self) -> str:
        return "action_withdraw"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, Any]]:
        content = shared_store().content
        text = str(tracker.latest_message.get("text") or "")
        reference, email = find_reference(text), email_in(text)
        blank = [SlotSet(BLANKING_SLOT, True)] if reference or email else []
        if not reference or not email:
            say(dispatcher, canned_reply(content, content.responses["utter_withdraw_how"]))
            return blank
        say(dispatcher, canned_reply(content, content.responses["utter_withdrawn"]))
        attempts = int(tracker.get_slot(ATTEMPTS_SLOT) or 0) + 1
        withdrawal = self._withdrawal(reference, email) if attempts <= MOST_ATTEMPTS else []
        return [*blank, *withdrawal, SlotSet(ATTEMPTS_SLOT, attempts)]

    @staticmethod
    def _withdrawal(reference: str, email: str) -> list[dict[str, Any]]:
        try:
            return [SlotSet(WITHDRAWAL_SLOT, Withdrawal(reference=reference, email=email).dict())]
        except ValueError:
            return []  # no address that anybody can have left
