"""Takes e-mail addresses and phone numbers out of what visitors typed."""

from __future__ import annotations

from phonenumbers import Leniency, PhoneNumberMatcher

from bot.dialogue.forms.validators import ADDRESS, HOME_REGION

EMAIL, PHONE = "(e-mail)", "(phone)"
"""What stands in their place."""


def without_contacts(text: str) -> str:
    """The text with a word in place of each e-mail address and phone number.

    Rather too much than too little goes: whatever has an ``@`` within a word, and any digits that a phone could dial.

    >>> without_contacts("write to ann@example.org or call (502) 555-0100 about H.Res. 209")
    'write to (e-mail) or call (phone) about H.Res. 209'
    """
    text = ADDRESS.sub(EMAIL, text)
    for match in reversed(list(PhoneNumberMatcher(text, HOME_REGION, leniency=Leniency.POSSIBLE))):
        text = text[: match.start] + PHONE + text[match.end :]
    return text


def has_contacts(text: str) -> bool:
    """Whether :func:`without_contacts` took something out of a text."""
    return EMAIL in text or PHONE in text
