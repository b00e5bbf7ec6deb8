"""The reply: the one form in which answers and actions speak, whatever the channel."""

from __future__ import annotations

from typing import Any, Literal, Optional

from pydantic import BaseModel, Field

from bot.content.forms import AnswerType
from bot.content.schema import Source

Outcome = Literal["answered", "suggested", "unanswered", "erased"]
"""``answered``: an answer or a task step was given; ``suggested``: titles were offered, no answer; ``unanswered``: the
assistant said that it does not know; ``erased``: what was said before is deleted, and a channel that keeps a copy of it
deletes that too."""


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


class Card(BaseModel):
    """Something that a reply points to: a paper, an alliance.

    Attributes:
        title: Its exact name.
        date: As a person would say it: ``July 2015``, ``about mid-2015``.
        text: What it is, in one line.
        url: Where it can be read; None if no address is documented.
        choice: What picking the card sends.
    """

    title: str = Field(min_length=1)
    date: str = ""
    text: str = ""
    url: Optional[str] = None
    choice: Choice

    class Config:
        extra = "forbid"


class FormStep(BaseModel):
    """The question of a form that a reply asks, for channels that can show an input made for it.

    Attributes:
        form: Name of the form, such as ``volunteer``.
        field: Name of the field that the next message fills, such as ``email``.
        step: Place of this question, counted from 1.
        total: How many questions the form has.
        answer: What the field takes, as ``knowledge/forms.yml`` declares it.
        optional: Whether the visitor may skip it.
        input_type: ``type`` of an HTML input.
        input_mode: ``inputmode`` of an HTML input.
        autocomplete: ``autocomplete`` token of an HTML input.
        error: What was wrong with the value given before; None at the first try.
    """

    form: str
    field: str
    step: int = Field(ge=1)
    total: int = Field(ge=1)
    answer: AnswerType = "text"
    optional: bool = False
    input_type: Literal["text", "email", "tel"] = "text"
    input_mode: Literal["text", "email", "tel", "numeric"] = "text"
    autocomplete: str = "off"
    error: Optional[str] = None

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
        cards: What the reply points to; each can be picked.
        choices: What the visitor may pick next.
        form_step: The question of a form that this reply asks.
        outcome: See :data:`Outcome`.
        topic: Content ids that the reply is about, such as ``faq/why_support``.
    """

    version: Literal[1] = 1
    title: Optional[str] = None
    text: str = Field(min_length=1)
    short_text: Optional[str] = None
    sources: list[Source] = Field(default_factory=list)
    cards: list[Card] = Field(default_factory=list)
    choices: list[Choice] = Field(default_factory=list)
    form_step: Optional[FormStep] = None
    outcome: Outcome = "answered"
    topic: list[str] = Field(default_factory=list)

    class Config:
        extra = "forbid"

    @property
    def options(self) -> list[Choice]:
        """All that can be picked, in the order in which it is numbered: cards first."""
        return [*(card.choice for card in self.cards), *self.choices]

    def to_message(self) -> dict[str, Any]:
        """The reply as the ``custom`` payload of a Rasa message."""
        fields = {"version": self.version, **self.dict(exclude_defaults=True), "outcome": self.outcome}
        return {"custom": _Payload(fields, reply=self)}

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Reply:
        """Reads a Rasa message; a stock message with plain text becomes a reply too.

        Raises:
            pydantic.ValidationError: The message holds neither a reply nor text.
        """
        custom = message.get("custom")
        if isinstance(custom, _Payload):
            return custom.reply
        if custom:
            return cls.parse_obj(custom)
        return cls(text=message.get("text") or "")


class _Payload(dict[str, Any]):
    """A reply on its way through Rasa, which takes it for a dictionary.

    Processor, store and channel of one process each need the reply again: to read it anew costs 0.1 ms a time.
    """

    def __init__(self, fields: dict[str, Any], reply: Reply) -> None:
        super().__init__(fields)
        self.reply = reply
