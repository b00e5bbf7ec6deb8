"""How an action speaks."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.reply import Reply


def say(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Gives a reply from a custom action: as the ``custom`` payload of one message, never as text for a channel."""
    dispatcher.utter_message(json_message=reply.to_message()["custom"])
