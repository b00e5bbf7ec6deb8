"""A turn's replies as the messages that a channel sends.

All replies of a turn become one message where they fit: their texts, then what is never cut: what they point to, one
line of sources, the choices. Where the text does not fit it goes on in a second message, if the channel has one, and
the rest waits until the visitor sends MORE. The processor keeps it in a slot; see ``bot.dialogue.context``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.channels.capabilities import Capabilities, Hint
from bot.channels.formatting.buttons import MORE_BUTTON, button, buttons_for
from bot.channels.formatting.closing import SOURCE_LINES, card_text, closings, sources_line
from bot.channels.formatting.cutting import ELLIPSIS, cut
from bot.channels.formatting.markup import bold, escaped
from bot.channels.formatting.outgoing import Button, CardBlock, Formatted, Outgoing
from bot.channels.formatting.sms import for_sms, segments
from bot.dialogue.reply import Reply

CLOSING_SHARE = 0.7
"""Most of a message that cards, sources and choices may take: the answer needs room too."""
FORM_SEGMENTS = 10
"""SMS segments that a form's question may take: it is never cut, for what it says before consent must be read."""


_HINTS: dict[str, Hint] = {"place": "place", "email": "email", "phone": "tel"}
"""What a platform can ask for by itself, by what a form's step takes."""


@dataclass(frozen=True)
class _Paragraph:
    text: str
    title: bool = False


def format_turn(replies: Sequence[Reply], channel: Capabilities, intro: str = "") -> Formatted:
    """The messages that give a turn's replies on a channel, none over its limits.

    Args:
        replies: What the turn said, in order; at least one.
        channel: What the channel can show.
        intro: A line that comes first, such as who is writing.
    """
    buttons = buttons_for([option for reply in replies for option in reply.options], channel)
    if buttons and channel.button_text_length:
        # WhatsApp: what is too long for a list, sources included, may still fit a message with a numbered menu.
        short = replace(channel, text_length=channel.button_text_length)
        formatted = _Turn(replies, short, intro, buttons).formatted()
        names = {source.name for reply in replies for source in reply.sources}
        whole = not formatted.rest and all(name in formatted.messages[-1].text for name in names)
        return formatted if whole else _Turn(replies, channel, intro, ()).formatted()
    return _Turn(replies, channel, intro, buttons).formatted()


