"""Makes replies from content."""

from __future__ import annotations

from collections.abc import Iterable

from bot.content.responses import CannedResponse
from bot.content.schema import Topic
from bot.content.store import Content
from bot.dialogue.reply import Choice, Outcome, Reply

MAX_SUGGESTIONS = 3


def topic_choices(content: Content, ids: Iterable[str]) -> list[Choice]:
    """Choices that lead to topics; ids that no longer exist are left out."""
    topics = (content.topics.get(identity) for identity in ids)
    return [Choice(label=topic.label, text=topic.title) for topic in topics if topic]


def topic_reply(content: Content, topic: Topic) -> Reply:
    """The answer of a topic, with its sources and related topics."""
    return Reply(
        title=topic.title,
        text=topic.answer,
        short_text=topic.short_answer,
        sources=topic.sources,
        choices=topic_choices(content, topic.related),
        topic=[topic.intent],
    )


def canned_reply(content: Content, response: CannedResponse, channel: str = "") -> Reply:
    """A canned response as a reply, in the channel's own words if it has some."""
    outcome: Outcome = "answered" if response.outcome == "answered" else "unanswered"
    return Reply(
        text=response.channel_texts.get(channel, response.text),
        short_text=response.short_text,
        sources=response.sources,
        choices=topic_choices(content, response.choices),
        outcome=outcome,
    )


def suggestion_reply(content: Content, ids: Iterable[str]) -> Reply:
    """Asks "did you mean" with the titles of up to three topics ; says "I don't know" if none of them exists."""
    topics = [topic for topic in (content.topics.get(identity) for identity in ids) if topic][:MAX_SUGGESTIONS]
    if not topics:
        return canned_reply(content, content.responses["utter_unanswered"])
    intro = content.responses["utter_suggest"]
    return Reply(
        text=intro.text,
        short_text=intro.short_text,
        choices=[Choice(label=topic.label, text=topic.title) for topic in topics],
        outcome="suggested",
        topic=[topic.intent for topic in topics],
    )
