"""The forms in which volunteers, alliances and organizations leave their details, and a message to staff."""

from __future__ import annotations

import time
from typing import ClassVar, cast

from rasa_sdk.events import ActionExecutionRejected, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT, FormValidationAction
from rasa_sdk.interfaces import Tracker
from rasa_sdk.types import DomainDict

from bot.content.forms import Form
from bot.content.store import shared_store
from bot.content.text import normalized
from bot.dialogue.context import Context
from bot.dialogue.forms.decide import Heard
from bot.dialogue.forms.engine import OpenForm, Turn
from bot.dialogue.forms.parts import ANSWER_PART
from bot.dialogue.forms.state import STATE_SLOT, FormState
from bot.dialogue.forms.wording import ended, promise, record
from bot.dialogue.replies import canned_reply
from bot.dialogue.say import say
from bot.storage.handover import SUBMISSION_SLOT
from bot.storage.submissions import Kind, Submission, new_submission_id, reference_of

CONSENT_VERSION = "2026-11"
"""Which text of ``knowledge/forms.yml`` was agreed to; change it with the meaning of `intro` or `consent`."""


clock = time.time
"""Seconds since 1970; tests move it."""


class ValidateForm(FormValidationAction):
    """One form: hears each message that comes while it is open, and asks its questions.

    Rasa runs it when the form starts, at each message, and again after an interruption was answered. It rejects the
    form's turn where a message interrupts: then the rules for that intent apply, and RulePolicy returns to the form.
    """

    form_id: ClassVar[str] = ""

    def name(self) -> str:
        return f"validate_{self.form_id}_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        content = shared_store().content
        form = content.forms.forms[self.form_id]
        message = tracker.latest_message
        kept = tracker.get_slot(STATE_SLOT)
        state = FormState(**kept) if kept else FormState(id=new_submission_id(), asked_at=clock())
        answers = {field: tracker.get_slot(field) for field in form.fields} if kept else {}
        open_form = OpenForm(form, state, answers, tracker.get_slot(REQUESTED_SLOT) if kept else None)
        if not kept:
            if (message.get("metadata") or {}).get("private") is False:
                return _only_in_private(dispatcher)
            turn = open_form.start(form.intro.replace("{reply}", promise(content.forms)))
        elif state.interrupted_by == message.get("message_id"):
            turn = open_form.again()
        else:
            turn = open_form.hear(_heard(tracker), clock())
        return self._events(turn, form, dispatcher, tracker)

    def _events(self, turn: Turn, form: Form, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        """Says what a turn says and puts what it changes into slots."""
        content = shared_store().content
        if turn.end:
            saved = _submission(form, turn) if turn.end == "saved" else None
            with_email = bool(saved and saved.email)
            say(dispatcher, ended(content, turn.end, reference_of(turn.state.id), with_email))
            return [
                *(SlotSet(name, None) for name in (*form.fields, STATE_SLOT, REQUESTED_SLOT)),
                *([SlotSet(SUBMISSION_SLOT, saved.dict())] if saved else []),
                # The turn is over; without this each form would need a rule for each way to end.
                FollowupAction("action_listen"),
            ]
        if turn.reply:
            say(dispatcher, turn.reply)
        state = turn.state.copy(
            update={"interrupted_by": tracker.latest_message.get("message_id") if turn.interrupts else None}
        )
        changed = [
            SlotSet(field, turn.answers.get(field))
            for field in form.fields
            if turn.answers.get(field) != tracker.get_slot(field)
        ]
        events = [*changed, SlotSet(STATE_SLOT, state.dict()), SlotSet(REQUESTED_SLOT, turn.field)]
        return [*events, ActionExecutionRejected(form.name)] if turn.interrupts else events


def _heard(tracker: Tracker) -> Heard:
    """The message as the launcher and the pipeline understood it."""
    message, content = tracker.latest_message, shared_store().content
    intent = message.get("intent") or {}
    text = str(message.get(ANSWER_PART) or message.get("text") or "")
    offered = {
        normalized(word) for option in Context.from_slots(tracker.slots).options for word in option.dict().values()
    }
    return Heard(
        text=text,
        intent=str(intent.get("name") or ""),
        confidence=float(intent.get("confidence") or 0.0),
        offered=normalized(text) in offered,
        asks_too=ANSWER_PART in message,
        starts_form=intent.get("name") in {form.intent for form in content.forms.forms.values()},
    )


def _only_in_private(dispatcher: CollectingDispatcher) -> list[EventType]:
    """Starts no form where others read along."""
    content = shared_store().content
    say(dispatcher, canned_reply(content, content.responses["utter_only_in_private"]))
    return [SlotSet(REQUESTED_SLOT, None), FollowupAction("action_listen")]


def _submission(form: Form, turn: Turn) -> Submission:
    """What a form that was agreed to hands to the store."""
    place = turn.answers.get("place") or {}
    return Submission(
        submission_id=turn.state.id,
        kind=cast(Kind, form.id),
        email=turn.answers.get("email") or turn.answers.get("email_if_any") or None,
        state=place.get("state"),
        fields=record(form, turn.answers),
        consent_version=CONSENT_VERSION,
        consent_at=clock(),
    )


class ValidateVolunteerForm(ValidateForm):
    """Takes a volunteer's details."""

    form_id = "volunteer"


class ValidateAllianceForm(ValidateForm):
    """Takes the details of who starts or joins a local alliance."""

    form_id = "alliance"


class ValidateOrganizationForm(ValidateForm):
    """Takes the details of an organization."""

    form_id = "organization"


class ValidateContactForm(ValidateForm):
    """Takes a message to AMICC's staff."""

    form_id = "contact"
