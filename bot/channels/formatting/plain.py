"""A reply as plain text: what the terminal, ``ask`` and the loopback channel show."""

from __future__ import annotations

from typing import Any

from bot.content.schema import Source, spoken_date
from bot.dialogue.reply import Card, Reply


def source_line(source: Source) -> str:
    """A source with its date and address on one line."""
    address = f": {source.url}" if source.url else ""
    return f"{source.name} ({spoken_date(source.as_of)}){address}"


def card_lines(number: int, card: Card) -> str:
    """A card as text: number, title and date, then what it is, then where to read it."""
    date = f" ({card.date})" if card.date else ""
    lines = [f"{number}. {card.title}{date}", card.text, card.url or ""]
    return "\n   ".join(line for line in lines if line)


def plain_text(reply: Reply) -> str:
    """What a visitor reads where nothing but text can be shown: question, answer, cards, sources, numbered choices."""
    parts = [reply.title, reply.text]
    parts += [card_lines(number, card) for number, card in enumerate(reply.cards, start=1)]
    if reply.sources:
        heading = "Sources:" if len(reply.sources) > 1 else "Source:"
        parts.append("\n".join([heading, *(f"- {source_line(source)}" for source in reply.sources)]))
    if reply.choices:
        heading = _choices_heading(reply)
        first = len(reply.cards) + 1
        lines = [f"{number}. {choice.text}" for number, choice in enumerate(reply.choices, start=first)]
        parts.append("\n".join([heading, *lines]))
    return "\n\n".join(part for part in parts if part)


def _choices_heading(reply: Reply) -> str:
    if reply.form_step:
        return f"Step {reply.form_step.step} of {reply.form_step.total}. Pick one, or answer in your own words:"
    return "You can also ask:" if reply.outcome == "answered" else "Pick one, or ask in other words:"


def plain_message(reply: Reply) -> dict[str, Any]:
    """A reply as ``ask`` and the loopback channel print it: text, buttons, and the reply itself as ``custom``."""
    buttons = [{"title": choice.label, "payload": choice.text} for choice in reply.options]
    return {"text": plain_text(reply), "buttons": buttons, **reply.to_message()}
