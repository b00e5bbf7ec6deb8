"""What a topic must have. The rules are those of ``docs/editing.md``, which explains each to an editor."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, Optional

from pydantic import BaseModel, Field, validator

MAX_LABEL = 20
"""Characters of a label: WhatsApp and Messenger cut button titles after 20."""

MAX_SHORT_ANSWER = 320
"""Characters of a short answer: two SMS segments of 160."""

MAX_RELATED = 4
MAX_TASKS = 2
FOLLOW_UP_KINDS = ("why", "how_help")
"""What "why?" and "how can I help?" are called in ``follow_ups``."""

_PARTIAL_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_WEB_ADDRESS = re.compile(r"https?://[^\s]+")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def spoken_date(value: str) -> str:
    """A partial ISO date as a person would say it.

    >>> spoken_date("2015-07"), spoken_date("2015"), spoken_date("2015-07-17")
    ('July 2015', '2015', '17 July 2015')
    """
    parts = value.split("-")
    if len(parts) == 1:
        return value
    month = _MONTHS[int(parts[1]) - 1]
    return f"{month} {parts[0]}" if len(parts) == 2 else f"{int(parts[2])} {month} {parts[0]}"


def partial_date(value: Any) -> str:
    """Checks a date of which the day or the month may be missing.

    Raises:
        ValueError: It is not of that form, or there is no such day.
    """
    text = str(value)
    if not _PARTIAL_DATE.fullmatch(text):
        raise ValueError("write the date as 2015, 2015-07 or 2015-07-17")
    if len(text) == len("2015-07-17"):
        date.fromisoformat(text)  # a day that does not exist raises
    return text


def web_address(value: str) -> str:
    """Checks a web address; an empty text stands for none.

    Raises:
        ValueError: It is another text.
    """
    if value and not _WEB_ADDRESS.fullmatch(value):
        raise ValueError('write the whole address, beginning with http:// or https://, or "" if there is none')
    return value


class Source(BaseModel):
    """Where a fact was read."""

    name: str = Field(min_length=3)
    url: str
    as_of: str

    class Config:
        extra = "forbid"
        frozen = True

    _url = validator("url", allow_reuse=True)(web_address)
    _as_of = validator("as_of", pre=True, allow_reuse=True)(partial_date)


class TopicMetadata(BaseModel):
    """The ``metadata`` block of a topic file."""

    title: str = Field(min_length=3)
    label: str = Field(min_length=2, max_length=MAX_LABEL)
    sources: list[Source] = Field(min_items=1)
    reviewed: date
    related: list[str] = Field(min_items=1, max_items=MAX_RELATED)
    tasks: list[str] = Field(default_factory=list, max_items=MAX_TASKS)
    follow_ups: dict[str, str] = Field(default_factory=dict)
    gives_way: Optional[bool] = None

    class Config:
        extra = "forbid"

    @validator("reviewed", pre=True)
    def _whole_date(cls, value: Any) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError as error:
            raise ValueError("write the date as 2026-11-23") from error

    @validator("follow_ups")
    def _known_kinds(cls, value: dict[str, str]) -> dict[str, str]:
        for kind in value:
            if kind not in FOLLOW_UP_KINDS:
                raise ValueError(f"{kind!r} is not a kind of follow-up; use {' or '.join(FOLLOW_UP_KINDS)}")
        return value


class Topic(TopicMetadata):
    """One FAQ topic, with everything that its file says.

    Attributes:
        id: Name without ``faq/``; equals the file's name.
        path: The file.
        phrasings: Training phrasings, in the file's order.
        answer: Full answer, paragraphs apart by a blank line.
        short_answer: Answer for SMS, at most 320 characters.
    """

    id: str
    path: Path
    phrasings: list[str]
    answer: str = Field(min_length=1)
    short_answer: str = Field(min_length=1, max_length=MAX_SHORT_ANSWER)

    @property
    def intent(self) -> str:
        """Name of the retrieval intent, such as ``faq/why_support``."""
        return f"faq/{self.id}"
