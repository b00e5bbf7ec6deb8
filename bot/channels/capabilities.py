"""What each messaging platform can show: one table, read by the formatting stage and by nobody else's guess.

Figures are the documented limits of the platforms as read in November 2026; where is named beside each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Optional

Markup = Literal["none", "mrkdwn", "html", "whatsapp"]
"""``mrkdwn``: Slack's. ``html``: Telegram's. ``whatsapp``: asterisks for bold, nothing else is ever needed."""

Hint = Literal["place", "email", "tel"]
"""An input that a platform can ask for by itself: a shared location, the visitor's own address or number."""


@dataclass(frozen=True)
class Capabilities:
    """What one platform can show.

    Attributes:
        name: Name of the channel as the store records it.
        text_length: Characters of one message, or of one block of it, in the platform's markup.
        max_messages: Messages that one turn may send; what does not fit waits until the visitor sends MORE.
        markup: See :data:`Markup`.
        buttons: How many a message may have; 0: choices become a numbered menu.
        button_title: Characters of a button's title.
        button_payload: Bytes of what a button sends back.
        button_text_length: Characters of the text of a message with buttons, where that is less.
        cards: Whether something pointed to can be shown as a block with a button of its own.
        links: Whether a link can hide behind its name.
        images: Whether a picture can be sent; no reply has one so far.
        hints: Inputs that the platform can ask for.
        max_segments: SMS only: segments that are paid for at most. A segment is 160 characters, or 153 of several, of
            the GSM alphabet, 70 or 67 if any character is outside it.
        short: Whether the short answer is given first.
        menu: Lines of a numbered menu.
    """

    name: str
    text_length: int
    max_messages: int = 1
    markup: Markup = "none"
    buttons: int = 0
    button_title: int = 0
    button_payload: int = 0
    button_text_length: Optional[int] = None
    cards: bool = False
    links: bool = False
    images: bool = False
    hints: frozenset[Hint] = frozenset()
    max_segments: Optional[int] = None
    short: bool = False
    menu: int = 10


SLACK = Capabilities(
    # Slack, Block Kit reference: section text 3000; actions block 25 elements; button text 75, value 2000.
    name="slack",
    text_length=3000,
    max_messages=2,
    markup="mrkdwn",
    buttons=25,
    button_title=75,
    button_payload=2000,
    cards=True,
    links=True,
    images=True,
)
TELEGRAM = Capabilities(
    # Telegram Bot API: sendMessage text 4096, InlineKeyboardButton callback_data 64 bytes. A button's title
    # and the number of buttons have no documented limit; these are what a phone shows.
    name="telegram",
    text_length=4096,
    max_messages=2,
    markup="html",
    buttons=20,
    button_title=40,
    button_payload=64,
    links=True,
    images=True,
    hints=frozenset({"place"}),
)
SMS = Capabilities(
    # Twilio, Message resource: Body 1600. Five segments are what one answer may cost.
    name="sms",
    text_length=1600,
    max_segments=5,
    short=True,
)
WHATSAPP = Capabilities(
    # Twilio, Message resource: Body 1600; Twilio, content type twilio/list-picker: body 1024, 10 items, item 24,
    # id 200.
    name="whatsapp",
    text_length=1600,
    markup="whatsapp",
    buttons=10,
    button_title=24,
    button_payload=200,
    button_text_length=1024,
    images=True,
)
FACEBOOK = Capabilities(
    # Meta, Messenger Platform, Send API and quick replies: text 2000; 13 quick replies, title 20, payload 1000.
    # No cards: the generic template cuts titles at 80 characters, and titles of papers must stay whole.
    name="facebook",
    text_length=2000,
    max_messages=2,
    buttons=13,
    button_title=20,
    button_payload=1000,
    images=True,
    hints=frozenset({"email", "tel"}),
)

CAPABILITIES = {each.name: each for each in (SLACK, TELEGRAM, SMS, WHATSAPP, FACEBOOK)}
"""By name of the channel."""
