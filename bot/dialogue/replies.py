"""Makes replies from content."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from bot.content.responses import CannedResponse
from bot.content.schema import Topic
from bot.content.store import Content
from bot.dialogue.reply import Choice, Reply

MAX_SUGGESTIONS = 3


def topic_choices(content: Content, ids: Iterable[str]) -> list[Choice]:
    """Choices that lead to topics; ids that no longer exist are left out."""
    topics = (content.topics.get(identity) for identity in ids)
    return [Choice(label=topic.label, text=topic.title) for topic in topics if topic]


def task_choices(content: Content, ids: Iterable[str]) -> list[Choice]:
    """Choices that start forms; ids that no longer exist are left out."""
    forms = (content.forms.forms.get(identity) for identity in ids)
    return [Choice(label=form.label, text=form.phrase) for form in forms if form]


def without_tasks(content: Content, reply: Reply) -> Reply:
    """A reply that starts no form: what is said while one is open."""
    phrases = {form.phrase for form in content.forms.forms.values()}
    return reply.copy(update={"choices": [choice for choice in reply.choices if choice.text not in phrases]})


def topic_reply(content: Content, topic: Topic, beside: Iterable[str] = ()) -> Reply:
    """The answer of a topic, with its sources, what can be done here, and related topics.

    Args:
        content: What is served.
        topic: Which one.
        beside: Content ids of what goes with the question too: offered before the related topics.
    """
    first = [choice for key in beside if (choice := leading_to(content, key))]
    return Reply(
        title=topic.title,
        text=topic.answer,
        short_text=topic.short_answer,
        sources=topic.sources,
        choices=[
            *task_choices(content, topic.tasks),
            *[*first, *topic_choices(content, topic.related)][: max(len(topic.related), len(first))],
        ],
        topic=[topic.intent],
    )


def canned_reply(content: Content, response: CannedResponse, channel: str = "") -> Reply:
    """A canned response as a reply, in the channel's own words if it has some."""
    return Reply(
        text=response.channel_texts.get(channel, response.text),
        short_text=response.short_text,
        sources=response.sources,
        choices=[*task_choices(content, response.tasks), *topic_choices(content, response.choices)],
        outcome=response.outcome,
    )


def leading_to(content: Content, key: str) -> Optional[Choice]:
    """The choice that leads to a content id; None if it does not exist (any more)."""
    entry = content.knowledge.paper(key) or content.knowledge.situation(key)
    if entry:
        return Choice(label=entry.label, text=entry.asked)
    return next(iter(topic_choices(content, [key.partition("/")[2]])), None) if key.startswith("faq/") else None


def suggestion_reply(content: Content, intro: str, keys: Iterable[str]) -> Reply:
    """Offers up to three things that may be meant; says "I don't know" if none of them exists.

    Args:
        content: What is served.
        intro: Name of the response that is said above them.
        keys: Content ids, best first.
    """
    found = {key: choice for key in keys if (choice := leading_to(content, key))}
    shown = dict(list(found.items())[:MAX_SUGGESTIONS])
    if not shown:
        return canned_reply(content, content.responses["utter_unanswered"])
    said = content.responses[intro]
    return Reply(
        text=said.text,
        short_text=said.short_text,
        choices=list(shown.values()),
        outcome="suggested",
        topic=list(shown),
    )
