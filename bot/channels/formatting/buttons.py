"""Choices as buttons, where the platform has buttons that can hold them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.capabilities import Capabilities
from bot.channels.formatting.outgoing import Button
from bot.dialogue.reply import Choice

MORE_BUTTON = Button("More", "more")


def button(choice: Choice, channel: Capabilities) -> Button:
    """A choice as a button.

    A text too long to be sent back is replaced by the label: the dialogue knows labels as it knows titles, so a button
    needs no table of its own and never goes stale.
    """
    fits = len(choice.text.encode()) <= channel.button_payload
    return Button(choice.label, choice.text if fits else choice.label)


def buttons_for(options: Sequence[Choice], channel: Capabilities) -> tuple[Button, ...]:
    """All options as buttons; none if there are too many, one does not fit, or two could not be told apart."""
    if len(options) > channel.buttons:
        return ()
    buttons = tuple(button(option, channel) for option in options)
    fit = all(
        len(each.title) <= channel.button_title and len(each.payload.encode()) <= channel.button_payload
        for each in buttons
    )
    distinct = len({each.title for each in buttons}) == len(buttons)
    return buttons if fit and distinct else ()