class _Turn:
    """One turn on one channel, while it is put together."""

    def __init__(
        self, replies: Sequence[Reply], channel: Capabilities, intro: str, buttons: tuple[Button, ...]
    ) -> None:
        self.replies = replies
        self.in_form = any(reply.form_step for reply in replies)
        if self.in_form and channel.max_segments:
            channel = replace(channel, max_segments=FORM_SEGMENTS)
        self.channel = channel
        self.intro = intro
        self.buttons = buttons

    def formatted(self) -> Formatted:
        body = [_Paragraph(self.intro)] if self.intro else []
        body += [paragraph for reply in self.replies for paragraph in self._paragraphs(reply)]
        kept_back = self._kept_back()
        closing = self._closing(bool(kept_back), body)
        messages: list[Outgoing] = []
        while not self._fits(body, closing) and len(messages) + 1 < self.channel.max_messages:
            head, body = self._head(body, "")
            if not head:
                break
            messages.append(Outgoing(self._text(head, "")))
        rest: list[_Paragraph] = []
        if not self._fits(body, closing):
            closing = self._closing(not self.in_form, [])
            body, rest = self._head(body, closing)
        remains = "" if self.in_form else kept_back or "\n\n".join(paragraph.text for paragraph in rest)
        messages.append(self._last(body, closing, bool(remains)))
        return Formatted(tuple(messages), remains)

    def _short(self, reply: Reply) -> bool:
        """Whether the short answer is given: on SMS, and where an answer must leave room for a form's question."""
        squeezed = self.in_form and not reply.form_step and self.channel.max_messages == 1
        return bool(reply.short_text) and (self.channel.short or squeezed)

    def _paragraphs(self, reply: Reply) -> list[_Paragraph]:
        step = reply.form_step
        text = reply.short_text if reply.short_text and self._short(reply) else reply.text
        parts = [
            _Paragraph(f"Step {step.step} of {step.total}" if step else ""),
            _Paragraph(reply.title or "", title=True),
            *(_Paragraph(part) for part in text.split("\n\n")),
        ]
        return [part for part in parts if part.text.strip()]

    def _kept_back(self) -> str:
        """Where the short answer is given: the full one, what cards are about, and sources with their addresses."""
        parts: list[str] = []
        for reply in self.replies if self.channel.short and not self.in_form else []:
            more = [reply.text] if self._short(reply) and reply.short_text != reply.text else []
            more += [f"{card.title}: {card.text}" for card in reply.cards if card.text]
            if more and reply.sources:
                more.append(sources_line(reply.sources, self.channel))
            parts += more
        return "\n\n".join(parts)

    def _closing(self, more: bool, body: Sequence[_Paragraph]) -> str:
        """What follows the answer: the fullest that leaves it room, or one with shorter sources if then all fits."""
        hinted = more and not (self.buttons and self._room_for_more_button())
        most = CLOSING_SHARE * self._limit()
        modest: list[str] = []
        for place, each in enumerate(closings(self.replies, self.channel, bool(self.buttons), hinted)):
            if self._measure(each) <= most:
                if place < SOURCE_LINES and self._fits(body, each):
                    return each
                modest.append(each)
            if modest and place + 1 >= SOURCE_LINES:
                break
        return modest[0] if modest else ""

    def _room_for_more_button(self) -> bool:
        return len(self.buttons) < self.channel.buttons

    # Measuring

    def _limit(self) -> int:
        return self.channel.max_segments or self.channel.text_length

    def _measure(self, text: str) -> int:
        return segments(text) if self.channel.max_segments else len(text)

    def _fits(self, body: Sequence[_Paragraph], closing: str) -> bool:
        text = self._text(body, closing)
        return self._measure(text) <= self._limit() and len(text) <= self.channel.text_length

    def _head(self, body: Sequence[_Paragraph], closing: str) -> tuple[list[_Paragraph], list[_Paragraph]]:
        """The paragraphs that fit before a closing, the last one cut if need be, and those that remain."""
        head: list[_Paragraph] = []
        for index, paragraph in enumerate(body):
            if self._fits([*head, paragraph], closing):
                head.append(paragraph)
                continue
            begun, remainder = cut(paragraph.text, lambda text: self._fits([*head, _Paragraph(text)], closing))
            if begun.endswith(ELLIPSIS) and self._stands_alone(head, paragraph, closing):
                begun, remainder = "", paragraph.text
            if begun:
                head.append(_Paragraph(begun))
            rest = [_Paragraph(remainder), *body[index + 1 :]]
            if not begun and head and head[-1].title:
                rest.insert(0, head.pop())  # a title stays with its text
            return head, [part for part in rest if part.text]
        return head, []

    def _stands_alone(self, head: Sequence[_Paragraph], paragraph: _Paragraph, closing: str) -> bool:
        """Whether a paragraph goes on the next message as a whole rather than being cut within a sentence."""
        return any(not each.title for each in head) and self._fits([paragraph], closing)

    def _text(self, body: Sequence[_Paragraph], closing: str) -> str:
        markup = self.channel.markup
        parts = [(bold if part.title else escaped)(part.text, markup) for part in body]
        text = "\n\n".join(part for part in (*parts, closing) if part)
        # A blank line costs two characters of a paid message and says nothing there.
        return for_sms(text.replace("\n\n", "\n")) if self.channel.short else text

    # The last message

    def _last(self, body: Sequence[_Paragraph], closing: str, more: bool) -> Outgoing:
        buttons = self.buttons
        if buttons and more and self._room_for_more_button():
            buttons = (*buttons, MORE_BUTTON)
        cards = self._cards() if buttons else ()
        taken = {card.button for card in cards}
        others = tuple(each for each in buttons if each not in taken)
        text = self._text(body, "" if cards else closing)
        return Outgoing(text, cards, closing if cards else "", others, self._hint())

    def _cards(self) -> tuple[CardBlock, ...]:
        if not self.channel.cards:
            return ()
        cards: list[CardBlock] = []
        number = 0
        for reply in self.replies:
            for place, card in enumerate(reply.cards, start=number + 1):
                cards.append(CardBlock(card_text(place, card, self.channel), button(card.choice, self.channel)))
            number += len(reply.options)
        return tuple(cards)

    def _hint(self) -> Hint | None:
        step = next((reply.form_step for reply in reversed(self.replies) if reply.form_step), None)
        if step is None:
            return None
        hint = _HINTS.get(step.answer)
        return hint if hint in self.channel.hints else None
