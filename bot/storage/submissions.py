"""What a visitor leaves for the staff, before it is stored: submissions, withdrawals and their reference numbers."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, Literal, Optional
from uuid import uuid4

from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, Field, validator

Kind = Literal["volunteer", "alliance", "organization", "contact"]
"""What a record is: a volunteer, a person who starts or joins an alliance, an organization, a wish to be contacted."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is easily read as another or as a digit."""
_DIGITS = 10
_READ_AS = str.maketrans("OIL", "011")
_REFERENCE = re.compile(r"\bR(?P<dash>\s*-\s*|\s*)([0-9A-Z]{5})[\s-]*([0-9A-Z]{5})\b", re.IGNORECASE)


def new_submission_id() -> str:
    """An id for a form that begins: 122 random bits, the unique key of what will be saved."""
    return uuid4().hex


def reference_of(submission_id: str) -> str:
    """The reference number of a submission, such as ``R-7K3QX-9MAB2``.

    It follows from the id, so an action can name it before the record is written, and a turn that is run again names
    the same. Its 50 bits come from a random id that never leaves the conversation's state: nobody can guess it.
    """
    number = int.from_bytes(sha256(submission_id.encode()).digest()[:8], "big")
    digits = "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in range(_DIGITS))
    return f"R-{digits[:5]}-{digits[5:]}"


def find_reference(text: str) -> Optional[str]:
    """The first reference number in a text as people type it, spelled as :func:`reference_of` does; None without one.

    >>> find_reference("please withdraw r7k3qx 9mab2")
    'R-7K3QX-9MAB2'
    """
    for match in _REFERENCE.finditer(text):
        typed = match[2] + match[3]
        digits = typed.upper().translate(_READ_AS)
        # "responsible" is an R and ten letters too: without the dash a digit must show that it is a number.
        if set(digits) <= set(_ALPHABET) and ("-" in match["dash"] or any(digit.isdigit() for digit in typed)):
            return f"R-{digits[:5]}-{digits[5:]}"
    return None


def email_key(address: str) -> str:
    """An e-mail address as it is compared: normalized, without upper case.

    Raises:
        ValueError: It is no valid address; the text does not repeat it.
    """
    try:
        return validate_email(address, check_deliverability=False).normalized.casefold()
    except EmailNotValidError:
        # Without the cause: its text may quote the address.
        raise ValueError("not a valid e-mail address") from None


class Submission(BaseModel):
    """A form that the visitor has agreed to send.

    Attributes:
        submission_id: From :func:`new_submission_id`, made when the form began.
        kind: See :data:`Kind`.
        email: Any spelling; kept folded, because a second sign-up with it updates the first. None only where the
            form lets it be skipped.
        state: Postal abbreviation of the US state that the place is in, for filters.
        fields: All answers by name, as the summary showed them; values are text, numbers, truth values or None.
        consent_version: Which text of consent was agreed to.
        consent_at: When, in seconds since 1970.
    """

    submission_id: str = Field(min_length=16, max_length=64)
    kind: Kind
    email: Optional[str] = None
    state: Optional[str] = Field(None, regex="^[A-Z]{2}$")
    fields: dict[str, Any]
    consent_version: str = Field(min_length=1, max_length=64)
    consent_at: float

    class Config:
        extra = "forbid"
        frozen = True

    @validator("email")
    def _folded(cls, value: Optional[str]) -> Optional[str]:
        return email_key(value) if value else None

    @property
    def reference(self) -> str:
        """The number under which staff and visitor speak of it."""
        return reference_of(self.submission_id)


class Withdrawal(BaseModel):
    """A visitor's wish to take a record back; it has effect only if both belong together.

    Attributes:
        reference: As :func:`find_reference` spells it.
        email: Any spelling.
    """

    reference: str
    email: str

    class Config:
        extra = "forbid"
        frozen = True

    @validator("email")
    def _folded(cls, value: str) -> str:
        return email_key(value)
