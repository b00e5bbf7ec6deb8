"""What the formatting stage hands to a channel: messages that fit, still without the platform's JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from bot.channels.capabilities import Hint


@dataclass(frozen=True)
class Button:
    """Something to tap.

    Attributes:
        title: What it shows.
        payload: The text it sends: what a visitor could have typed.
    """

    title: str
    payload: str


@dataclass(frozen=True)
class CardBlock:
    """Something pointed to, with a button of its own; ``text`` is in the platform's markup."""

    text: str
    button: Button


@dataclass(frozen=True)
class Outgoing:
    """One message.

    Attributes:
        text: In the platform's markup.
        cards: Only where the platform has cards.
        closing: What stands below the cards, such as their source, in the platform's markup; empty without cards.
        buttons: Only as many as the platform shows.
        hint: An input that the platform can ask for by itself.
    """

    text: str
    cards: tuple[CardBlock, ...] = ()
    closing: str = ""
    buttons: tuple[Button, ...] = ()
    hint: Optional[Hint] = None


@dataclass(frozen=True)
class Formatted:
    """What one turn sends.

    Attributes:
        messages: In order.
        rest: What did not fit, as plain text; the visitor gets it by sending MORE.
    """

    messages: tuple[Outgoing, ...]
    rest: str = ""
