"""The reply: the one form in which answers and actions speak, whatever the channel."""

from __future__ import annotations

from typing import Any, Literal, Optional

from pydantic import BaseModel, Field

from bot.content.schema import Source

Outcome = Literal["answered", "suggested", "unanswered"]
"""``answered``: an answer or a task step was given; ``suggested``: titles were offered, no answer; ``unanswered``: the
assistant said that it does not know."""


class Choice(BaseModel):
    """Something the visitor may pick next.

    Attributes:
        label: At most 20 characters, for a button.
        text: What picking it sends: always something a visitor could have typed.
    """

    label: str = Field(max_length=20)
    text: str

    class Config:
        extra = "forbid"


class Reply(BaseModel):
    """One reply. It travels as ``custom`` of a single Rasa message; ``bot.channels.formatting`` turns it into text.

    Attributes:
        version: Version of this schema.
        title: The question being answered, shown first so that a wrong match is seen at once.
        text: The answer: paragraphs apart by a blank line, lists as lines that begin with ``- ``.
        short_text: The answer for SMS, at most 320 characters.
        sources: Where the answer's facts come from.
        choices: What the visitor may pick next.
        outcome: See :data:`Outcome`.
        topic: Content ids that the reply is about, such as ``faq/why_support``.
    """

    version: Literal[1] = 1
    title: Optional[str] = None
    text: str = Field(min_length=1)
    short_text: Optional[str] = None
    sources: list[Source] = Field(default_factory=list)
    choices: list[Choice] = Field(default_factory=list)
    outcome: Outcome = "answered"
    topic: list[str] = Field(default_factory=list)

    class Config:
        extra = "forbid"

    def to_message(self) -> dict[str, Any]:
        """The reply as the ``custom`` payload of a Rasa message."""
        payload: dict[str, Any] = self.dict(exclude_defaults=True)
        return {"custom": {"version": self.version, **payload, "outcome": self.outcome}}

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Reply:
        """Reads a Rasa message; a stock message with plain text becomes a reply too.

        Raises:
            pydantic.ValidationError: The message holds neither a reply nor text.
        """
        custom = message.get("custom")
        if custom:
            return cls.parse_obj(custom)
        return cls(text=message.get("text") or "")
