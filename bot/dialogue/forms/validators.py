"""One validator for each type of answer.

A validator keeps what fits as it was typed, and says what is wrong otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from bot.content.forms import FormStep
from bot.content.text import normalized
from bot.dialogue.forms.answers import Refused, Taken, Verdict
from bot.dialogue.forms.places import place

HOME_REGION = "US"
"""Region of phone numbers without a country code."""

ADDRESS = re.compile(r"[^\s,;<>()\"'@-][^\s,;<>()\"']*@[^\s,;<>()\"']+")
"""What might be an e-mail address; the library decides."""

_SPELLED_AT = re.compile(r"\s+[(\[]?at[)\]]?\s+", re.IGNORECASE)
_SPELLED_DOT = re.compile(r"\s+[(\[]?dot[)\]]?\s+", re.IGNORECASE)

_PHONE = re.compile(r"\+?\(?\d[\d\s().\-/]*\d(?:\s*(?:ext\.?|extension|x)\s*\d{1,7})?", re.IGNORECASE)
_PHONE_WORDS = frozenset(
    ("my", "our", "the", "it", "s", "is", "cell", "mobile", "home", "work", "office", "phone", "number", "tel",
     "telephone", "call", "text", "reach", "me", "us", "at", "on", "under", "please")
)  # fmt: skip
"""What may stand beside a phone number."""
_YES = re.compile(
    r"(?:yes+|yep|yea|yeah|yup|ya|y|sure|of course|certainly|absolutely|correct|i am|i do|we do|i agree|ok|okay)\b"
)
_NO = re.compile(r"(?:no|nope|nah|n|not|i am not|i m not|under)\b")
_ASKS = re.compile(r"\b(?:how|what|why|who|when|where|which)\b")
"""What makes a yes a question: "ok how"."""
_BUT = re.compile(r"\b(?:but|except|unless|not|change|wrong|however)\b")
_CONSENT = re.compile(
    r"(?:yes|yep|yea|yeah|yup|y|sure|ok|okay|i agree|agreed|i consent|of course|certainly)\b|"
    r"(?:yes )?(?:please )?(?:go ahead|submit|send|hand)(?: (?:it|this|that|them|over|in|off|now|please))*$"
)
_REFUSAL = re.compile(r"(?:no|nope|nah|n|i do not agree|i don t agree|do not|don t|delete it|discard)\b")
_AGE = re.compile(
    r"(?:(?:yes|yep|yea|yeah|ya|no|nope|ok|lol|i am|i m|im|i just turned|my age is)\s+)*(\d{1,3})"
    r"(?: (?:years?|yrs?)(?: old)?| yo)?(?: (?:lol|yes|yeah))*"
)
INTRODUCTION = re.compile(
    "^(?:hi,?\\s+|hello,?\\s+)?(?:my (?:full )?name is|my name's|i am called|i'm|i\u2019m|i am)\\s+(?=\\S)",
    re.IGNORECASE,
)
"""What comes before a name that is said in a sentence."""
_CALLED = re.compile(
    "^(?:(?:the )?name(?:'s|\u2019s| is)|(?:you can |please )?call me|it(?:'s|\u2019s| is)|this is)\\s+(?=\\S)",
    re.IGNORECASE,
)
"""What comes before a name too, but only where a name was asked for."""
_MESSAGE = re.compile(r"^(?:(?:my|the)\s+)?message(?:\s+is)?\s*:\s*(?=\S)", re.IGNORECASE)
_OLDEST = 125
UNCLEAR = "I need a clear yes or no."
_MOST_WORDS_OF_YES = 6
"""A longer message than "yes, please hand it over now" may say more than yes."""


def is_marked(typed: str, step: FormStep) -> bool:
    """Whether a message says itself that all of it is to be passed on: "Message: when is your next seminar?"."""
    return step.id == "message" and bool(_MESSAGE.match(typed))


def text(typed: str, step: FormStep) -> Verdict:
    """Free text, as it was typed; any of at most ``step.longest`` characters that has a letter."""
    if len(typed) > step.longest:
        return Refused(f"That is too long: I can keep {step.longest:,} characters at most.", meant=True)
    if not any(character.isalpha() for character in typed):
        return Refused("I see no letters in that.")
    kept = typed
    if step.id == "person_name":
        kept = _CALLED.sub("", INTRODUCTION.sub("", typed))
    elif is_marked(typed, step):
        kept = _MESSAGE.sub("", typed)
    return Taken(kept, kept)


def email(typed: str, step: FormStep) -> Verdict:
    """One e-mail address, alone or in a sentence. Whether it exists is not looked up."""
    found = {address.strip(".!?:") for address in ADDRESS.findall(_joined(typed))}
    if not found:
        return Refused("That is not an e-mail address.")
    if len(found) > 1:
        return Refused("I can keep one e-mail address only.", meant=True)
    try:
        address = validate_email(found.pop(), check_deliverability=False).normalized
    except EmailNotValidError:
        return Refused("That is not an e-mail address that can exist.", meant=True)
    return Taken(address, address)


def _joined(typed: str) -> str:
    """An address that stands alone without what spells it out, as in "ann @ x. org" and "ann at x dot org"."""
    address = _SPELLED_AT.sub("@", typed) if _SPELLED_DOT.search(typed) else typed
    address = re.sub(r"\s*([@.])\s*", r"\1", _SPELLED_DOT.sub(".", address)).strip()
    return address if ADDRESS.fullmatch(address) else typed


def phone(typed: str, step: FormStep) -> Verdict:
    """One phone number, alone or after a few words; without a country code it is a US number."""
    found = _PHONE.search(typed)
    if not found:
        return Refused("That is not a phone number.")
    if not set(normalized(re.sub(r"[\d_]", " ", typed.replace(found[0], " "))).split()) <= _PHONE_WORDS:
        return Refused("I need the number alone, in digits.")
    try:
        number = phonenumbers.parse(found[0], HOME_REGION)
    except phonenumbers.NumberParseException:
        return Refused("That is not a phone number.")
    if not phonenumbers.is_possible_number(number):
        return Refused("That phone number has too few or too many digits.", meant=True)
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return Taken(shown, shown)


def adult(typed: str, step: FormStep) -> Verdict:
    """Whether the visitor is 18 or older: yes, no, or an age, which is not kept."""
    said = normalized(typed)
    age = _AGE.fullmatch(said)
    if age and (int(age[1]) > _OLDEST or typed.startswith("-")):
        return Refused()
    if age:
        return Taken(int(age[1]) >= 18, "18 or older" if int(age[1]) >= 18 else "younger than 18")
    if _NO.match(said):
        return Taken(False, "younger than 18")
    if _YES.match(said) and not _ASKS.search(said):
        return Taken(True, "18 or older")
    return Refused()


def commitment(typed: str, step: FormStep) -> Verdict:
    """Whether the organization makes the formal commitment: yes, no, or not yet."""
    said = normalized(typed)
    if re.match(r"(?:no |well )?(?:not yet|not sure|maybe|perhaps|undecided|later)\b", said):
        return Taken("not yet", "not yet")
    if _NO.match(said):
        return Taken("no", "no")
    if _YES.match(said) and not (_BUT.search(said) or _ASKS.search(said)):
        return Taken("yes", "yes")
    return Refused()


def consent(typed: str, step: FormStep) -> Verdict:
    """A clear yes or no. A yes with a condition is none."""
    said = normalized(typed)
    if _BUT.search(said.replace("do not", "").replace("don t", "")) or len(said.split()) > _MOST_WORDS_OF_YES:
        return Refused(UNCLEAR, meant=bool(_CONSENT.match(said) or _REFUSAL.match(said)))
    if _REFUSAL.match(said):
        return Taken(False, "no")
    if _CONSENT.match(said):
        return Taken(True, "yes")
    return Refused(UNCLEAR)


VALIDATORS: dict[str, Callable[[str, FormStep], Verdict]] = {
    "text": text,
    "email": email,
    "phone": phone,
    "place": place,
    "adult": adult,
    "commitment": commitment,
    "consent": consent,
}


def validate(typed: str, step: FormStep) -> Verdict:
    """What a step's validator says of a message.

    Args:
        typed: What the visitor typed for it.
        step: The step.
    """
    typed = typed.strip()
    chosen = next((choice for choice in step.choices if normalized(choice) == normalized(typed)), None)
    return VALIDATORS[step.answer](chosen or typed, step)
