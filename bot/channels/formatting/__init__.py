"""The one place that turns replies into what a channel can show."""

from bot.channels.formatting.outgoing import Button, CardBlock, Formatted, Outgoing
from bot.channels.formatting.plain import plain_message, plain_text, source_line
from bot.channels.formatting.turn import format_turn

__all__ = [
    "Button",
    "CardBlock",
    "Formatted",
    "Outgoing",
    "format_turn",
    "plain_message",
    "plain_text",
    "source_line",
]
