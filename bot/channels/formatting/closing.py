"""What follows the answer and is never cut: what it points to, its sources, the choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.channels.capabilities import Capabilities
from bot.channels.formatting.markup import bold, escaped, link
from bot.channels.formatting.sms import for_sms
from bot.content.schema import Source, spoken_date
from bot.dialogue.reply import Card, Reply

MORE_HINT = "Reply MORE for the rest."
SOURCE_LINES = 3
"""Ways to write the sources: with addresses, without, the first alone."""


def card_text(number: int, card: Card, channel: Capabilities) -> str:
    """A card in the platform's markup: number, title and date, then what it is and where to read it."""
    date = f" ({card.date})" if card.date else ""
    if channel.short:
        return for_sms(f"{number}. {card.title}{date}")
    markup = channel.markup
    hidden = card.url if channel.links else None
    title = link(card.title, hidden, markup) if hidden else bold(card.title, markup)
    address = "" if hidden else escaped(card.url or "", markup)
    lines = [f"{number}. {title}{escaped(date, markup)}", escaped(card.text, markup), address]
    return "\n".join(line for line in lines if line)


def sources_line(sources: Sequence[Source], channel: Capabilities, with_address: bool = True) -> str:
    """All sources on one line, each with its date."""
    named = []
    for source in sources:
        date = spoken_date(source.as_of)
        if with_address and channel.links:
            named.append(f"{link(source.name, source.url, channel.markup)} ({date})")
        else:
            address = f": {source.url}" if with_address and source.url else ""
            named.append(escaped(f"{source.name} ({date}){address}", channel.markup))
    line = ("Sources: " if len(named) > 1 else "Source: ") + "; ".join(named)
    return for_sms(line) if channel.short else line


def closings(replies: Sequence[Reply], channel: Capabilities, tapped: bool, more: bool) -> Iterator[str]:
    """What may follow the answer, from the fullest to nothing: addresses go first, then choices from the end.

    Args:
        replies: What the turn said.
        channel: What the channel can show.
        tapped: Whether the choices are buttons.
        more: Whether the visitor is told to send MORE.
    """
    sources = list(dict.fromkeys(source for reply in replies for source in reply.sources))
    lines = [""] * SOURCE_LINES
    if sources:
        lines = [
            sources_line(sources, channel, with_address=not channel.short),
            sources_line(sources, channel, with_address=False),
            sources_line(sources[:1], channel, with_address=False),
        ]
    total = sum(len(reply.options) for reply in replies)
    for shown in range(total, -1, -1):
        for line in lines:
            yield _closing(replies, channel, line, shown, tapped, more)
    yield _closing(replies, channel, "", 0, tapped, more)


def _closing(
    replies: Sequence[Reply], channel: Capabilities, sources: str, shown: int, tapped: bool, more: bool
) -> str:
    cards: list[str] = []
    menu: list[str] = []
    number = last = 0
    for reply in replies:
        for card in reply.cards:
            number += 1
            if number <= shown and not (channel.cards and tapped):
                cards.append(card_text(number, card, channel))
                last = 0 if tapped else number
        for choice in reply.choices:
            number += 1
            if number <= shown and not tapped and len(menu) < channel.menu:
                text = choice.label if channel.short else choice.text
                menu.append(
                    escaped(for_sms(f"{number}. {text}") if channel.short else f"{number}. {text}", channel.markup)
                )
                last = number
    parts = ["\n".join(cards), sources, "\n".join([*menu, _how(last, more)]).strip()]
    return "\n\n".join(part for part in parts if part)


def _how(last: int, more: bool) -> str:
    """How to go on: which numbers can be sent, and MORE."""
    if not last:
        return MORE_HINT if more else ""
    numbers = ["1"] if last == 1 else [", ".join(map(str, range(1, last))), str(last)]
    if more:
        return f"Reply {', '.join(numbers)}, or MORE for the rest."
    return f"Reply {' or '.join(numbers)}."
