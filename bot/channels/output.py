"""Output channels that deliver whole replies, and only once the turn is stored."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel

from bot.dialogue.reply import Reply


class ReplyChannel(OutputChannel):
    """Collects the replies of a turn; :meth:`deliver` is called after the store has accepted the turn.

    Rasa's own channels send while the turn runs, so a visitor can read an answer that was never stored, and split one
    answer into a message for each paragraph.
    """

    def __init__(self) -> None:
        self.pending: list[Reply] = []

    @classmethod
    def name(cls) -> str:
        """Name that the conversation store records with each turn."""
        return "text"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Takes one reply from the running turn."""
        self.pending.append(Reply.from_message(message))

    def replace(self, replies: list[Reply]) -> None:
        """Drops what the turn said: it was not stored, or it was answered before."""
        self.pending = list(replies)

    async def deliver(self) -> None:
        """Sends the pending replies to the visitor; here they are left for the caller to take."""
