"""Rasa's message processor with a memory: it understands a message in its conversation."""

from __future__ import annotations

from typing import Any, Optional

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import metrics
from bot.channels.capabilities import CAPABILITIES
from bot.channels.formatting import format_turn
from bot.content.knowledge import PERSON
from bot.content.store import shared_store
from bot.dialogue.context import Context, slots_after
from bot.dialogue.forms.parts import ANSWER_PART, answer_and_question, steers
from bot.dialogue.forms.questions import Apart
from bot.dialogue.references import (
    NOTHING,
    asks_for_rest,
    follow_up,
    is_question_word,
    named_person,
    new_subject,
    picked,
    split_page,
)
from bot.dialogue.reply import Reply
from bot.dialogue.understood import UNRESOLVED, behind_courtesy, both_questions, named, taken_for
from bot.storage.handover import HANDOVER_SLOTS


class Processor(MessageProcessor):
    """Resolves what a message points at before it is parsed, and keeps the context after it is answered.

    Rasa's pipeline sees one message alone. Here, "2" is parsed as what the second choice says; the text that is stored
    stays as the visitor typed it.
    """

    async def parse_message(
        self,
        message: UserMessage,
        tracker: Optional[DialogueStateTracker] = None,
        only_output_properties: bool = True,
    ) -> dict[str, Any]:
        """Understands a message in its context."""
        with metrics.timed("understand"):
            return await self._parse(message, tracker, only_output_properties)

    async def _parse(
        self, message: UserMessage, tracker: Optional[DialogueStateTracker], only_output_properties: bool
    ) -> dict[str, Any]:
        async def parse(text: str) -> dict[str, Any]:
            meant = UserMessage(text, sender_id=message.sender_id)
            return await MessageProcessor.parse_message(self, meant, tracker, only_output_properties)

        if tracker is None:
            return await parse(message.text or "")
        context = Context.from_slots(tracker.current_slot_values())
        content = shared_store().content
        text = message.text or ""
        pick = picked(text, context, content, in_form=bool(tracker.active_loop_name))
        if pick and pick.choice is None:
            return taken_for(text, UNRESOLVED, problem=pick.problem)
        if asks_for_rest(text, context.rest):
            return taken_for(text, "rest")
        free = not pick and not tracker.active_loop_name
        if free and is_question_word(text):
            return taken_for(text, UNRESOLVED, problem=NOTHING)
        parts = _parts(text, tracker)
        if parts:
            text = parts.question
        people = _people_named(tracker)
        if free:
            text = named_person(text, context, content, people)
        asked, page = split_page(pick.choice.text if pick and pick.choice else new_subject(text, context))
        parsed = await parse(asked)
        if free:
            parsed = await behind_courtesy(asked, parsed, parse)
        intent = parsed["intent"]["name"]
        meaning = None if _steers(text, tracker) else follow_up(intent, named(parsed), context, content, people)
        if meaning and meaning.text:
            asked, page = split_page(meaning.text)
            parsed = await parse(asked)
        elif meaning and meaning.problem:
            return taken_for(text, UNRESOLVED, problem=meaning.problem)
        elif meaning:
            parsed["about"] = list(meaning.about)
        elif free:
            parsed = await both_questions(text, parsed, parse)
        if parts:
            parsed[ANSWER_PART] = parts.answer
        return {**parsed, "page": page}

    async def save_tracker(self, tracker: DialogueStateTracker) -> None:
        """Stores a turn together with the context that its replies leave."""
        context = Context.from_slots(tracker.current_slot_values())
        replies = _replies_of_this_turn(tracker)
        rest = _rest(replies, tracker)
        changed = slots_after(context, replies, rest)
        tracker.update_with_events([SlotSet(name, value) for name, value in changed.items()], self.domain)
        with metrics.timed("store"):
            await super().save_tracker(tracker)

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Warns of what is not in the domain. Where all is, stock spends 0.3 ms on building an empty domain."""
        entities = {entity["entity"] for entity in parse_data["entities"]}
        if parse_data["intent"]["name"] not in self.domain.intents or not entities.issubset(self.domain.entities):
            super()._check_for_unseen_features(parse_data)


def _parts(text: str, tracker: DialogueStateTracker) -> Optional[Apart]:
    """A message that answers an open form and asks something too, taken apart."""
    form = shared_store().content.forms.named(tracker.active_loop_name)
    return answer_and_question(text, form, tracker.get_slot(REQUESTED_SLOT)) if form else None


def _steers(text: str, tracker: DialogueStateTracker) -> bool:
    """Whether a message is about the open form itself."""
    form = shared_store().content.forms.named(tracker.active_loop_name)
    return form is not None and steers(text, form, tracker.get_slot(REQUESTED_SLOT))


def _replies_of_this_turn(tracker: DialogueStateTracker) -> list[Reply]:
    replies: list[Reply] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            replies.insert(0, Reply.from_message(event.message()))
    return replies


def _rest(replies: list[Reply], tracker: DialogueStateTracker) -> str:
    """What of the replies the channel has no room for; nothing of a turn whose words must not be kept."""
    channel = CAPABILITIES.get(tracker.get_latest_input_channel() or "")
    private = any(tracker.get_slot(name) for name in HANDOVER_SLOTS)
    return format_turn(replies, channel).rest if channel and replies and not private else ""


def _people_named(tracker: DialogueStateTracker) -> list[str]:
    """Ids of the persons that the visitor's earlier messages named, the latest first."""
    messages = (event for event in reversed(tracker.events) if isinstance(event, UserUttered))
    entities = (entity for message in messages for entity in message.entities)
    return [entity["value"] for entity in entities if entity.get("entity") == PERSON]
